// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {requireEqual} from "./Checks.sol";
import {ClaimActs} from "./ClaimActs.sol";

/// @notice How notes move from hand to hand.
abstract contract NoteActs is ClaimActs {
    function endorse(uint256 start, uint256 to, uint256 part, bool withRecourse) external counted(Act.Endorse) {
        _endorse(Act.Endorse, _endorsable(start), _person(to), part, withRecourse);
    }

    function endorseMany(uint256 start, uint256 to, uint256 part) external counted(Act.EndorseMany) {
        uint256 noteId = _findNote(start, _isRoomy, _isParted);
        if (noteId == 0) (, noteId) = _fresh(start, _between(part, 4, 1e12), 300);
        address giver = _readyGiver(noteId);
        uint256 free = _freeOf(noteId);
        IReceivables.Endorsement[] memory list = new IReceivables.Endorsement[](2);
        list[0] = IReceivables.Endorsement(_person(to), _between(part, 1, free - 1), to % 2 == 0);
        list[1] = IReceivables.Endorsement(_person(to >> 8), _between(part >> 8, 1, free - list[0].value), to % 3 == 0);
        _thaw(list[0].to);
        _thaw(list[1].to);
        Picture memory first = _before(Act.EndorseMany, receivables.slotOf(noteId), giver);
        VM.prank(giver);
        receivables.endorseMany(noteId, list);
        _after(first);
    }

    function split(uint256 start, uint256 part) external counted(Act.Split) {
        uint256 noteId = _endorsable(start);
        _endorse(Act.Split, noteId, receivables.ownerOf(noteId), part, false);
    }

    function merge(uint256 start, uint256 part) external counted(Act.Merge) {
        (uint256 fromId, uint256 toId) = _mergeable(start);
        if (fromId == 0) {
            (, toId) = _fresh(start);
            address owner = receivables.ownerOf(toId);
            _want(owner, false);
            fromId = _endorse(Act.Split, toId, owner, part, false);
        }
        address giver = _readyGiver(fromId);
        Picture memory first = _before(Act.Merge, receivables.slotOf(fromId), giver);
        uint256 value = _between(part >> 8, 1, _freeOf(fromId));
        VM.prank(giver);
        receivables.transferFrom(fromId, toId, value);
        _after(first);
    }

    function transfer(uint256 start, uint256 to) external counted(Act.Transfer) {
        uint256 noteId = _findNote(start, _isMovable, _isWhole);
        if (noteId == 0) (, noteId) = _fresh(start);
        address giver = _readyGiver(noteId);
        address taker = _person(to);
        _thaw(taker);
        Picture memory first = _before(Act.Transfer, receivables.slotOf(noteId), giver);
        VM.prank(giver);
        receivables.transferFrom(giver, taker, noteId);
        _after(first);
    }

    function accept(uint256 start, uint256 part) external counted(Act.Accept) {
        uint256 noteId = _findNote(start, _isOpen, _isAcceptable);
        _accept(noteId == 0 ? _pending(start, part) : noteId);
    }

    function decline(uint256 start, uint256 part) external counted(Act.Decline) {
        uint256 noteId = _findNote(start, _isAny, _isPending);
        _decline(noteId == 0 ? _pending(start, part) : noteId);
    }

    // ---- single steps

    function _endorse(Act act, uint256 noteId, address to, uint256 part, bool withRecourse)
        internal
        returns (uint256 childId)
    {
        address giver = _readyGiver(noteId);
        _thaw(to);
        Picture memory first = _before(act, receivables.slotOf(noteId), giver);
        uint256 value = _between(part, 1, _freeOf(noteId));
        VM.prank(giver);
        childId = receivables.endorse(noteId, to, value, withRecourse);
        _after(first);
    }

    function _accept(uint256 noteId) internal {
        address taker = receivables.ownerOf(noteId);
        _thaw(taker);
        Picture memory first = _before(Act.Accept, receivables.slotOf(noteId), taker, address(0), noteId);
        VM.prank(taker);
        receivables.accept(noteId);
        Picture memory second = _after(first);
        uint256 place = placeOf(taker);
        uint256 gained = second.values[place] - first.values[place];
        requireEqual("N8 accepted: the payee's for good", noteId, gained, receivables.balanceOf(noteId));
    }

    /// @dev The payee gives it back, or, when it is too late to accept, anyone.
    function _decline(uint256 noteId) internal {
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        Picture memory first = _before(Act.Decline, note.receivableId, note.holder, address(0), noteId);
        if (block.timestamp <= note.acceptBy) VM.prank(note.holder);
        receivables.decline(noteId);
        Picture memory second = _after(first);
        uint256 place = placeOf(participants.accountOf(uint32(note.endorserId)));
        uint256 gained = second.values[place] - first.values[place];
        requireEqual("N8 declined: the endorser's again", noteId, gained, note.value);
        requireEqual("N8 declined: nothing is awaited", noteId, receivables.noteOf(noteId).acceptBy, 0);
    }

    /// @dev Answers for everybody that is asked: money is divided only then (M4).
    function _answerAll(uint256 receivableId, uint256 seed) internal {
        uint256[] memory ids = _liveNotes(receivableId);
        for (uint256 i = 0; i < ids.length; i++) {
            IReceivables.NoteView memory note = receivables.noteOf(ids[i]);
            if (note.acceptBy == 0) continue;
            if (seed % 2 == 0 && _isAcceptable(ids[i], note)) _accept(ids[i]);
            else _decline(ids[i]);
        }
    }

    /// @dev P7. Says whether somebody wants to be asked.
    function _want(address account, bool wanted) internal {
        if (participants.wantsAcceptance(account) == wanted) return;
        VM.prank(account);
        participants.wantAcceptance(wanted);
    }

    function _readyGiver(uint256 noteId) internal returns (address giver) {
        giver = receivables.ownerOf(noteId);
        _thaw(giver);
    }

    // ---- finds or makes

    function _endorsable(uint256 start) internal returns (uint256 noteId) {
        noteId = _findNote(start, _isRoomy, _isShallow);
        if (noteId == 0) (, noteId) = _fresh(start);
    }

    /// @dev A note that waits for its payee's word.
    function _pending(uint256 start, uint256 part) private returns (uint256) {
        address to = _person(part >> 8);
        _want(to, true);
        uint256 noteId = _endorse(Act.Endorse, _endorsable(start), to, part, part % 2 == 0);
        if (part % 4 != 0) _want(to, false);
        return noteId;
    }

    /// @dev N4. Two notes of one holder and one receivable, of the same origin or both without recourse.
    function _mergeable(uint256 start) private view returns (uint256, uint256) {
        uint256[] memory ids = watched();
        for (uint256 i = 0; i < ids.length; i++) {
            uint256 id = ids[(start % ids.length + i) % ids.length];
            if (!_isMovable(id)) continue;
            uint256[] memory notes = notesOf(id);
            for (uint256 k = 0; k < notes.length; k++) {
                IReceivables.NoteView memory from = receivables.noteOf(notes[k]);
                if (from.value == 0 || !_isFree(notes[k], from)) continue;
                uint256 toId = _partnerOf(notes[k], from, notes);
                if (toId != 0) return (notes[k], toId);
            }
        }
        return (0, 0);
    }

    function _partnerOf(uint256 fromId, IReceivables.NoteView memory from, uint256[] memory notes)
        private
        view
        returns (uint256)
    {
        for (uint256 i = 0; i < notes.length; i++) {
            IReceivables.NoteView memory to = receivables.noteOf(notes[i]);
            if (notes[i] == fromId || to.holder != from.holder || to.acceptBy != 0) continue;
            bool sameOrigin = from.parentId == to.parentId && from.endorserId == to.endorserId
                && from.withRecourse == to.withRecourse;
            if (sameOrigin || (!from.withRecourse && !to.withRecourse)) return notes[i];
        }
        return 0;
    }

    function _isAny(uint256) internal pure returns (bool) {
        return true;
    }

    function _isParted(uint256 noteId, IReceivables.NoteView memory note) private view returns (bool) {
        return _isShallow(noteId, note) && _freeOf(noteId) > 1;
    }

    function _isAcceptable(uint256, IReceivables.NoteView memory note) internal view returns (bool) {
        return note.acceptBy != 0 && block.timestamp <= note.acceptBy;
    }
}
