// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {Claims} from "./Claims.sol";

/// @notice V2, V3: the reserve pays no more than it has, than was insured and than the note is worth, and gets the value.
contract ReserveProof is Claims {
    uint64 private _insured;
    uint64 private _fund;

    /// @dev Note 2 is insured for any amount, and any amount is in the fund; grace is over.
    function setUp() public override {
        super.setUp();
        _insured = _any(1, MOST);
        _fund = _any(0, MOST);
        cash.mint(address(reserve), _fund);
        VM.prank(address(settlement));
        reserve.insure(2, receivableId, address(cash), _insured, 0);
        VM.warp(NOW + 64 days);
    }

    function check_coverPaysAtMostWhatItHas(address caller, uint256 noteId_, address bystander) external {
        uint256 noteId = _pick(noteId_);
        uint256[] memory before = _values();
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        uint256 others = cash.balanceOf(bystander);
        _send(caller);
        uint256 amount = reserve.cover(noteId);

        assert(noteId == 2 && amount != 0);
        assert(amount <= _insured && amount <= _fund && amount <= note.value);
        assert(amount == _insured || amount == _fund || amount == note.value);
        assert(reserve.insuredOf(2) + amount == _insured);
        assert(cash.balanceOf(address(reserve)) + amount == _fund);
        assert(cash.balanceOf(note.holder) == amount);
        _requireMoved(before, noteId, receivables.ownerOf(noteId) == address(reserve) ? noteId : NOTES + 1, amount);
        assert(bystander == address(reserve) || bystander == note.holder || cash.balanceOf(bystander) == others);
    }

    /// @dev However often it is asked.
    function check_coversComeToWhatIsInsuredAtMost(address caller, uint64 more) external {
        uint256 paid = reserve.cover(2);
        VM.assume(uint256(_fund) + more <= MOST);
        cash.mint(address(reserve), more);
        _send(caller);
        paid += reserve.cover(2);
        assert(paid <= _insured);
    }

    /// @dev V3. Not within grace.
    function check_nothingIsCoveredWithinGrace(address caller, uint256 noteId, uint40 at) external {
        VM.assume(at >= NOW && at <= receivables.termsOf(receivableId).graceEndsAt);
        VM.warp(at);
        _refused(caller, address(reserve), abi.encodeCall(reserve.cover, (noteId)));
    }

    /// @dev V2. What is insured is said by the sale itself.
    function check_onlySalesInsure(address caller, uint256 noteId, address token, uint256 price, uint256 levy) external {
        VM.assume(caller != address(settlement));
        bytes memory act = abi.encodeCall(reserve.insure, (noteId, receivableId, token, price, levy));
        _refused(caller, address(reserve), act);
        assert(reserve.insuredOf(2) == _insured);
    }
}
