// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPayouts} from "./interfaces/IPayouts.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";

/// @notice See IPayouts. The base of every contract that pays people it does not choose.
abstract contract Payouts is IPayouts, ReentrancyGuard {
    using SafeERC20 for IERC20;

    IParticipants public immutable participants;
    IPolicy public immutable policy;

    mapping(address holder => mapping(uint16 currency => uint256)) public withheldOf;

    constructor(IParticipants participants_, IPolicy policy_) {
        participants = participants_;
        policy = policy_;
    }

    function payWithheld(address holder, uint16 currency) external nonReentrant returns (uint256 amount) {
        amount = withheldOf[holder][currency];
        if (amount == 0) revert InvalidAmount(0, 0);
        withheldOf[holder][currency] = 0;
        emit WithheldPaid(holder, currency, amount);
        _cash(currency).safeTransfer(holder, amount);
    }

    /// @dev Out of this contract's cash.
    function _payOut(address holder, uint16 currency, uint256 amount) internal {
        if (amount == 0) return;
        if (participants.mayHold(holder)) {
            _cash(currency).safeTransfer(holder, amount);
        } else {
            _withhold(holder, currency, amount);
        }
    }

    /// @dev Straight from `payer`.
    function _payFrom(address payer, address holder, uint16 currency, uint256 amount) internal {
        if (amount == 0) return;
        if (participants.mayHold(holder)) {
            _cash(currency).safeTransferFrom(payer, holder, amount);
        } else {
            _withhold(holder, currency, amount);
            _cash(currency).safeTransferFrom(payer, address(this), amount);
        }
    }

    function _cash(uint16 currency) internal view returns (IERC20) {
        return IERC20(policy.settlementTokenOf(currency));
    }

    function _withhold(address holder, uint16 currency, uint256 amount) private {
        withheldOf[holder][currency] += amount;
        emit PaymentWithheld(holder, currency, amount);
    }
}
