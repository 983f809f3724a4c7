// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What keeps title for others is told of the cash that comes for it, since the cash alone does not say for which.
interface IEscrow {
    /// @notice K12. `amount` of `cash` came, or comes in this transaction, for token `tokenId` of the calling contract.
    function onProceeds(uint256 tokenId, uint256 amount) external;
}
