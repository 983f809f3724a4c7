// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAdjustments} from "../../contracts/interfaces/IAdjustments.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {SaleActs} from "./SaleActs.sol";

/// @notice Notice, and what makes the obligor owe less.
abstract contract AdjustmentActs is SaleActs {
    function giveNotice(uint256 start, uint256 by) external counted(Act.GiveNotice) {
        uint256 noteId = _findNote(start, _isWithoutNotice, _isAssigned);
        if (noteId == 0) {
            (, uint256 rootId) = _fresh(start);
            address to = _financier(by);
            _want(to, false);
            noteId = _endorse(Act.Endorse, rootId, to, by, true);
        }
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        address teller = by % 2 == 0 || placeOf(note.holder) >= PEOPLE ? _supplierOf(note.receivableId) : note.holder;
        _thaw(teller);
        Picture memory first = _before(Act.GiveNotice, note.receivableId, teller);
        VM.prank(teller);
        adjustments.giveNotice(noteId);
        _after(first);
    }

    function payAssignor(uint256 start, uint256 part) external counted(Act.PayAssignor) {
        uint256 id = _find(start, _isPayableDirectly);
        if (id == 0) (id,) = _fresh(start);
        _finish(id);
        address obligor = _obligorOf(id);
        _thaw(obligor);
        _thaw(_supplierOf(id));
        uint256 amount = _partOfDue(id, part);
        Picture memory first = _before(Act.PayAssignor, id, obligor);
        VM.prank(obligor);
        adjustments.payAssignor(id, uint64(amount));
        _after(first);
    }

    function dilute(uint256 start, uint256 part, bool absorbed) external counted(Act.Dilute) {
        uint256 id = _find(start, _isDilutable);
        if (id == 0) (id,) = _fresh(start);
        bool noticed = adjustments.adjustmentOf(id).noticeAt != 0;
        _dilute(id, part, absorbed || noticed ? notesOf(id) : new uint256[](0));
    }

    function setOff(uint256 start, uint256 part, bool absorbed) external counted(Act.SetOff) {
        uint256 id = _find(start, _isSetOffAble);
        if (id == 0) id = _freshUnwaived(start);
        _finish(id);
        address obligor = _obligorOf(id);
        address supplier = _supplierOf(id);
        _thaw(obligor);
        _thaw(supplier);
        IAdjustments.SetOff memory document = IAdjustments.SetOff({
            receivableId: id,
            amount: _partOfDue(id, part),
            counterclaimHash: "counterclaim",
            arisenAt: 1_600_000_000,
            dueAt: _termsOf(id).maturityAt,
            nonce: _nextNonce(),
            deadline: block.timestamp
        });
        bytes memory signature = _sign(supplier, adjustments.setOffDigest(document));
        Picture memory first = _before(Act.SetOff, id, obligor);
        VM.prank(obligor);
        adjustments.setOff(document, signature, absorbed ? notesOf(id) : new uint256[](0));
        _after(first);
    }

    function absorb(uint256 start, uint256 part) external counted(Act.Absorb) {
        uint256 id = _find(start, _isAbsorbable);
        if (id == 0) {
            (id,) = _fresh(start);
            _dilute(id, part, new uint256[](0));
        }
        _finish(id);
        _absorb(id);
    }

    // ---- single steps

    function _dilute(uint256 id, uint256 part, uint256[] memory noteIds) internal {
        _finish(id);
        address supplier = _supplierOf(id);
        _thaw(supplier);
        Picture memory first = _before(Act.Dilute, id, supplier);
        uint256 amount = _partOfDue(id, part);
        if (adjustments.adjustmentOf(id).noticeAt != 0) {
            uint256 most = _supplierHolds(id) - _supplierOwes(id);
            if (amount > most) amount = most;
        }
        VM.prank(supplier);
        adjustments.dilute(id, uint64(amount), "credit note", _nextDocument(), noteIds);
        _after(first);
    }

    function _absorb(uint256 id) internal {
        Picture memory first = _before(Act.Absorb, id, address(0));
        adjustments.absorb(id, notesOf(id));
        _after(first);
    }

    // ---- finds or makes

    /// @dev Something undisputed is owed on it.
    function _due(uint256 start) internal returns (uint256 id) {
        id = _find(start, _isDue);
        if (id == 0) (id,) = _fresh(start);
    }

    function _partOfDue(uint256 id, uint256 part) internal view returns (uint256) {
        uint256 due = _owed(id) - adjustments.adjustmentOf(id).disputed;
        return part % 5 == 0 ? due : _between(part, 1, due);
    }

    function _freshUnwaived(uint256 seed) private returns (uint256 id) {
        id = _register(seed, _faceOf(seed >> 16), 60 days);
        _confirm(id, 1);
    }

    function _isWithoutNotice(uint256 id) private view returns (bool) {
        return _isOpen(id) && adjustments.adjustmentOf(id).noticeAt == 0;
    }

    function _isAssigned(uint256, IReceivables.NoteView memory note) private view returns (bool) {
        return note.acceptBy == 0 && note.holder != _supplierOf(note.receivableId);
    }

    function _isPayableDirectly(uint256 id) internal view returns (bool) {
        return _isDue(id) && adjustments.adjustmentOf(id).noticeAt == 0;
    }

    function _isSetOffAble(uint256 id) private view returns (bool) {
        return _isDue(id) && !_termsOf(id).setOffWaived;
    }

    /// @dev J3. After notice only what the supplier's notes absorb at once; what is being paid out leaves them first.
    function _isDilutable(uint256 id) private view returns (bool) {
        if (!_isDue(id) || adjustments.adjustmentOf(id).noticeAt == 0) return _isDue(id);
        return repayments.allotmentOf(id).left == 0 && _supplierHolds(id) > _supplierOwes(id);
    }

    /// @dev The supplier owes, and holds something that can go for it.
    function _isAbsorbable(uint256 id) internal view returns (bool) {
        return _isOpen(id) && _supplierOwes(id) != 0 && _supplierHolds(id) != 0;
    }

    /// @dev What the supplier's notes can absorb.
    function _supplierHolds(uint256 id) private view returns (uint256 sum) {
        address supplier = _supplierOf(id);
        uint256[] memory notes = notesOf(id);
        for (uint256 i = 0; i < notes.length; i++) {
            IReceivables.NoteView memory note = receivables.noteOf(notes[i]);
            if (note.holder == supplier && note.acceptBy == 0) sum += _freeOf(notes[i]);
        }
    }
}
