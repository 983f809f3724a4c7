// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Adjustments} from "../../contracts/Adjustments.sol";
import {Authority} from "../../contracts/Authority.sol";
import {Fingerprints} from "../../contracts/Fingerprints.sol";
import {Notes} from "../../contracts/Notes.sol";
import {Participants} from "../../contracts/Participants.sol";
import {Policy} from "../../contracts/Policy.sol";
import {Receivables} from "../../contracts/Receivables.sol";
import {Repayments} from "../../contracts/Repayments.sol";
import {Reserve} from "../../contracts/Reserve.sol";
import {Settlement} from "../../contracts/Settlement.sol";
import {SettlementToken} from "../../contracts/SettlementToken.sol";
import {IPolicy} from "../../contracts/interfaces/IPolicy.sol";
import {Roles} from "../../contracts/libraries/Roles.sol";
import {Vm} from "./Vm.sol";

/// @notice A deployment and a cast: three suppliers, two obligors, two financiers, whose keys are known. This contract
/// holds every administrative power.
abstract contract World {
    Vm internal constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint16 internal constant CNY = 156;
    uint256 internal constant CASH = 1e17;
    uint256 internal constant SUPPLIERS = 3;
    uint256 internal constant OBLIGORS = 2;
    uint256 public constant PEOPLE = 7;
    /// @dev Whoever can come to hold a note: the people, and the reserve after them.
    uint256 public constant HOLDERS = PEOPLE + 1;

    Participants public participants;
    Policy public policy;
    Fingerprints public fingerprints;
    SettlementToken public cash;
    Receivables public receivables;
    Repayments public repayments;
    Adjustments public adjustments;
    Reserve public reserve;
    Settlement public settlement;

    address[HOLDERS] private _holders;
    mapping(address account => uint256) private _places;
    uint256 private _nonce;

    constructor(IPolicy.Limits memory limits) {
        VM.warp(1_700_000_000);
        Authority authority = new Authority(address(this));
        participants = new Participants(address(authority));
        policy = new Policy(address(authority), limits);
        fingerprints = new Fingerprints(address(authority));
        cash = new SettlementToken(address(authority), participants, "Feiqian CNY", "fqCNY", CNY, 2);
        _createCircle(address(authority));
        fingerprints.admit(address(receivables));
        fingerprints.admit(address(adjustments));
        policy.setSettlementToken(CNY, address(cash));
        participants.register(address(repayments), "repayments", Roles.PROTOCOL, type(uint40).max, "");
        participants.register(address(reserve), "reserve", Roles.PROTOCOL, type(uint40).max, "");
        cash.setCap(uint64(PEOPLE * CASH));
        cash.attestReserve(PEOPLE * CASH, "statement");
        for (uint256 i = 0; i < PEOPLE; i++) _takeIn(i);
        _place(PEOPLE, address(reserve));
    }

    /// @notice Person 0 to 2 supply, 3 and 4 owe, 5 and 6 finance; 7 is the reserve.
    function holder(uint256 i) public view returns (address) {
        return _holders[i];
    }

    function placeOf(address account) public view returns (uint256) {
        return _places[account];
    }

    /// @dev These know each other for good, so each is told where the others will be.
    function _createCircle(address authority) private {
        uint256 nonce = VM.getNonce(address(this));
        receivables = Receivables(VM.computeCreateAddress(address(this), nonce));
        repayments = Repayments(VM.computeCreateAddress(address(this), nonce + 1));
        adjustments = Adjustments(VM.computeCreateAddress(address(this), nonce + 2));
        reserve = Reserve(VM.computeCreateAddress(address(this), nonce + 3));
        settlement = Settlement(VM.computeCreateAddress(address(this), nonce + 4));
        Notes.Siblings memory siblings = Notes.Siblings(address(repayments), adjustments, address(reserve));
        new Receivables(participants, policy, fingerprints, siblings);
        new Repayments(receivables, adjustments, participants, policy);
        new Adjustments(authority, receivables, repayments, participants, policy, fingerprints);
        new Reserve(receivables, repayments, adjustments, policy, address(settlement));
        new Settlement(participants, policy, receivables, reserve);
    }

    function _takeIn(uint256 i) private {
        address account = VM.addr(_keyOf(i));
        _place(i, account);
        uint32 role = i < SUPPLIERS ? Roles.SUPPLIER : i < SUPPLIERS + OBLIGORS ? Roles.OBLIGOR : Roles.FINANCIER;
        participants.register(account, bytes32(i + 1), role, type(uint40).max, "");
        if (role == Roles.OBLIGOR) participants.setConfirmationLimit(account, CNY, type(uint64).max);
        cash.mint(account, CASH);
        VM.startPrank(account);
        receivables.setApprovalForAll(address(settlement), true);
        cash.approve(address(settlement), type(uint256).max);
        cash.approve(address(repayments), type(uint256).max);
        cash.approve(address(adjustments), type(uint256).max);
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
