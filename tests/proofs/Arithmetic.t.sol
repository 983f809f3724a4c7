// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IPolicy} from "../../contracts/interfaces/IPolicy.sol";
import {Debts} from "../../contracts/libraries/Debts.sol";
import {Policy} from "../../contracts/Policy.sol";
import {Vm} from "../invariants/Vm.sol";

/// @notice L6, K5, K6, K8: parts of a ten-thousandth never exceed what they are parts of, and round as the rules say. The
/// library is called as it is; the policy is the contract itself.
contract ArithmeticProof {
    using Debts for Debts.Debt;
    using Debts for ILoans.Due;

    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 private constant SCALE = 3_600_000;
    uint64 private constant MOST = uint64(type(int64).max);

    /// @dev L6. Rounded half up, and never more than the price: at any levy that a policy accepts.
    function check_levyIsRoundedHalfUp(uint64 price, IPolicy.Limits calldata limits) external {
        Policy policy = new Policy(address(this), limits);
        uint256 levy = policy.levyOn(price);
        assert(levy <= price);
        unchecked {
            uint256 exact = uint256(price) * limits.levyBps;
            assert(levy * 10_000 <= exact + 5_000 && levy * 10_000 + 5_000 > exact);
        }
    }

    /// @dev K5, K6. Nothing is due that has not accrued, and less than a unit of what has is not due.
    function check_interestIsDueRoundedDown(uint96 interest, uint96 penalty, uint64 principal, uint64 costs)
        external
        pure
    {
        Debts.Debt memory debt;
        (debt.interest, debt.penalty, debt.principal, debt.costs) = (interest, penalty, principal, costs);
        ILoans.Due memory due = debt.due();
        assert(due.interest * SCALE <= interest && interest - due.interest * SCALE < SCALE);
        assert(due.penalty * SCALE <= penalty && penalty - due.penalty * SCALE < SCALE);
        assert(due.principal == principal && due.costs == costs);
    }

    /// @dev K5. A day adds principal × rate, no more than the principal itself in a year of 360 days at the highest rate,
    /// and nothing wraps in ten years (the longest tenor) and as many more.
    function check_accrualIsPrincipalTimesRate(uint64 principal, uint16 rateBps, uint16 days_) external pure {
        VM.assume(principal <= MOST && rateBps <= 10_000 && days_ <= 7_320);
        Debts.Debt memory debt;
        debt.principal = principal;
        debt.accrue(rateBps, 0, days_, 0);
        assert(debt.interest == uint256(principal) * rateBps * days_);
        assert(debt.penalty == 0 && debt.principal == principal && debt.accruedDays == days_);
    }

    /// @dev K8. A payment takes what it can and no more, penalty before interest before principal, and what it took is owed
    /// no longer.
    function check_paymentIsConserved(Debts.Debt calldata debt, uint256 amount) external pure {
        _pay(debt, amount, ILoans.Order.PenaltyInterestPrincipal);
    }

    /// @dev K8. So does one in the other orders, where no penalty has accrued.
    function check_paymentInOtherOrdersIsConserved(Debts.Debt calldata any, uint256 amount, bool principalFirst)
        external
        pure
    {
        Debts.Debt memory debt = any;
        debt.penalty = 0;
        _pay(
            debt,
            amount,
            principalFirst ? ILoans.Order.PrincipalInterestPenalty : ILoans.Order.InterestPenaltyPrincipal
        );
    }

    /// @dev K7. What is drawn bears its day at once, and the limit is one over all drawdowns.
    function check_drawdownIsWithinTheLimit(uint64 principal, uint64 undrawn, uint64 amount, uint16 rateBps)
        external
        pure
    {
        VM.assume(rateBps <= 10_000);
        Debts.Debt memory debt;
        (debt.principal, debt.undrawn) = (principal, undrawn);
        debt.draw(rateBps, amount);
        assert(amount <= undrawn && debt.undrawn + amount == undrawn);
        assert(debt.principal == uint256(principal) + amount);
        assert(debt.interest == uint256(amount) * rateBps);
    }

    function _pay(Debts.Debt memory debt, uint256 amount, ILoans.Order order) private pure {
        (uint64 costs, uint64 principal) = (debt.costs, debt.principal);
        (uint96 interest, uint96 penalty) = (debt.interest, debt.penalty);
        ILoans.Due memory before = debt.due();
        ILoans.Due memory split = debt.pay(amount, order);

        uint256 taken = split.total();
        assert(taken == (amount < before.total() ? amount : before.total()));
        assert(split.costs <= before.costs && split.penalty <= before.penalty);
        assert(split.interest <= before.interest && split.principal <= before.principal);
        assert(debt.costs + split.costs == costs && debt.principal + split.principal == principal);
        unchecked {
            assert(debt.interest + split.interest * SCALE == interest);
            assert(debt.penalty + split.penalty * SCALE == penalty);
        }
        // Costs come first.
        assert(split.costs == before.costs || taken == split.costs);
    }
}
