// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice How Settlement moves an asset. Every kind of title that can be sold answers it.
interface IDeliverable {
    /// @notice Hands `value` of token `tokenId` from `from` to `to`, by an operator that `from` approved.
    /// @param assetKey what the token stands for (a receivable's number), and
    /// @param documentHash the document behind it: both must be what the quote named.
    /// @return deliveredId the token that `to` holds now.
    function deliver(
        uint256 tokenId,
        uint256 assetKey,
        bytes32 documentHash,
        address from,
        address to,
        uint256 value,
        bool withRecourse
    ) external returns (uint256 deliveredId);
}
