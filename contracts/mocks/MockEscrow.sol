// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IEscrow} from "../interfaces/IEscrow.sol";
import {MockWallet} from "./MockWallet.sol";

/// @notice For tests: keeps title for others, does what it is told, and remembers what it was told of.
contract MockEscrow is MockWallet, IEscrow {
    mapping(uint256 tokenId => uint256) public proceedsOf;

    constructor(address owner_) MockWallet(owner_) {}

    function onProceeds(uint256 tokenId, uint256 amount) external {
        proceedsOf[tokenId] += amount;
    }
}
