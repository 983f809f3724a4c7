// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {IDeliverable} from "../../contracts/interfaces/IDeliverable.sol";
import {World} from "./World.sol";

/// @notice One function an act. Each looks for something the act can be done to, starting at a random place; a call
/// that finds nothing counts as a call without success. Whatever is tried must succeed (fail_on_revert).
contract Handler is World {
    string[] public acts =
        ["register", "confirm", "reject", "withdraw", "expire", "endorse", "split", "merge", "transfer", "settle",
         "confirmAndSettle", "repay", "redeem"];
    mapping(string act => uint256) public calls;
    mapping(string act => uint256) public successes;

    uint256 private _nonce;
    uint256 private _document;

    /// @dev What is found; 0 for nothing.
    uint256 private _found;

    modifier counted(string memory act) {
        calls[act]++;
        _found = 0;
        _;
        if (_found != 0) successes[act]++;
    }

    function register(uint256 who, uint256 face, uint256 tenor) external counted("register") {
        _found = _register(who, face, tenor);
    }

    function confirm(uint256 start, uint256 part) external counted("confirm") {
        _found = _submitted(start);
        (IReceivables.Confirmation memory document, bytes memory signature) = _confirmation(_found, part);
        receivables.confirm(document, signature);
    }

    function reject(uint256 start) external counted("reject") {
        _found = _submitted(start);
        VM.prank(receivables.receivableOf(_found).obligor);
        receivables.reject(_found, "not ours");
    }

    function withdraw(uint256 start) external counted("withdraw") {
        _found = _submitted(start);
        VM.prank(receivables.receivableOf(_found).supplier);
        receivables.withdraw(_found);
    }

    function expire(uint256 start) external counted("expire") {
        _found = _receivable(start, IReceivables.Status.Submitted, false);
        if (_found == 0) _found = _submitted(start);
        uint256 confirmBy = receivables.receivableOf(_found).confirmBy;
        if (block.timestamp <= confirmBy) VM.warp(confirmBy + 1);
        receivables.expire(_found);
    }

    function endorse(uint256 start, uint256 to, uint256 part, bool withRecourse) external counted("endorse") {
        _endorse(start, person(to % PEOPLE), part, withRecourse);
    }

    function split(uint256 start, uint256 part) external counted("split") {
        uint256 noteId = _note(start, true);
        _endorse(start, noteId == 0 ? address(0) : receivables.ownerOf(noteId), part, false);
    }

    function merge(uint256 start) external counted("merge") {
        uint256 count = receivables.noteCount();
        for (uint256 i = 0; i < count && _found == 0; i++) {
            uint256 fromId = _note(start % count + i, false);
            if (fromId == 0) return;
            IReceivables.NoteView memory from = receivables.noteOf(fromId);
            uint256 toId = _partnerOf(fromId, from);
            if (toId == 0) continue;
            VM.prank(from.holder);
            receivables.transferFrom(fromId, toId, from.value);
            _found = toId;
        }
    }

    function transfer(uint256 start, uint256 to) external counted("transfer") {
        _found = _note(start, false);
        if (_found == 0) return;
        address holder = receivables.ownerOf(_found);
        VM.prank(holder);
        receivables.transferFrom(holder, person(to % PEOPLE), _found);
    }

    function settle(uint256 start, uint256 bank, uint256 part, bool withRecourse) external counted("settle") {
        uint256 noteId = _note(start, true);
        if (noteId == 0) return;
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        uint256 value = _between(part, 1, note.value);
        (ISettlement.Quote memory quote, bytes memory signature) =
            _quote(bank, note.holder, note.receivableId, value, withRecourse);
        VM.prank(note.holder);
        _found = settlement.settle(quote, signature, noteId);
    }

    function confirmAndSettle(uint256 start, uint256 bank, uint256 part) external counted("confirmAndSettle") {
        uint256 receivableId = _submitted(start);
        (IReceivables.Confirmation memory document, bytes memory first) = _confirmation(receivableId, part);
        address seller = receivables.receivableOf(receivableId).supplier;
        uint256 value = _between(bank, 1, document.amount);
        (ISettlement.Quote memory quote, bytes memory second) = _quote(bank, seller, receivableId, value, part % 2 == 0);
        VM.prank(seller);
        _found = settlement.confirmAndSettle(document, first, quote, second);
    }

    function repay(uint256 start) external counted("repay") {
        _found = _receivable(start, IReceivables.Status.Confirmed, false);
        if (_found == 0) return;
        uint256 due = receivables.dueOf(_found);
        VM.prank(receivables.receivableOf(_found).obligor);
        receivables.repay(_found, due);
    }

    function redeem(uint256 start) external counted("redeem") {
        uint256 count = receivables.noteCount();
        for (uint256 i = 0; i < count; i++) {
            uint256 noteId = 1 + (start % count + i) % count;
            IReceivables.NoteView memory note = receivables.noteOf(noteId);
            if (note.value == 0) continue;
            if (receivables.receivableOf(note.receivableId).status != IReceivables.Status.Repaid) continue;
            receivables.redeem(noteId);
            _found = noteId;
            return;
        }
    }

    /// @notice Time goes by; no act, so it is not counted.
    function wait(uint256 seconds_) external {
        VM.warp(block.timestamp + seconds_ % 5 days);
    }

    function actCount() external view returns (uint256) {
        return acts.length;
    }

    function _register(uint256 who, uint256 face, uint256 tenor) private returns (uint256) {
        address obligor = person(SUPPLIERS + face % 2);
        uint40 maturityAt = uint40(block.timestamp + _between(tenor, 40 days, 366 days));
        bytes32 document = bytes32(++_document);
        VM.prank(person(who % SUPPLIERS));
        return receivables.register(obligor, CNY, uint64(_between(face, 1, 1e12)), maturityAt, document, document);
    }

    function _endorse(uint256 start, address to, uint256 part, bool withRecourse) private {
        uint256 noteId = _note(start, true);
        if (noteId == 0) return;
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        VM.prank(note.holder);
        _found = receivables.endorse(noteId, to, _between(part, 1, note.value), withRecourse);
    }

    /// @dev One that can be confirmed; registered where there is none.
    function _submitted(uint256 start) private returns (uint256 receivableId) {
        receivableId = _receivable(start, IReceivables.Status.Submitted, true);
        return receivableId == 0 ? _register(start, start >> 8, start >> 16) : receivableId;
    }

    /// @dev A receivable in `status`, if asked still in time to be confirmed.
    function _receivable(uint256 start, IReceivables.Status status, bool inTime) private view returns (uint256) {
        uint256 count = receivables.receivableCount();
        for (uint256 i = 0; i < count; i++) {
            uint256 id = 1 + (start % count + i) % count;
            IReceivables.ReceivableView memory r = receivables.receivableOf(id);
            if (r.status == status && (!inTime || block.timestamp <= r.confirmBy)) return id;
        }
        return 0;
    }

    /// @dev A note that `from` can be merged into without losing a claim on an endorser (N4).
    function _partnerOf(uint256 fromId, IReceivables.NoteView memory from) private view returns (uint256) {
        uint256 count = receivables.noteCount();
        for (uint256 id = 1; id <= count && !from.withRecourse; id++) {
            IReceivables.NoteView memory to = receivables.noteOf(id);
            bool same = to.holder == from.holder && to.receivableId == from.receivableId;
            if (id != fromId && same && !to.withRecourse) return id;
        }
        return 0;
    }

    /// @dev A note with value whose title can move; if asked, one that can still have a child.
    function _note(uint256 start, bool withRoom) private view returns (uint256) {
        uint256 count = receivables.noteCount();
        for (uint256 i = 0; i < count; i++) {
            uint256 id = 1 + (start % count + i) % count;
            IReceivables.NoteView memory note = receivables.noteOf(id);
            if (note.value == 0) continue;
            IReceivables.ReceivableView memory r = receivables.receivableOf(note.receivableId);
            bool movable = r.status == IReceivables.Status.Confirmed && block.timestamp < r.maturityAt;
            bool room = note.depth < policy.limits().maxDepth && r.noteCount < policy.limits().maxNotes;
            if (movable && (room || !withRoom)) return id;
        }
        return 0;
    }

    function _confirmation(uint256 receivableId, uint256 part)
        private
        returns (IReceivables.Confirmation memory document, bytes memory signature)
    {
        IReceivables.ReceivableView memory r = receivables.receivableOf(receivableId);
        uint256 amount = _between(part, 1, r.faceValue);
        document = IReceivables.Confirmation(receivableId, amount, true, ++_nonce, block.timestamp + 1 hours);
        signature = _sign(r.obligor, receivables.confirmationDigest(document));
    }

    function _quote(uint256 bank, address seller, uint256 receivableId, uint256 value, bool withRecourse)
        private
        returns (ISettlement.Quote memory quote, bytes memory signature)
    {
        address financier = person(SUPPLIERS + 2 + bank % 2);
        quote = ISettlement.Quote({
            financier: financier,
            seller: seller,
            asset: IDeliverable(address(receivables)),
            assetKey: receivableId,
            documentHash: receivables.receivableOf(receivableId).documentHash,
            value: value,
            cash: IERC20(address(cash)),
            price: value - value / 50,
            withRecourse: withRecourse,
            nonce: ++_nonce,
            deadline: block.timestamp
        });
        signature = _sign(financier, settlement.quoteDigest(quote));
    }

    function _sign(address signer, bytes32 digest) private view returns (bytes memory) {
        for (uint256 i = 0; i < PEOPLE; i++) {
            if (person(i) != signer) continue;
            (uint8 v, bytes32 r, bytes32 s) = VM.sign(keyOf(i), digest);
            return abi.encodePacked(r, s, v);
        }
        revert("nobody has this key");
    }

    function _between(uint256 value, uint256 least, uint256 most) private pure returns (uint256) {
        return least + value % (most - least + 1);
    }
}
