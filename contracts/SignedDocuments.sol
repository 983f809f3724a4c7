// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ISignedDocuments} from "./interfaces/ISignedDocuments.sol";

/// @notice See ISignedDocuments. The one base of every contract that executes signed documents.
abstract contract SignedDocuments is ISignedDocuments, EIP712 {
    mapping(address signer => mapping(uint256 word => uint256)) private _usedNonces;

    constructor(string memory name) EIP712(name, "1") {}

    function cancelNonce(uint256 nonce) external {
        _useNonce(msg.sender, nonce);
    }

    function isNonceUsed(address signer, uint256 nonce) external view returns (bool) {
        return _usedNonces[signer][nonce >> 8] & (1 << (nonce & 255)) != 0;
    }

    /// @dev S1, S2. Spends the document: in time, signed by `signer` (a key or an ERC-1271 account), and once only.
    function _useDocument(
        address signer,
        bytes32 structHash,
        uint256 nonce,
        uint256 deadline,
        bytes calldata signature
    ) internal {
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp > deadline) revert SignatureExpired(deadline, block.timestamp);
        _useNonce(signer, nonce);
        bytes32 digest = _hashTypedDataV4(structHash);
        if (!SignatureChecker.isValidSignatureNow(signer, digest, signature)) revert InvalidSignature(signer, digest);
    }

    function _useNonce(address signer, uint256 nonce) private {
        uint256 word = nonce >> 8;
        uint256 bit = 1 << (nonce & 255);
        uint256 used = _usedNonces[signer][word];
        if (used & bit != 0) revert NonceAlreadyUsed(signer, nonce);
        _usedNonces[signer][word] = used | bit;
        emit NonceUsed(signer, nonce);
    }
}
