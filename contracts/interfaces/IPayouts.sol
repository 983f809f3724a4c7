// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Paying out (docs/SPECIFICATION.md, rule M6)
/// @notice Somebody that may not be paid does not hold up the others: its money is kept for it.
interface IPayouts {
    event PaymentWithheld(address indexed holder, uint16 indexed currency, uint256 amount);
    event WithheldPaid(address indexed holder, uint16 indexed currency, uint256 amount);

    error InvalidAmount(uint256 amount, uint256 limit);

    /// @notice M6. Pays what was withheld, once the holder may be paid.
    function payWithheld(address holder, uint16 currency) external returns (uint256 amount);

    function withheldOf(address holder, uint16 currency) external view returns (uint256);
}
