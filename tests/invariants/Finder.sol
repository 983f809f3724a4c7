// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {Scenes} from "./Scenes.sol";

/// @notice Looks for something that an act can be done to, from a random place on.
abstract contract Finder is Scenes {
    /// @dev So many receivables are under way at most: looking stays cheap.
    uint256 internal constant MOST = 6;

    function _find(uint256 start, function(uint256) view returns (bool) fits) internal view returns (uint256) {
        uint256[] memory ids = watched();
        for (uint256 i = 0; i < ids.length; i++) {
            uint256 id = ids[(start % ids.length + i) % ids.length];
            if (fits(id)) return id;
        }
        return 0;
    }

    /// @dev A note with value, in a receivable that fits.
    function _findNote(
        uint256 start,
        function(uint256) view returns (bool) fits,
        function(uint256, IReceivables.NoteView memory) view returns (bool) noteFits
    ) internal view returns (uint256) {
        uint256[] memory ids = watched();
        for (uint256 i = 0; i < ids.length; i++) {
            uint256 id = ids[(start % ids.length + i) % ids.length];
            if (!fits(id)) continue;
            uint256[] memory notes = notesOf(id);
            for (uint256 k = 0; k < notes.length; k++) {
                uint256 noteId = notes[(start % notes.length + k) % notes.length];
                IReceivables.NoteView memory note = receivables.noteOf(noteId);
                if (note.value != 0 && noteFits(noteId, note)) return noteId;
            }
        }
        return 0;
    }

    // ---- which receivables

    function _isSubmitted(uint256 id) internal view returns (bool) {
        IReceivables.ReceivableView memory r = receivables.receivableOf(id);
        return r.status == IReceivables.Status.Submitted && block.timestamp <= r.confirmBy;
    }

    function _isOpen(uint256 id) internal view returns (bool) {
        IReceivables.Status status = _termsOf(id).status;
        return status == IReceivables.Status.Confirmed || status == IReceivables.Status.Disputed;
    }

    /// @dev The obligor owes something that is not in dispute.
    function _isDue(uint256 id) internal view returns (bool) {
        return _isOpen(id) && _owed(id) > adjustments.adjustmentOf(id).disputed;
    }

    /// @dev N1. Title can move.
    function _isMovable(uint256 id) internal view returns (bool) {
        return _isOpen(id) && block.timestamp < receivables.receivableOf(id).cutOffAt;
    }

    /// @dev L4. There is room for two more notes, since one act may need two.
    function _isRoomy(uint256 id) internal view returns (bool) {
        return _isMovable(id) && receivables.receivableOf(id).noteCount + 2 <= policy.limits().maxNotes;
    }

    function _isInDefault(uint256 id) internal view returns (bool) {
        return _isOpen(id) && block.timestamp > _termsOf(id).graceEndsAt;
    }

    // ---- which notes

    function _isFree(uint256 noteId, IReceivables.NoteView memory note) internal view returns (bool) {
        return note.acceptBy == 0 && placeOf(note.holder) < PEOPLE && note.value > adjustments.lockedOf(noteId);
    }

    function _isWhole(uint256 noteId, IReceivables.NoteView memory note) internal view returns (bool) {
        return _isFree(noteId, note) && adjustments.lockedOf(noteId) == 0;
    }

    function _isShallow(uint256 noteId, IReceivables.NoteView memory note) internal view returns (bool) {
        return _isFree(noteId, note) && note.depth < policy.limits().maxDepth;
    }

    function _isPending(uint256, IReceivables.NoteView memory note) internal pure returns (bool) {
        return note.acceptBy != 0;
    }
}
