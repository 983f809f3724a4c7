// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Policy} from "../../../contracts/Policy.sol";
import {IPolicy} from "../../../contracts/interfaces/IPolicy.sol";
import {Shares} from "../../../contracts/libraries/Shares.sol";

/// @notice Divides pots with the library as it is, and levies prices with Policy as it is. What the words say: lives/.
contract Divisions {
    using Shares for Shares.Pot;

    /// @dev For each pot its amount and how many there are, then number and weight of each; the share of each comes back.
    function divide(uint256[] calldata words) external pure returns (uint256[] memory said) {
        said = new uint256[](words.length);
        uint256 told;
        for (uint256 at = 0; at < words.length;) {
            uint256 count = words[at] >> 128;
            uint256 amount = uint128(words[at++]);
            uint256[] memory ids = new uint256[](count);
            uint256[] memory weights = new uint256[](count);
            uint256 total;
            for (uint256 i = 0; i < count; i++) {
                ids[i] = uint64(words[at]);
                weights[i] = words[at++] >> 64;
                total += weights[i];
            }
            Shares.Pot memory pot = Shares.divide(amount, total, ids, weights);
            for (uint256 i = 0; i < count; i++) {
                said[told++] = pot.shareOf(ids[i], weights[i]);
            }
        }
        assembly {
            mstore(said, told)
        }
    }

    /// @dev Rate and price, of each; the levies come back.
    function levy(uint256[] calldata words) external returns (uint256[] memory said) {
        IPolicy.Limits memory limits;
        (limits.maxFaceValue, limits.maxTenorDays, limits.confirmationDays, limits.maxNotes) = (1, 1, 1, 1);
        said = new uint256[](words.length / 2);
        for (uint256 i = 0; i < said.length; i++) {
            limits.levyBps = uint16(words[2 * i]);
            said[i] = new Policy(address(this), limits).levyOn(words[2 * i + 1]);
        }
    }
}
