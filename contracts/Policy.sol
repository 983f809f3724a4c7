// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {ISettlementToken} from "./interfaces/ISettlementToken.sol";

/// @notice See IPolicy. The limits in force and the date that ends them share one slot.
contract Policy is IPolicy, AccessManaged {
    /// @dev IPolicy.Limits, flat, so that it and the date that ends it are one word.
    struct Term {
        uint64 maxFaceValue;
        uint16 minTenorDays;
        uint16 maxTenorDays;
        uint16 confirmationDays;
        uint16 maxDepth;
        uint16 maxNotes;
        uint8 cutOffDays;
        uint8 acceptanceDays;
        uint8 graceDays;
        uint16 penaltyBpsPerDay;
        uint16 levyBps;
        uint8 priceAgeHours;
        uint8 countAgeHours;
        uint40 endsAt; // 0: nothing is scheduled after it
    }

    /// @dev What a signed 64-bit column of any database can hold.
    uint64 private constant MAX_AMOUNT = uint64(type(int64).max);
    /// @dev More could not be divided or disputed in one block (about 39,000 gas a note).
    uint16 private constant MAX_NOTES = 700;
    /// @dev A tenth a day or of a price: more is a slip of the pen.
    uint16 private constant MAX_BPS = 1_000;

    mapping(uint16 currency => address) public settlementTokenOf;
    Term private _current;
    Term private _scheduled;

    constructor(address authority, Limits memory first) AccessManaged(authority) {
        _requireSensible(first);
        _current = _term(first, 0);
        // solhint-disable-next-line not-rely-on-time
        emit LimitsScheduled(block.timestamp, first);
    }

    function scheduleLimits(Limits calldata next, uint40 effectiveAt) external restricted {
        // solhint-disable-next-line not-rely-on-time
        if (effectiveAt <= block.timestamp) revert EffectiveInThePast(effectiveAt, block.timestamp);
        _requireSensible(next);
        _current = _inForce();
        _current.endsAt = effectiveAt;
        _scheduled = _term(next, 0);
        emit LimitsScheduled(effectiveAt, next);
    }

    function setSettlementToken(uint16 currency, address token) external restricted {
        address taken = settlementTokenOf[currency];
        if (taken != address(0)) revert CurrencyTaken(currency, taken);
        if (ISettlementToken(token).currency() != currency) revert InvalidSettlementToken(currency, token);
        settlementTokenOf[currency] = token;
        emit SettlementTokenSet(currency, token);
    }

    function checkRegistration(uint16 currency, uint256 faceValue, uint256 maturityAt)
        external
        view
        returns (uint40, uint8)
    {
        if (settlementTokenOf[currency] == address(0)) revert PolicyRefused("currency", currency, 0);
        Term storage limit = _inForce();
        if (faceValue > limit.maxFaceValue) revert PolicyRefused("faceValue.max", faceValue, limit.maxFaceValue);
        // solhint-disable-next-line not-rely-on-time
        uint256 nowAt = block.timestamp;
        uint256 earliest = nowAt + uint256(limit.minTenorDays) * 1 days;
        uint256 latest = nowAt + uint256(limit.maxTenorDays) * 1 days;
        if (maturityAt < earliest) revert PolicyRefused("tenor.min", maturityAt, earliest);
        if (maturityAt > latest) revert PolicyRefused("tenor.max", maturityAt, latest);
        uint256 waitsUntil = nowAt + uint256(limit.confirmationDays) * 1 days;
        return (uint40(waitsUntil < maturityAt ? waitsUntil : maturityAt), limit.cutOffDays);
    }

    function checkEndorsement(uint256 depth, uint256 noteCount) external view returns (uint8) {
        Term storage limit = _inForce();
        if (depth > limit.maxDepth) revert PolicyRefused("depth.max", depth, limit.maxDepth);
        if (noteCount > limit.maxNotes) revert PolicyRefused("notes.max", noteCount, limit.maxNotes);
        return limit.acceptanceDays;
    }

    function lateTerms() external view returns (uint8, uint16) {
        Term storage limit = _inForce();
        return (limit.graceDays, limit.penaltyBpsPerDay);
    }

    function maxAges() external view returns (uint256, uint256) {
        Term storage limit = _inForce();
        return (uint256(limit.priceAgeHours) * 1 hours, uint256(limit.countAgeHours) * 1 hours);
    }

    function levyOn(uint256 price) external view returns (uint256) {
        return (price * _inForce().levyBps + 5_000) / 10_000;
    }

    function limits() external view returns (Limits memory) {
        Term memory t = _inForce();
        return Limits({
            maxFaceValue: t.maxFaceValue,
            minTenorDays: t.minTenorDays,
            maxTenorDays: t.maxTenorDays,
            confirmationDays: t.confirmationDays,
            maxDepth: t.maxDepth,
            maxNotes: t.maxNotes,
            cutOffDays: t.cutOffDays,
            acceptanceDays: t.acceptanceDays,
            graceDays: t.graceDays,
            penaltyBpsPerDay: t.penaltyBpsPerDay,
            levyBps: t.levyBps,
            priceAgeHours: t.priceAgeHours,
            countAgeHours: t.countAgeHours
        });
    }

    function _inForce() private view returns (Term storage) {
        uint40 endsAt = _current.endsAt;
        // solhint-disable-next-line not-rely-on-time
        return endsAt != 0 && block.timestamp >= endsAt ? _scheduled : _current;
    }

    function _term(Limits memory given, uint40 endsAt) private pure returns (Term memory) {
        return Term({
            maxFaceValue: given.maxFaceValue,
            minTenorDays: given.minTenorDays,
            maxTenorDays: given.maxTenorDays,
            confirmationDays: given.confirmationDays,
            maxDepth: given.maxDepth,
            maxNotes: given.maxNotes,
            cutOffDays: given.cutOffDays,
            acceptanceDays: given.acceptanceDays,
            graceDays: given.graceDays,
            penaltyBpsPerDay: given.penaltyBpsPerDay,
            levyBps: given.levyBps,
            priceAgeHours: given.priceAgeHours,
            countAgeHours: given.countAgeHours,
            endsAt: endsAt
        });
    }

    function _requireSensible(Limits memory given) private pure {
        bool sensible = given.maxFaceValue != 0 && given.maxFaceValue <= MAX_AMOUNT
            && given.minTenorDays <= given.maxTenorDays && given.maxTenorDays != 0 && given.confirmationDays != 0
            && given.maxNotes != 0 && given.maxNotes <= MAX_NOTES && given.penaltyBpsPerDay <= MAX_BPS
            && given.levyBps <= MAX_BPS;
        if (!sensible) revert InvalidLimits(given);
    }
}
