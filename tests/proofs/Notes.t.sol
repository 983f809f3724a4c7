// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {Claims} from "./Claims.sol";

/// @notice R9, N1 to N4, N8, N9: value is neither made nor lost as title moves, and it moves by its holder's will.
contract NotesProof is Claims {
    /// @dev N2. A part of a note, or all of it, goes into a child that says where it came from.
    function check_endorseKeepsTheSum(address caller, uint256 noteId, address to, uint256 value, bool withRecourse)
        external
    {
        uint256 total = _total();
        uint256 had = receivables.balanceOf(noteId);
        address holder = receivables.ownerOf(noteId);
        VM.prank(caller);
        uint256 childId = receivables.endorse(noteId, to, value, withRecourse);

        IReceivables.NoteView memory child = receivables.noteOf(childId);
        assert(_total() == total);
        assert(childId == NOTES + 1 && receivables.noteCount() == childId);
        assert(caller == holder && value != 0);
        assert(child.value == value && receivables.balanceOf(noteId) + value == had);
        assert(child.holder == to && child.parentId == noteId && child.withRecourse == withRecourse);
        assert(child.receivableId == receivableId);
    }

    /// @dev N7. Several payees at once.
    function check_endorseManyKeepsTheSum(address caller, uint256 noteId, address to, uint64 first, uint64 second)
        external
    {
        uint256 total = _total();
        uint256 had = receivables.balanceOf(noteId);
        IReceivables.Endorsement[] memory both = new IReceivables.Endorsement[](2);
        both[0] = IReceivables.Endorsement(to, first, true);
        both[1] = IReceivables.Endorsement(address(buyer), second, false);
        VM.prank(caller);
        receivables.endorseMany(noteId, both);
        assert(_total() == total);
        assert(receivables.balanceOf(noteId) + first + second == had);
    }

    /// @dev N4. Only of one holder, and so that no claim on an endorser is lost.
    function check_mergeKeepsTheSum(address caller, uint256 fromId, uint256 toId, uint256 value) external {
        uint256 total = _total();
        IReceivables.NoteView memory from = receivables.noteOf(fromId);
        IReceivables.NoteView memory to = receivables.noteOf(toId);
        VM.prank(caller);
        receivables.transferFrom(fromId, toId, value);

        bool sameOrigin = from.parentId == to.parentId && from.endorserId == to.endorserId;
        assert(_total() == total);
        assert(fromId != toId && from.holder == to.holder && caller == from.holder);
        assert(sameOrigin || (!from.withRecourse && !to.withRecourse));
        assert(from.withRecourse == to.withRecourse);
        assert(receivables.balanceOf(fromId) + value == from.value);
        assert(receivables.balanceOf(toId) == to.value + value);
    }

    /// @dev N3. A note that moves whole keeps its value and its claims on earlier endorsers.
    function check_assignmentChangesTheHolderAlone(address caller, address from, address to, uint256 noteId) external {
        uint256 total = _total();
        IReceivables.NoteView memory before = receivables.noteOf(noteId);
        VM.prank(caller);
        receivables.transferFrom(from, to, noteId);

        IReceivables.NoteView memory later = receivables.noteOf(noteId);
        assert(_total() == total);
        assert(caller == from && before.holder == from && later.holder == to);
        assert(later.value == before.value && later.value != 0 && before.acceptBy == 0);
        assert(later.parentId == before.parentId && later.endorserId == before.endorserId);
        assert(later.withRecourse == before.withRecourse);
    }

    /// @dev N1. Nobody moves another's note, or lets somebody move it.
    function check_onlyItsHolderMovesANote(address caller, uint256 noteId, uint256 otherId, address to, uint256 value)
        external
    {
        VM.assume(_isNote(noteId));
        address holder = receivables.ownerOf(noteId);
        VM.assume(caller != holder);
        address target = address(receivables);
        _refused(caller, target, abi.encodeCall(receivables.endorse, (noteId, to, value, false)));
        bytes memory act = abi.encodeCall(
            receivables.deliver, (noteId, receivableId, DOCUMENT, holder, to, value, false)
        );
        _refused(caller, target, act);
        _refused(caller, target, _call("transferFrom(address,address,uint256)", holder, to, noteId));
        _refused(caller, target, _call("safeTransferFrom(address,address,uint256)", holder, to, noteId));
        _refused(caller, target, abi.encodeWithSignature("approve(address,uint256)", to, noteId));
        _refused(caller, target, abi.encodeWithSignature("approve(uint256,address,uint256)", noteId, to, value));
        act = abi.encodeWithSignature("transferFrom(uint256,address,uint256)", noteId, address(buyer), value);
        _refused(caller, target, act);
        act = abi.encodeWithSignature("transferFrom(uint256,uint256,uint256)", noteId, otherId, value);
        _refused(caller, target, act);
    }

    /// @dev N8. What waits for its payee goes back whole, and to its endorser.
    function check_declineGivesBackAll(address caller, uint40 at) external {
        VM.assume(at >= NOW);
        VM.warp(at);
        uint256 total = _total();
        uint256 had = receivables.balanceOf(1);
        uint256 value = receivables.balanceOf(AWAITED);
        IReceivables.NoteView memory note = receivables.noteOf(AWAITED);
        VM.prank(caller);
        receivables.decline(AWAITED);
        assert(_total() == total);
        assert(caller == note.holder || at > note.acceptBy);
        assert(receivables.balanceOf(1) == had + value && receivables.balanceOf(AWAITED) == 0);
    }

    /// @dev N9. Whoever takes a holder's place takes its value, no more and no less.
    function check_takingAPlaceKeepsTheSum(uint256 noteId, uint256 ancestorId, address to, uint64 value) external {
        VM.assume(_isNote(ancestorId) || ancestorId == 0);
        VM.assume(to != address(0));
        uint256 total = _total();
        uint256 had = receivables.balanceOf(noteId);
        VM.prank(address(repayments));
        uint256 toId = receivables.takePlace(noteId, ancestorId, to, value);
        assert(_total() == total);
        assert(receivables.ownerOf(toId) == to && receivables.balanceOf(toId) >= value);
        assert(toId == noteId || receivables.balanceOf(noteId) + value == had);
    }

    /// @dev M5, J7. What is paid or absorbed leaves the note, and no other one.
    function check_burnTakesWhatIsPaid(uint256 noteId, uint256 otherId, uint64 value) external {
        VM.assume(noteId != otherId);
        uint256 total = _total();
        uint256 others = receivables.balanceOf(otherId);
        VM.prank(address(repayments));
        receivables.burn(noteId, value);
        assert(_total() + value == total);
        assert(receivables.balanceOf(otherId) == others);
    }

    /// @dev N9, M5, J7, P4: value, debts and states of claims change by the contracts beside alone.
    function check_claimsHearTheirSiblingsAlone(
        address caller,
        uint256 id,
        uint256 ancestorId,
        address to,
        uint64 value,
        uint8 status
    ) external {
        VM.assume(caller != address(repayments) && caller != address(adjustments) && caller != address(reserve));
        VM.assume(status <= uint8(type(IReceivables.Status).max));
        VM.prank(address(supplier));
        receivables.register(address(obligor), CNY, 1_000, uint40(NOW + 60 days), DOCUMENT, "not confirmed");
        address target = address(receivables);
        _refused(caller, target, abi.encodeCall(receivables.takePlace, (id, ancestorId, to, value)));
        _refused(caller, target, abi.encodeCall(receivables.burn, (id, value)));
        _refused(caller, target, abi.encodeCall(receivables.relieve, (id, value)));
        _refused(caller, target, abi.encodeCall(receivables.lowerFaceValue, (id, value)));
        _refused(caller, target, abi.encodeCall(receivables.setStatus, (id, IReceivables.Status(status))));
    }

    function _call(string memory signature, address from, address to, uint256 noteId)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSignature(signature, from, to, noteId);
    }
}
