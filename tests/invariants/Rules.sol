// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Adjustments} from "../../contracts/Adjustments.sol";
import {Participants} from "../../contracts/Participants.sol";
import {Receivables} from "../../contracts/Receivables.sol";
import {Repayments} from "../../contracts/Repayments.sol";
import {SettlementToken} from "../../contracts/SettlementToken.sol";
import {IAdjustments} from "../../contracts/interfaces/IAdjustments.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {IRepayments} from "../../contracts/interfaces/IRepayments.sol";
import {Broken, requireAtMost, requireEqual, requireTrue} from "./Checks.sol";
import {Handler} from "./Handler.sol";

/// @notice What must be true at every moment, whatever was done before.
abstract contract Rules {
    uint16 internal constant CNY = 156;

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
    Participants private _participants;
    Receivables internal _receivables;
    Repayments internal _repayments;
    Adjustments internal _adjustments;
    SettlementToken internal _cash;
    address[] private _holders;
    uint256[2] private _obligorIds;

    function _meet(Handler handler) internal {
        _handler = handler;
        _participants = handler.participants();
        _receivables = handler.receivables();
        _repayments = handler.repayments();
        _adjustments = handler.adjustments();
        _cash = handler.cash();
        for (uint256 i = 0; i < handler.HOLDERS(); i++) _holders.push(handler.holder(i));
        for (uint256 i = 0; i < 2; i++) {
            (_obligorIds[i],,,) = _participants.participantOf(handler.holder(3 + i));
        }
    }

    function _requireAll(uint256[] memory ids) internal view {
        uint256 waiting;
        uint256[2] memory owed;
        for (uint256 i = 0; i < ids.length; i++) {
            Books memory books;
            books.id = ids[i];
            books.receivable = _receivables.receivableOf(ids[i]);
            if (books.receivable.confirmed == 0) {
                requireEqual("R2 no note before the confirmation", ids[i], books.receivable.noteCount, 0);
                continue;
            }
            books.account = _repayments.accountOf(ids[i]);
            books.penalty = _repayments.penaltyOf(ids[i]);
            books.adjustment = _adjustments.adjustmentOf(ids[i]);
            _requireNotes(books);
            _requireConserved(books);
            _requireStatus(books);
            waiting += _waiting(books) + books.account.penaltyPaid - books.penalty.redeemed;
            owed[books.receivable.obligor == _holders[3] ? 0 : 1] += _obligorOwes(books);
        }
        for (uint256 i = 0; i < 2; i++) {
            uint256 counted = _receivables.owedBy(uint32(_obligorIds[i]), CNY);
            requireEqual("P4 counted = owed", _obligorIds[i], counted, owed[i]);
        }
        _requireCash(waiting);
    }

    /// @dev N2, L4, J5; the values and locks are added up on the way.
    function _requireNotes(Books memory books) private view {
        uint256[] memory ids = _handler.notesOf(books.id);
        IReceivables.NoteView[] memory notes = new IReceivables.NoteView[](ids.length);
        bool inDispute = books.receivable.status == IReceivables.Status.Disputed;
        requireEqual("L4 notes are counted", books.id, books.receivable.noteCount, ids.length);
        for (uint256 i = 0; i < ids.length; i++) {
            IReceivables.NoteView memory note = _receivables.noteOf(ids[i]);
            notes[i] = note;
            requireEqual("N2 a note stays in its receivable", ids[i], note.receivableId, books.id);
            requireTrue("P5 who holds a note is a participant", ids[i], _isParticipant(note.holder));
            if (note.parentId == 0) {
                requireEqual("N2 a root has no depth", ids[i], note.depth, 0);
                requireTrue("N2 a root has no endorser", ids[i], note.endorserId == 0 && !note.withRecourse);
            } else {
                requireEqual("N2 a child is one deeper", ids[i], note.depth, _depthOf(note.parentId, ids, notes) + 1);
                requireTrue("N2 a child has an endorser", ids[i], note.endorserId != 0);
            }
            books.live += note.value;
            if (!inDispute) continue;
            uint256 locked = _adjustments.lockedOf(ids[i]);
            requireAtMost("J5 lock <= value", ids[i], locked, note.value);
            books.locked += locked;
        }
    }

    /// @dev A parent is older than its child, so it was read before.
    function _depthOf(uint256 noteId, uint256[] memory ids, IReceivables.NoteView[] memory notes)
        private
        pure
        returns (uint256)
    {
        for (uint256 i = 0; i < ids.length && address(notes[i].holder) != address(0); i++) {
            if (ids[i] == noteId) return notes[i].depth;
        }
        revert Broken("N2 a child stays in its receivable", noteId, 0, 1);
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
        uint256 behind = _obligorOwes(books) + _supplierOwes(books) + _waiting(books);
        requireEqual("R9 live = owed + waiting", id, books.live, behind);
        requireEqual("R9 liveOf", id, _repayments.liveOf(id), books.live);
        requireAtMost("M3 penalty paid <= accrued", id, account.penaltyPaid, books.penalty.accrued / 10_000);
        requireAtMost("M4 penalty redeemed <= paid", id, books.penalty.redeemed, account.penaltyPaid);
        IRepayments.Allotment memory allotment = _repayments.allotmentOf(id);
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
        uint256 kept = _cash.balanceOf(address(_repayments));
        uint256 sum = kept + _cash.balanceOf(address(_handler.loans()));
        sum += _cash.balanceOf(address(_handler.enforcement())) + _cash.balanceOf(address(_handler.receipts()));
        for (uint256 i = 0; i < _holders.length; i++) {
            waiting += _repayments.withheldOf(_holders[i], CNY);
            sum += _cash.balanceOf(_holders[i]);
        }
        requireEqual("R10 cash kept = waiting + withheld", 0, kept, waiting);
        requireEqual("D2 settlement keeps no cash", 0, _cash.balanceOf(address(_handler.settlement())), 0);
        // Nobody else has any: neither Adjustments nor Receivables.
        requireEqual("C D J cash of all = supply", 0, sum, _cash.totalSupply());
        requireAtMost("C3 supply <= reserve", 0, _cash.totalSupply(), _cash.reserve());
        requireEqual(
            "V1 V3 the reserve has levies + income - covers",
            0,
            _cash.balanceOf(_holders[_handler.PEOPLE()]) + _handler.covers(),
            _handler.levies() + _handler.reserveIncome()
        );
    }

    function _isParticipant(address account) internal view returns (bool) {
        (uint256 id,,,) = _participants.participantOf(account);
        return id != 0;
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
