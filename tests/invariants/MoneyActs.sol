// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {IRepayments} from "../../contracts/interfaces/IRepayments.sol";
import {requireEqual} from "./Checks.sol";
import {AdjustmentActs} from "./AdjustmentActs.sol";

/// @notice Money comes in, is divided and paid out. What each note must get is worked out here a second time.
abstract contract MoneyActs is AdjustmentActs {
    /// @dev A note's part of the division that is open.
    struct Share {
        uint128 principal;
        uint120 penalty;
        bool awaited;
    }

    /// @dev A payment of several notes, thought through before it is made.
    struct Payment {
        uint256 left;
        bool whole;
        uint256[] remaining;
        uint256[HOLDERS] principal;
        uint256[HOLDERS] cash;
    }

    mapping(uint256 noteId => Share) private _shares;

    function repay(uint256 start, uint256 amount, uint256 payer) external counted(Act.Repay) {
        _repay(Act.Repay, _due(start), amount, payer);
    }

    function repayLate(uint256 start, uint256 amount, uint256 payer) external counted(Act.RepayLate) {
        uint256 id = _due(start);
        _warpTo(uint256(_termsOf(id).graceEndsAt) + 1 + start % 10 days);
        _repay(Act.RepayLate, id, amount, payer);
    }

    function makeGood(uint256 start, uint256 amount, uint256 payer) external counted(Act.MakeGood) {
        uint256 id = _find(start, _isOwedBySupplier);
        if (id == 0) {
            id = _find(start, _isPayableDirectly);
            if (id == 0) (id,) = _fresh(start);
            _dilute(id, amount, new uint256[](0));
        }
        _makeGood(id, amount, payer);
    }

    function allot(uint256 start, uint256 amount) external counted(Act.Allot) {
        _divide(_due(start), amount);
    }

    function redeem(uint256 start, uint256 amount) external counted(Act.Redeem) {
        uint256 noteId = _redeemable(start, amount);
        uint256[] memory one = new uint256[](1);
        one[0] = noteId;
        _payNotes(Act.Redeem, receivables.slotOf(noteId), one);
    }

    /// @dev A part of the notes, one of them twice.
    function redeemMany(uint256 start, uint256 amount) external counted(Act.RedeemMany) {
        uint256 noteId = _redeemable(start, amount);
        uint256[] memory all = notesOf(receivables.slotOf(noteId));
        uint256[] memory list = new uint256[](_between(amount, 1, all.length) + 1);
        for (uint256 i = 0; i < list.length; i++) {
            list[i] = all[(start % all.length + i) % all.length];
        }
        list[list.length - 1] = noteId;
        _payNotes(Act.RedeemMany, receivables.slotOf(noteId), list);
    }

    function freeze(uint256 who) external counted(Act.Freeze) {
        if (participants.mayHold(_person(who))) participants.freeze(_person(who), "order");
        _did(Act.Freeze);
    }

    function unfreeze(uint256 who) external counted(Act.Unfreeze) {
        _thaw(_person(who));
        _did(Act.Unfreeze);
    }

    function payWithheld(uint256 start, uint256 amount) external counted(Act.PayWithheld) {
        uint256 i = _withheldFrom(start);
        if (i == HOLDERS) i = _withhold(start, amount);
        address account = holder(i);
        _thaw(account);
        uint256 withheld = repayments.withheldOf(account, CNY);
        uint256 had = cash.balanceOf(account);
        requireEqual("M6 what was withheld is paid", i, repayments.payWithheld(account, CNY), withheld);
        requireEqual("M6 to its owner", i, cash.balanceOf(account), had + withheld);
        _did(Act.PayWithheld);
    }

    // ---- single steps

    /// @dev M1, R6. A part, all, or more than is due, by the obligor or anybody else.
    function _repay(Act act, uint256 id, uint256 amount, uint256 payer) internal {
        (uint256 penalty, uint256 principal,) = repayments.dueOf(id);
        uint256 due = penalty + principal;
        uint256 offered = amount % 3 == 0 ? due + amount % 1e6 : _between(amount, 1, due);
        address account = payer % 2 == 0 ? _obligorOf(id) : _person(payer);
        _thaw(account);
        Picture memory first = _before(act, id, account);
        VM.prank(account);
        uint256 taken = repayments.repay(id, offered);
        Picture memory second = _after(first);
        requireEqual("M1 at most what is due is taken", id, taken, offered < due ? offered : due);
        uint256 place = placeOf(account);
        requireEqual("M1 the payer pays what is taken", id, first.cash[place] - second.cash[place], taken);
        (uint256 penaltyAfter,,) = repayments.dueOf(id);
        requireEqual("M1 penalty first", id, penaltyAfter, penalty > taken ? penalty - taken : 0);
    }

    function _makeGood(uint256 id, uint256 amount, uint256 payer) internal {
        uint256 owes = _supplierOwes(id);
        uint256 offered = amount % 3 == 0 ? owes + amount % 1e6 : _between(amount, 1, owes);
        address account = payer % 2 == 0 ? _supplierOf(id) : _person(payer);
        _thaw(account);
        Picture memory first = _before(Act.MakeGood, id, account);
        VM.prank(account);
        uint256 taken = repayments.makeGood(id, offered);
        _after(first);
        requireEqual("M2 at most what is owed is taken", id, taken, offered < owes ? offered : owes);
    }

    /// @dev Whatever comes before it: the day, everybody's word, the supplier's notes, some money.
    function _divide(uint256 id, uint256 amount) internal {
        _finish(id);
        _warpTo(_termsOf(id).maturityAt);
        _answerAll(id, amount);
        if (_isAbsorbable(id)) _absorb(id);
        (uint256 principal, uint256 penalty) = _waitingOf(id);
        if (principal + penalty == 0) _repay(Act.Repay, id, amount, amount);
        _allot(id);
    }

    function _allot(uint256 id) internal {
        uint256[] memory ids = _liveNotes(id);
        uint256[] memory weights = new uint256[](ids.length);
        uint256 total;
        for (uint256 i = 0; i < ids.length; i++) {
            weights[i] = _freeOf(ids[i]);
            total += weights[i];
        }
        (uint256 principal, uint256 penalty) = _waitingOf(id);
        Picture memory first = _before(Act.Allot, id, address(0));
        repayments.allot(id, ids);
        _after(first);
        IRepayments.Allotment memory allotment = repayments.allotmentOf(id);
        requireEqual("M4 all principal that waits is divided", id, allotment.principal, principal);
        requireEqual("M4 all penalty that waits is divided", id, allotment.penalty, penalty);
        uint256[] memory principals = _divided(principal, total, weights);
        uint256[] memory penalties = _divided(penalty, total, weights);
        uint256 left;
        for (uint256 i = 0; i < ids.length; i++) {
            if (weights[i] == 0) continue;
            _shares[ids[i]] = Share(uint128(principals[i]), uint120(penalties[i]), true);
            left++;
        }
        requireEqual("M4 every note with a weight has a share", id, allotment.left, left);
    }

    /// @dev M9. No note has value any more.
    function _payLeftPenalty(uint256 id) internal {
        (, uint256 penalty) = _waitingOf(id);
        uint256 place = placeOf(_supplierOf(id));
        Picture memory first = _before(Act.Allot, id, address(0));
        repayments.allot(id, new uint256[](0));
        Picture memory second = _after(first);
        requireEqual("M9 the supplier gets what is left", id, second.cash[place] - first.cash[place], penalty);
    }

    function _payNotes(Act act, uint256 id, uint256[] memory ids) internal {
        Payment memory payment = _foreseen(id, ids);
        Picture memory first = _before(act, id, address(0));
        if (act == Act.Redeem) repayments.redeem(ids[0]);
        else repayments.redeemMany(ids);
        Picture memory second = _after(first);
        for (uint256 i = 0; i < HOLDERS; i++) {
            requireEqual("M5 principal leaves the note", i, first.values[i] - second.values[i], payment.principal[i]);
            requireEqual("M5 each gets its share", i, second.cash[i] - first.cash[i], payment.cash[i]);
        }
        reserveIncome += payment.cash[PEOPLE];
    }

    function _finish(uint256 id) internal override {
        if (repayments.allotmentOf(id).left != 0) _payNotes(Act.RedeemMany, id, notesOf(id));
    }

    /// @dev M5, as the rule says it: shares while a division is open, whole values once all is repaid.
    function _foreseen(uint256 id, uint256[] memory ids) private returns (Payment memory payment) {
        payment.left = repayments.allotmentOf(id).left;
        (, uint256 penaltyLeft) = _waitingOf(id);
        bool repaid = _termsOf(id).status == IReceivables.Status.Repaid;
        payment.remaining = new uint256[](ids.length);
        for (uint256 i = 0; i < ids.length; i++) {
            IReceivables.NoteView memory note = receivables.noteOf(ids[i]);
            uint256 value = note.value;
            for (uint256 k = 0; k < i; k++) {
                if (ids[k] == ids[i]) value = payment.remaining[k];
            }
            payment.remaining[i] = value;
            if (value == 0 || note.acceptBy != 0) continue;
            uint256 principal = 0;
            uint256 penalty = 0;
            if (payment.left != 0) {
                Share memory share = _shares[ids[i]];
                if (!share.awaited) continue;
                _shares[ids[i]].awaited = false;
                payment.left--;
                (principal, penalty) = (share.principal, share.penalty);
            } else if (repaid && penaltyLeft == 0) {
                principal = value;
            }
            penaltyLeft -= penalty;
            payment.remaining[i] -= principal;
            payment.principal[placeOf(note.holder)] += principal;
            payment.cash[placeOf(note.holder)] += principal + penalty;
        }
    }

    /// @dev Largest remainder, the plain way: whole parts, then unit after unit to the largest remainder that has none.
    function _divided(uint256 pot, uint256 total, uint256[] memory weights)
        internal
        pure
        returns (uint256[] memory shares)
    {
        shares = new uint256[](weights.length);
        if (pot == 0) return shares;
        uint256[] memory remainders = new uint256[](weights.length);
        uint256 over = pot;
        for (uint256 i = 0; i < weights.length; i++) {
            shares[i] = pot * weights[i] / total;
            remainders[i] = pot * weights[i] % total;
            over -= shares[i];
        }
        for (; over > 0; over--) {
            uint256 largest = 0;
            for (uint256 i = 1; i < weights.length; i++) {
                if (remainders[i] > remainders[largest]) largest = i;
            }
            shares[largest]++;
            remainders[largest] = 0;
        }
    }

    // ---- finds or makes

    function _redeemable(uint256 start, uint256 amount) private returns (uint256 noteId) {
        noteId = _findNote(start, _isPayingOut, _isServable);
        if (noteId != 0) return noteId;
        _divide(_due(start), amount);
        return _findNote(start, _isPayingOut, _isServable);
    }

    /// @dev A person for whom money is withheld; HOLDERS for nobody.
    function _withheldFrom(uint256 start) private view returns (uint256) {
        for (uint256 i = 0; i < PEOPLE; i++) {
            uint256 place = (start % PEOPLE + i) % PEOPLE;
            if (repayments.withheldOf(holder(place), CNY) != 0) return place;
        }
        return HOLDERS;
    }

    /// @dev Has somebody paid while it is frozen, in full.
    function _withhold(uint256 start, uint256 amount) private returns (uint256) {
        (uint256 id, uint256 noteId) = _fresh(start);
        _repay(Act.Repay, id, 0, amount);
        address owner = receivables.ownerOf(noteId);
        participants.freeze(owner, "order");
        _payNotes(Act.RedeemMany, id, notesOf(id));
        return placeOf(owner);
    }

    function _isOwedBySupplier(uint256 id) private view returns (bool) {
        return _isOpen(id) && _supplierOwes(id) != 0;
    }

    function _isPayingOut(uint256 id) private view returns (bool) {
        if (repayments.allotmentOf(id).left != 0) return true;
        (, uint256 penalty) = _waitingOf(id);
        return penalty == 0 && _termsOf(id).status == IReceivables.Status.Repaid;
    }

    function _isServable(uint256 noteId, IReceivables.NoteView memory note) private view returns (bool) {
        if (repayments.allotmentOf(note.receivableId).left != 0) return _shares[noteId].awaited;
        return note.acceptBy == 0;
    }
}
