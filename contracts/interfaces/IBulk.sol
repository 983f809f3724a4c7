// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Many acts of one party in one transaction (docs/SPECIFICATION.md, rules U)
interface IBulk {
    /// @notice U2. What became of an act: its own events come before this one and after that of the act before it.
    /// `reason` is the error that refused it, empty where it is done.
    event BulkItem(uint256 indexed item, bool done, bytes reason);

    /// @notice U3. An act ended without a word, as one does that runs out of gas: then none is done.
    error BulkItemWithoutReason(uint256 item);

    /// @notice U1. Executes each of `calls` to this contract as if the caller had sent it alone, in their order. What
    /// is refused changes nothing and stops no other.
    function bulk(bytes[] calldata calls) external;
}
