// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @notice What a contract must answer to keep things in the fingerprint registry.
interface IFingerprinted {
    /// @notice Whether the thing still stands. One that was rejected, withdrawn or expired does not.
    function isLive(uint256 id) external view returns (bool);
}

/// @title One thing, one token (docs/SPECIFICATION.md, rules F)
/// @notice A fingerprint is computed from what a thing is, not from who registers it; every asset contract shares this registry.
interface IFingerprints {
    event AssetContractAdmitted(address indexed assetContract);
    event FingerprintClaimed(bytes32 indexed fingerprint, address indexed assetContract, uint256 indexed id);

    error FingerprintTaken(bytes32 fingerprint, address assetContract, uint256 id);
    error FingerprintMissing();
    error NotAnAssetContract(address caller);

    /// @notice F1. Lets an asset contract keep its things here.
    function admit(address assetContract) external;

    /// @notice F2. Claims `fingerprint` for the caller's thing `id`; refused, naming the first, while that one stands.
    function claim(bytes32 fingerprint, uint96 id) external;

    /// @notice Who holds the fingerprint: zero address where nobody does. The holder may have fallen since.
    function holderOf(bytes32 fingerprint) external view returns (address assetContract, uint96 id);
}
