// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IPrices} from "./interfaces/IPrices.sol";
import {Roles} from "./libraries/Roles.sol";
import {SignedDocuments} from "./SignedDocuments.sol";

/// @notice See IPrices. A feed is one word: whose it is, the last price, and who published that.
contract Prices is IPrices, SignedDocuments, AccessManaged {
    struct Feed {
        uint32 oracleId;
        uint32 publisherId;
        uint64 price;
        uint40 observedAt;
    }

    bytes32 private constant PRICE_TYPEHASH =
        keccak256("Price(bytes32 feed,uint256 price,uint256 observedAt,uint256 nonce,uint256 deadline)");
    /// @dev What a signed 64-bit column of any database can hold.
    uint256 private constant MAX_PRICE = uint64(type(int64).max);

    IParticipants public immutable participants;
    IPolicy public immutable policy;

    mapping(bytes32 feed => Feed) private _feeds;

    constructor(address authority, IParticipants participants_, IPolicy policy_)
        SignedDocuments("Feiqian Prices")
        AccessManaged(authority)
    {
        participants = participants_;
        policy = policy_;
    }

    function assignFeed(bytes32 feed, address oracle) external restricted {
        _feeds[feed].oracleId = participants.requireRole(oracle, Roles.ORACLE);
        emit FeedAssigned(feed, oracle);
    }

    function publish(Price calldata price, bytes calldata signature) external {
        bytes32 feed = price.feed;
        Feed memory f = _assigned(feed);
        address oracle = participants.requireRoleOf(f.oracleId, Roles.ORACLE);
        if (price.price == 0 || price.price > MAX_PRICE) revert InvalidPrice(price.price);
        // solhint-disable-next-line not-rely-on-time
        if (price.observedAt > block.timestamp) revert ObservedInTheFuture(price.observedAt, block.timestamp);
        if (price.observedAt <= f.observedAt) revert PriceNotNewer(feed, price.observedAt, f.observedAt);
        _useDocument(oracle, _hash(price), price.nonce, price.deadline, signature);

        _feeds[feed] = Feed(f.oracleId, f.oracleId, uint64(price.price), uint40(price.observedAt));
        emit PricePublished(feed, oracle, price.price, price.observedAt);
    }

    // ---- views

    function requireGood(bytes32 feed) external view returns (uint256) {
        Feed memory f = _assigned(feed);
        if (f.price == 0) revert NoPrice(feed);
        if (f.publisherId != f.oracleId) {
            revert PriceNotOfTheOracle(feed, participants.accountOf(f.publisherId), participants.accountOf(f.oracleId));
        }
        participants.requireRoleOf(f.oracleId, Roles.ORACLE);
        (uint256 priceAge,) = policy.maxAges();
        uint256 goodUntil = f.observedAt + priceAge;
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp > goodUntil) revert PriceStale(feed, f.observedAt, goodUntil);
        return f.price;
    }

    function goodPriceOf(bytes32 feed) external view returns (uint256) {
        // Asked of itself, so that there is one judgement of what is good.
        try this.requireGood(feed) returns (uint256 price) {
            return price;
        } catch {
            return 0;
        }
    }

    function lastOf(bytes32 feed) external view returns (uint256 price, uint256 observedAt, address oracle) {
        Feed memory f = _feeds[feed];
        return (f.price, f.observedAt, participants.accountOf(f.publisherId));
    }

    function oracleOf(bytes32 feed) external view returns (address) {
        return participants.accountOf(_feeds[feed].oracleId);
    }

    function feedOf(bytes32 commodity, bytes32 grade, bytes32 unit, uint16 currency) external pure returns (bytes32) {
        return keccak256(abi.encode(commodity, grade, unit, currency));
    }

    function priceDigest(Price calldata price) external view returns (bytes32) {
        return _hashTypedDataV4(_hash(price));
    }

    // ---- inside

    function _assigned(bytes32 feed) private view returns (Feed memory f) {
        f = _feeds[feed];
        if (f.oracleId == 0) revert NoOracle(feed);
    }

    /// @dev Every member of Price is one word in declaration order, as EIP-712 encodes it.
    function _hash(Price calldata price) private pure returns (bytes32) {
        return keccak256(abi.encode(PRICE_TYPEHASH, price));
    }
}
