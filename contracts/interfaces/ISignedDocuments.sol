// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title An act of will is a signed document (docs/SPECIFICATION.md, rules S)
/// @notice EIP-712 typed messages with a deadline and an unordered nonce; anyone may carry them to the chain.
interface ISignedDocuments {
    event NonceUsed(address indexed signer, uint256 indexed nonce);

    error NonceAlreadyUsed(address signer, uint256 nonce);
    error SignatureExpired(uint256 deadline, uint256 nowAt);
    error InvalidSignature(address signer, bytes32 digest);

    /// @notice S3. Takes back a document that the caller has signed and nobody has carried yet.
    function cancelNonce(uint256 nonce) external;

    function isNonceUsed(address signer, uint256 nonce) external view returns (bool);
}
