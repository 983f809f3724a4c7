// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAttestations} from "../../contracts/interfaces/IAttestations.sol";
import {ICollateral} from "../../contracts/interfaces/ICollateral.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IPolicy} from "../../contracts/interfaces/IPolicy.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {Proof} from "./Proof.sol";

/// @notice A3 and the house rule that nobody acts for another: who may call what is for a role, or for the contracts beside
/// this one, is refused to everybody else, whoever it is and whatever it passes.
contract AccessProof is Proof {
    uint64 private constant REGISTRAR = 1;
    uint64 private constant ISSUER = 2;
    uint64 private constant ATTESTOR = 3;
    uint64 private constant REGULATOR = 4;

    /// @dev Powers as backend/chain/deploy.py gives them; what is not named is the admin's.
    function setUp() public override {
        super.setUp();
        _give(address(participants), participants.register.selector, REGISTRAR);
        _give(address(participants), participants.renew.selector, REGISTRAR);
        _give(address(participants), participants.setConfirmationLimit.selector, REGISTRAR);
        _give(address(prices), prices.assignFeed.selector, REGISTRAR);
        _give(address(attestations), attestations.changeWatch.selector, REGISTRAR);
        _give(address(cash), cash.mint.selector, ISSUER);
        _give(address(cash), cash.attestReserve.selector, ATTESTOR);
        _give(address(participants), participants.freeze.selector, REGULATOR);
        _give(address(participants), participants.unfreeze.selector, REGULATOR);
        _give(address(cash), cash.setFrozenTokens.selector, REGULATOR);
        _give(address(cash), cash.forcedTransfer.selector, REGULATOR);
        _give(address(adjustments), adjustments.resolveByOrder.selector, REGULATOR);
        _give(address(receipts), receipts.unlock.selector, REGULATOR);
        _give(address(receipts), receipts.freeze.selector, REGULATOR);
        _give(address(receipts), receipts.unfreeze.selector, REGULATOR);
        _give(address(attestations), attestations.revokeByOrder.selector, REGULATOR);
        for (uint64 role = REGISTRAR; role <= REGULATOR; role++) {
            authority.grantRole(role, address(uint160(0xbeef00) + role), 0);
        }
    }

    function check_participantsAreRestricted(address caller, address account, bytes32 hash, uint32 roles, uint40 until)
        external
    {
        _restricted(
            caller, address(participants), abi.encodeCall(participants.register, (account, hash, roles, until, "name"))
        );
        _restricted(caller, address(participants), abi.encodeCall(participants.renew, (account, roles, until)));
        _restricted(caller, address(participants), abi.encodeCall(participants.freeze, (account, hash)));
        _restricted(caller, address(participants), abi.encodeCall(participants.unfreeze, (account, hash)));
        bytes memory act = abi.encodeCall(participants.setConfirmationLimit, (account, CNY, uint64(roles)));
        _restricted(caller, address(participants), act);
    }

    function check_cashIsRestricted(address caller, address account, address to, uint256 amount, bytes32 hash) external {
        _restricted(caller, address(cash), abi.encodeCall(cash.mint, (account, amount)));
        _restricted(caller, address(cash), abi.encodeCall(cash.attestReserve, (amount, hash)));
        _restricted(caller, address(cash), abi.encodeCall(cash.setCap, (uint64(amount))));
        _restricted(caller, address(cash), abi.encodeCall(cash.setFrozenTokens, (account, amount)));
        _restricted(caller, address(cash), abi.encodeCall(cash.forcedTransfer, (account, to, amount)));
    }

    function check_termsAreRestricted(
        address caller,
        address account,
        bytes32 hash,
        uint16 currency,
        uint40 at,
        IPolicy.Limits calldata limits
    ) external {
        _restricted(caller, address(policy), abi.encodeCall(policy.scheduleLimits, (limits, at)));
        _restricted(caller, address(policy), abi.encodeCall(policy.setSettlementToken, (currency, account)));
        _restricted(caller, address(fingerprints), abi.encodeCall(fingerprints.admit, (account)));
        _restricted(caller, address(prices), abi.encodeCall(prices.assignFeed, (hash, account)));
    }

    function check_ordersAreRestricted(
        address caller,
        uint256 id,
        uint64 amount,
        address device,
        bytes32 hash,
        IAttestations.Watch calldata watch
    ) external {
        uint256[] memory noteIds = new uint256[](1);
        noteIds[0] = amount;
        bytes memory act = abi.encodeCall(adjustments.resolveByOrder, (id, amount, hash, noteIds));
        _restricted(caller, address(adjustments), act);
        _restricted(caller, address(receipts), abi.encodeCall(receipts.unlock, (id, hash)));
        _restricted(caller, address(receipts), abi.encodeCall(receipts.freeze, (id, hash)));
        _restricted(caller, address(receipts), abi.encodeCall(receipts.unfreeze, (id, hash)));
        _restricted(caller, address(attestations), abi.encodeCall(attestations.changeWatch, (id, watch)));
        _restricted(caller, address(attestations), abi.encodeCall(attestations.revokeByOrder, (device, hash)));
    }

    /// @dev N9, M5, J7, P4: value, debts and states of claims change by the contracts beside alone.
    function check_claimsHearTheirSiblingsAlone(
        address caller,
        uint256 id,
        uint256 ancestorId,
        address to,
        uint64 value,
        uint8 status
    ) external {
        VM.assume(caller != address(repayments) && caller != address(adjustments) && caller != address(reserve));
        VM.assume(status <= uint8(type(IReceivables.Status).max));
        address target = address(receivables);
        _refused(caller, target, abi.encodeCall(receivables.takePlace, (id, ancestorId, to, value)));
        _refused(caller, target, abi.encodeCall(receivables.burn, (id, value)));
        _refused(caller, target, abi.encodeCall(receivables.relieve, (id, value)));
        _refused(caller, target, abi.encodeCall(receivables.lowerFaceValue, (id, value)));
        _refused(caller, target, abi.encodeCall(receivables.setStatus, (id, IReceivables.Status(status))));
    }

    /// @dev K2, K11, K15, K18: title leaves escrow by the loan that it stands for, or by its sale.
    function check_escrowHearsLoansAlone(
        address caller,
        uint256 loanId,
        address to,
        uint256 value,
        ICollateral.Purpose calldata purpose,
        ICollateral.Pledge calldata title,
        ICollateral.Count calldata count
    ) external {
        address target = address(collateral);
        if (caller != address(loans)) {
            _refused(caller, target, abi.encodeCall(collateral.pledge, (purpose, title, count, "")));
            _refused(caller, target, abi.encodeCall(collateral.release, (loanId, to, title.tokenId, value)));
            _refused(caller, target, abi.encodeCall(collateral.returnTitles, (loanId, to)));
            _refused(caller, target, abi.encodeCall(collateral.takeProceeds, (loanId)));
            _refused(caller, address(enforcement), abi.encodeCall(enforcement.callOff, (loanId)));
        }
        if (caller != address(enforcement)) {
            _refused(caller, target, abi.encodeCall(collateral.sell, (loanId, to)));
            _refused(caller, address(loans), abi.encodeCall(loans.enterSale, (loanId)));
            _refused(caller, address(loans), abi.encodeCall(loans.leaveSale, (loanId)));
            _refused(caller, address(loans), abi.encodeCall(loans.settleSale, (loanId, value)));
        }
        bool payer = caller == address(receipts) || caller == address(repayments) || caller == address(reserve);
        if (!payer) _refused(caller, target, abi.encodeCall(collateral.onProceeds, (title.tokenId, value)));
    }

    function check_othersHearTheirSiblingsAlone(
        address caller,
        uint256 id,
        uint256 amount,
        address account,
        bytes32 hash,
        ILoans.LoanView calldata loan
    ) external {
        if (caller != address(settlement)) {
            _refused(caller, address(reserve), abi.encodeCall(reserve.insure, (id, id, account, amount, amount)));
        }
        if (caller != address(attestations)) {
            _refused(caller, address(receipts), abi.encodeCall(receipts.lock, (id, hash)));
        }
        bool admitted =
            caller == address(receivables) || caller == address(adjustments) || caller == address(receipts);
        if (!admitted) _refused(caller, address(fingerprints), abi.encodeCall(fingerprints.claim, (hash, uint96(id))));
        if (caller != address(enforcement)) {
            _refused(caller, address(enforcement), abi.encodeCall(enforcement.handOver, (id, loan)));
        }
    }

    function _restricted(address caller, address target, bytes memory act) private {
        (bool member,) = authority.hasRole(authority.getTargetFunctionRole(target, bytes4(act)), caller);
        VM.assume(!member);
        _refused(caller, target, act);
    }

    function _give(address target, bytes4 selector, uint64 role) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        authority.setTargetFunctionRole(target, selectors, role);
    }
}
