// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What the contracts that count are surrounded by: participants who may do everything, a policy with one
/// currency, and its cash, of which everybody has enough. It writes down who got how much.
abstract contract Surroundings {
    mapping(address account => uint256) internal _got;

    // ---- participants

    function requireActive(address) external pure returns (uint32) {
        return 1;
    }

    function mayHold(address) external pure returns (bool) {
        return true;
    }

    // ---- policy

    function settlementTokenOf(uint16) external view returns (address) {
        return address(this);
    }

    // ---- cash

    function approve(address, uint256) external pure returns (bool) {
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _got[to] += amount;
        return true;
    }

    function transferFrom(address, address to, uint256 amount) external returns (bool) {
        _got[to] += amount;
        return true;
    }

    // ---- the words of a schedule

    function _bits(uint256 word, uint256 from, uint256 count) internal pure returns (uint256) {
        return (word >> from) & ((1 << count) - 1);
    }
}
