// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAdjustments} from "./interfaces/IAdjustments.sol";
import {ICollateral} from "./interfaces/ICollateral.sol";
import {IDeliverable} from "./interfaces/IDeliverable.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IPrices} from "./interfaces/IPrices.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {IWarehouseReceipts} from "./interfaces/IWarehouseReceipts.sol";
import {SignedDocuments} from "./SignedDocuments.sol";

/// @notice See ICollateral. Keeps title, and the cash that came for it; what is owed is in Loans.
contract Collateral is ICollateral, SignedDocuments {
    using SafeERC20 for IERC20;

    /// @dev The contracts around this one: who decides, who sells, what prices, what is kept, and who pays for it.
    struct Siblings {
        address loans;
        address enforcement;
        IPrices prices;
        IWarehouseReceipts receipts;
        IReceivables receivables;
        IAdjustments adjustments;
        address repayments;
        address reserve;
    }

    struct Pot {
        bool overNotes;
        uint8 titleCount;
        uint16 currency;
        uint64 proceeds;
        uint64 firstTitle; // beside the count: most loans have no other
    }

    bytes32 private constant COUNT_TYPEHASH = keccak256(
        "Count(uint256 receiptId,address pledgee,uint64 quantity,uint40 countedAt,uint256 nonce,uint256 deadline)"
    );
    uint256 private constant MAX_TITLES = 8;
    /// @dev A note is worth what it says: its price is one, in ten-thousandths.
    uint256 private constant PAR = 10_000;
    uint256 private constant PAR_DECIMALS = 4;

    IPolicy public immutable policy;
    address public immutable loans;
    address public immutable enforcement;
    IPrices public immutable prices;
    IWarehouseReceipts public immutable receipts;
    IReceivables public immutable receivables;
    IAdjustments public immutable adjustments;
    address public immutable repayments;
    address public immutable reserve;

    mapping(uint256 loanId => Pot) private _pots;
    mapping(uint256 loanId => mapping(uint256 index => uint256)) private _moreTitles;
    mapping(address asset => mapping(uint256 tokenId => uint256)) public loanIdOf;

    modifier onlyLoans() {
        if (msg.sender != loans) revert NotLoans(msg.sender);
        _;
    }

    constructor(IPolicy policy_, Siblings memory siblings) SignedDocuments("Feiqian Collateral") {
        policy = policy_;
        loans = siblings.loans;
        enforcement = siblings.enforcement;
        prices = siblings.prices;
        receipts = siblings.receipts;
        receivables = siblings.receivables;
        adjustments = siblings.adjustments;
        repayments = siblings.repayments;
        reserve = siblings.reserve;
    }

    // ---- comes in

    function pledge(
        Purpose calldata purpose,
        Pledge calldata title,
        Count calldata count,
        bytes calldata countSignature
    ) external onlyLoans {
        Pot storage pot = _pots[purpose.loanId];
        uint256 index = pot.titleCount;
        if (index == MAX_TITLES) revert TooManyTitles(purpose.loanId, MAX_TITLES);
        if (_isNotes(purpose.asset)) {
            uint16 currency = receivables.termsOf(title.assetKey).currency;
            if (currency != purpose.currency) revert WrongCurrency(currency, purpose.currency);
            if (index != 0) _requireCutOff(title.assetKey, pot.firstTitle);
        } else {
            address custodian = _requireGoods(purpose, title, count, index == 0 ? 0 : pot.firstTitle);
            bytes32 structHash = keccak256(abi.encode(COUNT_TYPEHASH, count));
            _useDocument(custodian, structHash, count.nonce, count.deadline, countSignature);
        }
        pot.overNotes = _isNotes(purpose.asset);
        pot.currency = purpose.currency;
        pot.titleCount = uint8(index + 1);

        uint256 tokenId = IDeliverable(purpose.asset).deliver(
            title.tokenId, title.assetKey, title.documentHash, purpose.borrower, address(this), title.value, false
        );
        _place(purpose.loanId, pot, index, tokenId);
        loanIdOf[purpose.asset][tokenId] = purpose.loanId;
        emit TitlePledged(purpose.loanId, purpose.asset, tokenId, title.assetKey, title.value);
    }

    function onProceeds(uint256 tokenId, uint256 amount) external {
        address asset = msg.sender == address(receipts) ? msg.sender : address(receivables);
        bool known = msg.sender == address(receipts) || msg.sender == repayments || msg.sender == reserve;
        if (!known) revert NotAPayer(msg.sender);
        uint256 loanId = loanIdOf[asset][tokenId];
        // What nobody pledged was a gift, and must not stop whoever pays many.
        if (loanId == 0) return;
        _pots[loanId].proceeds += SafeCast.toUint64(amount);
        emit ProceedsReceived(loanId, asset, tokenId, amount);
    }

    // ---- goes out

    function release(uint256 loanId, address to, uint256 tokenId, uint256 value)
        external
        onlyLoans
        returns (uint256 releasedId)
    {
        Pot storage pot = _pots[loanId];
        address asset = _assetOf(pot);
        if (loanIdOf[asset][tokenId] != loanId) revert NotPledged(loanId, tokenId);
        uint256 whole = pot.overNotes ? receivables.noteOf(tokenId).value : receipts.goodsOf(tokenId).quantity;
        if (value != whole) {
            if (pot.overNotes) revert NotPartOfNote(tokenId, value);
            releasedId = receipts.split(tokenId, to, SafeCast.toUint64(value));
        } else {
            releasedId = tokenId;
            _forget(loanId, pot, tokenId, false);
            IERC721(asset).transferFrom(address(this), to, tokenId);
        }
        emit TitleReleased(loanId, asset, tokenId, releasedId, value);
    }

    function sell(uint256 loanId, address buyer) external {
        if (msg.sender != enforcement) revert NotEnforcement(msg.sender);
        Pot storage pot = _pots[loanId];
        address asset = _assetOf(pot);
        for (uint256 left = pot.titleCount; left != 0; left--) {
            uint256 tokenId = _titleAt(loanId, pot, left - 1);
            bool gone = _isGone(pot, tokenId);
            _forget(loanId, pot, tokenId, gone);
            if (gone) continue;
            emit TitleSold(loanId, asset, tokenId, buyer);
            IERC721(asset).transferFrom(address(this), buyer, tokenId);
        }
    }

    function returnTitles(uint256 loanId, address to) external onlyLoans {
        Pot storage pot = _pots[loanId];
        address asset = _assetOf(pot);
        for (uint256 left = pot.titleCount; left != 0; left--) {
            uint256 tokenId = _titleAt(loanId, pot, left - 1);
            if (_isGone(pot, tokenId)) {
                _forget(loanId, pot, tokenId, true);
                continue;
            }
            try IERC721(asset).transferFrom(address(this), to, tokenId) {
                _forget(loanId, pot, tokenId, false);
                emit TitleReturned(loanId, asset, tokenId);
            } catch {
                emit TitleKept(loanId, asset, tokenId);
            }
        }
    }

    function takeProceeds(uint256 loanId) external onlyLoans returns (uint256 amount) {
        Pot storage pot = _pots[loanId];
        amount = pot.proceeds;
        pot.proceeds = 0;
        if (amount != 0) IERC20(policy.settlementTokenOf(pot.currency)).safeTransfer(loans, amount);
    }

    // ---- views

    function valueAt(uint256 loanId, uint256 price) external view returns (uint256 value) {
        Pot storage pot = _pots[loanId];
        for (uint256 i = 0; i < pot.titleCount; i++) {
            (uint256 quantity, uint256 decimals) = _quantityOf(pot, _titleAt(loanId, pot, i));
            value += (quantity * price) / 10 ** decimals;
        }
    }

    function priceOf(uint256 loanId) external view returns (uint256) {
        Pot storage pot = _pots[loanId];
        if (pot.overNotes) return PAR;
        return pot.titleCount == 0 ? 0 : prices.goodPriceOf(receipts.goodsOf(pot.firstTitle).feed);
    }

    function titlesOf(uint256 loanId) external view returns (address asset, uint256[] memory tokenIds) {
        Pot storage pot = _pots[loanId];
        asset = _assetOf(pot);
        tokenIds = new uint256[](pot.titleCount);
        for (uint256 i = 0; i < tokenIds.length; i++) {
            tokenIds[i] = _titleAt(loanId, pot, i);
        }
    }

    function proceedsOf(uint256 loanId) external view returns (uint256) {
        return _pots[loanId].proceeds;
    }

    function countDigest(Count calldata count) external view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(COUNT_TYPEHASH, count)));
    }

    // ---- inside

    /// @dev K2. The goods are like those that stand already (`firstId`), are counted, and are covered for as long as the
    /// loan runs. Whose count it must be.
    function _requireGoods(Purpose calldata purpose, Pledge calldata title, Count calldata count, uint256 firstId)
        private
        view
        returns (address custodian)
    {
        IWarehouseReceipts.Goods memory goods = receipts.goodsOf(title.tokenId);
        if (goods.currency != purpose.currency) revert WrongCurrency(goods.currency, purpose.currency);
        if (goods.coveredUntil < purpose.maturityAt) {
            revert CoverEnds(title.tokenId, goods.coveredUntil, purpose.maturityAt);
        }
        if (firstId != 0) {
            bytes32 feed = receipts.goodsOf(firstId).feed;
            if (goods.feed != feed) revert WrongFeed(goods.feed, feed);
        }
        if (count.receiptId != title.tokenId || count.pledgee != purpose.lender) {
            revert CountOfAnother(count.receiptId, count.pledgee);
        }
        if (count.quantity < goods.quantity) revert CountShort(count.receiptId, count.quantity, goods.quantity);
        (, uint256 age) = policy.maxAges();
        // solhint-disable-next-line not-rely-on-time
        uint256 nowAt = block.timestamp;
        if (count.countedAt > nowAt) revert CountInTheFuture(count.countedAt, nowAt);
        if (count.countedAt + age < nowAt) revert CountStale(count.countedAt, nowAt - age);
        return goods.custodian;
    }

    /// @dev K10. All title is sold or none: a note that stops moving before the first one would keep the lender from it.
    function _requireCutOff(uint256 receivableId, uint256 firstId) private view {
        uint256 needed = receivables.receivableOf(receivables.slotOf(firstId)).cutOffAt;
        uint256 cutOffAt = receivables.receivableOf(receivableId).cutOffAt;
        if (cutOffAt < needed) revert CutOffTooEarly(receivableId, cutOffAt, needed);
    }

    /// @dev What counts of a token. A note that was bought back or covered is somebody else's, or holds nothing.
    function _quantityOf(Pot storage pot, uint256 tokenId) private view returns (uint256 quantity, uint256 decimals) {
        if (!pot.overNotes) {
            IWarehouseReceipts.Goods memory goods = receipts.goodsOf(tokenId);
            return (goods.quantity, goods.decimals);
        }
        if (_isGone(pot, tokenId)) return (0, PAR_DECIMALS);
        return (receivables.noteOf(tokenId).value - adjustments.lockedOf(tokenId), PAR_DECIMALS);
    }

    function _isGone(Pot storage pot, uint256 tokenId) private view returns (bool) {
        if (!pot.overNotes) return receipts.goodsOf(tokenId).quantity == 0;
        IReceivables.NoteView memory note = receivables.noteOf(tokenId);
        return note.holder != address(this) || note.value == 0;
    }

    /// @dev The last one takes its place. Goods that are gone keep their loan: their insurance comes after them.
    function _forget(uint256 loanId, Pot storage pot, uint256 tokenId, bool gone) private {
        if (pot.overNotes || !gone) delete loanIdOf[_assetOf(pot)][tokenId];
        uint256 last = pot.titleCount - 1;
        for (uint256 i = 0; i < last; i++) {
            if (_titleAt(loanId, pot, i) == tokenId) _place(loanId, pot, i, _titleAt(loanId, pot, last));
        }
        _place(loanId, pot, last, 0);
        pot.titleCount = uint8(last);
    }

    function _titleAt(uint256 loanId, Pot storage pot, uint256 index) private view returns (uint256) {
        return index == 0 ? pot.firstTitle : _moreTitles[loanId][index];
    }

    function _place(uint256 loanId, Pot storage pot, uint256 index, uint256 tokenId) private {
        if (index == 0) pot.firstTitle = SafeCast.toUint64(tokenId);
        else _moreTitles[loanId][index] = tokenId;
    }

    function _assetOf(Pot storage pot) private view returns (address) {
        return pot.overNotes ? address(receivables) : address(receipts);
    }

    function _isNotes(address asset) private view returns (bool) {
        if (asset != address(receivables) && asset != address(receipts)) revert UnknownAsset(asset);
        return asset == address(receivables);
    }
}
