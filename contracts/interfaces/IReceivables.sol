// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IDeliverable} from "./IDeliverable.sol";
import {IERC3525} from "./IERC3525.sol";
import {IFingerprinted} from "./IFingerprints.sol";
import {ISignedDocuments} from "./ISignedDocuments.sol";

/// @title Receivables and the notes that carry them (docs/SPECIFICATION.md, rules R and N)
/// @notice A receivable is what an obligor owes a supplier; its notes (ERC-3525: slot = receivable, value = face)
/// are who it is owed to now. Amounts are minor units of the receivable's currency, times are UTC seconds.
interface IReceivables is IERC3525, IDeliverable, IFingerprinted, ISignedDocuments {
    enum Status {
        None,
        Submitted,
        Confirmed,
        Rejected,
        Withdrawn,
        Expired,
        Repaid,
        Disputed
    }

    struct ReceivableView {
        address supplier;
        address obligor;
        uint16 currency;
        uint64 faceValue;
        uint40 confirmBy;
        uint40 maturityAt;
        Status status;
        bool setOffWaived;
        uint64 confirmed;
        uint16 noteCount;
        uint40 cutOffAt;
        uint8 graceDays;
        uint16 penaltyBpsPerDay;
        bytes32 documentHash;
    }

    /// @notice What the contracts around a receivable need to know of it.
    /// @param graceEndsAt UTC seconds; a penalty runs and recourse is open after it.
    struct Terms {
        Status status;
        uint32 supplierId;
        uint32 obligorId;
        uint16 currency;
        uint64 confirmed;
        uint40 maturityAt;
        uint40 graceEndsAt;
        uint16 penaltyBpsPerDay;
        bool setOffWaived;
    }

    struct NoteView {
        address holder;
        uint256 value;
        uint256 receivableId;
        uint256 parentId;
        uint256 depth;
        uint256 endorserId;
        bool withRecourse;
        uint40 acceptBy;
    }

    struct Endorsement {
        address to;
        uint256 value;
        bool withRecourse;
    }

    /// @notice R2. What the obligor signs. The contract adds what it knows of the receivable, so that the wallet
    /// shows all of it: supplier, documentHash, faceValue, maturityAt.
    struct Confirmation {
        uint256 receivableId;
        uint256 amount;
        bool setOffWaived;
        uint256 nonce;
        uint256 deadline;
    }

    event ReceivableRegistered(
        uint256 indexed receivableId,
        address indexed supplier,
        address indexed obligor,
        uint16 currency,
        uint256 faceValue,
        uint256 maturityAt,
        uint256 confirmBy,
        uint256 cutOffAt,
        bytes32 documentHash,
        bytes32 fingerprint
    );
    event ReceivableConfirmed(
        uint256 indexed receivableId,
        address indexed obligor,
        uint256 indexed noteId,
        uint256 amount,
        bool setOffWaived,
        uint256 graceEndsAt,
        uint256 penaltyBpsPerDay
    );
    event ReceivableRejected(uint256 indexed receivableId, address indexed obligor, string reason);
    event ReceivableWithdrawn(uint256 indexed receivableId, address indexed supplier);
    event ReceivableExpired(uint256 indexed receivableId);
    /// @notice Disputed, confirmed again after a dispute, or repaid.
    event ReceivableStatusChanged(uint256 indexed receivableId, Status status);
    event FaceValueLowered(uint256 indexed receivableId, uint256 faceValue);
    event NoteEndorsed(
        uint256 indexed noteId,
        uint256 indexed childId,
        address indexed endorser,
        address endorsee,
        uint256 value,
        bool withRecourse
    );
    event NotesMerged(uint256 indexed fromNoteId, uint256 indexed toNoteId, uint256 value);
    event AcceptanceAwaited(uint256 indexed noteId, uint256 acceptBy);
    event EndorsementAccepted(uint256 indexed noteId, address indexed holder);
    event EndorsementDeclined(uint256 indexed noteId, uint256 indexed parentId, address indexed endorser, uint256 value);
    /// @notice N9. Value came to `to`, who took the place of `holder`: it went up to note `toNoteId`, or `noteId` itself
    /// changed hands (`toNoteId` equals it), or a part of it became `toNoteId`. Where `ancestorId` is another note than
    /// `toNoteId`, the note has its origin now.
    event NotePlaceTaken(
        uint256 indexed noteId,
        uint256 indexed toNoteId,
        address indexed to,
        address holder,
        uint256 value,
        uint256 ancestorId
    );

    error UnknownReceivable(uint256 receivableId);
    error UnknownNote(uint256 noteId);
    error WrongStatus(uint256 receivableId, Status status);
    error InvalidAmount(uint256 amount, uint256 limit);
    error DocumentMissing();
    error SelfObligation(uint32 participantId);
    error ConfirmationTooLate(uint256 receivableId, uint256 confirmBy);
    error NotYetExpired(uint256 receivableId, uint256 confirmBy);
    error NotTheObligor(uint256 receivableId, address caller);
    error NotTheSupplier(uint256 receivableId, address caller);
    error ConfirmationLimitExceeded(uint32 obligorId, uint256 owed, uint256 limit);
    error NotAuthorised(uint256 noteId, address caller);
    error InsufficientAllowance(uint256 noteId, address operator, uint256 allowed, uint256 needed);
    error InsufficientValue(uint256 noteId, uint256 value, uint256 needed);
    error WrongHolder(uint256 noteId, address holder, address expected);
    error WrongClaim(uint256 noteId, uint256 receivableId, bytes32 documentHash);
    error AfterCutOff(uint256 receivableId, uint256 cutOffAt);
    error AcceptancePending(uint256 noteId, uint256 acceptBy);
    error AcceptanceNotAwaited(uint256 noteId);
    error AcceptanceTooLate(uint256 noteId, uint256 acceptBy);
    error NoteLocked(uint256 noteId, uint256 locked);
    error NotASibling(address caller);
    error NotMergeable(uint256 fromNoteId, uint256 toNoteId);
    error ReceiverRefused(address receiver);

    /// @notice R1. The supplier registers what it says it is owed; the fingerprint makes it the only one.
    function register(
        address obligor,
        uint16 currency,
        uint64 faceValue,
        uint40 maturityAt,
        bytes32 documentHash,
        bytes32 fingerprint
    ) external returns (uint256 receivableId);

    /// @notice R2. Executes the obligor's signed confirmation: the whole claim becomes one root note of the supplier.
    function confirm(Confirmation calldata confirmation, bytes calldata signature) external returns (uint256 noteId);

    /// @notice R3. The obligor refuses the claim, with its reason.
    function reject(uint256 receivableId, string calldata reason) external;

    /// @notice R4. The supplier takes back what nobody has confirmed yet.
    function withdraw(uint256 receivableId) external;

    /// @notice R5. Anyone closes a receivable that was not confirmed in time.
    function expire(uint256 receivableId) external;

    /// @notice N2. Moves `value` of a note into a new child note for `to`; with recourse, the endorser stays liable.
    function endorse(uint256 noteId, address to, uint256 value, bool withRecourse) external returns (uint256 childId);

    /// @notice N7. The same to several payees at once.
    function endorseMany(uint256 noteId, Endorsement[] calldata endorsements)
        external
        returns (uint256[] memory childIds);

    /// @notice N8. A payee that wanted to be asked takes an endorsement.
    function accept(uint256 noteId) external;

    /// @notice N8. The payee refuses it, or anyone gives it back once `acceptBy` has passed.
    function decline(uint256 noteId) external;

    // ---- for the contracts around this one, and nobody else

    /// @notice N9. `to` takes the place of a note's holder for `value`: in note `ancestorId` where that is its own,
    /// else in the note itself. What was done for it (a recourse paid, a default covered) is the caller's business.
    function takePlace(uint256 noteId, uint256 ancestorId, address to, uint64 value) external returns (uint256 toNoteId);

    /// @notice Takes value out of a note: it was paid, or the claim was diluted.
    function burn(uint256 noteId, uint64 value) external;

    /// @notice The obligor owes less on a confirmed receivable (P4).
    function relieve(uint256 receivableId, uint64 amount) external;

    /// @notice R11. A credit note before confirmation.
    function lowerFaceValue(uint256 receivableId, uint64 amount) external;

    function setStatus(uint256 receivableId, Status status) external;

    // ---- views

    function receivableOf(uint256 receivableId) external view returns (ReceivableView memory);
    function termsOf(uint256 receivableId) external view returns (Terms memory);
    function noteOf(uint256 noteId) external view returns (NoteView memory);

    /// @notice What an obligor owes on all its confirmed receivables of a currency.
    function owedBy(uint32 obligorId, uint16 currency) external view returns (uint256);

    /// @notice The EIP-712 digest that the obligor signs for `confirmation`.
    function confirmationDigest(Confirmation calldata confirmation) external view returns (bytes32);

    function receivableCount() external view returns (uint256);
    function noteCount() external view returns (uint256);
}
