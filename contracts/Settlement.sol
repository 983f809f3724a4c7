// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {IReserve} from "./interfaces/IReserve.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Bulk} from "./Bulk.sol";
import {Roles} from "./libraries/Roles.sol";
import {SignedDocuments} from "./SignedDocuments.sol";

/// @notice See ISettlement. Keeps nothing: no cash, no title, no state but the nonces spent.
contract Settlement is ISettlement, SignedDocuments, ReentrancyGuard, Bulk {
    using SafeERC20 for IERC20;

    bytes32 private constant QUOTE_TYPEHASH = keccak256(
        "Quote(address financier,address seller,address asset,uint256 assetKey,bytes32 documentHash,"
        "uint256 value,address cash,uint256 price,bool withRecourse,uint256 nonce,uint256 deadline)"
    );

    IParticipants public immutable participants;
    IPolicy public immutable policy;
    IReceivables public immutable receivables;
    IReserve public immutable reserve;

    constructor(IParticipants participants_, IPolicy policy_, IReceivables receivables_, IReserve reserve_)
        SignedDocuments("Feiqian Settlement")
    {
        participants = participants_;
        policy = policy_;
        receivables = receivables_;
        reserve = reserve_;
    }

    function settle(Quote calldata quote, bytes calldata signature, uint256 tokenId)
        external
        nonReentrant
        returns (uint256)
    {
        return _settle(quote, signature, tokenId);
    }

    function confirmAndSettle(
        IReceivables.Confirmation calldata confirmation,
        bytes calldata confirmationSignature,
        Quote calldata quote,
        bytes calldata quoteSignature
    ) external nonReentrant returns (uint256) {
        uint256 noteId = receivables.confirm(confirmation, confirmationSignature);
        return _settle(quote, quoteSignature, noteId);
    }

    function quoteDigest(Quote calldata quote) external view returns (bytes32) {
        return _hashTypedDataV4(_hash(quote));
    }

    function _settle(Quote calldata quote, bytes calldata signature, uint256 tokenId)
        private
        returns (uint256 deliveredId)
    {
        if (msg.sender != quote.seller) revert NotTheSeller(quote.seller, msg.sender);
        participants.requireRole(quote.financier, Roles.FINANCIER);
        _useDocument(quote.financier, _hash(quote), quote.nonce, quote.deadline, signature);

        deliveredId = quote.asset.deliver(
            tokenId,
            quote.assetKey,
            quote.documentHash,
            quote.seller,
            quote.financier,
            quote.value,
            quote.withRecourse
        );
        uint256 levy = _isNote(quote) ? policy.levyOn(quote.price) : 0;
        emit Settled(
            quote.financier,
            quote.seller,
            quote.assetKey,
            address(quote.asset),
            deliveredId,
            quote.value,
            address(quote.cash),
            quote.price,
            quote.withRecourse,
            quote.nonce,
            levy
        );
        if (_isNote(quote)) reserve.insure(deliveredId, quote.assetKey, address(quote.cash), quote.price, levy);
        if (levy != 0) quote.cash.safeTransferFrom(quote.financier, address(reserve), levy);
        quote.cash.safeTransferFrom(quote.financier, quote.seller, quote.price - levy);
    }

    function _isNote(Quote calldata quote) private view returns (bool) {
        return address(quote.asset) == address(receivables);
    }

    /// @dev Every member of Quote is one word in declaration order, as EIP-712 encodes it.
    function _hash(Quote calldata quote) private pure returns (bytes32) {
        return keccak256(abi.encode(QUOTE_TYPEHASH, quote));
    }
}
