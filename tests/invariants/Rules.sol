// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {SettlementToken} from "../../contracts/SettlementToken.sol";
import {IAdjustments} from "../../contracts/interfaces/IAdjustments.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {IRepayments} from "../../contracts/interfaces/IRepayments.sol";
import {requireAtMost, requireEqual, requireTrue} from "./Checks.sol";
import {Handler} from "./Handler.sol";

/// @notice What must be true at every moment, whatever was done before.
abstract contract Rules {
    uint16 private constant CNY = 156;

    /// @dev All that the contracts know of one receivable.
    struct Books {
        uint256 id;
        IReceivables.ReceivableView receivable;
        IRepayments.Account account;
        IRepayments.Penalty penalty;
        IAdjustments.Adjustment adjustment;
        uint256 live;
        uint256 locked;
    }

    Handler internal _handler;

    function _requireAll(uint256[] memory ids) internal view {
        uint256 waiting;
        uint256[2] memory owed;
        for (uint256 i = 0; i < ids.length; i++) {
            Books memory books = _booksOf(ids[i]);
            _requireNotes(books);
            if (books.receivable.confirmed == 0) continue;
            _requireConserved(books);
            _requireStatus(books);
            waiting += _waiting(books) + books.account.penaltyPaid - books.penalty.redeemed;
            owed[_handler.placeOf(books.receivable.obligor) - 3] += _obligorOwes(books);
        }
        for (uint256 i = 0; i < 2; i++) {
            uint32 obligorId = uint32(i + 6); // two contracts and three suppliers were taken in before
            requireEqual("P4 counted = owed", obligorId, _handler.receivables().owedBy(obligorId, CNY), owed[i]);
        }
        _requireCash(waiting);
    }

    /// @dev N2, L4, J5; the values and locks are added up on the way.
    function _requireNotes(Books memory books) private view {
        IReceivables receivables = _handler.receivables();
        uint256[] memory ids = _handler.notesOf(books.id);
        bool inDispute = books.receivable.status == IReceivables.Status.Disputed;
        requireEqual("L4 notes are counted", books.id, books.receivable.noteCount, ids.length);
        for (uint256 i = 0; i < ids.length; i++) {
            IReceivables.NoteView memory note = receivables.noteOf(ids[i]);
            requireEqual("N2 a note stays in its receivable", ids[i], note.receivableId, books.id);
            _requireOrigin(receivables, ids[i], note);
            books.live += note.value;
            if (!inDispute) continue;
            uint256 locked = _handler.adjustments().lockedOf(ids[i]);
            requireAtMost("J5 lock <= value", ids[i], locked, note.value);
            books.locked += locked;
        }
    }

    function _requireOrigin(IReceivables receivables, uint256 noteId, IReceivables.NoteView memory note) private view {
        if (note.parentId == 0) {
            requireEqual("N2 a root has no depth", noteId, note.depth, 0);
            requireTrue("N2 a root has no endorser", noteId, note.endorserId == 0 && !note.withRecourse);
            return;
        }
        IReceivables.NoteView memory parent = receivables.noteOf(note.parentId);
        requireEqual("N2 a child stays in its receivable", noteId, note.receivableId, parent.receivableId);
        requireEqual("N2 a child is one deeper", noteId, note.depth, parent.depth + 1);
        requireTrue("N2 a child has an endorser", noteId, note.endorserId != 0);
    }

    /// @dev R9: each of its three equalities, and that nothing in them is negative.
    function _requireConserved(Books memory books) private view {
        uint256 id = books.id;
        uint256 confirmed = books.receivable.confirmed;
        IRepayments.Account memory account = books.account;
        IAdjustments.Adjustment memory adjustment = books.adjustment;
        requireAtMost("R9 confirmed <= face", id, confirmed, books.receivable.faceValue);
        requireAtMost("R9 the obligor's debt >= 0", id, uint256(adjustment.reduced) + account.repaid, confirmed);
        requireAtMost(
            "R9 the supplier's debt >= 0", id, uint256(adjustment.absorbed) + account.madeGood, adjustment.reduced
        );
        requireAtMost("R9 the cash >= 0", id, account.redeemed, uint256(account.repaid) + account.madeGood);
        requireEqual("R9 live", id, books.live + adjustment.absorbed + account.redeemed, confirmed);
        requireEqual("R9 live = owed + waiting", id, books.live, _obligorOwes(books) + _supplierOwes(books) + _waiting(books));
        requireEqual("R9 liveOf", id, _handler.repayments().liveOf(id), books.live);
        requireAtMost("M3 penalty paid <= accrued", id, account.penaltyPaid, books.penalty.accrued / 10_000);
        requireAtMost("M4 penalty redeemed <= paid", id, books.penalty.redeemed, account.penaltyPaid);
        IRepayments.Allotment memory allotment = _handler.repayments().allotmentOf(id);
        requireAtMost("M4 no more principal than value", id, allotment.principal, allotment.weight);
    }

    function _requireStatus(Books memory books) private pure {
        uint256 id = books.id;
        bool inDispute = books.receivable.status == IReceivables.Status.Disputed;
        requireTrue("J5 in dispute = something is disputed", id, inDispute == (books.adjustment.disputed != 0));
        requireEqual("J5 locks = disputed", id, books.locked, books.adjustment.disputed);
        requireAtMost("J5 disputed <= owed", id, books.adjustment.disputed, _obligorOwes(books));
        uint256 penaltyDue = books.penalty.accrued / 10_000 - books.account.penaltyPaid;
        uint256 owed = _obligorOwes(books) + _supplierOwes(books) + penaltyDue;
        bool repaid = books.receivable.status == IReceivables.Status.Repaid;
        requireTrue("M7 repaid = nothing is owed", id, repaid == (owed == 0));
    }

    /// @dev R10, C, V, D.
    function _requireCash(uint256 waiting) private view {
        SettlementToken cash = _handler.cash();
        IRepayments repayments = _handler.repayments();
        uint256 kept = cash.balanceOf(address(repayments));
        uint256 sum = kept;
        for (uint256 i = 0; i < _handler.HOLDERS(); i++) {
            address holder = _handler.holder(i);
            waiting += repayments.withheldOf(holder, CNY);
            sum += cash.balanceOf(holder);
        }
        requireEqual("R10 cash kept = waiting + withheld", 0, kept, waiting);
        requireEqual("C cash of all = supply", 0, sum, cash.totalSupply());
        requireAtMost("C3 supply <= reserve", 0, cash.totalSupply(), cash.reserve());
        requireEqual(
            "V1 V3 the reserve has levies + income - covers",
            0,
            cash.balanceOf(address(_handler.reserve())) + _handler.covers(),
            _handler.levies() + _handler.reserveIncome()
        );
        requireEqual("D settlement keeps nothing", 0, cash.balanceOf(address(_handler.settlement())), 0);
        requireEqual("J adjustments keeps nothing", 0, cash.balanceOf(address(_handler.adjustments())), 0);
    }

    function _booksOf(uint256 id) private view returns (Books memory books) {
        books.id = id;
        books.receivable = _handler.receivables().receivableOf(id);
        books.account = _handler.repayments().accountOf(id);
        books.penalty = _handler.repayments().penaltyOf(id);
        books.adjustment = _handler.adjustments().adjustmentOf(id);
    }

    function _obligorOwes(Books memory books) private pure returns (uint256) {
        return books.receivable.confirmed - books.adjustment.reduced - books.account.repaid;
    }

    function _supplierOwes(Books memory books) private pure returns (uint256) {
        return books.adjustment.reduced - books.adjustment.absorbed - books.account.madeGood;
    }

    function _waiting(Books memory books) private pure returns (uint256) {
        return uint256(books.account.repaid) + books.account.madeGood - books.account.redeemed;
    }
}
