// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ILoans} from "./ILoans.sol";
import {IPayouts} from "./IPayouts.sol";
import {ISignedDocuments} from "./ISignedDocuments.sol";

/// @title Sale of collateral in default (docs/SPECIFICATION.md, rules K13 to K15)
/// @notice The best signed bid within a window wins; its cash waits here. Amounts are minor units of the loan's currency.
interface IEnforcement is IPayouts, ISignedDocuments {
    /// @notice K14. What a bidder signs.
    struct Bid {
        uint256 loanId;
        address bidder;
        uint64 amount;
        uint256 nonce;
        uint256 deadline;
    }

    /// @param round how often a sale was opened; `unsold` how often nobody came.
    /// @param worth what stood in escrow when the best bid was placed, at the reserve price.
    struct Sale {
        address bidder;
        uint40 endsAt;
        uint32 round;
        uint64 bid;
        uint64 worth;
        uint32 unsold;
    }

    event SaleOpened(uint256 indexed loanId, uint256 round, uint256 minimum, uint256 endsAt);
    event BidPlaced(uint256 indexed loanId, address indexed bidder, uint256 amount);
    event BidReturned(uint256 indexed loanId, address indexed bidder, uint256 amount);
    /// @notice K15. The best bid became `storagePaid` + `split` + `toBorrower`; `shortfall` is still owed.
    event CollateralSold(
        uint256 indexed loanId,
        address indexed buyer,
        uint256 amount,
        uint256 storagePaid,
        ILoans.Due split,
        uint256 toBorrower,
        uint256 shortfall
    );
    /// @notice Everything that was owed was paid or waived in the meantime.
    event SaleCalledOff(uint256 indexed loanId, uint256 round);
    /// @notice Nobody bid, or the title could not move to the bidder.
    event SaleFailed(uint256 indexed loanId, uint256 round);

    error NotTheLender(uint256 loanId, address caller);
    error NotLoans(address caller);
    error NotMyself(address caller);
    error NotInSale(uint256 loanId);
    error InvalidWindow(uint256 window, uint256 least, uint256 most);
    error SaleOver(uint256 loanId, uint256 endsAt);
    error SaleRuns(uint256 loanId, uint256 endsAt);
    error NotEnoughGas(uint256 gas, uint256 needed);
    error BidTooLow(uint256 amount, uint256 least);
    error WorthLess(uint256 loanId, uint256 worth, uint256 expected);

    /// @notice K13, K14. The lender opens a sale for `window` seconds.
    function openSale(uint256 loanId, uint40 window) external;

    /// @notice K14. Anyone carries a signed bid.
    function bid(Bid calldata bid_, bytes calldata signature) external;

    /// @notice K14, K15. Anyone closes a sale whose window is over.
    function closeSale(uint256 loanId) external;

    /// @notice K14. Loans alone: the loan ended, so the sale is off.
    function callOff(uint256 loanId) external;

    /// @notice The sale of a loan, and the least that a bid must come to while it runs.
    function saleOf(uint256 loanId) external view returns (Sale memory sale, uint256 least);

    function bidDigest(Bid calldata bid_) external view returns (bytes32);
}
