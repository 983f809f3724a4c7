// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What a participant may do: bits of one mask, so that a firm can be supplier and obligor at once.
library Roles {
    uint32 internal constant SUPPLIER = 1;
    uint32 internal constant OBLIGOR = 2;
    uint32 internal constant FINANCIER = 4;
    uint32 internal constant CUSTODIAN = 8;
    uint32 internal constant CARRIER = 16;
    uint32 internal constant ORACLE = 32;
    uint32 internal constant REGISTRAR = 64;
    uint32 internal constant REGULATOR = 128;
    /// @dev A contract of this platform that keeps cash or title for others.
    uint32 internal constant PROTOCOL = 256;

    uint32 internal constant ALL = 511;
}
