// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7943Fungible} from "./IERC7943Fungible.sol";

/// @title Cash (docs/SPECIFICATION.md, rules C)
/// @notice ERC-20 with permit (EIP-2612) and ERC-7943; one instance a currency, in the currency's own minor units.
interface ISettlementToken is IERC20, IERC7943Fungible {
    event ReserveAttested(uint256 reserve, bytes32 indexed evidence);
    event CapSet(uint256 cap);
    event Issued(address indexed to, uint256 amount);
    event Redeemed(address indexed holder, uint256 amount, bytes32 indexed payoutReference);

    error ExceedsReserve(uint256 supply, uint256 reserve);
    error ExceedsCap(uint256 supply, uint256 cap);
    error EvidenceMissing();

    /// @notice C1. States the money that stands behind the token at the bank; `evidence` is the hash of the statement.
    function attestReserve(uint256 newReserve, bytes32 evidence) external;

    /// @notice C2. The most that may be outstanding, whatever the reserve.
    function setCap(uint64 newCap) external;

    /// @notice C3. Issues against the reserve; supply never passes the reserve or the cap.
    function mint(address to, uint256 amount) external;

    /// @notice C4. Burns the caller's tokens for money at the bank, 1:1; the reserve falls with them.
    function redeem(uint256 amount, bytes32 payoutReference) external;

    function reserve() external view returns (uint256);
    function cap() external view returns (uint256);
    /// @notice ISO 4217 number.
    function currency() external view returns (uint16);
}
