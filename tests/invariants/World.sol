// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPolicy} from "../../contracts/interfaces/IPolicy.sol";
import {Roles} from "../../contracts/libraries/Roles.sol";
import {Circle} from "./Circle.sol";

/// @notice A deployment and a cast: three suppliers, two obligors, two financiers, a custodian and an oracle, whose
/// keys are known. This contract holds every administrative power.
abstract contract World is Circle {
    uint256 internal constant CASH = 1e17;
    uint256 internal constant SUPPLIERS = 3;
    uint256 internal constant OBLIGORS = 2;
    uint256 internal constant CUSTODIAN = 7;
    uint256 public constant PEOPLE = 8;
    /// @dev Whoever can come to hold a note: the people, and the reserve and the escrow after them.
    uint256 internal constant ESCROW = PEOPLE + 1;
    uint256 public constant HOLDERS = PEOPLE + 2;
    uint256 private constant ORACLE_KEY = 2000;
    uint256 internal constant FEEDS = 2;

    /// @dev L7, in seconds.
    uint256 internal immutable PRICE_AGE;
    uint256 internal immutable COUNT_AGE;

    address[HOLDERS] private _holders;
    mapping(address account => uint256) private _places;
    uint256 private _nonce;

    constructor(IPolicy.Limits memory limits) {
        VM.warp(1_700_000_000);
        PRICE_AGE = uint256(limits.priceAgeHours) * 1 hours;
        COUNT_AGE = uint256(limits.countAgeHours) * 1 hours;
        _deploy(limits);
        cash.setCap(uint64(PEOPLE * CASH));
        cash.attestReserve(PEOPLE * CASH, "statement");
        for (uint256 i = 0; i < PEOPLE; i++) _takeIn(i);
        _place(PEOPLE, address(reserve));
        _place(ESCROW, address(collateral));
        address oracle = VM.addr(ORACLE_KEY);
        participants.register(oracle, "oracle", Roles.ORACLE, type(uint40).max, "");
        for (uint256 i = 0; i < FEEDS; i++) prices.assignFeed(_feed(i), oracle);
    }

    /// @notice Person 0 to 2 supply, 3 and 4 owe, 5 and 6 finance, 7 keeps goods; 8 is the reserve, 9 the escrow.
    function holder(uint256 i) public view returns (address) {
        return _holders[i];
    }

    function placeOf(address account) public view returns (uint256) {
        return _places[account];
    }

    function _foreseen(uint256 ahead) internal view override returns (address) {
        return VM.computeCreateAddress(address(this), VM.getNonce(address(this)) + ahead);
    }

    function _takeIn(uint256 i) private {
        address account = VM.addr(_keyOf(i));
        _place(i, account);
        uint32 role = i < SUPPLIERS ? Roles.SUPPLIER : i < SUPPLIERS + OBLIGORS ? Roles.OBLIGOR : Roles.FINANCIER;
        if (i == CUSTODIAN) role = Roles.CUSTODIAN;
        participants.register(account, bytes32(i + 1), role, type(uint40).max, "");
        if (role == Roles.OBLIGOR) participants.setConfirmationLimit(account, CNY, type(uint64).max);
        cash.mint(account, CASH);
        VM.startPrank(account);
        address[2] memory operators = [address(settlement), address(loans)];
        for (uint256 k = 0; k < operators.length; k++) {
            cash.approve(operators[k], type(uint256).max);
        }
        receivables.setApprovalForAll(address(settlement), true);
        receipts.setApprovalForAll(address(settlement), true);
        // It is the escrow that takes title.
        receivables.setApprovalForAll(address(collateral), true);
        receipts.setApprovalForAll(address(collateral), true);
        cash.approve(address(repayments), type(uint256).max);
        cash.approve(address(adjustments), type(uint256).max);
        cash.approve(address(receipts), type(uint256).max);
        cash.approve(address(enforcement), type(uint256).max);
        VM.stopPrank();
    }

    function _place(uint256 i, address account) private {
        _holders[i] = account;
        _places[account] = i;
    }

    function _keyOf(uint256 i) private pure returns (uint256) {
        return 1000 + i;
    }

    function _supplier(uint256 seed) internal view returns (address) {
        return holder(seed % SUPPLIERS);
    }

    function _obligor(uint256 seed) internal view returns (address) {
        return holder(SUPPLIERS + seed % OBLIGORS);
    }

    function _financier(uint256 seed) internal view returns (address) {
        return holder(SUPPLIERS + OBLIGORS + seed % 2);
    }

    function _person(uint256 seed) internal view returns (address) {
        return holder(seed % PEOPLE);
    }

    /// @dev Whoever is to act must not be frozen (P3).
    function _thaw(address account) internal {
        if (!participants.mayHold(account)) participants.unfreeze(account, "order");
    }

    function _sign(address signer, bytes32 digest) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(_keyOf(placeOf(signer)), digest);
        return abi.encodePacked(r, s, v);
    }

    function _signAsOracle(bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(ORACLE_KEY, digest);
        return abi.encodePacked(r, s, v);
    }

    function _commodity(uint256 i) internal pure returns (bytes32) {
        return i % FEEDS == 0 ? bytes32("BRENT") : bytes32("COPPER");
    }

    function _feed(uint256 i) internal pure returns (bytes32) {
        return keccak256(abi.encode(_commodity(i), bytes32("A"), bytes32("T"), CNY));
    }

    function _nextNonce() internal returns (uint256) {
        return ++_nonce;
    }

    function _warpTo(uint256 at) internal {
        if (block.timestamp < at) VM.warp(at);
    }

    function _between(uint256 seed, uint256 least, uint256 most) internal pure returns (uint256) {
        return least + seed % (most - least + 1);
    }
}
