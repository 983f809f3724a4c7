// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAdjustments} from "../../contracts/interfaces/IAdjustments.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {Broken, requireEqual} from "./Checks.sol";
import {MoneyActs} from "./MoneyActs.sol";

/// @notice Disputes, and how they end.
abstract contract DisputeActs is MoneyActs {
    function dispute(uint256 start, uint256 part) external counted(Act.Dispute) {
        uint256 id = _find(start, _isDisputable);
        if (id == 0) (id,) = _fresh(start);
        _dispute(id, _partOfOwed(id, part));
    }

    function resolve(uint256 start, uint256 part) external counted(Act.Resolve) {
        uint256 id = _disputed(start, part);
        _finish(id);
        IAdjustments.Resolution memory document = _resolution(id, part);
        bytes memory ofObligor = _signedBy(_obligorOf(id), document);
        bytes memory ofSupplier = _signedBy(_supplierOf(id), document);
        Picture memory first = _before(Act.Resolve, id, address(0));
        adjustments.resolve(document, ofObligor, ofSupplier, _named(id, part));
        _after(first);
        requireEqual("J6 all locks end", id, _lockedIn(id), 0);
    }

    function resolveByOrder(uint256 start, uint256 part) external counted(Act.ResolveByOrder) {
        _resolveByOrder(_disputed(start, part), part);
    }

    // ---- single steps

    function _dispute(uint256 id, uint256 amount) internal {
        _finish(id);
        address obligor = _obligorOf(id);
        _thaw(obligor);
        uint256[] memory all = _liveNotes(id);
        Picture memory first = _before(Act.Dispute, id, obligor);
        VM.prank(obligor);
        adjustments.dispute(id, uint64(amount), "not as ordered", all);
        _after(first);
        _requireLocks(id, amount);
        for (uint256 i = 0; i < all.length; i++) {
            if (adjustments.lockedOf(all[i]) != 0) _requireUnmovable(all[i]);
        }
    }

    /// @dev J5. What is locked is not endorsed, so neither is the whole.
    function _requireUnmovable(uint256 noteId) private {
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        VM.prank(note.holder);
        try receivables.endorse(noteId, note.holder, note.value, false) returns (uint256) {
            revert Broken("J5 a lock holds", noteId, note.value, 0);
        } catch {}
    }

    function _resolution(uint256 id, uint256 part) private returns (IAdjustments.Resolution memory) {
        IAdjustments.Adjustment memory adjustment = adjustments.adjustmentOf(id);
        uint256 upheld = _between(part, 0, adjustment.disputed);
        return IAdjustments.Resolution(id, adjustment.disputeId, upheld, _nextNonce(), block.timestamp);
    }

    function _signedBy(address party, IAdjustments.Resolution memory document) private returns (bytes memory) {
        _thaw(party);
        return _sign(party, adjustments.resolutionDigest(document));
    }

    function _resolveByOrder(uint256 id, uint256 part) internal {
        _finish(id);
        uint256 upheld = _between(part, 0, adjustments.adjustmentOf(id).disputed);
        Picture memory first = _before(Act.ResolveByOrder, id, address(0));
        adjustments.resolveByOrder(id, uint64(upheld), "order", _named(id, part));
        _after(first);
        requireEqual("J6 all locks end", id, _lockedIn(id), 0);
    }

    /// @dev J5. First the supplier's notes, then all others, each in proportion.
    function _requireLocks(uint256 id, uint256 amount) private view {
        address supplier = _supplierOf(id);
        uint256[] memory ids = notesOf(id);
        uint256[] memory own = new uint256[](ids.length);
        uint256[] memory others = new uint256[](ids.length);
        uint256 owned;
        uint256 rest;
        for (uint256 i = 0; i < ids.length; i++) {
            IReceivables.NoteView memory note = receivables.noteOf(ids[i]);
            if (note.holder == supplier) (own[i], owned) = (note.value, owned + note.value);
            else (others[i], rest) = (note.value, rest + note.value);
        }
        uint256 onOwn = amount < owned ? amount : owned;
        own = _divided(onOwn, owned, own);
        others = _divided(amount - onOwn, rest, others);
        for (uint256 i = 0; i < ids.length; i++) {
            requireEqual("J5 locked in proportion", ids[i], adjustments.lockedOf(ids[i]), own[i] + others[i]);
        }
    }

    function _lockedIn(uint256 id) private view returns (uint256 locked) {
        uint256[] memory ids = notesOf(id);
        for (uint256 i = 0; i < ids.length; i++) {
            locked += adjustments.lockedOf(ids[i]);
        }
    }

    // ---- finds or makes

    function _disputed(uint256 start, uint256 part) private returns (uint256 id) {
        id = _find(start, _isDisputed);
        if (id != 0) return id;
        id = _find(start, _isDisputable);
        if (id == 0) (id,) = _fresh(start);
        _dispute(id, _partOfOwed(id, part >> 8));
    }

    function _partOfOwed(uint256 id, uint256 part) private view returns (uint256) {
        uint256 owed = _owed(id);
        return part % 4 == 0 ? owed : _between(part, 1, owed);
    }

    /// @dev Which notes the resolution names to absorb: all there are, or none.
    function _named(uint256 id, uint256 seed) private view returns (uint256[] memory) {
        return seed % 2 == 0 ? notesOf(id) : new uint256[](0);
    }

    function _isDisputed(uint256 id) internal view returns (bool) {
        return _termsOf(id).status == IReceivables.Status.Disputed;
    }

    function _isDisputable(uint256 id) private view returns (bool) {
        return _termsOf(id).status == IReceivables.Status.Confirmed && _owed(id) != 0;
    }
}
