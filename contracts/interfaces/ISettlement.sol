// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IDeliverable} from "./IDeliverable.sol";
import {IReceivables} from "./IReceivables.sol";
import {ISignedDocuments} from "./ISignedDocuments.sol";

/// @title Delivery versus payment (docs/SPECIFICATION.md, rules D)
/// @notice A financier's signed quote, executed at once: title one way, cash the other, or neither.
interface ISettlement is ISignedDocuments {
    /// @notice D1. What the financier signs. It binds to the claim and the seller, not to a token id, so it can be
    /// signed before the note exists.
    /// @param assetKey the receivable's number; `documentHash` the hash of its invoice.
    /// @param value face value bought, `price` cash paid for it, both in minor units.
    /// @param deadline UTC seconds, inclusive.
    struct Quote {
        address financier;
        address seller;
        IDeliverable asset;
        uint256 assetKey;
        bytes32 documentHash;
        uint256 value;
        IERC20 cash;
        uint256 price;
        bool withRecourse;
        uint256 nonce;
        uint256 deadline;
    }

    event Settled(
        address indexed financier,
        address indexed seller,
        uint256 indexed assetKey,
        address asset,
        uint256 deliveredId,
        uint256 value,
        address cash,
        uint256 price,
        bool withRecourse,
        uint256 nonce,
        uint256 levy
    );

    error NotTheSeller(address seller, address caller);

    /// @notice D2, V1. The seller accepts a quote with one of its tokens.
    function settle(Quote calldata quote, bytes calldata signature, uint256 tokenId)
        external
        returns (uint256 deliveredId);

    /// @notice D3. From paper to cash in one block: the obligor's confirmation and the sale of the note it makes.
    function confirmAndSettle(
        IReceivables.Confirmation calldata confirmation,
        bytes calldata confirmationSignature,
        Quote calldata quote,
        bytes calldata quoteSignature
    ) external returns (uint256 deliveredId);

    function quoteDigest(Quote calldata quote) external view returns (bytes32);
}
