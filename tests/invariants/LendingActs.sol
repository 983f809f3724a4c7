// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ICollateral} from "../../contracts/interfaces/ICollateral.sol";
import {IDeliverable} from "../../contracts/interfaces/IDeliverable.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {requireEqual, requireTrue} from "./Checks.sol";
import {PriceActs} from "./PriceActs.sol";

/// @notice Loans are made: over receipts and over notes.
abstract contract LendingActs is PriceActs {
    /// @dev What an origination needs, thought through before it is made.
    struct Deal {
        Act act;
        ILoans.Quote quote;
        uint256 tokenId;
        uint256 price;
        uint256 worth;
        bytes32 feed;
        ICollateral.Count count;
        bytes countSignature;
        bytes signature;
        bool allowed;
    }

    function lendOnReceipt(uint256 start, uint256 terms, uint256 part) external counted(Act.LendOnReceipt) {
        uint256 pledged = start % 4 == 0 ? _findReceipt(start, _isInEscrow) : 0;
        if (pledged != 0 && receipts.goodsOf(pledged).coveredUntil > block.timestamp) {
            _lendOnReceipt(pledged, _person(part), terms, part);
        }
        uint256 id = _findReceipt(start, _isPledgeable);
        if (id == 0) id = _freshReceipt(_person(start), 0, part);
        _lendOnReceipt(id, _holderOf(id), terms, part);
    }

    function lendOnNote(uint256 start, uint256 terms, uint256 part) external counted(Act.LendOnNote) {
        uint256 pledged = start % 4 == 0 ? _findNote(start, _isMovable, _isKept) : 0;
        if (pledged != 0) _lendOnNote(pledged, _person(part), terms, part);
        uint256 id = _endorsable(start);
        _lendOnNote(id, receivables.ownerOf(id), terms, part);
    }

    // ---- single steps

    /// @dev K3. Refused where somebody else than the borrower holds it, escrow above all.
    function _lendOnReceipt(uint256 id, address borrower, uint256 terms, uint256 part)
        internal
        returns (uint256 loanId)
    {
        Deal memory deal;
        IWarehouseReceipts.Goods memory goods = receipts.goodsOf(id);
        uint256 held = goods.quantity;
        deal.act = Act.LendOnReceipt;
        deal.tokenId = id;
        deal.feed = goods.feed;
        deal.price = terms % 9 == 0 ? _goodPrice(goods.feed) : _refresh(goods.feed);
        uint256 value = part % 3 == 0 || !_hasRoom(id) ? held : _between(part, 1, held);
        deal.worth = value * deal.price / 10 ** goods.decimals;
        deal.quote = _terms(borrower, terms);
        deal.quote.asset = IDeliverable(address(receipts));
        deal.quote.assetKey = goods.lotId;
        deal.quote.documentHash = "documents";
        deal.quote.value = value;
        deal.quote.reservePrice = uint64(_between(terms >> 200, 1, deal.price + 1));
        uint256 latest = goods.coveredUntil - block.timestamp;
        if (deal.quote.maturityAt > goods.coveredUntil) {
            deal.quote.maturityAt = uint40(block.timestamp + _between(terms, 1, latest));
        }
        (deal.count, deal.countSignature) = _count(id, deal.quote.financier, part);
        bool fresh = block.timestamp <= deal.count.countedAt + COUNT_AGE;
        bool whole = deal.count.quantity >= held;
        deal.allowed = goods.free && deal.price != 0 && fresh && whole && _holderOf(id) == borrower;
        return _originate(deal, part);
    }

    function _lendOnNote(uint256 id, address borrower, uint256 terms, uint256 part)
        internal
        returns (uint256 loanId)
    {
        Deal memory deal;
        IReceivables.NoteView memory note = receivables.noteOf(id);
        uint256 free = _freeOf(id);
        deal.act = Act.LendOnNote;
        deal.tokenId = id;
        deal.price = 10_000;
        deal.quote = _terms(borrower, terms);
        deal.quote.asset = IDeliverable(address(receivables));
        deal.quote.assetKey = note.receivableId;
        deal.quote.documentHash = receivables.receivableOf(note.receivableId).documentHash;
        deal.quote.value = part % 3 == 0 ? free : _between(part, 1, free);
        deal.quote.reservePrice = uint64(_between(terms >> 200, 1, 10_000));
        deal.worth = deal.quote.value;
        deal.allowed = note.holder == borrower;
        return _originate(deal, part);
    }

    /// @dev K2: title one way, cash the other, or nothing happens.
    function _originate(Deal memory deal, uint256 part) private returns (uint256 loanId) {
        if (_owingCount() >= MOST_LOANS) _payOff(part);
        ILoans.Quote memory quote = deal.quote;
        uint256 most = _mostDrawable(deal.worth * quote.advanceBps / 10_000, quote.rateBps);
        uint256 upTo = part % 7 == 0 || most == 0 ? 2 * most + 2 : most;
        uint256 amount = _between(part >> 32, 1, upTo);
        quote.limit = uint64(_between(part >> 64, amount, 3 * amount));
        deal.signature = _sign(quote.financier, loans.quoteDigest(quote));
        uint256 ltv = _ltvOf(amount + amount * quote.rateBps / SCALE, deal.worth);
        deal.allowed = deal.allowed && ltv <= quote.advanceBps;

        Scene memory first = _scene();
        bytes memory data = abi.encodeCall(
            loans.originate,
            (quote, deal.signature, deal.tokenId, deal.count, deal.countSignature, uint64(amount))
        );
        if (!_try("K2 a loan is made", deal.tokenId, quote.borrower, address(loans), data, deal.allowed)) return 0;
        loanId = loans.loanCount();
        _enterLoan(loanId, quote, deal.feed);
        _enterDraw(loanId, amount);
        _requireLent(loanId, deal, first, amount);
    }

    function _requireLent(uint256 loanId, Deal memory deal, Scene memory first, uint256 amount) private {
        Scene memory second = _seen(deal.act, first, deal.quote.financier, deal.quote.borrower);
        uint256 place = placeOf(deal.quote.borrower);
        requireEqual("K2 cash to the borrower", loanId, second.cash[place] - first.cash[place], amount);
        requireEqual("K2 title of that worth", loanId, _worth(loanId, deal.price), deal.worth);
        if (deal.act == Act.LendOnReceipt) {
            requireEqual("K2 goods into escrow", loanId, second.goods[ESCROW] - first.goods[ESCROW], deal.quote.value);
        }
    }

    /// @dev All but what is pledged.
    function _terms(address borrower, uint256 seed) private returns (ILoans.Quote memory quote) {
        quote.borrower = borrower;
        quote.financier = _financier(seed);
        if (quote.financier == borrower) quote.financier = _financier(seed % 2 + 1);
        _thaw(quote.financier);
        _thaw(borrower);
        quote.currency = CNY;
        quote.rateBps = uint16(_between(seed >> 8, 0, 10_000));
        quote.penaltyBps = uint16(_between(seed >> 24, 0, 10_000));
        quote.maturityAt = uint40(block.timestamp + _between(seed >> 40, 1, 60 days));
        quote.graceDays = uint8(_between(seed >> 64, 0, 5));
        quote.advanceBps = uint16(_between(seed >> 72, 3_000, 7_000));
        quote.callBps = uint16(quote.advanceBps + _between(seed >> 88, 1, 1_500));
        quote.liquidationBps = uint16(quote.callBps + _between(seed >> 104, 1, 1_500));
        quote.cureSeconds = uint32(_between(seed >> 120, 1, 4 days));
        quote.order = ILoans.Order(seed % 3);
        quote.nonce = _nextNonce();
        quote.deadline = block.timestamp;
    }

    /// @dev K2. The custodian's; sometimes too old, sometimes of too little.
    function _count(uint256 id, address pledgee, uint256 seed)
        internal
        returns (ICollateral.Count memory count, bytes memory signature)
    {
        uint256 age = seed % 11 == 0 ? COUNT_AGE + 1 + seed % 1 days : _between(seed / 11, 0, COUNT_AGE);
        uint256 quantity = _quantityOfReceipt(id);
        if (seed % 13 == 0) quantity -= 1;
        count = ICollateral.Count({
            receiptId: id,
            pledgee: pledgee,
            quantity: uint64(quantity),
            countedAt: uint40(block.timestamp - age),
            nonce: _nextNonce(),
            deadline: block.timestamp
        });
        signature = _sign(holder(CUSTODIAN), collateral.countDigest(count));
    }

    /// @dev What can be drawn where so much may be owed, its first day's interest included.
    function _mostDrawable(uint256 room, uint256 rateBps) internal pure returns (uint256) {
        return room == 0 ? 0 : room * SCALE / (SCALE + rateBps);
    }

    // ---- finds or makes

    /// @dev A new lot of a borrower; `reach`: covered until then at the least.
    function _freshReceipt(address borrower, uint256 reach, uint256 seed) internal returns (uint256 id) {
        id = _takeIn(Act.TakeIn, borrower, _between(seed, 1e3, 1e9), seed);
        uint256 lotId = receipts.receiptOf(id).lotId;
        if (reach > receipts.goodsOf(id).coveredUntil) _extendLot(lotId, reach - receipts.goodsOf(id).coveredUntil);
    }

    function _owingCount() private view returns (uint256 count) {
        uint256[] memory ids = watchedLoans();
        for (uint256 i = 0; i < ids.length; i++) {
            if (!_isOver(ids[i])) count++;
        }
    }

    function _findLoan(uint256 start, function(uint256) view returns (bool) fits) internal view returns (uint256) {
        uint256[] memory ids = watchedLoans();
        for (uint256 i = 0; i < ids.length; i++) {
            uint256 id = ids[(start % ids.length + i) % ids.length];
            if (fits(id)) return id;
        }
        return 0;
    }

    /// @dev A live loan over goods that owes about half of what it may.
    function _freshLoan(uint256 seed) internal returns (uint256 loanId) {
        uint256 id = _freshReceipt(_person(seed), 0, seed >> 8);
        // The whole receipt, with a count and an amount that are not refused.
        uint256 part = (seed % 1e9) * 3003 * 2 ** 32 + 3;
        uint256 terms = seed >> 4;
        if (terms % 9 == 0) terms++;
        _refresh(receipts.goodsOf(id).feed);
        if (_priceBooks[receipts.goodsOf(id).feed].price < 1_000) {
            _warpTo(_priceBooks[receipts.goodsOf(id).feed].observedAt + 1);
            _publish(receipts.goodsOf(id).feed, 1e5, block.timestamp);
        }
        loanId = _lendOnReceipt(id, _holderOf(id), terms, part);
        requireTrue("K2 a loan could be made", id, loanId != 0);
    }

    function _isKept(uint256 noteId, IReceivables.NoteView memory note) private view returns (bool) {
        return note.holder == address(collateral) && _freeOf(noteId) != 0;
    }

    function _isPledgeable(uint256 id) private view returns (bool) {
        return _isReceiptMovable(id) && receipts.goodsOf(id).coveredUntil > block.timestamp;
    }

    /// @dev Pays all that is owed on some loan.
    function _payOff(uint256 seed) internal virtual;
}
