// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPolicy} from "../../contracts/interfaces/IPolicy.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {Roles} from "../../contracts/libraries/Roles.sol";
import {Circle} from "../invariants/Circle.sol";
import {Signer} from "./Signer.sol";

/// @notice What every proof starts from: the deployed contracts and a cast. A proof is a function `check_…`; Halmos takes
/// each of its arguments as any value at all. A path that reverts proves nothing and is left out, so what must not
/// happen is either asserted after an act, or the act is called by `_refused`.
abstract contract Proof is Circle {
    uint256 internal constant NOW = 1_700_000_000;
    uint64 internal constant MOST = uint64(type(int64).max);
    bytes32 internal constant DOCUMENT = "document";

    Signer internal supplier;
    Signer internal obligor;
    Signer internal financier;
    Signer internal buyer;
    Signer internal custodian;

    uint256 private _entered;

    function setUp() public virtual {
        VM.warp(NOW);
        _deploy(_limits());
        // Foreseen rightly, or nothing below means anything.
        assert(address(enforcement).code.length != 0 && address(loans.enforcement()) == address(enforcement));
        cash.setCap(type(uint64).max);
        cash.attestReserve(type(uint64).max, "statement");
        supplier = _enter(Roles.SUPPLIER);
        obligor = _enter(Roles.OBLIGOR);
        financier = _enter(Roles.FINANCIER);
        buyer = _enter(Roles.FINANCIER);
        custodian = _enter(Roles.CUSTODIAN);
        participants.setConfirmationLimit(address(obligor), CNY, type(uint64).max);
    }

    function _limits() internal pure returns (IPolicy.Limits memory) {
        return IPolicy.Limits({
            maxFaceValue: MOST,
            minTenorDays: 1,
            maxTenorDays: 365,
            confirmationDays: 7,
            maxDepth: 8,
            maxNotes: 500,
            cutOffDays: 1,
            acceptanceDays: 3,
            graceDays: 3,
            penaltyBpsPerDay: 5,
            levyBps: 50,
            priceAgeHours: 24,
            countAgeHours: 24
        });
    }

    function _enter(uint32 role) internal returns (Signer party) {
        party = new Signer();
        participants.register(address(party), bytes32(++_entered), role, type(uint40).max, "");
    }

    /// @dev Any number in these bounds.
    function _any(uint256 least, uint256 most) internal returns (uint64) {
        return uint64(VM.randomUint(least, most));
    }

    function _allowCash(Signer party, address spender) internal {
        VM.prank(address(party));
        cash.approve(spender, type(uint256).max);
    }

    /// @dev A claim of that face, confirmed; its one note is the supplier's.
    function _confirm(uint64 face) internal returns (uint256 receivableId) {
        VM.prank(address(supplier));
        receivableId =
            receivables.register(address(obligor), CNY, face, uint40(NOW + 60 days), DOCUMENT, "fingerprint");
        IReceivables.Confirmation memory confirmation =
            IReceivables.Confirmation(receivableId, face, false, 0, NOW);
        obligor.sign(receivables.confirmationDigest(confirmation));
        receivables.confirm(confirmation, "");
    }

    /// @dev The next call is this party's. Nobody has the key of address 0, which unset approvals name.
    function _send(address caller) internal {
        VM.assume(caller != address(0));
        VM.prank(caller);
    }

    function _refused(address caller, address target, bytes memory act) internal {
        _send(caller);
        // solhint-disable-next-line avoid-low-level-calls
        (bool done,) = target.call(act);
        assert(!done);
    }

    /// @dev Halmos numbers new contracts one by one, whoever makes them.
    function _foreseen(uint256 ahead) internal view override returns (address) {
        return address(uint160(address(cash)) + 1 + uint160(ahead));
    }
}
