// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Authority} from "../../contracts/Authority.sol";
import {Fingerprints} from "../../contracts/Fingerprints.sol";
import {Participants} from "../../contracts/Participants.sol";
import {Policy} from "../../contracts/Policy.sol";
import {Receivables} from "../../contracts/Receivables.sol";
import {Settlement} from "../../contracts/Settlement.sol";
import {SettlementToken} from "../../contracts/SettlementToken.sol";
import {IPolicy} from "../../contracts/interfaces/IPolicy.sol";
import {Roles} from "../../contracts/libraries/Roles.sol";
import {Vm} from "./Vm.sol";

/// @notice A deployment and a cast: three suppliers, two obligors, two financiers, whose keys are known.
contract World {
    Vm internal constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint16 internal constant CNY = 156;
    uint256 internal constant CASH = 1e16;
    uint256 internal constant SUPPLIERS = 3;
    uint256 internal constant PEOPLE = 7;

    Participants public participants;
    Policy public policy;
    Fingerprints public fingerprints;
    SettlementToken public cash;
    Receivables public receivables;
    Settlement public settlement;

    address[PEOPLE] private _people;

    constructor() {
        VM.warp(1_700_000_000);
        for (uint256 i = 0; i < PEOPLE; i++) _people[i] = VM.addr(keyOf(i));
        address authority = address(new Authority(address(this)));
        participants = new Participants(authority);
        policy = new Policy(authority, IPolicy.Limits(1e13, 1, 366, 30, 4, 12));
        fingerprints = new Fingerprints(authority);
        cash = new SettlementToken(authority, participants, "Feiqian CNY", "fqCNY", CNY, 2);
        receivables = new Receivables(participants, policy, fingerprints);
        settlement = new Settlement(participants, receivables);
        fingerprints.admit(address(receivables));
        policy.setSettlementToken(CNY, address(cash));
        participants.register(address(receivables), bytes32("receivables"), Roles.PROTOCOL, type(uint40).max, "");
        cash.setCap(uint64(PEOPLE * CASH));
        cash.attestReserve(PEOPLE * CASH, bytes32("statement"));
        for (uint256 i = 0; i < PEOPLE; i++) _takeIn(i);
    }

    function keyOf(uint256 i) public pure returns (uint256) {
        return 1000 + i;
    }

    /// @notice Person 0 to 2 supply, 3 and 4 owe, 5 and 6 finance.
    function person(uint256 i) public view returns (address) {
        return _people[i];
    }

    function _takeIn(uint256 i) private {
        address account = person(i);
        uint32 role = i < SUPPLIERS ? Roles.SUPPLIER : i < SUPPLIERS + 2 ? Roles.OBLIGOR : Roles.FINANCIER;
        participants.register(account, bytes32(i + 1), role, type(uint40).max, "");
        if (role == Roles.OBLIGOR) participants.setConfirmationLimit(account, CNY, type(uint64).max);
        if (role != Roles.SUPPLIER) cash.mint(account, CASH);
        VM.startPrank(account);
        receivables.setApprovalForAll(address(settlement), true);
        cash.approve(address(settlement), type(uint256).max);
        cash.approve(address(receivables), type(uint256).max);
        VM.stopPrank();
    }
}
