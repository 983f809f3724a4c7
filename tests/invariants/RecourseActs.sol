// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {requireAtMost, requireEqual} from "./Checks.sol";
import {DisputeActs} from "./DisputeActs.sol";

/// @notice What a holder does when the obligor does not pay.
abstract contract RecourseActs is DisputeActs {
    function claimRecourse(uint256 start, uint256 level) external counted(Act.ClaimRecourse) {
        uint256 noteId = _recoverable(start);
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        level = level % _levelsOf(noteId);
        Picture memory first = _before(Act.ClaimRecourse, note.receivableId, note.holder);
        VM.prank(note.holder);
        repayments.claimRecourse(noteId, level);
        _after(first);
    }

    function buyBack(uint256 start, uint256 level) external counted(Act.BuyBack) {
        uint256 noteId = _recoverable(start);
        _buyBack(noteId, level % _levelsOf(noteId));
    }

    function _buyBack(uint256 noteId, uint256 level) internal {
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        address endorser = _endorserOf(noteId, level);
        uint256 free = _freeOf(noteId);
        _thaw(endorser);
        _thaw(note.holder);
        Picture memory first = _before(Act.BuyBack, note.receivableId, endorser);
        VM.prank(endorser);
        repayments.buyBack(noteId, level);
        Picture memory second = _after(first);
        if (note.holder == endorser) return;
        uint256 place = placeOf(endorser);
        requireEqual("X2 it takes the place", noteId, second.values[place] - first.values[place], free);
        requireEqual("X2 for the note's value", noteId, first.cash[place] - second.cash[place], free);
        if (note.holder == address(reserve)) reserveIncome += free;
    }

    function writeOff(uint256 start) external counted(Act.WriteOff) {
        uint256 noteId = _findNote(start, _isQuietDefault, _isOwn);
        if (noteId == 0) {
            uint256 id;
            (id, noteId) = _fresh(start, _faceOf(start), 20);
            _warpTo(uint256(_termsOf(id).graceEndsAt) + 1);
        }
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        Picture memory first = _before(Act.WriteOff, note.receivableId, note.holder);
        VM.prank(note.holder);
        repayments.writeOff(noteId);
        _after(first);
        requireEqual("X5 its value stays", noteId, receivables.balanceOf(noteId), note.value);
    }

    function cover(uint256 start, uint256 part) external counted(Act.Cover) {
        uint256 noteId = _findNote(start, _isQuietDefault, _isCoverable);
        if (noteId == 0) {
            (uint256 id, uint256 rootId) = _fresh(start, _between(part, 1e4, 1e12), 20);
            uint256 value = _between(part, 1e3, receivables.balanceOf(rootId));
            noteId = _settle(rootId, start, value, value - value / 20, part % 2 == 0);
            // What is left free is less than the note: it is covered in part.
            if (part % 3 == 0) _dispute(id, _owed(id) - _between(part >> 8, 1, value - 1));
            _warpTo(uint256(_termsOf(id).graceEndsAt) + 1);
        }
        _cover(noteId);
    }

    function _cover(uint256 noteId) internal {
        _thaw(receivables.ownerOf(noteId));
        uint256 insured = reserve.insuredOf(noteId);
        uint256 free = _freeOf(noteId);
        Picture memory first = _before(Act.Cover, receivables.slotOf(noteId), address(0), address(reserve), 0);
        uint256 amount = reserve.cover(noteId);
        Picture memory second = _after(first);
        covers += amount;
        requireAtMost("V3 never more than is insured", noteId, amount, insured);
        requireAtMost("V3 never more than is free", noteId, amount, free);
        requireAtMost("V3 never more than the reserve has", noteId, amount, first.cash[PEOPLE]);
        requireEqual("V3 insured falls by it", noteId, reserve.insuredOf(noteId), insured - amount);
        requireEqual("V3 it takes the place", noteId, second.values[PEOPLE] - first.values[PEOPLE], amount);
    }

    // ---- finds or makes

    /// @dev A note in default whose holder has somebody to turn to.
    function _recoverable(uint256 start) private returns (uint256 noteId) {
        noteId = _findNote(start, _isQuietDefault, _isRecoverable);
        if (noteId != 0) return noteId;
        (uint256 id, uint256 rootId) = _fresh(start, _faceOf(start >> 8), 20);
        address first = _person(start >> 16);
        _want(first, false);
        noteId = _endorse(Act.Endorse, rootId, first, start >> 24, true);
        if (start % 2 == 0) {
            address second = _person(start >> 40);
            _want(second, false);
            noteId = _endorse(Act.Endorse, noteId, second, start >> 48, true);
        }
        _warpTo(uint256(_termsOf(id).graceEndsAt) + 1);
    }

    /// @dev X1. How many endorsers can be turned to.
    function _levelsOf(uint256 noteId) private view returns (uint256 levels) {
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        for (; note.parentId != 0 && note.withRecourse; levels++) {
            note = receivables.noteOf(note.parentId);
        }
    }

    function _endorserOf(uint256 noteId, uint256 level) private view returns (address) {
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        for (uint256 i = 0; i < level; i++) {
            note = receivables.noteOf(note.parentId);
        }
        return participants.accountOf(uint32(note.endorserId));
    }

    /// @dev Nothing is being paid out, which would take from the note what is looked for.
    function _isQuietDefault(uint256 id) private view returns (bool) {
        return _isInDefault(id) && repayments.allotmentOf(id).left == 0;
    }

    function _isRecoverable(uint256 noteId, IReceivables.NoteView memory note) private view returns (bool) {
        return note.acceptBy == 0 && note.parentId != 0 && note.withRecourse && _freeOf(noteId) != 0;
    }

    function _isOwn(uint256, IReceivables.NoteView memory note) private view returns (bool) {
        return note.acceptBy == 0 && placeOf(note.holder) < PEOPLE;
    }

    function _isCoverable(uint256 noteId, IReceivables.NoteView memory note) private view returns (bool) {
        if (reserve.insuredOf(noteId) == 0 || note.holder == address(reserve) || _freeOf(noteId) == 0) return false;
        bool absorbsFirst = note.holder == _supplierOf(note.receivableId) && _supplierOwes(note.receivableId) != 0;
        return !absorbsFirst && cash.balanceOf(address(reserve)) != 0;
    }
}
