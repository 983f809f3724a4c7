// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {Claims} from "./Claims.sol";

/// @notice R9, N1 to N4, N7 to N9: value is neither made nor lost as title moves, and it moves by its holder's will.
contract NotesProof is Claims {
    /// @dev N2. A part of a note, or all of it, goes into a child that says where it came from.
    function check_endorseKeepsTheSum(address caller, uint256 noteId_, address to, uint256 value, bool withRecourse)
        external
    {
        uint256 noteId = _pick(noteId_);
        uint256[] memory before = _values();
        address holder = receivables.ownerOf(noteId);
        _send(caller);
        uint256 childId = receivables.endorse(noteId, to, value, withRecourse);

        IReceivables.NoteView memory child = receivables.noteOf(childId);
        assert(childId == NOTES + 1 && receivables.noteCount() == childId);
        assert(caller == holder && value != 0);
        _requireMoved(before, noteId, childId, value);
        assert(child.holder == to && child.parentId == noteId && child.withRecourse == withRecourse);
        assert(child.receivableId == receivableId);
    }

    /// @dev N7. Several payees at once.
    function check_endorseManyKeepsTheSum(address caller, uint256 noteId_, uint64 first, uint64 second) external {
        uint256 noteId = _pick(noteId_);
        uint256[] memory before = _values();
        IReceivables.Endorsement[] memory both = new IReceivables.Endorsement[](2);
        both[0] = IReceivables.Endorsement(address(buyer), first, true);
        both[1] = IReceivables.Endorsement(address(careful), second, false);
        _send(caller);
        receivables.endorseMany(noteId, both);
        assert(receivables.balanceOf(NOTES + 1) == first && receivables.balanceOf(NOTES + 2) == second);
        assert(receivables.balanceOf(noteId) == before[noteId] - first - second);
        for (uint256 id = 1; id <= NOTES; id++) {
            assert(id == noteId || receivables.balanceOf(id) == before[id]);
        }
    }

    /// @dev N4. Only of one holder, and so that no claim on an endorser is lost.
    function check_mergeKeepsTheSum(address caller, uint256 fromId_, uint256 toId_, uint256 value) external {
        (uint256 fromId, uint256 toId) = (_pick(fromId_), _pick(toId_));
        uint256[] memory before = _values();
        IReceivables.NoteView memory from = receivables.noteOf(fromId);
        IReceivables.NoteView memory to = receivables.noteOf(toId);
        _send(caller);
        receivables.transferFrom(fromId, toId, value);

        bool sameOrigin = from.parentId == to.parentId && from.endorserId == to.endorserId;
        assert(fromId != toId && from.holder == to.holder && caller == from.holder);
        assert(sameOrigin || (!from.withRecourse && !to.withRecourse));
        assert(from.withRecourse == to.withRecourse);
        _requireMoved(before, fromId, toId, value);
    }

    /// @dev N3. A note that moves whole keeps its value and its claims on earlier endorsers.
    function check_assignmentChangesTheHolderAlone(address caller, address from, address to, uint256 noteId_) external {
        uint256 noteId = _pick(noteId_);
        uint256[] memory before = _values();
        IReceivables.NoteView memory first = receivables.noteOf(noteId);
        _send(caller);
        receivables.transferFrom(from, to, noteId);

        IReceivables.NoteView memory second = receivables.noteOf(noteId);
        assert(caller == from && first.holder == from && second.holder == to);
        assert(first.value != 0 && first.acceptBy == 0);
        assert(second.parentId == first.parentId && second.endorserId == first.endorserId);
        assert(second.withRecourse == first.withRecourse);
        _requireMoved(before, noteId, noteId, 0);
    }

    /// @dev N1. Nobody moves another's note, or lets somebody move it.
    function check_onlyItsHolderMovesANote(address caller, uint256 noteId_, uint256 otherId, address to, uint256 value)
        external
    {
        uint256 noteId = _pick(noteId_);
        address holder = receivables.ownerOf(noteId);
        VM.assume(caller != holder && caller != address(0));
        address target = address(receivables);
        _refused(caller, target, abi.encodeCall(receivables.endorse, (noteId, to, value, false)));
        bytes memory act =
            abi.encodeCall(receivables.deliver, (noteId, receivableId, DOCUMENT, holder, to, value, false));
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
        uint256[] memory before = _values();
        IReceivables.NoteView memory note = receivables.noteOf(AWAITED);
        _send(caller);
        receivables.decline(AWAITED);
        assert(caller == note.holder || at > note.acceptBy);
        _requireMoved(before, AWAITED, 1, note.value);
    }

    /// @dev N9. Whoever takes a holder's place takes its value, no more and no less.
    function check_takingAPlaceKeepsTheSum(uint256 noteId_, bool fromParent, address to, uint64 value) external {
        uint256 noteId = _pick(noteId_);
        VM.assume(to != address(0));
        uint256[] memory before = _values();
        uint256 ancestorId = fromParent ? receivables.noteOf(noteId).parentId : 0;
        VM.prank(address(repayments));
        uint256 toId = receivables.takePlace(noteId, ancestorId, to, value);
        assert(receivables.ownerOf(toId) == to);
        _requireMoved(before, noteId, toId, value);
        assert(toId != noteId || before[noteId] == value);
    }

    /// @dev M5, J7. What is paid or absorbed leaves the note, and no other one.
    function check_burnTakesWhatIsPaid(uint256 noteId_, uint64 value) external {
        uint256 noteId = _pick(noteId_);
        uint256[] memory before = _values();
        VM.prank(address(repayments));
        receivables.burn(noteId, value);
        _requireMoved(before, noteId, 0, value);
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
