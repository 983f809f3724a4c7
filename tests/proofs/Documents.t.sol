// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {Roles} from "../../contracts/libraries/Roles.sol";
import {Proof} from "./Proof.sol";
import {Signer} from "./Signer.sol";

/// @notice S1 to S3, R2, D1, D2: what was signed is done once, as it was signed, by whom it was made out to.
contract DocumentsProof is Proof {
    uint64 private constant FACE = 1_000_000;
    uint256 private constant NONCE = 7;

    uint256 private _receivableId;
    ISettlement.Quote private _quote;

    /// @dev The supplier holds a note of FACE; the financier signed a quote for any part of it at any price.
    function setUp() public override {
        super.setUp();
        _receivableId = _confirm(FACE);
        cash.mint(address(financier), MOST);
        _allowCash(financier, address(settlement));
        VM.prank(address(supplier));
        receivables.setApprovalForAll(address(settlement), true);
        _quote = ISettlement.Quote({
            financier: address(financier),
            seller: address(supplier),
            asset: receivables,
            assetKey: _receivableId,
            documentHash: DOCUMENT,
            value: _any(1, FACE),
            cash: IERC20(address(cash)),
            price: _any(1, FACE),
            withRecourse: true,
            nonce: NONCE,
            deadline: NOW + 1 days
        });
        financier.sign(settlement.quoteDigest(_quote));
    }

    /// @dev D2. A quote is no one's but its seller's.
    function check_quoteIsItsSellersAlone(address caller, uint256 tokenId, bytes calldata signature) external {
        VM.assume(caller != address(supplier));
        _refused(caller, address(settlement), abi.encodeCall(settlement.settle, (_quote, signature, tokenId)));
    }

    /// @dev S2. Whatever differs from what was signed was not signed.
    function check_alteredQuoteIsRefused(address caller, ISettlement.Quote calldata any, uint256 tokenId) external {
        ISettlement.Quote memory altered = any;
        altered.financier = _quote.financier;
        altered.asset = _quote.asset;
        altered.cash = _quote.cash;
        VM.assume(!_isSigned(altered));
        _refused(caller, address(settlement), abi.encodeCall(settlement.settle, (altered, "", tokenId)));
    }

    /// @dev S2. Once.
    function check_quoteIsSpentOnce(address caller, uint256 tokenId) external {
        VM.prank(address(supplier));
        settlement.settle(_quote, "", 1);
        _refused(caller, address(settlement), abi.encodeCall(settlement.settle, (_quote, "", tokenId)));
    }

    /// @dev S1. Not after its deadline, and up to it.
    function check_quoteEndsWithItsDeadline(uint40 at) external {
        VM.assume(at > _quote.deadline);
        VM.warp(at);
        _refused(address(supplier), address(settlement), abi.encodeCall(settlement.settle, (_quote, "", 1)));
    }

    /// @dev S3. Who signed takes it back, and nobody else does.
    function check_nonceIsItsSignersAlone(address caller, uint256 nonce) external {
        _send(caller);
        settlement.cancelNonce(nonce);
        bool cancelled = caller == address(financier) && nonce == NONCE;
        assert(settlement.isNonceUsed(address(financier), NONCE) == cancelled);
        if (cancelled) {
            _refused(address(supplier), address(settlement), abi.encodeCall(settlement.settle, (_quote, "", 1)));
        }
    }

    /// @dev D2, D6, V1. Title one way, cash the other: the price leaves the financier, the seller gets it less the levy,
    /// and nobody else's cash moves.
    function check_saleMovesThePriceAlone(address bystander) external {
        uint256 had = cash.balanceOf(address(financier));
        uint256 others = cash.balanceOf(bystander);
        VM.prank(address(supplier));
        uint256 noteId = settlement.settle(_quote, "", 1);
        uint256 levy = policy.levyOn(_quote.price);
        assert(receivables.ownerOf(noteId) == address(financier));
        assert(receivables.balanceOf(noteId) == _quote.value);
        assert(receivables.balanceOf(1) + _quote.value == FACE);
        assert(cash.balanceOf(address(financier)) + _quote.price == had);
        assert(cash.balanceOf(address(supplier)) + levy == _quote.price);
        assert(cash.balanceOf(address(reserve)) == levy);
        bool party = bystander == address(financier) || bystander == address(supplier) || bystander == address(reserve);
        assert(party || cash.balanceOf(bystander) == others);
    }

    /// @dev R2. The obligor owes what it signed: another amount, or on other terms, it did not confirm. It is one that has
    /// signed nothing else: Halmos knows of no two hashes that they differ where one of them is a plain number.
    function check_confirmationIsWhatWasSigned(
        address caller,
        uint256 amount,
        bool setOffWaived,
        uint256 nonce,
        uint256 deadline
    ) external {
        Signer newcomer = _enter(Roles.OBLIGOR);
        participants.setConfirmationLimit(address(newcomer), CNY, FACE);
        VM.prank(address(supplier));
        uint256 id = receivables.register(address(newcomer), CNY, FACE, uint40(NOW + 60 days), DOCUMENT, "another");
        uint256 agreed = _any(1, FACE);
        newcomer.sign(
            receivables.confirmationDigest(IReceivables.Confirmation(id, agreed, true, NONCE, NOW))
        );
        VM.assume(amount != agreed || !setOffWaived || nonce != NONCE || deadline != NOW);
        IReceivables.Confirmation memory carried =
            IReceivables.Confirmation(id, amount, setOffWaived, nonce, deadline);
        _refused(caller, address(receivables), abi.encodeCall(receivables.confirm, (carried, "")));
    }

    function _isSigned(ISettlement.Quote memory quote) private view returns (bool) {
        return quote.seller == _quote.seller && quote.assetKey == _quote.assetKey
            && quote.documentHash == _quote.documentHash && quote.value == _quote.value && quote.price == _quote.price
            && quote.withRecourse == _quote.withRecourse && quote.nonce == _quote.nonce
            && quote.deadline == _quote.deadline;
    }
}
