// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IDeliverable} from "../../contracts/interfaces/IDeliverable.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {requireEqual} from "./Checks.sol";
import {NoteActs} from "./NoteActs.sol";

/// @notice Notes sold for cash by a financier's signed quote, with the levy for the reserve.
abstract contract SaleActs is NoteActs {
    function settle(uint256 start, uint256 bank, uint256 part, bool withRecourse) external counted(Act.Settle) {
        uint256 noteId = _endorsable(start);
        uint256 value = _between(part, 1, _freeOf(noteId));
        _settle(noteId, bank, value, _between(part >> 64, 0, 2 * value), withRecourse);
    }

    function confirmAndSettle(uint256 start, uint256 bank, uint256 part) external counted(Act.ConfirmAndSettle) {
        uint256 id = _find(start, _isSellable);
        if (id == 0) id = _register(start, _faceOf(part), _between(bank, 20 days, 366 days));
        (IReceivables.Confirmation memory document, bytes memory first) = _confirmation(id, part);
        uint256 value = _between(bank, 1, document.amount);
        (ISettlement.Quote memory quote, bytes memory second) =
            _quote(_financier(bank), _supplierOf(id), id, value, value - value / 50, part % 2 == 0);
        Picture memory before = _before(Act.ConfirmAndSettle, id, quote.seller, quote.financier, 0);
        VM.prank(quote.seller);
        uint256 noteId = settlement.confirmAndSettle(document, first, quote, second);
        _requirePaid(before, _after(before), noteId, quote.price);
    }

    function _settle(uint256 noteId, uint256 bank, uint256 value, uint256 price, bool withRecourse)
        internal
        returns (uint256 soldId)
    {
        address seller = _readyGiver(noteId);
        uint256 id = receivables.slotOf(noteId);
        (ISettlement.Quote memory quote, bytes memory signature) =
            _quote(_financier(bank), seller, id, value, price, withRecourse);
        Picture memory before = _before(Act.Settle, id, seller, quote.financier, 0);
        VM.prank(seller);
        soldId = settlement.settle(quote, signature, noteId);
        _requirePaid(before, _after(before), soldId, price);
    }

    function _quote(
        address financier,
        address seller,
        uint256 receivableId,
        uint256 value,
        uint256 price,
        bool withRecourse
    ) private returns (ISettlement.Quote memory quote, bytes memory signature) {
        _thaw(financier);
        quote = ISettlement.Quote({
            financier: financier,
            seller: seller,
            asset: IDeliverable(address(receivables)),
            assetKey: receivableId,
            documentHash: receivables.receivableOf(receivableId).documentHash,
            value: value,
            cash: IERC20(address(cash)),
            price: price,
            withRecourse: withRecourse,
            nonce: _nextNonce(),
            deadline: block.timestamp
        });
        signature = _sign(financier, settlement.quoteDigest(quote));
    }

    /// @dev D2, D6, L6, V1, V2: cash against title, less the levy.
    function _requirePaid(Picture memory first, Picture memory second, uint256 noteId, uint256 price) private {
        uint256 levy = (price * policy.limits().levyBps + 5_000) / 10_000;
        uint256 seller = placeOf(first.actor);
        uint256 financier = placeOf(first.payer);
        levies += levy;
        requireEqual("V1 the levy", noteId, second.cash[PEOPLE] - first.cash[PEOPLE], levy);
        requireEqual("V2 insured up to the price", noteId, reserve.insuredOf(noteId), price);
        requireEqual("D2 the financier has the note", noteId, placeOf(receivables.ownerOf(noteId)), financier);
        if (seller == financier) return;
        requireEqual("D6 the seller gets the rest", noteId, second.cash[seller] - first.cash[seller], price - levy);
        requireEqual("D2 the price is paid", noteId, first.cash[financier] - second.cash[financier], price);
    }

    function _isSellable(uint256 id) private view returns (bool) {
        return _isSubmitted(id) && block.timestamp < receivables.receivableOf(id).cutOffAt;
    }
}
