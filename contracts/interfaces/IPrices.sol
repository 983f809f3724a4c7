// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ISignedDocuments} from "./ISignedDocuments.sol";

/// @title Prices (docs/SPECIFICATION.md, rules O)
/// @notice One oracle a feed signs what a whole unit of goods is worth; anyone carries it.
interface IPrices is ISignedDocuments {
    /// @param feed which goods in which money: see feedOf.
    /// @param price minor units for one whole unit, above zero.
    /// @param observedAt UTC seconds: when the price was observed.
    /// @param deadline UTC seconds, inclusive: until when it may be carried.
    struct Price {
        bytes32 feed;
        uint256 price;
        uint256 observedAt;
        uint256 nonce;
        uint256 deadline;
    }

    event FeedAssigned(bytes32 indexed feed, address indexed oracle);
    event PricePublished(bytes32 indexed feed, address indexed oracle, uint256 price, uint256 observedAt);

    error NoOracle(bytes32 feed);
    error InvalidPrice(uint256 price);
    error ObservedInTheFuture(uint256 observedAt, uint256 nowAt);
    error PriceNotNewer(bytes32 feed, uint256 observedAt, uint256 lastObservedAt);
    error NoPrice(bytes32 feed);
    error PriceStale(bytes32 feed, uint256 observedAt, uint256 goodUntil);
    error PriceNotOfTheOracle(bytes32 feed, address publishedBy, address oracle);

    /// @notice O1. Names the one oracle of a feed. What another one published before is no longer good.
    function assignFeed(bytes32 feed, address oracle) external;

    /// @notice O2. Publishes the oracle's signed price.
    function publish(Price calldata price, bytes calldata signature) external;

    /// @notice O3. The price of a feed if it is good now; else reverts.
    function requireGood(bytes32 feed) external view returns (uint256 price);

    /// @notice O3. The same without reverting: 0 where there is no good price.
    function goodPriceOf(bytes32 feed) external view returns (uint256 price);

    /// @notice The last price, good or not; all zero where there is none.
    function lastOf(bytes32 feed) external view returns (uint256 price, uint256 observedAt, address oracle);

    function oracleOf(bytes32 feed) external view returns (address oracle);

    /// @notice O1. keccak-256 over the four words. `currency` is the ISO 4217 number.
    function feedOf(bytes32 commodity, bytes32 grade, bytes32 unit, uint16 currency) external pure returns (bytes32);

    function priceDigest(Price calldata price) external view returns (bytes32);
}
