// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAdjustments} from "../../contracts/interfaces/IAdjustments.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {IRepayments} from "../../contracts/interfaces/IRepayments.sol";
import {requireAtMost, requireEqual, requireTrue} from "./Checks.sol";
import {World} from "./World.sol";

/// @notice Sees every single act: what everybody held and had before it and after it. Nobody may be poorer but by its
/// own act, notes that wait for acceptance stay, and the penalty is what an account kept apart from the contract says.
abstract contract Witness is World {
    enum Act {
        Register,
        Confirm,
        Reject,
        Withdraw,
        Expire,
        LowerFace,
        Endorse,
        EndorseMany,
        Split,
        Merge,
        Transfer,
        Accept,
        Decline,
        Settle,
        ConfirmAndSettle,
        GiveNotice,
        PayAssignor,
        Dilute,
        SetOff,
        Absorb,
        Dispute,
        Resolve,
        ResolveByOrder,
        Repay,
        RepayLate,
        MakeGood,
        Allot,
        Redeem,
        RedeemMany,
        Freeze,
        Unfreeze,
        PayWithheld,
        ClaimRecourse,
        BuyBack,
        WriteOff,
        Cover,
        TakeIn,
        SplitReceipt,
        MergeReceipts,
        TransferReceipt,
        SellReceipt,
        RequestReplacement,
        Replace,
        DeliverGoods,
        PayStorage,
        ReportLoss,
        Insure,
        ExtendLot,
        FreezeReceipt,
        UnfreezeReceipt,
        LockLot,
        UnlockLot,
        PublishPrice,
        LendOnReceipt,
        LendOnNote,
        DrawLoan,
        RepayLoan,
        TopUp,
        ReleaseTitle,
        AdvanceStorage,
        ApplyProceeds,
        Waive,
        ReturnTitle,
        CallMargin,
        ReviewCall,
        OpenSale,
        Bid,
        CloseSale,
        PayWithheldOfLoan
    }

    /// @param actor whose own act it is: it may give value away, and pay; nobody where anyone can do it.
    /// @param payer who agreed beforehand to pay: by a signed document, or as the reserve does.
    /// @param noteId the note whose payee answers (N8), if that is the act.
    struct Picture {
        Act act;
        uint256 receivableId;
        address actor;
        address payer;
        uint256 noteId;
        address supplier;
        IReceivables.NoteView[] notes;
        uint256[HOLDERS] values;
        uint256[HOLDERS] cash;
    }

    /// @dev M3, kept apart: what has accrued up to a day, and the principal that is due since.
    struct Late {
        uint256 accrued;
        uint256 lateDays;
        uint256 principal;
    }

    mapping(Act act => uint256) public calls;
    mapping(Act act => uint256) public successes;
    /// @notice What the reserve got and paid, from the acts that say so.
    uint256 public levies;
    uint256 public covers;
    uint256 public reserveIncome;

    uint256[] private _watched;
    uint256 private _ended;
    mapping(uint256 receivableId => bool) private _isEnded;
    mapping(uint256 receivableId => uint256[]) private _notes;
    mapping(uint256 receivableId => Late) private _late;
    uint256 private _knownNotes;
    Act private _asked;
    bool private _done;

    /// @dev An act that found nothing to be done to counts as a call without success.
    modifier counted(Act act) {
        _forgetEnded();
        _asked = act;
        _done = false;
        calls[act]++;
        _;
        if (_done) successes[act]++;
    }

    /// @notice The receivables that can still change, and those that ended with the last act.
    function watched() public view returns (uint256[] memory) {
        return _watched;
    }

    /// @notice All notes there ever were of a receivable, ascending.
    function notesOf(uint256 receivableId) public view returns (uint256[] memory) {
        return _notes[receivableId];
    }

    function _watch(uint256 receivableId) internal {
        _watched.push(receivableId);
    }

    function _isUnderWay(uint256 receivableId) internal view returns (bool) {
        return !_isEnded[receivableId];
    }

    function _watchedCount() internal view returns (uint256) {
        return _watched.length - _ended;
    }

    function _before(Act act, uint256 receivableId, address actor) internal view returns (Picture memory) {
        return _before(act, receivableId, actor, address(0), 0);
    }

    function _before(Act act, uint256 receivableId, address actor, address payer, uint256 noteId)
        internal
        view
        returns (Picture memory picture)
    {
        picture.act = act;
        picture.receivableId = receivableId;
        picture.actor = actor;
        picture.payer = payer;
        picture.noteId = noteId;
        picture.supplier = receivables.receivableOf(receivableId).supplier;
        _expose(picture);
    }

    function _after(Picture memory first) internal returns (Picture memory second) {
        _learnNotes();
        second.act = first.act;
        second.receivableId = first.receivableId;
        _expose(second);
        for (uint256 i = 0; i < HOLDERS; i++) {
            _requireUnharmed(first, second, i);
        }
        _requirePendingStay(first, second);
        _followPenalty(first.receivableId);
        if (first.act == _asked) _done = true;
        _noteEnd(first.receivableId, second);
    }

    /// @dev The same for what concerns no receivable.
    function _did(Act act) internal {
        if (act == _asked) _done = true;
    }

    function _expose(Picture memory picture) private view {
        uint256[] storage ids = _notes[picture.receivableId];
        picture.notes = new IReceivables.NoteView[](ids.length);
        for (uint256 i = 0; i < ids.length; i++) {
            IReceivables.NoteView memory note = receivables.noteOf(ids[i]);
            picture.notes[i] = note;
            // What awaits acceptance is nobody's yet.
            if (note.acceptBy == 0) picture.values[placeOf(note.holder)] += note.value;
        }
        bool paysOut = picture.act == Act.Redeem || picture.act == Act.RedeemMany || picture.act == Act.Allot;
        for (uint256 i = 0; i < HOLDERS; i++) {
            address account = holder(i);
            picture.cash[i] = cash.balanceOf(account);
            if (paysOut) picture.cash[i] += repayments.withheldOf(account, CNY); // M6
        }
    }

    function _requireUnharmed(Picture memory first, Picture memory second, uint256 i) private view {
        address account = holder(i);
        if (account == first.actor) return;
        if (account != first.payer) requireAtMost("X3 cash goes by its owner's act", i, first.cash[i], second.cash[i]);
        if (account == first.supplier || second.values[i] >= first.values[i]) return;
        uint256 lost = first.values[i] - second.values[i];
        requireAtMost("J8 N5 value leaves a holder against cash", i, first.cash[i] + lost, second.cash[i]);
    }

    function _requirePendingStay(Picture memory first, Picture memory second) private view {
        for (uint256 i = 0; i < first.notes.length; i++) {
            IReceivables.NoteView memory was = first.notes[i];
            if (was.acceptBy == 0) continue;
            uint256 noteId = _notes[first.receivableId][i];
            if (noteId == first.noteId) continue;
            IReceivables.NoteView memory is_ = second.notes[i];
            bool same = was.holder == is_.holder && was.value == is_.value && was.acceptBy == is_.acceptBy;
            requireTrue("N8 what awaits acceptance stays", noteId, same);
        }
    }

    function _followPenalty(uint256 receivableId) private {
        IReceivables.Terms memory terms = receivables.termsOf(receivableId);
        if (terms.confirmed == 0) return;
        Late storage late = _late[receivableId];
        uint256 begun = block.timestamp <= terms.graceEndsAt
            ? 0
            : (block.timestamp - terms.graceEndsAt + 1 days - 1) / 1 days;
        (uint256 penalty, uint256 principal,) = repayments.dueOf(receivableId);
        late.accrued += late.principal * terms.penaltyBpsPerDay * (begun - late.lateDays);
        late.lateDays = begun;
        late.principal = principal;
        uint256 paid = repayments.accountOf(receivableId).penaltyPaid;
        requireEqual("M3 penalty = sum over days begun", receivableId, penalty + paid, late.accrued / 10_000);
    }

    function _learnNotes() internal {
        uint256 count = receivables.noteCount();
        for (uint256 id = _knownNotes + 1; id <= count; id++) {
            _notes[receivables.slotOf(id)].push(id);
        }
        _knownNotes = count;
    }

    /// @dev Nothing changes any more: fallen before its confirmation, or repaid and paid out.
    function _noteEnd(uint256 receivableId, Picture memory picture) private {
        IReceivables.Status status = receivables.termsOf(receivableId).status;
        bool fallen = status == IReceivables.Status.Rejected || status == IReceivables.Status.Withdrawn
            || status == IReceivables.Status.Expired;
        if (!fallen && status != IReceivables.Status.Repaid) return;
        for (uint256 i = 0; i < picture.notes.length; i++) {
            if (picture.notes[i].value != 0) return;
        }
        (uint256 principal, uint256 penalty) = _waitingOf(receivableId);
        if (_isEnded[receivableId] || principal + penalty != 0) return;
        _isEnded[receivableId] = true;
        _ended++;
    }

    function _forgetEnded() internal virtual {
        for (uint256 i = _watched.length; i > 0; i--) {
            if (!_isEnded[_watched[i - 1]]) continue;
            _watched[i - 1] = _watched[_watched.length - 1];
            _watched.pop();
            _ended--;
        }
    }

    // ---- what everybody asks

    function _termsOf(uint256 receivableId) internal view returns (IReceivables.Terms memory) {
        return receivables.termsOf(receivableId);
    }

    function _supplierOf(uint256 receivableId) internal view returns (address) {
        return receivables.receivableOf(receivableId).supplier;
    }

    function _obligorOf(uint256 receivableId) internal view returns (address) {
        return receivables.receivableOf(receivableId).obligor;
    }

    /// @dev What the obligor owes, the disputed part included.
    function _owed(uint256 receivableId) internal view returns (uint256) {
        IAdjustments.Adjustment memory adjustment = adjustments.adjustmentOf(receivableId);
        IRepayments.Account memory account = repayments.accountOf(receivableId);
        return _termsOf(receivableId).confirmed - adjustment.reduced - account.repaid;
    }

    /// @dev The cash that has come in and is not paid out.
    function _waitingOf(uint256 receivableId) internal view returns (uint256 principal, uint256 penalty) {
        IRepayments.Account memory account = repayments.accountOf(receivableId);
        principal = account.repaid + account.madeGood - account.redeemed;
        penalty = account.penaltyPaid - repayments.penaltyOf(receivableId).redeemed;
    }

    function _supplierOwes(uint256 receivableId) internal view returns (uint256) {
        IAdjustments.Adjustment memory adjustment = adjustments.adjustmentOf(receivableId);
        return adjustment.reduced - adjustment.absorbed - repayments.accountOf(receivableId).madeGood;
    }

    function _freeOf(uint256 noteId) internal view returns (uint256) {
        return receivables.balanceOf(noteId) - adjustments.lockedOf(noteId);
    }

    /// @dev The notes with value, ascending.
    function _liveNotes(uint256 receivableId) internal view returns (uint256[] memory live) {
        uint256[] storage all = _notes[receivableId];
        live = new uint256[](all.length);
        uint256 count;
        for (uint256 i = 0; i < all.length; i++) {
            if (receivables.balanceOf(all[i]) != 0) live[count++] = all[i];
        }
        assembly ("memory-safe") {
            mstore(live, count)
        }
    }
}
