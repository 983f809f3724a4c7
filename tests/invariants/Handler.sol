// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPolicy} from "../../contracts/interfaces/IPolicy.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {requireEqual, requireTrue} from "./Checks.sol";
import {DefaultActs} from "./DefaultActs.sol";
import {World} from "./World.sol";

/// @notice One function an act. Each looks for something the act can be done to, starting at a random place, and makes
/// it where there is nothing. Whatever is tried must succeed (fail_on_revert), or be refused just where the rules
/// refuse it.
contract Handler is DefaultActs {
    constructor(IPolicy.Limits memory limits) World(limits) {}

    /// @notice Time goes by; no act, so it is not counted.
    function wait(uint256 seconds_) external {
        VM.warp(block.timestamp + seconds_ % 5 days);
    }

    /// @notice K20. Every loan can be ended, from any state, whoever is frozen and whatever the price: by payment, or
    /// by the lender's word.
    function endLoans(uint256 seed) external {
        uint256[] memory ids = watchedLoans();
        for (uint256 i = 0; i < ids.length; i++) {
            if (_isOver(ids[i])) continue;
            if ((seed + i) % 2 == 0) _repayLoan(ids[i], 0, _person((seed + i) / 2));
            else _waive(ids[i]);
            requireTrue("K20 it is ended", ids[i], _isOver(ids[i]));
        }
    }

    /// @notice K12, K18. Once nothing is frozen all title goes back, and all cash to whom it is due.
    function clearLoans() external {
        for (uint256 i = 0; i < PEOPLE; i++) {
            _thaw(holder(i));
        }
        uint256[] memory ids = watchedLoans();
        for (uint256 i = 0; i < ids.length; i++) {
            uint256[] memory titles = _titlesOf(ids[i]);
            if (!_isOverNotes(ids[i])) _unfreezeAll(titles);
            if (titles.length != 0) _returnTitle(ids[i]);
            if (_hasProceeds(ids[i])) _applyProceeds(ids[i]);
            requireEqual("K18 no title waits", ids[i], _titlesOf(ids[i]).length, 0);
        }
        for (uint256 i = 0; i < PEOPLE; i++) {
            _payWithheldOf(holder(i));
        }
        requireEqual("K19 no cash is left in escrow", 0, cash.balanceOf(address(collateral)), 0);
        requireEqual("K19 nor in sales", 0, cash.balanceOf(address(enforcement)), 0);
        requireEqual("K19 nor in loans", 0, cash.balanceOf(address(loans)), 0);
        requireEqual("W6 nor in receipts", 0, cash.balanceOf(address(receipts)), 0);
    }

    function _unfreezeAll(uint256[] memory receiptIds) private {
        for (uint256 i = 0; i < receiptIds.length; i++) {
            bool lost = _quantityOfReceipt(receiptIds[i]) == 0;
            if (!lost && _isReceiptFrozen(receiptIds[i])) receipts.unfreeze(receiptIds[i], "order");
        }
    }

    /// @notice Every receivable can be brought to its end, from any state, and nothing of it is left.
    function endAll(uint256 seed) external {
        uint256[] memory ids = watched();
        for (uint256 i = 0; i < ids.length; i++) {
            if (_isUnderWay(ids[i])) _end(ids[i], seed + i);
        }
        requireEqual("R9 all have ended", 0, _watchedCount(), 0);
    }

    function _end(uint256 id, uint256 seed) internal override {
        if (_termsOf(id).status == IReceivables.Status.Submitted) {
            if (_isSubmitted(id) && seed % 2 == 0) _withdraw(id);
            else _expire(id);
            return;
        }
        _finish(id);
        if (_isDisputed(id)) _resolveByOrder(id, seed >> 8);
        if (_isAbsorbable(id)) _absorb(id);
        (uint256 penalty, uint256 principal,) = _isOpen(id) ? repayments.dueOf(id) : (0, 0, 0);
        if (penalty + principal != 0) _repay(Act.Repay, id, 0, seed >> 16);
        if (_supplierOwes(id) != 0) _makeGood(id, 0, seed >> 24);
        requireTrue("M7 all is paid: repaid", id, _termsOf(id).status == IReceivables.Status.Repaid);

        _answerAll(id, seed >> 32);
        (, penalty) = _waitingOf(id);
        if (penalty != 0 && repayments.liveOf(id) != 0) _allot(id);
        else if (penalty != 0) _payLeftPenalty(id);
        _finish(id);
        if (_liveNotes(id).length != 0) _payNotes(Act.RedeemMany, id, notesOf(id));
        requireEqual("M5 nothing is left in the notes", id, repayments.liveOf(id), 0);
        (principal, penalty) = _waitingOf(id);
        requireEqual("R10 no cash of it is left", id, principal + penalty, 0);
    }
}
