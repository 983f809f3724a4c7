// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {Witness} from "./Witness.sol";

/// @notice What became of every lot, and the last price of every feed, kept apart from the contracts.
abstract contract LotBooks is Witness {
    struct LotBook {
        uint256 counted;
        uint256 delivered;
        uint256 lost;
        bytes32 fingerprint;
    }

    struct PriceBook {
        uint256 price;
        uint256 observedAt;
    }

    uint256 internal constant MOST_LOTS = 5;
    /// @dev So many live receipts of a lot at most, but for what a sale or a release splits off.
    uint256 internal constant MOST_RECEIPTS = 6;

    mapping(uint256 lotId => LotBook) internal _lotBooks;
    mapping(bytes32 feed => PriceBook) internal _priceBooks;
    uint256[] private _lots;
    mapping(uint256 lotId => uint256[]) private _receipts;
    uint256 private _knownReceipts;

    /// @notice The lots of which something is left, and those that ended with the last act.
    function lots() public view returns (uint256[] memory) {
        return _lots;
    }

    /// @notice All receipts there ever were of a lot, ascending.
    function receiptsOf(uint256 lotId) public view returns (uint256[] memory) {
        return _receipts[lotId];
    }

    function lotBookOf(uint256 lotId) external view returns (LotBook memory) {
        return _lotBooks[lotId];
    }

    function _watchLot(uint256 lotId, uint256 counted_, bytes32 fingerprint) internal {
        _lots.push(lotId);
        _lotBooks[lotId] = LotBook(counted_, 0, 0, fingerprint);
    }

    function _learnReceipts() internal {
        uint256 count = receipts.receiptCount();
        for (uint256 id = _knownReceipts + 1; id <= count; id++) {
            _receipts[receipts.receiptOf(id).lotId].push(id);
        }
        _knownReceipts = count;
    }

    function _forgetEnded() internal virtual override {
        super._forgetEnded();
        for (uint256 i = _lots.length; i > 0; i--) {
            if (_leftOf(_lots[i - 1]) != 0) continue;
            _lots[i - 1] = _lots[_lots.length - 1];
            _lots.pop();
        }
    }

    /// @dev W12, as the books say it.
    function _leftOf(uint256 lotId) internal view returns (uint256) {
        LotBook storage book = _lotBooks[lotId];
        return book.counted - book.delivered - book.lost;
    }

    /// @dev The receipts with a quantity, ascending.
    function _liveReceipts(uint256 lotId) internal view returns (uint256[] memory live) {
        uint256[] storage all = _receipts[lotId];
        live = new uint256[](all.length);
        uint256 count;
        for (uint256 i = 0; i < all.length; i++) {
            if (receipts.receiptOf(all[i]).quantity != 0) live[count++] = all[i];
        }
        assembly ("memory-safe") {
            mstore(live, count)
        }
    }

    /// @dev O3; 0 where there is no good price.
    function _goodPrice(bytes32 feed) internal view returns (uint256) {
        PriceBook storage book = _priceBooks[feed];
        return block.timestamp <= book.observedAt + PRICE_AGE ? book.price : 0;
    }

    /// @dev W6, worked out a second time: days begun since what is paid for.
    function _storageOwed(uint256 receiptId) internal view returns (uint256 amount, uint256 until) {
        IWarehouseReceipts.ReceiptView memory r = receipts.receiptOf(receiptId);
        IWarehouseReceipts.LotView memory lot = receipts.lotOf(r.lotId);
        until = r.chargedUntil;
        uint256 begun;
        while (until < block.timestamp) (until, begun) = (until + 1 days, begun + 1);
        uint256 whole = 1_000 * 10 ** lot.decimals;
        amount = begun * lot.milliPerUnitDay * r.quantity;
        amount = amount / whole + (amount % whole == 0 ? 0 : 1);
    }
}
