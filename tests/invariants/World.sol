// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Adjustments} from "../../contracts/Adjustments.sol";
import {Attestations} from "../../contracts/Attestations.sol";
import {Authority} from "../../contracts/Authority.sol";
import {Collateral} from "../../contracts/Collateral.sol";
import {Enforcement} from "../../contracts/Enforcement.sol";
import {Fingerprints} from "../../contracts/Fingerprints.sol";
import {Loans} from "../../contracts/Loans.sol";
import {Notes} from "../../contracts/Notes.sol";
import {Participants} from "../../contracts/Participants.sol";
import {Policy} from "../../contracts/Policy.sol";
import {Prices} from "../../contracts/Prices.sol";
import {Receivables} from "../../contracts/Receivables.sol";
import {Repayments} from "../../contracts/Repayments.sol";
import {Reserve} from "../../contracts/Reserve.sol";
import {Settlement} from "../../contracts/Settlement.sol";
import {SettlementToken} from "../../contracts/SettlementToken.sol";
import {WarehouseReceipts} from "../../contracts/WarehouseReceipts.sol";
import {IPolicy} from "../../contracts/interfaces/IPolicy.sol";
import {Roles} from "../../contracts/libraries/Roles.sol";
import {Vm} from "./Vm.sol";

/// @notice A deployment and a cast: three suppliers, two obligors, two financiers, a custodian and an oracle, whose
/// keys are known. This contract holds every administrative power.
abstract contract World {
    Vm internal constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint16 internal constant CNY = 156;
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

    Participants public participants;
    Policy public policy;
    Fingerprints public fingerprints;
    SettlementToken public cash;
    Receivables public receivables;
    Repayments public repayments;
    Adjustments public adjustments;
    Reserve public reserve;
    Settlement public settlement;
    Prices public prices;
    WarehouseReceipts public receipts;
    Attestations public attestations;
    Loans public loans;
    Collateral public collateral;
    Enforcement public enforcement;

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
        Authority authority = new Authority(address(this));
        participants = new Participants(address(authority));
        policy = new Policy(address(authority), limits);
        fingerprints = new Fingerprints(address(authority));
        cash = new SettlementToken(address(authority), participants, "Feiqian CNY", "fqCNY", CNY, 2);
        _createCircle(address(authority));
        fingerprints.admit(address(receivables));
        fingerprints.admit(address(adjustments));
        fingerprints.admit(address(receipts));
        policy.setSettlementToken(CNY, address(cash));
        _admitContracts();
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

    /// @dev These know each other for good, so each is told where the others will be.
    function _createCircle(address authority) private {
        uint256 nonce = VM.getNonce(address(this));
        receivables = Receivables(_foreseen(nonce));
        repayments = Repayments(_foreseen(nonce + 1));
        adjustments = Adjustments(_foreseen(nonce + 2));
        reserve = Reserve(_foreseen(nonce + 3));
        settlement = Settlement(_foreseen(nonce + 4));
        prices = Prices(_foreseen(nonce + 5));
        receipts = WarehouseReceipts(_foreseen(nonce + 6));
        attestations = Attestations(_foreseen(nonce + 7));
        loans = Loans(_foreseen(nonce + 8));
        collateral = Collateral(_foreseen(nonce + 9));
        enforcement = Enforcement(_foreseen(nonce + 10));
        new Receivables(
            participants,
            policy,
            fingerprints,
            Notes.Siblings(address(repayments), adjustments, address(reserve), address(collateral))
        );
        new Repayments(receivables, adjustments, participants, policy, collateral);
        new Adjustments(authority, receivables, repayments, participants, policy, fingerprints);
        new Reserve(receivables, repayments, adjustments, policy, address(settlement), collateral);
        new Settlement(participants, policy, receivables, reserve);
        new Prices(authority, participants, policy);
        new WarehouseReceipts(
            authority,
            participants,
            policy,
            fingerprints,
            WarehouseReceipts.Siblings(address(attestations), collateral)
        );
        new Attestations(authority, participants, receipts);
        new Loans(participants, policy, collateral, enforcement, receipts, address(receivables));
        new Collateral(policy, _collateralSiblings());
        new Enforcement(participants, policy, loans, collateral, receipts);
    }

    function _collateralSiblings() private view returns (Collateral.Siblings memory) {
        return Collateral.Siblings({
            loans: address(loans),
            enforcement: address(enforcement),
            prices: prices,
            receipts: receipts,
            receivables: receivables,
            adjustments: adjustments,
            repayments: address(repayments),
            reserve: address(reserve)
        });
    }

    function _foreseen(uint256 nonce) private view returns (address) {
        return VM.computeCreateAddress(address(this), nonce);
    }

    /// @dev They keep cash.
    function _admitContracts() private {
        address[6] memory keepers = [
            address(repayments),
            address(reserve),
            address(receipts),
            address(loans),
            address(collateral),
            address(enforcement)
        ];
        for (uint256 i = 0; i < keepers.length; i++) {
            participants.register(keepers[i], bytes32(1000 + i), Roles.PROTOCOL, type(uint40).max, "");
        }
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
