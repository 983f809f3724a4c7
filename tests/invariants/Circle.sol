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

/// @notice All contracts, deployed as they are in a network; this one holds every administrative power.
abstract contract Circle {
    Vm internal constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint16 internal constant CNY = 156;

    Authority internal authority;
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

    /// @dev Where the contract will stand that is made after `ahead` others from now.
    function _foreseen(uint256 ahead) internal virtual returns (address);

    function _deploy(IPolicy.Limits memory limits) internal {
        authority = new Authority(address(this));
        participants = new Participants(address(authority));
        policy = new Policy(address(authority), limits);
        fingerprints = new Fingerprints(address(authority));
        cash = new SettlementToken(address(authority), participants, "Feiqian CNY", "fqCNY", CNY, 2);
        _createCircle();
        fingerprints.admit(address(receivables));
        fingerprints.admit(address(adjustments));
        fingerprints.admit(address(receipts));
        policy.setSettlementToken(CNY, address(cash));
        _admitContracts();
    }

    /// @dev These know each other for good, so each is told where the others will be.
    function _createCircle() private {
        receivables = Receivables(_foreseen(0));
        repayments = Repayments(_foreseen(1));
        adjustments = Adjustments(_foreseen(2));
        reserve = Reserve(_foreseen(3));
        settlement = Settlement(_foreseen(4));
        prices = Prices(_foreseen(5));
        receipts = WarehouseReceipts(_foreseen(6));
        attestations = Attestations(_foreseen(7));
        loans = Loans(_foreseen(8));
        collateral = Collateral(_foreseen(9));
        enforcement = Enforcement(_foreseen(10));
        new Receivables(
            participants,
            policy,
            fingerprints,
            Notes.Siblings(address(repayments), adjustments, address(reserve), address(collateral))
        );
        new Repayments(receivables, adjustments, participants, policy, collateral);
        new Adjustments(address(authority), receivables, repayments, participants, policy, fingerprints);
        new Reserve(receivables, repayments, adjustments, policy, address(settlement), collateral);
        new Settlement(participants, policy, receivables, reserve);
        new Prices(address(authority), participants, policy);
        new WarehouseReceipts(
            address(authority),
            participants,
            policy,
            fingerprints,
            WarehouseReceipts.Siblings(address(attestations), collateral)
        );
        new Attestations(address(authority), participants, receipts);
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
}
