// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAdjustments} from "./interfaces/IAdjustments.sol";
import {IFingerprints} from "./interfaces/IFingerprints.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {IRepayments} from "./interfaces/IRepayments.sol";
import {Bulk} from "./Bulk.sol";
import {Roles} from "./libraries/Roles.sol";
import {Shares} from "./libraries/Shares.sol";
import {SignedDocuments} from "./SignedDocuments.sol";

/// @notice See IAdjustments. Keeps no cash and no title.
contract Adjustments is IAdjustments, SignedDocuments, AccessManaged, Bulk {
    using SafeERC20 for IERC20;
    using Shares for Shares.Pot;

    /// @dev Counts only while the dispute that it was made for is open, so nothing needs to be undone.
    struct Lock {
        uint64 amount;
        uint24 disputeId;
    }

    bytes32 private constant RESOLUTION_TYPEHASH = keccak256(
        "Resolution(uint256 receivableId,uint256 disputeId,uint256 upheld,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant SET_OFF_TYPEHASH = keccak256(
        "SetOff(uint256 receivableId,uint256 amount,bytes32 counterclaimHash,uint256 arisenAt,uint256 dueAt,"
        "uint256 nonce,uint256 deadline)"
    );

    IReceivables public immutable receivables;
    IRepayments public immutable repayments;
    IParticipants public immutable participants;
    IPolicy public immutable policy;
    IFingerprints public immutable fingerprints;

    mapping(uint256 receivableId => Adjustment) private _adjustments;
    mapping(uint256 noteId => Lock) private _locks;
    uint96 private _lastCreditNoteId;

    constructor(
        address authority,
        IReceivables receivables_,
        IRepayments repayments_,
        IParticipants participants_,
        IPolicy policy_,
        IFingerprints fingerprints_
    ) SignedDocuments("Feiqian Adjustments") AccessManaged(authority) {
        receivables = receivables_;
        repayments = repayments_;
        participants = participants_;
        policy = policy_;
        fingerprints = fingerprints_;
    }

    // ---- notice of assignment

    function giveNotice(uint256 noteId) external {
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        uint256 receivableId = note.receivableId;
        IReceivables.Terms memory terms = _open(receivableId);
        uint32 callerId = participants.requireActive(msg.sender);
        bool assignor = callerId == terms.supplierId || callerId == note.endorserId;
        if (!assignor && msg.sender != note.holder) revert NotTheAssignor(noteId, msg.sender);
        bool assigned = note.holder != participants.accountOf(terms.supplierId) && note.value != 0 && note.acceptBy == 0;
        if (!assigned) revert NothingAssigned(noteId);
        uint40 noticeAt = _adjustments[receivableId].noticeAt;
        if (noticeAt != 0) revert NoticeWasGiven(receivableId, noticeAt);

        // solhint-disable-next-line not-rely-on-time
        _adjustments[receivableId].noticeAt = uint40(block.timestamp);
        emit NoticeGiven(receivableId, noteId, msg.sender, note.holder);
    }

    function payAssignor(uint256 receivableId, uint64 amount) external {
        IReceivables.Terms memory terms = _ofObligor(receivableId);
        uint40 noticeAt = _adjustments[receivableId].noticeAt;
        if (noticeAt != 0) revert NoticeWasGiven(receivableId, noticeAt);
        _reduce(receivableId, terms, Cause.PaymentToAssignor, amount, 0);
        repayments.review(receivableId);
        address supplier = participants.accountOf(terms.supplierId);
        IERC20(policy.settlementTokenOf(terms.currency)).safeTransferFrom(msg.sender, supplier, amount);
    }

    // ---- dilution

    function dilute(
        uint256 receivableId,
        uint64 amount,
        bytes32 documentHash,
        bytes32 fingerprint,
        uint256[] calldata noteIds
    ) external {
        IReceivables.Terms memory terms = receivables.termsOf(receivableId);
        if (participants.requireRole(msg.sender, Roles.SUPPLIER) != terms.supplierId) {
            revert NotTheSupplier(receivableId, msg.sender);
        }
        fingerprints.claim(fingerprint, ++_lastCreditNoteId);
        if (terms.status == IReceivables.Status.Submitted) {
            emit ReceivableDiluted(receivableId, Cause.CreditNote, amount, documentHash, msg.sender);
            receivables.lowerFaceValue(receivableId, amount);
            return;
        }
        _requireOpen(receivableId, terms);
        _reduce(receivableId, terms, Cause.CreditNote, amount, documentHash);
        uint256 left = _absorb(receivableId, terms, noteIds);
        uint40 noticeAt = _adjustments[receivableId].noticeAt;
        if (noticeAt != 0 && left != 0) revert NoticeWasGiven(receivableId, noticeAt);
    }

    function setOff(SetOff calldata document, bytes calldata signature, uint256[] calldata noteIds) external {
        uint256 receivableId = document.receivableId;
        IReceivables.Terms memory terms = _ofObligor(receivableId);
        if (terms.setOffWaived) revert SetOffWaived(receivableId);
        if (document.dueAt > terms.maturityAt) {
            revert CounterclaimTooLate(receivableId, document.dueAt, terms.maturityAt);
        }
        uint40 noticeAt = _adjustments[receivableId].noticeAt;
        if (noticeAt != 0 && document.arisenAt > noticeAt) {
            revert CounterclaimTooLate(receivableId, document.arisenAt, noticeAt);
        }
        address supplier = participants.requireRoleOf(terms.supplierId, Roles.SUPPLIER);
        bytes32 hash = keccak256(abi.encode(SET_OFF_TYPEHASH, document));
        _useDocument(supplier, hash, document.nonce, document.deadline, signature);
        uint64 amount = document.amount > type(uint64).max ? type(uint64).max : uint64(document.amount);
        _reduce(receivableId, terms, Cause.SetOff, amount, document.counterclaimHash);
        _absorb(receivableId, terms, noteIds);
    }

    function absorb(uint256 receivableId, uint256[] calldata noteIds) external {
        IReceivables.Terms memory terms = _open(receivableId);
        repayments.requireNoAllotment(receivableId);
        _absorb(receivableId, terms, noteIds);
    }

    // ---- dispute

    function dispute(uint256 receivableId, uint64 amount, string calldata reason, uint256[] calldata noteIds) external {
        IReceivables.Terms memory terms = _ofObligor(receivableId);
        if (terms.status != IReceivables.Status.Confirmed) revert WrongStatus(receivableId, uint8(terms.status));
        repayments.requireNoAllotment(receivableId);
        repayments.accrue(receivableId);
        Adjustment storage adjustment = _adjustments[receivableId];
        uint256 owed = _owed(receivableId, terms);
        if (amount == 0 || amount > owed) revert InvalidAmount(amount, owed);

        uint24 disputeId = adjustment.disputeId + 1;
        adjustment.disputeId = disputeId;
        adjustment.disputed = amount;
        emit ReceivableDisputed(receivableId, disputeId, msg.sender, amount, reason);
        _lock(receivableId, participants.accountOf(terms.supplierId), amount, noteIds);
        receivables.setStatus(receivableId, IReceivables.Status.Disputed);
    }

    function resolve(
        Resolution calldata document,
        bytes calldata obligorSignature,
        bytes calldata supplierSignature,
        uint256[] calldata noteIds
    ) external {
        IReceivables.Terms memory terms = receivables.termsOf(document.receivableId);
        bytes32 hash = keccak256(abi.encode(RESOLUTION_TYPEHASH, document));
        address obligor = participants.requireRoleOf(terms.obligorId, Roles.OBLIGOR);
        address supplier = participants.requireRoleOf(terms.supplierId, Roles.SUPPLIER);
        _useDocument(obligor, hash, document.nonce, document.deadline, obligorSignature);
        _useDocument(supplier, hash, document.nonce, document.deadline, supplierSignature);
        _resolve(document.receivableId, document.disputeId, document.upheld, 0, noteIds);
    }

    function resolveByOrder(uint256 receivableId, uint64 upheld, bytes32 orderHash, uint256[] calldata noteIds)
        external
        restricted
    {
        if (orderHash == 0) revert OrderMissing();
        _resolve(receivableId, _adjustments[receivableId].disputeId, upheld, orderHash, noteIds);
    }

    // ---- views

    function adjustmentOf(uint256 receivableId) external view returns (Adjustment memory) {
        return _adjustments[receivableId];
    }

    function lockedOf(uint256 noteId) external view returns (uint64) {
        Lock memory lock = _locks[noteId];
        Adjustment memory adjustment = _adjustments[receivables.noteOf(noteId).receivableId];
        return adjustment.disputed != 0 && lock.disputeId == adjustment.disputeId ? lock.amount : 0;
    }

    /// @notice A credit note stays used for good (F2).
    function isLive(uint256 id) external view returns (bool) {
        return id <= _lastCreditNoteId;
    }

    function resolutionDigest(Resolution calldata document) external view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(RESOLUTION_TYPEHASH, document)));
    }

    function setOffDigest(SetOff calldata document) external view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(SET_OFF_TYPEHASH, document)));
    }

    // ---- inside

    function _resolve(
        uint256 receivableId,
        uint256 disputeId,
        uint256 upheld,
        bytes32 orderHash,
        uint256[] calldata noteIds
    ) private {
        IReceivables.Terms memory terms = receivables.termsOf(receivableId);
        Adjustment storage adjustment = _adjustments[receivableId];
        uint64 disputed = adjustment.disputed;
        if (disputed == 0 || disputeId != adjustment.disputeId) revert NoDispute(receivableId, disputeId);
        if (upheld > disputed) revert InvalidAmount(upheld, disputed);
        repayments.requireNoAllotment(receivableId);
        repayments.accrue(receivableId);

        adjustment.disputed = 0;
        emit DisputeResolved(receivableId, disputeId, upheld, disputed - upheld, orderHash);
        receivables.setStatus(receivableId, IReceivables.Status.Confirmed);
        if (upheld != 0) _reduce(receivableId, terms, Cause.Dispute, uint64(upheld), orderHash);
        _absorb(receivableId, terms, noteIds);
    }

    /// @dev J8. The obligor owes less; the supplier answers for it.
    function _reduce(
        uint256 receivableId,
        IReceivables.Terms memory terms,
        Cause cause,
        uint64 amount,
        bytes32 documentHash
    ) private {
        repayments.requireNoAllotment(receivableId);
        repayments.accrue(receivableId);
        uint256 undisputed = _owed(receivableId, terms) - _adjustments[receivableId].disputed;
        if (amount == 0 || amount > undisputed) revert InvalidAmount(amount, undisputed);
        _adjustments[receivableId].reduced += amount;
        emit ReceivableDiluted(receivableId, cause, amount, documentHash, msg.sender);
        receivables.relieve(receivableId, amount);
    }

    /// @dev J7. What the supplier holds and is not locked goes first.
    function _absorb(uint256 receivableId, IReceivables.Terms memory terms, uint256[] calldata noteIds)
        private
        returns (uint256 owes)
    {
        Adjustment storage adjustment = _adjustments[receivableId];
        address supplier = participants.accountOf(terms.supplierId);
        owes = adjustment.reduced - adjustment.absorbed - repayments.accountOf(receivableId).madeGood;
        for (uint256 i = 0; i < noteIds.length && owes != 0; i++) {
            uint256 noteId = noteIds[i];
            IReceivables.NoteView memory note = receivables.noteOf(noteId);
            if (note.receivableId != receivableId) revert WrongReceivable(noteId, note.receivableId);
            if (note.holder != supplier || note.acceptBy != 0) continue;
            uint256 part = Math.min(owes, note.value - _lockOf(noteId, adjustment));
            if (part == 0) continue;
            owes -= part;
            adjustment.absorbed += uint64(part);
            emit DilutionAbsorbed(receivableId, noteId, supplier, part);
            receivables.burn(noteId, uint64(part));
        }
        repayments.review(receivableId);
    }

    /// @dev J5. First what the supplier holds, then the others in proportion.
    function _lock(uint256 receivableId, address supplier, uint256 amount, uint256[] calldata noteIds) private {
        uint256[] memory own = new uint256[](noteIds.length);
        uint256[] memory others = new uint256[](noteIds.length);
        uint256 owned;
        uint256 listed;
        for (uint256 i = 0; i < noteIds.length; i++) {
            if (i != 0 && noteIds[i] <= noteIds[i - 1]) revert NotesUnordered(noteIds[i]);
            IReceivables.NoteView memory note = receivables.noteOf(noteIds[i]);
            if (note.receivableId != receivableId) revert WrongReceivable(noteIds[i], note.receivableId);
            listed += note.value;
            if (note.holder == supplier) {
                own[i] = note.value;
                owned += note.value;
            } else {
                others[i] = note.value;
            }
        }
        uint256 live = repayments.liveOf(receivableId);
        if (listed != live) revert NotesIncomplete(receivableId, listed, live);

        uint256 first = Math.min(amount, owned);
        _lockIn(receivableId, first, owned, noteIds, own);
        _lockIn(receivableId, amount - first, live - owned, noteIds, others);
    }

    function _lockIn(
        uint256 receivableId,
        uint256 amount,
        uint256 total,
        uint256[] calldata noteIds,
        uint256[] memory weights
    ) private {
        if (amount == 0) return;
        uint24 disputeId = _adjustments[receivableId].disputeId;
        Shares.Pot memory pot = Shares.divide(amount, total, noteIds, weights);
        for (uint256 i = 0; i < noteIds.length; i++) {
            if (weights[i] == 0) continue;
            uint256 part = pot.shareOf(noteIds[i], weights[i]);
            if (part == 0) continue;
            _locks[noteIds[i]] = Lock(uint64(part), disputeId);
            emit NoteLockedByDispute(noteIds[i], receivableId, part);
        }
    }

    function _lockOf(uint256 noteId, Adjustment storage adjustment) private view returns (uint256) {
        Lock memory lock = _locks[noteId];
        return adjustment.disputed != 0 && lock.disputeId == adjustment.disputeId ? lock.amount : 0;
    }

    /// @dev What the obligor still owes, the disputed part included.
    function _owed(uint256 receivableId, IReceivables.Terms memory terms) private view returns (uint256) {
        return terms.confirmed - _adjustments[receivableId].reduced - repayments.accountOf(receivableId).repaid;
    }

    function _ofObligor(uint256 receivableId) private view returns (IReceivables.Terms memory terms) {
        terms = _open(receivableId);
        if (participants.requireRole(msg.sender, Roles.OBLIGOR) != terms.obligorId) {
            revert NotTheObligor(receivableId, msg.sender);
        }
    }

    function _open(uint256 receivableId) private view returns (IReceivables.Terms memory terms) {
        terms = receivables.termsOf(receivableId);
        _requireOpen(receivableId, terms);
    }

    function _requireOpen(uint256 receivableId, IReceivables.Terms memory terms) private pure {
        bool open = terms.status == IReceivables.Status.Confirmed || terms.status == IReceivables.Status.Disputed;
        if (!open) revert WrongStatus(receivableId, uint8(terms.status));
    }
}
