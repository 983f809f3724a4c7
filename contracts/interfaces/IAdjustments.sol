// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IFingerprinted} from "./IFingerprints.sol";
import {ISignedDocuments} from "./ISignedDocuments.sol";

/// @title What changes a claim after it was registered (docs/SPECIFICATION.md, rules J)
/// @notice Notice of assignment, dispute, credit note, set-off, payment to the assignor. Whatever makes the obligor owe
/// less falls on the supplier: first on the notes that it still holds, then as a debt of its own to the holders (G).
/// Amounts are minor units of the receivable's currency, times UTC seconds.
interface IAdjustments is IFingerprinted, ISignedDocuments {
    enum Cause {
        CreditNote,
        SetOff,
        Dispute,
        PaymentToAssignor
    }

    /// @param reduced by how much the obligor owes less than it confirmed, from all causes.
    /// @param absorbed how much of that was taken out of notes of the supplier.
    /// @param disputed what is in dispute now.
    /// @param noticeAt when the obligor had the first notice of an assignment; 0 before it.
    /// @param disputeId the last dispute's number, within the receivable.
    struct Adjustment {
        uint64 reduced;
        uint64 absorbed;
        uint64 disputed;
        uint40 noticeAt;
        uint24 disputeId;
    }

    /// @notice J6. What both sides of a dispute sign.
    /// @param upheld how much of the disputed amount is not owed.
    struct Resolution {
        uint256 receivableId;
        uint256 disputeId;
        uint256 upheld;
        uint256 nonce;
        uint256 deadline;
    }

    /// @notice J4. The supplier acknowledges a counterclaim of the obligor.
    /// @param arisenAt when the counterclaim arose, `dueAt` when it fell due.
    struct SetOff {
        uint256 receivableId;
        uint256 amount;
        bytes32 counterclaimHash;
        uint256 arisenAt;
        uint256 dueAt;
        uint256 nonce;
        uint256 deadline;
    }

    event NoticeGiven(uint256 indexed receivableId, uint256 indexed noteId, address indexed by, address holder);
    event ReceivableDisputed(
        uint256 indexed receivableId, uint256 indexed disputeId, address indexed obligor, uint256 amount, string reason
    );
    event NoteLockedByDispute(uint256 indexed noteId, uint256 indexed receivableId, uint256 amount);
    event DisputeResolved(
        uint256 indexed receivableId, uint256 indexed disputeId, uint256 upheld, uint256 refused, bytes32 orderHash
    );
    /// @notice The obligor owes `amount` less; `documentHash` is of the credit note, counterclaim or order behind it.
    event ReceivableDiluted(
        uint256 indexed receivableId, Cause indexed cause, uint256 amount, bytes32 documentHash, address by
    );
    event DilutionAbsorbed(
        uint256 indexed receivableId, uint256 indexed noteId, address indexed supplier, uint256 amount
    );

    error WrongStatus(uint256 receivableId, uint8 status);
    error InvalidAmount(uint256 amount, uint256 limit);
    error NotTheObligor(uint256 receivableId, address caller);
    error NotTheSupplier(uint256 receivableId, address caller);
    error NotTheAssignor(uint256 noteId, address caller);
    error NothingAssigned(uint256 noteId);
    error NoticeWasGiven(uint256 receivableId, uint256 noticeAt);
    error SetOffWaived(uint256 receivableId);
    error CounterclaimTooLate(uint256 receivableId, uint256 at, uint256 limit);
    error NotesIncomplete(uint256 receivableId, uint256 listed, uint256 live);
    error NotesUnordered(uint256 noteId);
    error WrongReceivable(uint256 noteId, uint256 receivableId);
    error NoDispute(uint256 receivableId, uint256 disputeId);
    error OrderMissing();

    /// @notice J1. The assignor of a note, or its holder, tells the obligor; the first notice counts.
    function giveNotice(uint256 noteId) external;

    /// @notice J2. The obligor pays the supplier directly, which discharges it only before notice.
    function payAssignor(uint256 receivableId, uint64 amount) external;

    /// @notice J3. The supplier's credit note: before the confirmation it lowers the face value, after it the debt.
    /// @param noteIds notes of the supplier that are to absorb it; what they do not is the supplier's debt.
    function dilute(
        uint256 receivableId,
        uint64 amount,
        bytes32 documentHash,
        bytes32 fingerprint,
        uint256[] calldata noteIds
    ) external;

    /// @notice J4. The obligor sets off a counterclaim that the supplier acknowledged by signature.
    function setOff(SetOff calldata document, bytes calldata signature, uint256[] calldata noteIds) external;

    /// @notice J5. The obligor disputes a part: that part is locked, first in the supplier's notes, then in all others
    /// in proportion. `noteIds` are all notes with value, ascending.
    function dispute(uint256 receivableId, uint64 amount, string calldata reason, uint256[] calldata noteIds) external;

    /// @notice J6. Executes what both sides signed.
    function resolve(
        Resolution calldata document,
        bytes calldata obligorSignature,
        bytes calldata supplierSignature,
        uint256[] calldata noteIds
    ) external;

    /// @notice J6. The same by a regulator's order.
    function resolveByOrder(uint256 receivableId, uint64 upheld, bytes32 orderHash, uint256[] calldata noteIds)
        external;

    /// @notice J7. Anyone has notes of the supplier absorb what it owes.
    function absorb(uint256 receivableId, uint256[] calldata noteIds) external;

    function adjustmentOf(uint256 receivableId) external view returns (Adjustment memory);

    /// @notice What a dispute locks in a note now.
    function lockedOf(uint256 noteId) external view returns (uint64);

    function resolutionDigest(Resolution calldata document) external view returns (bytes32);
    function setOffDigest(SetOff calldata document) external view returns (bytes32);
}
