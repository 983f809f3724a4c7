// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Dividing a pot in proportion to weights, to the last unit (largest remainder, Hamilton's method): everybody
/// gets the whole part of its quota, and the units left over go to the largest remainders, the lower id first. Nobody
/// gets more than its weight where the pot is not more than the total.
library Shares {
    /// @dev What is divided by `total` before anybody's share is known: the key from which on one unit more is given.
    struct Pot {
        uint256 amount;
        uint256 total;
        uint256 cut;
    }

    /// @notice The pot with its cut. `ids` are distinct and below 2^64, `total` is the sum of `weights` and below 2^64.
    function divide(uint256 amount, uint256 total, uint256[] memory ids, uint256[] memory weights)
        internal
        pure
        returns (Pot memory pot)
    {
        pot = Pot(amount, total, type(uint256).max);
        if (amount == 0) return pot;
        uint256[] memory keys = new uint256[](ids.length);
        uint256 over = amount;
        for (uint256 i = 0; i < ids.length; i++) {
            over -= (amount * weights[i]) / total;
            keys[i] = _keyOf(pot, ids[i], weights[i]);
        }
        if (over == 0) return pot;
        pot.cut = _sorted(keys)[keys.length - over];
    }

    function shareOf(Pot memory pot, uint256 id, uint256 weight) internal pure returns (uint256 share) {
        if (pot.amount == 0) return 0;
        share = (pot.amount * weight) / pot.total;
        if (_keyOf(pot, id, weight) >= pot.cut) share += 1;
    }

    /// @dev Ascending, by merging longer and longer runs. A quicksort is quadratic, and as deep as the list is long, where
    /// the keys come sorted already; equal notes, or a thief's choice of them, see to that.
    function _sorted(uint256[] memory from) private pure returns (uint256[] memory) {
        uint256 count = from.length;
        uint256[] memory to = new uint256[](count);
        for (uint256 width = 1; width < count; width *= 2) {
            for (uint256 left = 0; left < count; left += 2 * width) {
                _merge(from, to, left, Math.min(left + width, count), Math.min(left + 2 * width, count));
            }
            (from, to) = (to, from);
        }
        return from;
    }

    function _merge(uint256[] memory from, uint256[] memory to, uint256 left, uint256 middle, uint256 end) private pure {
        uint256 right = middle;
        for (uint256 at = left; at < end; at++) {
            bool takesLeft = right == end || (left < middle && from[left] < from[right]);
            to[at] = takesLeft ? from[left++] : from[right++];
        }
    }

    /// @dev Greater for a larger remainder, and among equals for a lower id. No two ids have the same.
    function _keyOf(Pot memory pot, uint256 id, uint256 weight) private pure returns (uint256) {
        return (((pot.amount * weight) % pot.total) << 64) | (type(uint64).max - id);
    }
}
