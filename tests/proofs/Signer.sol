// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice A party whose signatures are facts (ERC-1271): it signed what it was told to sign, whatever the bytes say. That
/// nobody forges a key's signature is the assumption of every proof here, and not its result.
contract Signer is IERC1271 {
    mapping(bytes32 digest => bool) public signed;
    bool public signsAll;

    function sign(bytes32 digest) external {
        signed[digest] = true;
    }

    function signAll() external {
        signsAll = true;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return signsAll || signed[digest] ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
