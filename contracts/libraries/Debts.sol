// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ILoans} from "../interfaces/ILoans.sol";

/// @notice What a loan owes: simple interest by the day, ACT/360, kept unrounded (rules K5, K6, K8).
library Debts {
    /// @dev Two words. `interest` and `penalty` count 1 / 3,600,000 of a minor unit, so that a day adds principal × bps.
    struct Debt {
        uint64 principal;
        uint64 costs;
        uint96 interest;
        uint24 accruedDays;
        uint64 undrawn;
        uint96 penalty;
        uint24 lateDays;
    }

    /// @dev 360 days of 10,000 basis points.
    uint256 internal constant SCALE = 3_600_000;

    /// @notice K5, K6. Brings the debt up to a day; the first day has begun with the loan.
    function accrue(Debt memory debt, uint256 rateBps, uint256 penaltyBps, uint256 daysBegun, uint256 lateDays)
        internal
        pure
    {
        debt.interest += uint96(uint256(debt.principal) * rateBps * (daysBegun - debt.accruedDays));
        debt.penalty += uint96(uint256(debt.principal) * penaltyBps * (lateDays - debt.lateDays));
        debt.accruedDays = uint24(daysBegun);
        debt.lateDays = uint24(lateDays);
    }

    /// @notice K5, K7. What is drawn bears the day in which it is drawn. The debt has been brought up to that day.
    function draw(Debt memory debt, uint256 rateBps, uint64 amount) internal pure {
        if (amount > debt.undrawn) revert ILoans.LimitExceeded(amount, debt.undrawn);
        debt.undrawn -= amount;
        debt.principal += amount;
        debt.interest += uint96(uint256(amount) * rateBps);
    }

    function due(Debt memory debt) internal pure returns (ILoans.Due memory) {
        return ILoans.Due(debt.costs, debt.penalty / SCALE, debt.interest / SCALE, debt.principal);
    }

    function total(ILoans.Due memory parts) internal pure returns (uint256) {
        return parts.costs + parts.penalty + parts.interest + parts.principal;
    }

    /// @notice K8. Takes at most what is due; what it took.
    function pay(Debt memory debt, uint256 amount, ILoans.Order order) internal pure returns (ILoans.Due memory split) {
        ILoans.Due memory owed = due(debt);
        uint256 left = amount;
        (split.costs, left) = _take(owed.costs, left);
        if (order == ILoans.Order.PrincipalInterestPenalty) {
            (split.principal, left) = _take(owed.principal, left);
            (split.interest, left) = _take(owed.interest, left);
            (split.penalty, left) = _take(owed.penalty, left);
        } else if (order == ILoans.Order.InterestPenaltyPrincipal) {
            (split.interest, left) = _take(owed.interest, left);
            (split.penalty, left) = _take(owed.penalty, left);
            (split.principal, left) = _take(owed.principal, left);
        } else {
            (split.penalty, left) = _take(owed.penalty, left);
            (split.interest, left) = _take(owed.interest, left);
            (split.principal, left) = _take(owed.principal, left);
        }
        debt.costs -= uint64(split.costs);
        debt.penalty -= uint96(split.penalty * SCALE);
        debt.interest -= uint96(split.interest * SCALE);
        debt.principal -= uint64(split.principal);
    }

    function _take(uint256 owed, uint256 left) private pure returns (uint256 taken, uint256 rest) {
        taken = owed < left ? owed : left;
        rest = left - taken;
    }
}
