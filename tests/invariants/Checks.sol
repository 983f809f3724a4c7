// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @dev `rule` begins with its number in docs/SPECIFICATION.md; `id` is the receivable, note or person it broke for.
error Broken(string rule, uint256 id, uint256 found, uint256 wanted);

function requireEqual(string memory rule, uint256 id, uint256 found, uint256 wanted) pure {
    if (found != wanted) revert Broken(rule, id, found, wanted);
}

function requireAtMost(string memory rule, uint256 id, uint256 found, uint256 limit) pure {
    if (found > limit) revert Broken(rule, id, found, limit);
}

function requireTrue(string memory rule, uint256 id, bool holds) pure {
    if (!holds) revert Broken(rule, id, 0, 1);
}
