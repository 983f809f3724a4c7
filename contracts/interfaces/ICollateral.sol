// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IEscrow} from "./IEscrow.sol";
import {ISignedDocuments} from "./ISignedDocuments.sol";

/// @title Title in escrow (docs/SPECIFICATION.md, rules K)
/// @notice What a loan stands on: receipts or notes that are kept here while something is owed, and what they are worth.
/// Quantities of goods are whole numbers of 10^-decimals of their unit; a note's is its value.
interface ICollateral is IEscrow, ISignedDocuments {
    /// @notice K2. What the custodian signs: so much was there, and it knows that the goods are pledged to `pledgee`.
    struct Count {
        uint256 receiptId;
        address pledgee;
        uint64 quantity;
        uint40 countedAt;
        uint256 nonce;
        uint256 deadline;
    }

    /// @notice What is put in escrow. `value` may be less than what the token stands for: then a part of it.
    /// @param assetKey the lot or the receivable; `documentHash` the hash of its documents.
    struct Pledge {
        uint256 tokenId;
        uint256 assetKey;
        bytes32 documentHash;
        uint256 value;
    }

    /// @notice The loan that it is for.
    struct Purpose {
        uint256 loanId;
        address asset;
        address lender;
        address borrower;
        uint40 maturityAt;
        uint16 currency;
    }

    event TitlePledged(
        uint256 indexed loanId, address indexed asset, uint256 indexed tokenId, uint256 assetKey, uint256 value
    );
    event TitleReleased(
        uint256 indexed loanId, address indexed asset, uint256 indexed tokenId, uint256 releasedId, uint256 value
    );
    event TitleReturned(uint256 indexed loanId, address indexed asset, uint256 indexed tokenId);
    event TitleSold(uint256 indexed loanId, address indexed asset, uint256 indexed tokenId, address buyer);
    /// @notice K18. It cannot move now; it waits for the borrower.
    event TitleKept(uint256 indexed loanId, address indexed asset, uint256 indexed tokenId);
    event ProceedsReceived(uint256 indexed loanId, address indexed asset, uint256 indexed tokenId, uint256 amount);

    error NotLoans(address caller);
    error NotEnforcement(address caller);
    error NotAPayer(address caller);
    error UnknownAsset(address asset);
    error WrongCurrency(uint16 currency, uint16 expected);
    error WrongFeed(bytes32 feed, bytes32 expected);
    error CountOfAnother(uint256 receiptId, address pledgee);
    error CountShort(uint256 receiptId, uint256 counted, uint256 needed);
    error CountStale(uint256 countedAt, uint256 oldest);
    error CountInTheFuture(uint256 countedAt, uint256 nowAt);
    error CoverEnds(uint256 tokenId, uint256 coveredUntil, uint256 needed);
    error TooManyTitles(uint256 loanId, uint256 limit);
    error NotPledged(uint256 loanId, uint256 tokenId);
    error NotPartOfNote(uint256 tokenId, uint256 value);

    // ---- for Loans and Enforcement, and nobody else

    /// @notice K2, K10. Takes title of the borrower into escrow. The count is for goods; over notes it is not looked at.
    function pledge(
        Purpose calldata purpose,
        Pledge calldata title,
        Count calldata count,
        bytes calldata countSignature
    ) external;

    /// @notice K11. `value` of a token goes out to `to`; of a note only the whole.
    function release(uint256 loanId, address to, uint256 tokenId, uint256 value) external returns (uint256 releasedId);

    /// @notice K15. All title to the buyer, or nothing happens.
    function sell(uint256 loanId, address buyer) external;

    /// @notice K18. All title that can move to `to`.
    function returnTitles(uint256 loanId, address to) external;

    /// @notice K12. What came for the title goes to Loans, to be applied.
    function takeProceeds(uint256 loanId) external returns (uint256 amount);

    // ---- views

    /// @notice K4. What the title of a loan is worth at a price for a whole unit: of goods in minor units; of notes in
    /// basis points.
    function valueAt(uint256 loanId, uint256 price) external view returns (uint256 value);

    /// @notice The price of now if it is good, else 0; of notes always 10,000.
    function priceOf(uint256 loanId) external view returns (uint256 price);

    function titlesOf(uint256 loanId) external view returns (address asset, uint256[] memory tokenIds);
    function proceedsOf(uint256 loanId) external view returns (uint256);

    /// @notice The loan in whose escrow a token stands, or stood when its goods were lost; 0: none.
    function loanIdOf(address asset, uint256 tokenId) external view returns (uint256 loanId);

    function countDigest(Count calldata count) external view returns (bytes32);
}
