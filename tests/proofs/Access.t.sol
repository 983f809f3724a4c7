// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IAttestations} from "../../contracts/interfaces/IAttestations.sol";
import {IPolicy} from "../../contracts/interfaces/IPolicy.sol";
import {Goods} from "./Goods.sol";

/// @notice A3: what is for a role is refused to everybody else, whoever it is and whatever it passes, where the act would
/// have something to act on.
contract AccessProof is Goods {
    uint64 private constant REGISTRAR = 1;
    uint64 private constant ISSUER = 2;
    uint64 private constant ATTESTOR = 3;
    uint64 private constant REGULATOR = 4;

    address private constant DEVICE = address(0xde71ce);

    /// @dev Powers as backend/chain/deploy.py gives them; what is not named is the admin's. There is a claim in dispute, and
    /// a lot with a device.
    function setUp() public override {
        super.setUp();
        uint256[] memory noteIds = new uint256[](1);
        noteIds[0] = 1;
        _confirm(1_000);
        VM.prank(address(obligor));
        adjustments.dispute(1, 400, "reason", noteIds);
        _intake("lot", 1_000, 0);
        VM.prank(address(custodian));
        attestations.setWatch(1, IAttestations.Watch(100, 1 days, 1, 0, 10));
        VM.prank(address(custodian));
        attestations.registerDevice(DEVICE, 1, IAttestations.Kind.Weight, uint40(NOW + 1 days), false);
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
        noteIds[0] = 1;
        bytes memory act = abi.encodeCall(adjustments.resolveByOrder, (id, amount, hash, noteIds));
        _restricted(caller, address(adjustments), act);
        _restricted(caller, address(receipts), abi.encodeCall(receipts.unlock, (id, hash)));
        _restricted(caller, address(receipts), abi.encodeCall(receipts.freeze, (id, hash)));
        _restricted(caller, address(receipts), abi.encodeCall(receipts.unfreeze, (id, hash)));
        _restricted(caller, address(attestations), abi.encodeCall(attestations.changeWatch, (id, watch)));
        _restricted(caller, address(attestations), abi.encodeCall(attestations.revokeByOrder, (device, hash)));
    }

    /// @dev F1. Nothing but an admitted contract takes a fingerprint.
    function check_fingerprintsHearAssetContractsAlone(address caller, bytes32 fingerprint, uint96 id) external {
        VM.assume(caller != address(receivables) && caller != address(adjustments) && caller != address(receipts));
        _refused(caller, address(fingerprints), abi.encodeCall(fingerprints.claim, (fingerprint, id)));
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
