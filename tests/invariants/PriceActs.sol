// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPrices} from "../../contracts/interfaces/IPrices.sol";
import {requireEqual} from "./Checks.sol";
import {GoodsActs} from "./GoodsActs.sol";

/// @notice What goods are worth, as the oracle signs it.
abstract contract PriceActs is GoodsActs {
    /// @dev It rises or falls, and may have been observed a while ago.
    function publishPrice(uint256 start, uint256 move, uint256 age) external counted(Act.PublishPrice) {
        PriceBook memory last = _priceBooks[_feed(start)];
        uint256 price = last.price == 0 ? _between(move, 1, 1e5) : last.price * _between(move, 50, 160) / 100;
        _warpTo(last.observedAt + 1);
        uint256 least = last.observedAt == 0 ? block.timestamp - 10 days : last.observedAt + 1;
        _publish(_feed(start), price, age % 4 == 0 ? _between(age, least, block.timestamp) : block.timestamp);
    }

    // ---- single steps

    function _publish(bytes32 feed, uint256 price, uint256 observedAt) internal {
        if (price == 0) price = 1;
        if (price > 1e6) price = 1e6;
        IPrices.Price memory document = IPrices.Price(feed, price, observedAt, _nextNonce(), block.timestamp);
        prices.publish(document, _signAsOracle(prices.priceDigest(document)));
        _priceBooks[feed] = PriceBook(price, observedAt);
        requireEqual("O3 good until its age", 0, prices.goodPriceOf(feed), _goodPrice(feed));
        _did(Act.PublishPrice);
    }

    /// @dev A good price; the same as before, if there was one.
    function _refresh(bytes32 feed) internal returns (uint256 price) {
        price = _goodPrice(feed);
        if (price != 0) return price;
        _warpTo(_priceBooks[feed].observedAt + 1);
        price = _priceBooks[feed].price == 0 ? 1e4 : _priceBooks[feed].price;
        _publish(feed, price, block.timestamp);
    }
}
