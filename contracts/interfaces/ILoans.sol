// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ICollateral} from "./ICollateral.sol";
import {IDeliverable} from "./IDeliverable.sol";
import {IPayouts} from "./IPayouts.sol";
import {ISignedDocuments} from "./ISignedDocuments.sol";

/// @title Loans over receipts and notes (docs/SPECIFICATION.md, rules K)
/// @notice What is owed, and what becomes of it. The title that stands for it is in Collateral, its sale in Enforcement.
/// Amounts are minor units of the loan's currency, rates basis points a year, times UTC seconds.
interface ILoans is IPayouts, ISignedDocuments {
    enum Status {
        None,
        Live,
        InSale,
        Uncovered, // sold, and something is still owed
        Ended
    }

    /// @notice K8. What a payment goes to after the costs, first to last.
    enum Order {
        PenaltyInterestPrincipal,
        InterestPenaltyPrincipal,
        PrincipalInterestPenalty
    }

    /// @notice K13.
    enum Cause {
        None,
        CallNotCured,
        Liquidation,
        Overdue
    }

    /// @notice K1. What the financier signs.
    /// @param assetKey the lot or the receivable; `documentHash` the hash of its documents; `value` the quantity or value
    /// that is pledged.
    /// @param limit the most that may be drawn over all.
    /// @param cureSeconds how long a margin call may wait.
    /// @param reservePrice the least that a sale brings: minor units for a whole unit of goods, basis points of a note's value.
    struct Quote {
        address financier;
        address borrower;
        IDeliverable asset;
        uint256 assetKey;
        bytes32 documentHash;
        uint256 value;
        uint16 currency;
        uint64 limit;
        uint16 rateBps;
        uint16 penaltyBps;
        uint40 maturityAt;
        uint8 graceDays;
        uint16 advanceBps;
        uint16 callBps;
        uint16 liquidationBps;
        uint32 cureSeconds;
        uint64 reservePrice;
        Order order;
        uint256 nonce;
        uint256 deadline;
    }

    struct Due {
        uint256 costs;
        uint256 penalty;
        uint256 interest;
        uint256 principal;
    }

    struct LoanView {
        address lender;
        address borrower;
        Status status;
        bool overNotes;
        Order order;
        uint16 currency;
        uint64 limit;
        uint64 drawn;
        uint16 rateBps;
        uint16 penaltyBps;
        uint40 startedAt;
        uint40 maturityAt;
        uint40 graceEndsAt;
        uint16 advanceBps;
        uint16 callBps;
        uint16 liquidationBps;
        uint32 cureSeconds;
        uint64 reservePrice;
        uint40 callBy; // 0: no call is open
        uint64 callPrice;
    }

    event LoanOriginated(
        uint256 indexed loanId, address indexed lender, address indexed borrower, address asset, Quote quote
    );
    event LoanDrawn(uint256 indexed loanId, address indexed borrower, uint256 amount, uint256 principal);
    event LoanRepaid(uint256 indexed loanId, address indexed payer, Due split, uint256 excess);
    event CostsAdvanced(uint256 indexed loanId, uint256 indexed tokenId, uint256 amount);
    event MarginCalled(uint256 indexed loanId, uint256 ltvBps, uint256 price, uint256 callBy);
    event MarginCured(uint256 indexed loanId, uint256 ltvBps, uint256 price);
    event ProceedsApplied(uint256 indexed loanId, Due split, uint256 toBorrower);
    event LoanDefaulted(uint256 indexed loanId, Cause cause, uint256 debt, uint256 ltvBps);
    event LoanWaived(uint256 indexed loanId, Due waived);
    event LoanEnded(uint256 indexed loanId);

    error UnknownLoan(uint256 loanId);
    error WrongLoanStatus(uint256 loanId, Status status);
    error InvalidTerms(bytes32 field);
    error NotTheBorrower(uint256 loanId, address caller);
    error NotTheLender(uint256 loanId, address caller);
    error NoGoodPrice(uint256 loanId);
    error LtvTooHigh(uint256 ltvBps, uint256 limitBps);
    error LtvBelowCall(uint256 ltvBps, uint256 callBps);
    error LimitExceeded(uint256 amount, uint256 undrawn);
    error Matured(uint256 loanId, uint256 maturityAt);
    error CallOpen(uint256 loanId, uint256 callBy);
    error NoCall(uint256 loanId);
    error LoanNotInDefault(uint256 loanId);
    error NothingToApply(uint256 loanId);
    error NotEnforcement(address caller);

    /// @notice K2. The borrower executes a financier's quote: title into escrow, cash to the borrower. The count is for
    /// receipts; over notes it is not looked at.
    function originate(
        Quote calldata quote,
        bytes calldata signature,
        uint256 tokenId,
        ICollateral.Count calldata count,
        bytes calldata countSignature,
        uint64 amount
    ) external returns (uint256 loanId);

    /// @notice K7.
    function draw(uint256 loanId, uint64 amount) external;

    /// @notice K8. Anyone pays; what is more than due never leaves the payer.
    function repay(uint256 loanId, uint256 amount) external returns (uint256 taken);

    /// @notice K16. The lender pays the storage of goods in escrow, as a cost of the loan.
    function advanceStorage(uint256 loanId, uint256 tokenId) external returns (uint256 amount);

    /// @notice K10.
    function topUp(
        uint256 loanId,
        ICollateral.Pledge calldata pledge,
        ICollateral.Count calldata count,
        bytes calldata countSignature
    ) external;

    /// @notice K11. `value` of a token goes back to the borrower; of a note only the whole.
    function release(uint256 loanId, uint256 tokenId, uint256 value) external returns (uint256 releasedId);

    /// @notice K9. Anyone calls margin.
    function callMargin(uint256 loanId) external;

    /// @notice K9. Anyone has an open call looked at again: the price may have recovered.
    function reviewCall(uint256 loanId) external;

    /// @notice K12. Anyone has what came for the title applied.
    function applyProceeds(uint256 loanId) external;

    /// @notice K17.
    function waive(uint256 loanId) external;

    /// @notice K18. Anyone has title that waits handed over.
    function returnTitle(uint256 loanId) external;

    // ---- for Enforcement, and nobody else

    /// @notice K13. The loan goes into sale; refused where it is not in default.
    function enterSale(uint256 loanId) external;

    /// @notice K14. Nobody bought.
    function leaveSale(uint256 loanId) external;

    /// @notice K15. The collateral was sold and `amount` is left of the price: who gets how much of it.
    function settleSale(uint256 loanId, uint256 amount)
        external
        returns (Due memory split, uint256 toBorrower, uint256 shortfall);

    // ---- views

    function loanOf(uint256 loanId) external view returns (LoanView memory);

    /// @notice K5, K6. What is owed now.
    function debtOf(uint256 loanId) external view returns (Due memory);

    /// @notice K4. LTV now at a price for a whole unit.
    function ltvAt(uint256 loanId, uint256 price) external view returns (uint256 ltvBps);

    /// @notice K13. Why a sale could be opened now.
    function defaultOf(uint256 loanId) external view returns (Cause);

    function loanCount() external view returns (uint256);
    function quoteDigest(Quote calldata quote) external view returns (bytes32);
}
