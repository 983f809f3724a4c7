// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAdjustments} from "./interfaces/IAdjustments.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {IRepayments} from "./interfaces/IRepayments.sol";
import {Bulk} from "./Bulk.sol";
import {Payouts} from "./Payouts.sol";
import {Shares} from "./libraries/Shares.sol";

/// @notice See IRepayments. Keeps the cash; who holds which note is in Receivables.
contract Repayments is IRepayments, Payouts, Bulk {
    using SafeERC20 for IERC20;
    using Shares for Shares.Pot;

    /// @dev The keys from which on a note gets one unit more (Shares); they fit, since an amount is below 2^64.
    struct Cuts {
        uint128 principal;
        uint128 penalty;
    }

    uint256 private constant BPS = 10_000;
    uint256 private constant MAX_AMOUNT = uint64(type(int64).max);

    IReceivables public immutable receivables;
    IAdjustments public immutable adjustments;
    IEscrow public immutable escrow;

    mapping(uint256 receivableId => Account) private _accounts;
    mapping(uint256 receivableId => Penalty) private _penalties;
    mapping(uint256 receivableId => Allotment) private _allotments;
    mapping(uint256 receivableId => Cuts) private _cuts;
    mapping(uint256 receivableId => mapping(uint256 round => mapping(uint256 word => uint256))) private _served;

    constructor(
        IReceivables receivables_,
        IAdjustments adjustments_,
        IParticipants participants_,
        IPolicy policy_,
        IEscrow escrow_
    ) Payouts(participants_, policy_) {
        receivables = receivables_;
        adjustments = adjustments_;
        escrow = escrow_;
    }

    // ---- money comes in

    function repay(uint256 receivableId, uint256 amount) external nonReentrant returns (uint256 taken) {
        IReceivables.Terms memory terms = _payable(receivableId);
        (uint256 penalty, uint256 principal) = _accrue(receivableId, terms);
        taken = _within(receivableId, amount, penalty + principal);
        if (penalty > taken) penalty = taken;
        principal = taken - penalty;

        _accounts[receivableId].penaltyPaid += uint64(penalty);
        _accounts[receivableId].repaid += uint64(principal);
        if (principal != 0) receivables.relieve(receivableId, uint64(principal));
        emit ReceivableRepaid(receivableId, msg.sender, principal, penalty, amount - taken);
        _closeIfPaid(receivableId, terms);
        _cash(terms.currency).safeTransferFrom(msg.sender, address(this), taken);
    }

    function makeGood(uint256 receivableId, uint256 amount) external nonReentrant returns (uint256 taken) {
        IReceivables.Terms memory terms = _payable(receivableId);
        _accrue(receivableId, terms);
        taken = _within(receivableId, amount, _supplierOwes(receivableId, adjustments.adjustmentOf(receivableId)));

        _accounts[receivableId].madeGood += uint64(taken);
        emit DilutionMadeGood(receivableId, msg.sender, taken, amount - taken);
        _closeIfPaid(receivableId, terms);
        _cash(terms.currency).safeTransferFrom(msg.sender, address(this), taken);
    }

    function accrue(uint256 receivableId) external {
        _accrue(receivableId, _payable(receivableId));
    }

    function review(uint256 receivableId) external {
        IReceivables.Terms memory terms = _payable(receivableId);
        _accrue(receivableId, terms);
        _closeIfPaid(receivableId, terms);
    }

    // ---- and goes to the holders

    function allot(uint256 receivableId, uint256[] calldata noteIds) external nonReentrant {
        IReceivables.Terms memory terms = receivables.termsOf(receivableId);
        if (terms.status != IReceivables.Status.Repaid) {
            _requirePayable(receivableId, terms);
            // solhint-disable-next-line not-rely-on-time
            if (block.timestamp < terms.maturityAt) revert NotYetMature(receivableId, terms.maturityAt);
        }
        requireNoAllotment(receivableId);
        (uint256[] memory weights, uint256 total, uint16 left) = _weigh(receivableId, terms, noteIds);
        (uint256 principal, uint256 penalty) = _undivided(receivableId);
        if (principal == 0 && penalty != 0 && liveOf(receivableId) == 0) {
            _payLeftPenalty(receivableId, terms, penalty);
            return;
        }
        if (principal + penalty == 0 || total == 0) revert NothingToAllot(receivableId);

        uint32 round = _allotments[receivableId].round + 1;
        _allotments[receivableId] = Allotment(uint64(principal), uint64(penalty), uint64(total), left, round);
        _cuts[receivableId] =
            Cuts(_cut(principal, total, noteIds, weights), _cut(penalty, total, noteIds, weights));
        emit RepaymentAllotted(receivableId, round, principal, penalty, total, left);
    }

    function redeem(uint256 noteId) external nonReentrant returns (uint256 amount) {
        bool served;
        (served, amount) = _redeem(noteId);
        if (!served) revert NothingToRedeem(noteId);
    }

    function redeemMany(uint256[] calldata noteIds) external nonReentrant returns (uint256 amount) {
        for (uint256 i = 0; i < noteIds.length; i++) {
            (, uint256 paid) = _redeem(noteIds[i]);
            amount += paid;
        }
    }

    // ---- recourse

    function claimRecourse(uint256 noteId, uint256 level) external {
        IReceivables.NoteView memory note = _noteInDefault(noteId);
        if (msg.sender != note.holder) revert NotTheHolder(noteId, note.holder, msg.sender);
        (address endorser,) = _endorserOf(noteId, note, level);
        emit RecourseClaimed(noteId, note.receivableId, endorser, note.holder, _freeOf(noteId, note));
    }

    function buyBack(uint256 noteId, uint256 level) external nonReentrant returns (uint256 toNoteId) {
        IReceivables.NoteView memory note = _noteInDefault(noteId);
        (address endorser, uint256 ancestorId) = _endorserOf(noteId, note, level);
        if (msg.sender != endorser) revert NotTheEndorser(noteId, endorser, msg.sender);
        uint256 amount = _freeOf(noteId, note);

        toNoteId = receivables.takePlace(noteId, ancestorId, endorser, uint64(amount));
        emit NoteBoughtBack(noteId, note.receivableId, endorser, note.holder, toNoteId, amount);
        _tellEscrow(note.holder, noteId, amount);
        uint16 currency = receivables.termsOf(note.receivableId).currency;
        _cash(currency).safeTransferFrom(endorser, note.holder, amount);
    }

    function writeOff(uint256 noteId) external {
        IReceivables.NoteView memory note = _noteInDefault(noteId);
        if (msg.sender != note.holder) revert NotTheHolder(noteId, note.holder, msg.sender);
        emit NoteWrittenOff(noteId, note.receivableId, note.holder, note.value);
    }

    // ---- views

    function dueOf(uint256 receivableId) external view returns (uint256 penalty, uint256 principal, uint256 supplierOwes) {
        IReceivables.Terms memory terms = receivables.termsOf(receivableId);
        IAdjustments.Adjustment memory adjustment = adjustments.adjustmentOf(receivableId);
        principal = _obligorOwes(receivableId, terms, adjustment) - adjustment.disputed;
        supplierOwes = _supplierOwes(receivableId, adjustment);
        Penalty memory p = _accrued(_penalties[receivableId], terms, principal);
        penalty = p.accrued / BPS - _accounts[receivableId].penaltyPaid;
        if (terms.status == IReceivables.Status.Repaid) penalty = 0;
    }

    function liveOf(uint256 receivableId) public view returns (uint256) {
        IReceivables.Terms memory terms = receivables.termsOf(receivableId);
        return terms.confirmed - adjustments.adjustmentOf(receivableId).absorbed - _accounts[receivableId].redeemed;
    }

    function accountOf(uint256 receivableId) external view returns (Account memory) {
        return _accounts[receivableId];
    }

    function penaltyOf(uint256 receivableId) external view returns (Penalty memory) {
        return _penalties[receivableId];
    }

    function allotmentOf(uint256 receivableId) external view returns (Allotment memory) {
        return _allotments[receivableId];
    }

    function requireNoAllotment(uint256 receivableId) public view {
        uint16 left = _allotments[receivableId].left;
        if (left != 0) revert AllotmentOpen(receivableId, left);
    }

    // ---- inside

    /// @dev M5. Whether the note had something to get, and how much. A share may be nothing, and is served all the same.
    function _redeem(uint256 noteId) private returns (bool served, uint256 amount) {
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        uint256 receivableId = note.receivableId;
        IReceivables.Terms memory terms = receivables.termsOf(receivableId);
        if (note.value == 0 || note.acceptBy != 0) return (false, 0);
        uint256 principal;
        uint256 penalty;
        if (_allotments[receivableId].left != 0) {
            (served, principal, penalty) = _takeShare(noteId, note, terms);
            if (!served) return (false, 0);
        } else {
            bool whole = terms.status == IReceivables.Status.Repaid
                && _accounts[receivableId].penaltyPaid == _penalties[receivableId].redeemed;
            if (!whole) return (false, 0);
            principal = note.value;
        }

        served = true;
        amount = principal + penalty;
        _accounts[receivableId].redeemed += uint64(principal);
        _penalties[receivableId].redeemed += uint64(penalty);
        if (principal != 0) receivables.burn(noteId, uint64(principal));
        emit NoteRedeemed(noteId, receivableId, note.holder, principal, penalty);
        _tellEscrow(note.holder, noteId, amount);
        _payOut(note.holder, terms.currency, amount);
    }

    function _takeShare(uint256 noteId, IReceivables.NoteView memory note, IReceivables.Terms memory terms)
        private
        returns (bool served, uint256 principal, uint256 penalty)
    {
        Allotment storage allotment = _allotments[note.receivableId];
        Cuts memory cuts = _cuts[note.receivableId];
        mapping(uint256 word => uint256) storage words = _served[note.receivableId][allotment.round];
        uint256 bit = 1 << (noteId & 255);
        uint256 weight = note.value - _lockedOf(noteId, terms);
        if (words[noteId >> 8] & bit != 0 || weight == 0) return (false, 0, 0);

        words[noteId >> 8] |= bit;
        allotment.left -= 1;
        principal = Shares.Pot(allotment.principal, allotment.weight, cuts.principal).shareOf(noteId, weight);
        penalty = Shares.Pot(allotment.penalty, allotment.weight, cuts.penalty).shareOf(noteId, weight);
        return (true, principal, penalty);
    }

    /// @dev M9.
    function _payLeftPenalty(uint256 receivableId, IReceivables.Terms memory terms, uint256 penalty) private {
        address supplier = participants.accountOf(terms.supplierId);
        _penalties[receivableId].redeemed += uint64(penalty);
        emit LeftPenaltyPaid(receivableId, supplier, penalty);
        _payOut(supplier, terms.currency, penalty);
    }

    /// @dev K12. Title in escrow: whoever keeps it has to know what the cash is for.
    function _tellEscrow(address holder, uint256 noteId, uint256 amount) private {
        if (holder == address(escrow) && amount != 0) escrow.onProceeds(noteId, amount);
    }

    /// @dev What has come in and is not paid out.
    function _undivided(uint256 receivableId) private view returns (uint256 principal, uint256 penalty) {
        Account memory account = _accounts[receivableId];
        principal = uint256(account.repaid) + account.madeGood - account.redeemed;
        penalty = account.penaltyPaid - _penalties[receivableId].redeemed;
    }

    function _cut(uint256 amount, uint256 total, uint256[] calldata noteIds, uint256[] memory weights)
        private
        pure
        returns (uint128)
    {
        uint256 cut = Shares.divide(amount, total, noteIds, weights).cut;
        return cut > type(uint128).max ? type(uint128).max : uint128(cut);
    }

    /// @dev What each note can take; refused unless these are all the notes there are.
    function _weigh(uint256 receivableId, IReceivables.Terms memory terms, uint256[] calldata noteIds)
        private
        view
        returns (uint256[] memory weights, uint256 total, uint16 left)
    {
        uint256 owed = _supplierOwes(receivableId, adjustments.adjustmentOf(receivableId));
        address supplier = participants.accountOf(terms.supplierId);
        weights = new uint256[](noteIds.length);
        uint256 listed;
        for (uint256 i = 0; i < noteIds.length; i++) {
            uint256 noteId = noteIds[i];
            if (i != 0 && noteId <= noteIds[i - 1]) revert NotesUnordered(noteId);
            IReceivables.NoteView memory note = receivables.noteOf(noteId);
            if (note.receivableId != receivableId) revert WrongReceivable(noteId, note.receivableId);
            if (note.acceptBy != 0) revert AcceptancePending(noteId, note.acceptBy);
            listed += note.value;
            uint256 weight = note.value - _lockedOf(noteId, terms);
            if (weight != 0) left++;
            if (weight != 0 && owed != 0 && note.holder == supplier) revert NotAbsorbed(noteId, owed);
            weights[i] = weight;
            total += weight;
        }
        uint256 live = liveOf(receivableId);
        if (listed != live) revert NotesIncomplete(receivableId, listed, live);
    }

    /// @dev X1. Who endorsed the note `level` endorsements up, and the note it endorsed. Every endorsement on the way,
    /// its own included, must be with recourse.
    function _endorserOf(uint256 noteId, IReceivables.NoteView memory note, uint256 level)
        private
        view
        returns (address endorser, uint256 ancestorId)
    {
        ancestorId = noteId;
        for (uint256 i = 0; ; i++) {
            if (note.parentId == 0 || !note.withRecourse) revert RecourseEnds(noteId, ancestorId);
            ancestorId = note.parentId;
            if (i == level) return (participants.accountOf(uint32(note.endorserId)), ancestorId);
            note = receivables.noteOf(ancestorId);
        }
    }

    function _noteInDefault(uint256 noteId) private view returns (IReceivables.NoteView memory note) {
        note = receivables.noteOf(noteId);
        IReceivables.Terms memory terms = _payable(note.receivableId);
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp <= terms.graceEndsAt) revert NotInDefault(note.receivableId, terms.graceEndsAt);
        if (note.acceptBy != 0) revert AcceptancePending(noteId, note.acceptBy);
        requireNoAllotment(note.receivableId);
        if (note.value == 0) revert InvalidAmount(0, 0);
    }

    function _freeOf(uint256 noteId, IReceivables.NoteView memory note) private view returns (uint256 free) {
        free = note.value - _lockedOf(noteId, receivables.termsOf(note.receivableId));
        if (free == 0) revert InvalidAmount(0, note.value);
    }

    function _lockedOf(uint256 noteId, IReceivables.Terms memory terms) private view returns (uint256) {
        return terms.status == IReceivables.Status.Disputed ? adjustments.lockedOf(noteId) : 0;
    }

    function _payable(uint256 receivableId) private view returns (IReceivables.Terms memory terms) {
        terms = receivables.termsOf(receivableId);
        _requirePayable(receivableId, terms);
    }

    function _requirePayable(uint256 receivableId, IReceivables.Terms memory terms) private pure {
        bool open = terms.status == IReceivables.Status.Confirmed || terms.status == IReceivables.Status.Disputed;
        if (!open) revert WrongStatus(receivableId, uint8(terms.status));
    }

    /// @dev M1, M2. At most what is due is taken; the rest never leaves the payer.
    function _within(uint256 receivableId, uint256 amount, uint256 due) private pure returns (uint256) {
        if (due == 0) revert NothingDue(receivableId);
        if (amount == 0) revert InvalidAmount(amount, due);
        return amount < due ? amount : due;
    }

    /// @dev M3. Brings the penalty up to now; what is due of it, and the undisputed principal.
    function _accrue(uint256 receivableId, IReceivables.Terms memory terms)
        private
        returns (uint256 penalty, uint256 principal)
    {
        IAdjustments.Adjustment memory adjustment = adjustments.adjustmentOf(receivableId);
        principal = _obligorOwes(receivableId, terms, adjustment) - adjustment.disputed;
        Penalty memory before = _penalties[receivableId];
        Penalty memory p = _accrued(before, terms, principal);
        if (p.lateDays != before.lateDays) _penalties[receivableId] = p;
        penalty = p.accrued / BPS - _accounts[receivableId].penaltyPaid;
    }

    /// @dev M3. Each day begun after grace counts, on the principal that was due when it began, to MAX_AMOUNT in all.
    function _accrued(Penalty memory p, IReceivables.Terms memory terms, uint256 principal)
        private
        view
        returns (Penalty memory)
    {
        // solhint-disable-next-line not-rely-on-time
        uint256 nowAt = block.timestamp;
        if (nowAt <= terms.graceEndsAt) return p;
        uint32 lateDays = uint32(Math.ceilDiv(nowAt - terms.graceEndsAt, 1 days));
        uint256 accrued = p.accrued + principal * terms.penaltyBpsPerDay * (lateDays - p.lateDays);
        uint256 most = MAX_AMOUNT * BPS;
        return Penalty(uint128(accrued < most ? accrued : most), lateDays, p.redeemed);
    }

    function _closeIfPaid(uint256 receivableId, IReceivables.Terms memory terms) private {
        IAdjustments.Adjustment memory adjustment = adjustments.adjustmentOf(receivableId);
        uint256 owed = _obligorOwes(receivableId, terms, adjustment) + _supplierOwes(receivableId, adjustment);
        uint256 penalty = _penalties[receivableId].accrued / BPS - _accounts[receivableId].penaltyPaid;
        if (owed + penalty == 0) receivables.setStatus(receivableId, IReceivables.Status.Repaid);
    }

    function _obligorOwes(
        uint256 receivableId,
        IReceivables.Terms memory terms,
        IAdjustments.Adjustment memory adjustment
    ) private view returns (uint256) {
        return terms.confirmed - adjustment.reduced - _accounts[receivableId].repaid;
    }

    function _supplierOwes(uint256 receivableId, IAdjustments.Adjustment memory adjustment)
        private
        view
        returns (uint256)
    {
        return adjustment.reduced - adjustment.absorbed - _accounts[receivableId].madeGood;
    }
}
