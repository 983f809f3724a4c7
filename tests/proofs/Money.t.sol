// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {IRepayments} from "../../contracts/interfaces/IRepayments.sol";
import {Claims} from "./Claims.sol";

/// @notice R9, R10, M1 to M6, X1 to X3: what comes in is what was due, what goes out is what left the notes, and the cash in
/// Repayments is what it owes.
contract MoneyProof is Claims {
    function setUp() public override {
        super.setUp();
        cash.mint(address(obligor), MOST);
        cash.mint(address(supplier), MOST / 2);
        cash.mint(address(financier), MOST / 2);
        _allowCash(obligor, address(repayments));
        _allowCash(supplier, address(repayments));
        _allowCash(financier, address(repayments));
    }

    /// @dev M1, R10. Before a penalty runs.
    function check_repaymentTakesWhatIsDueAtMost(address payer, uint256 amount) external {
        (uint256 penalty, uint256 principal) = _repay(payer, amount);
        IRepayments.Account memory account = repayments.accountOf(receivableId);
        assert(penalty == 0 && account.penaltyPaid == 0 && account.repaid <= principal);
    }

    /// @dev M3. On the first day after grace the penalty is principal × rate, rounded down.
    function check_penaltyIsRoundedDown() external {
        VM.warp(receivables.termsOf(receivableId).graceEndsAt + 1);
        (uint256 penalty, uint256 principal,) = repayments.dueOf(receivableId);
        unchecked {
            assert(penalty * 10_000 <= principal * 5 && principal * 5 < (penalty + 1) * 10_000);
        }
    }

    /// @dev M1. On that day the penalty comes first.
    function check_lateRepaymentGoesToThePenaltyFirst(address payer, uint256 amount) external {
        VM.warp(receivables.termsOf(receivableId).graceEndsAt + 1);
        (uint256 penalty, uint256 principal) = _repay(payer, amount);
        IRepayments.Account memory account = repayments.accountOf(receivableId);
        assert(account.penaltyPaid <= penalty && account.repaid <= principal);
        assert(account.repaid == 0 || account.penaltyPaid == penalty);
    }

    /// @dev J8, M2. What the supplier owes for a credit note, likewise.
    function check_makingGoodTakesWhatIsDueAtMost(address payer, uint64 reduced, uint256 amount) external {
        VM.prank(address(supplier));
        adjustments.dilute(receivableId, reduced, DOCUMENT, "credit note", new uint256[](0));
        uint256 had = cash.balanceOf(payer);
        _send(payer);
        uint256 taken = repayments.makeGood(receivableId, amount);
        assert(taken != 0 && taken <= amount && taken <= reduced);
        assert(cash.balanceOf(payer) + taken == had);
        _requireCovered();
    }

    /// @dev M5, N5. Once all is repaid a note is paid its value, to its holder, once.
    function check_redemptionPaysWhatLeavesTheNote(address caller, uint256 noteId_, address bystander) external {
        _repayAll();
        uint256 noteId = _pick(noteId_);
        uint256[] memory before = _values();
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        uint256 held = cash.balanceOf(address(repayments));
        uint256 had = cash.balanceOf(note.holder);
        uint256 others = cash.balanceOf(bystander);
        _send(caller);
        uint256 amount = repayments.redeem(noteId);

        assert(amount == note.value && note.acceptBy == 0);
        _requireMoved(before, noteId, 0, amount);
        assert(cash.balanceOf(note.holder) == had + amount);
        assert(cash.balanceOf(address(repayments)) + amount == held);
        assert(
            bystander == note.holder || bystander == address(repayments) || cash.balanceOf(bystander) == others
        );
        assert(repayments.accountOf(receivableId).redeemed == amount);
        _requireCovered();
        _refused(caller, address(repayments), abi.encodeCall(repayments.redeem, (noteId)));
    }

    /// @dev N5. A note that stands in a batch twice is paid once.
    function check_batchPaysEachNoteOnce(address caller, uint256 firstId_, uint256 secondId_) external {
        _repayAll();
        (uint256 firstId, uint256 secondId) = (_pick(firstId_), _pick(secondId_));
        uint256 first = receivables.balanceOf(firstId);
        uint256 second = receivables.balanceOf(secondId);
        uint256[] memory noteIds = new uint256[](2);
        (noteIds[0], noteIds[1]) = (firstId, secondId);
        _send(caller);
        uint256 amount = repayments.redeemMany(noteIds);
        assert(amount <= (firstId == secondId ? first : first + second));
        assert(repayments.accountOf(receivableId).redeemed == amount);
        _requireCovered();
    }

    /// @dev M6. What may not be paid is kept for its holder, and paid once.
    function check_withheldIsPaidOnce(address caller) external {
        _repayAll();
        participants.freeze(address(buyer), "order");
        uint256 held = cash.balanceOf(address(repayments));
        repayments.redeem(3);
        assert(cash.balanceOf(address(buyer)) == 0 && cash.balanceOf(address(repayments)) == held);
        _requireCovered();
        participants.unfreeze(address(buyer), "order");
        _send(caller);
        uint256 amount = repayments.payWithheld(address(buyer), CNY);
        assert(cash.balanceOf(address(buyer)) == amount && cash.balanceOf(address(repayments)) + amount == held);
        _requireCovered();
        _refused(caller, address(repayments), abi.encodeCall(repayments.payWithheld, (address(buyer), CNY)));
    }

    /// @dev X1 to X3. Recourse is the endorser's own act: its cash and nobody else's goes to the holder, the note's value to
    /// it, and all notes come to the same as before.
    function check_recourseMovesItsOwnCashAlone(address caller, uint256 noteId_, uint256 level, address bystander)
        external
    {
        uint256 noteId = _pick(noteId_);
        VM.warp(NOW + 64 days);
        uint256[] memory before = _values();
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        uint256 had = cash.balanceOf(note.holder);
        uint256 spent = cash.balanceOf(caller);
        uint256 others = cash.balanceOf(bystander);
        _send(caller);
        uint256 toId = repayments.buyBack(noteId, level);

        _requireMoved(before, noteId, toId, note.value);
        assert(note.withRecourse && level <= 1 && receivables.ownerOf(toId) == caller);
        assert(level == 0 ? caller == participants.accountOf(uint32(note.endorserId)) : caller == address(supplier));
        assert(caller == note.holder || cash.balanceOf(note.holder) == had + note.value);
        assert(caller == note.holder || cash.balanceOf(caller) + note.value == spent);
        assert(bystander == caller || bystander == note.holder || cash.balanceOf(bystander) == others);
        _requireCovered();
    }

    /// @dev What was due before it.
    function _repay(address payer, uint256 amount) private returns (uint256 penalty, uint256 principal) {
        (penalty, principal,) = repayments.dueOf(receivableId);
        uint256 held = cash.balanceOf(address(repayments));
        uint256 had = cash.balanceOf(payer);
        _send(payer);
        uint256 taken = repayments.repay(receivableId, amount);
        assert(taken != 0 && taken <= amount && taken <= penalty + principal);
        assert(cash.balanceOf(address(repayments)) == held + taken);
        assert(cash.balanceOf(payer) + taken == had);
        _requireCovered();
    }

    function _repayAll() private {
        VM.prank(address(obligor));
        repayments.repay(receivableId, type(uint256).max);
        VM.assume(receivables.termsOf(receivableId).status == IReceivables.Status.Repaid);
    }

    /// @dev R10. Nobody sent a gift here, so it is an equality.
    function _requireCovered() private view {
        IRepayments.Account memory account = repayments.accountOf(receivableId);
        IRepayments.Penalty memory penalty = repayments.penaltyOf(receivableId);
        uint256 owed = uint256(account.repaid) + account.madeGood + account.penaltyPaid;
        owed += repayments.withheldOf(address(buyer), CNY);
        assert(owed == cash.balanceOf(address(repayments)) + account.redeemed + penalty.redeemed);
    }
}
