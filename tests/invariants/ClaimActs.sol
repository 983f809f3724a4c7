// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {Finder} from "./Finder.sol";

/// @notice What happens to a claim until it is confirmed.
abstract contract ClaimActs is Finder {
    uint256 private _documents;

    function register(uint256 who, uint256 face, uint256 tenor) external counted(Act.Register) {
        _register(who, _faceOf(face), _between(tenor, 1 days, 366 days));
    }

    function confirm(uint256 start, uint256 part) external counted(Act.Confirm) {
        _confirm(_submitted(start), part);
    }

    function reject(uint256 start) external counted(Act.Reject) {
        uint256 id = _submitted(start);
        address obligor = _obligorOf(id);
        _thaw(obligor);
        Picture memory first = _before(Act.Reject, id, obligor);
        VM.prank(obligor);
        receivables.reject(id, "not ours");
        _after(first);
    }

    function withdraw(uint256 start) external counted(Act.Withdraw) {
        _withdraw(_submitted(start));
    }

    function expire(uint256 start) external counted(Act.Expire) {
        uint256 id = _find(start, _isTooLate);
        _expire(id == 0 ? _submitted(start) : id);
    }

    function lowerFace(uint256 start, uint256 part) external counted(Act.LowerFace) {
        uint256 id = _find(start, _isLowerable);
        if (id == 0) id = _register(start, _between(part, 2, 1e12), 30 days);
        uint256 amount = _between(part, 1, receivables.receivableOf(id).faceValue - 1);
        address supplier = _supplierOf(id);
        _thaw(supplier);
        Picture memory first = _before(Act.LowerFace, id, supplier);
        VM.prank(supplier);
        adjustments.dilute(id, uint64(amount), "credit note", _nextDocument(), new uint256[](0));
        _after(first);
    }

    // ---- single steps

    function _register(uint256 who, uint256 face, uint256 tenor) internal returns (uint256 id) {
        if (_watchedCount() >= MOST) _end(_find(who, _isUnderWay), who);
        address supplier = _supplier(who);
        address obligor = _obligor(who >> 8);
        _thaw(supplier);
        _thaw(obligor);
        bytes32 document = _nextDocument();
        uint40 maturityAt = uint40(block.timestamp + tenor);
        VM.prank(supplier);
        id = receivables.register(obligor, CNY, uint64(face), maturityAt, document, document);
        _watch(id);
        _did(Act.Register);
    }

    function _confirm(uint256 id, uint256 part) internal returns (uint256 noteId) {
        (IReceivables.Confirmation memory document, bytes memory signature) = _confirmation(id, part);
        Picture memory first = _before(Act.Confirm, id, address(0));
        noteId = receivables.confirm(document, signature);
        _after(first);
    }

    function _confirmation(uint256 id, uint256 part)
        internal
        returns (IReceivables.Confirmation memory document, bytes memory signature)
    {
        IReceivables.ReceivableView memory r = receivables.receivableOf(id);
        _thaw(r.supplier);
        _thaw(r.obligor);
        uint256 amount = part % 2 == 0 ? r.faceValue : _between(part, 1 + r.faceValue / 2, r.faceValue);
        document = IReceivables.Confirmation(id, amount, part % 3 == 0, _nextNonce(), block.timestamp);
        signature = _sign(r.obligor, receivables.confirmationDigest(document));
    }

    function _withdraw(uint256 id) internal {
        address supplier = _supplierOf(id);
        _thaw(supplier);
        Picture memory first = _before(Act.Withdraw, id, supplier);
        VM.prank(supplier);
        receivables.withdraw(id);
        _after(first);
    }

    function _expire(uint256 id) internal {
        _warpTo(uint256(receivables.receivableOf(id).confirmBy) + 1);
        Picture memory first = _before(Act.Expire, id, address(0));
        receivables.expire(id);
        _after(first);
    }

    // ---- finds or makes

    /// @dev One that can be confirmed.
    function _submitted(uint256 start) internal returns (uint256 id) {
        id = _find(start, _isSubmitted);
        if (id == 0) id = _register(start, _faceOf(start >> 16), _between(start >> 32, 1 days, 366 days));
    }

    /// @dev A new confirmed one whose title can move for a while, with its root note.
    function _fresh(uint256 seed, uint256 face, uint256 mostDays) internal returns (uint256 id, uint256 noteId) {
        uint256 least = uint256(policy.limits().cutOffDays) * 1 days + 1 days;
        id = _register(seed, face, _between(seed >> 32, least, least + mostDays * 1 days));
        noteId = _confirm(id, seed >> 48);
    }

    function _fresh(uint256 seed) internal returns (uint256 id, uint256 noteId) {
        return _fresh(seed, _faceOf(seed >> 16), 300);
    }

    /// @dev Often so small that every unit of a division shows.
    function _faceOf(uint256 seed) internal pure returns (uint256) {
        return seed % 3 == 0 ? _between(seed, 2, 40) : _between(seed, 2, 1e12);
    }

    function _nextDocument() internal returns (bytes32) {
        return bytes32(++_documents);
    }

    function _isTooLate(uint256 id) private view returns (bool) {
        return _termsOf(id).status == IReceivables.Status.Submitted && !_isSubmitted(id);
    }

    function _isLowerable(uint256 id) private view returns (bool) {
        return _isSubmitted(id) && receivables.receivableOf(id).faceValue > 1;
    }

    /// @dev Brings a receivable to its end, whatever its state.
    function _end(uint256 id, uint256 seed) internal virtual;

    /// @dev Pays out what is divided and not yet paid to all.
    function _finish(uint256 id) internal virtual;
}
