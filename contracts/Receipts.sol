// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721Utils} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Utils.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IWarehouseReceipts} from "./interfaces/IWarehouseReceipts.sol";
import {Payouts} from "./Payouts.sol";
import {Roles} from "./libraries/Roles.sol";

/// @notice The title of WarehouseReceipts: who holds which quantity of which lot, and how it moves.
abstract contract Receipts is IWarehouseReceipts, Payouts {
    struct Lot {
        address custodian;
        uint40 expiresAt;
        uint8 decimals;
        uint16 currency;
        uint16 receiptCount; // beside the expiry, so that a split touches one word
        bool locked;
        // second word: what there was and what became of it
        uint64 counted;
        uint64 delivered;
        uint64 lost;
        uint40 lastDeliveryAt;
        // third
        uint40 insuredUntil;
        uint32 milliPerUnitDay;
        bytes32 commodity;
        bytes32 grade;
        bytes32 unit;
        bytes32 placeHash;
        bytes32 documentHash;
    }

    /// @dev One that ended has quantity 0 and keeps its holder: insurance comes after the goods are gone.
    struct Receipt {
        address holder;
        uint64 quantity;
        uint32 lotId;
        // second word
        uint40 chargedUntil;
        bool frozen;
        address approved;
    }

    struct Replacement {
        address to;
        uint40 effectiveAt; // 0: none is asked for
    }

    /// @dev More could not share a loss in one block with room to spare (W7).
    uint16 private constant MAX_RECEIPTS = 200;
    uint256 private constant REPLACEMENT_WAIT = 30 days;

    string public constant name = "Feiqian Warehouse Receipts";
    string public constant symbol = "FQW";

    IEscrow public immutable escrow;

    mapping(uint256 lotId => Lot) internal _lots;
    mapping(uint256 receiptId => Receipt) internal _receipts;
    mapping(uint256 receiptId => Replacement) private _replacements;
    mapping(address holder => uint256) private _holdings;
    mapping(address holder => mapping(address operator => bool)) private _operators;
    uint64 private _lastReceiptId;

    constructor(IParticipants participants_, IPolicy policy_, IEscrow escrow_) Payouts(participants_, policy_) {
        escrow = escrow_;
    }

    // ---- title moves

    function split(uint256 receiptId, address to, uint64 quantity) external returns (uint256) {
        Receipt storage receipt = _authorised(receiptId);
        _requireTaker(to);
        return _split(receiptId, receipt, to, quantity);
    }

    function merge(uint256 fromReceiptId, uint256 toReceiptId) external {
        Receipt storage from = _authorised(fromReceiptId);
        Receipt storage to = _authorised(toReceiptId);
        bool mergeable = fromReceiptId != toReceiptId && from.holder == to.holder && from.lotId == to.lotId
            && from.chargedUntil == to.chargedUntil;
        if (!mergeable) revert NotMergeable(fromReceiptId, toReceiptId);
        _requireNotFrozen(fromReceiptId, from);
        _requireNotFrozen(toReceiptId, to);
        participants.requireActive(from.holder);

        uint64 quantity = from.quantity;
        to.quantity += quantity;
        emit ReceiptsMerged(fromReceiptId, toReceiptId, quantity);
        _endReplacement(toReceiptId, false);
        _lower(fromReceiptId, from, quantity);
    }

    function deliver(
        uint256 tokenId,
        uint256 assetKey,
        bytes32 documentHash,
        address from,
        address to,
        uint256 value,
        bool withRecourse
    ) external returns (uint256) {
        Receipt storage receipt = _authorised(tokenId);
        _requireHolder(tokenId, receipt, from);
        Lot storage lot = _lots[receipt.lotId];
        if (receipt.lotId != assetKey || lot.documentHash != documentHash) {
            revert WrongLot(tokenId, receipt.lotId, lot.documentHash);
        }
        if (withRecourse) revert NoRecourse();
        uint64 held = receipt.quantity;
        if (value == 0 || value > held) revert InvalidQuantity(value, held);
        if (to != address(escrow) || msg.sender != to) _requireTaker(to);
        else if (lot.locked) revert LotIsLocked(assetKey);
        if (value != held) return _split(tokenId, receipt, to, uint64(value));
        _move(tokenId, receipt, to);
        return tokenId;
    }

    function transferFrom(address from, address to, uint256 tokenId) public {
        Receipt storage receipt = _authorised(tokenId);
        _requireHolder(tokenId, receipt, from);
        _requireTaker(to);
        _move(tokenId, receipt, to);
    }

    function safeTransferFrom(address from, address to, uint256 tokenId) external {
        safeTransferFrom(from, to, tokenId, "");
    }

    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data) public {
        transferFrom(from, to, tokenId);
        ERC721Utils.checkOnERC721Received(msg.sender, from, to, tokenId, data);
    }

    // ---- permissions

    function approve(address to, uint256 tokenId) external {
        Receipt storage receipt = _live(tokenId);
        address holder = receipt.holder;
        if (msg.sender != holder && !_operators[holder][msg.sender]) revert NotAuthorised(tokenId, msg.sender);
        receipt.approved = to;
        emit Approval(holder, to, tokenId);
        _endReplacement(tokenId, false);
    }

    function setApprovalForAll(address operator, bool approved) external {
        _operators[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    // ---- lost keys

    function requestReplacement(uint256 receiptId, address to, bytes32 evidence) external {
        Receipt storage receipt = _live(receiptId);
        _ofCustodian(receipt.lotId);
        _requireNotInEscrow(receiptId, receipt);
        if (evidence == 0) revert EvidenceMissing();
        if (to == receipt.holder) revert ReceiverRefused(to);
        participants.requireActive(to);
        _requireTaker(to);

        _endReplacement(receiptId, false);
        // solhint-disable-next-line not-rely-on-time
        uint40 effectiveAt = uint40(block.timestamp + REPLACEMENT_WAIT);
        _replacements[receiptId] = Replacement(to, effectiveAt);
        emit ReplacementRequested(receiptId, to, effectiveAt, evidence);
    }

    function objectToReplacement(uint256 receiptId) external {
        if (msg.sender != _live(receiptId).holder) revert NotAuthorised(receiptId, msg.sender);
        if (_replacements[receiptId].effectiveAt == 0) revert NoReplacement(receiptId);
        _endReplacement(receiptId, false);
    }

    function replace(uint256 receiptId) external {
        Receipt storage receipt = _live(receiptId);
        Replacement memory replacement = _replacements[receiptId];
        if (replacement.effectiveAt == 0) revert NoReplacement(receiptId);
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp < replacement.effectiveAt) revert ReplacementWaits(receiptId, replacement.effectiveAt);
        _endReplacement(receiptId, true);
        _move(receiptId, receipt, replacement.to);
    }

    // ---- views

    function receiptOf(uint256 receiptId) external view returns (ReceiptView memory) {
        Receipt storage receipt = _existing(receiptId);
        return ReceiptView({
            holder: receipt.holder,
            lotId: receipt.lotId,
            quantity: receipt.quantity,
            chargedUntil: receipt.chargedUntil,
            frozen: receipt.frozen
        });
    }

    function replacementOf(uint256 receiptId) external view returns (address to, uint256 effectiveAt) {
        Replacement memory replacement = _replacements[receiptId];
        return (replacement.to, replacement.effectiveAt);
    }

    function balanceOf(address holder) external view returns (uint256) {
        return _holdings[holder];
    }

    function ownerOf(uint256 tokenId) external view returns (address) {
        return _live(tokenId).holder;
    }

    function getApproved(uint256 tokenId) external view returns (address) {
        return _live(tokenId).approved;
    }

    function isApprovedForAll(address holder, address operator) external view returns (bool) {
        return _operators[holder][operator];
    }

    function receiptCount() external view returns (uint256) {
        return _lastReceiptId;
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == type(IERC721).interfaceId;
    }

    // ---- inside

    function _create(uint32 lotId, address holder, uint64 quantity, uint40 chargedUntil)
        internal
        returns (uint256 receiptId)
    {
        Lot storage lot = _lots[lotId];
        if (lot.receiptCount == MAX_RECEIPTS) revert TooManyReceipts(lotId, MAX_RECEIPTS);
        lot.receiptCount += 1;
        receiptId = ++_lastReceiptId;
        _receipts[receiptId] = Receipt(holder, quantity, lotId, chargedUntil, false, address(0));
        _holdings[holder] += 1;
        emit Transfer(address(0), holder, receiptId);
        emit ReceiptIssued(receiptId, lotId, holder, quantity);
    }

    /// @dev Takes from the quantity; a receipt of nothing ends.
    function _lower(uint256 receiptId, Receipt storage receipt, uint64 quantity) internal {
        uint64 left = receipt.quantity - quantity;
        receipt.quantity = left;
        if (left != 0) return;
        address holder = receipt.holder;
        _lots[receipt.lotId].receiptCount -= 1;
        _holdings[holder] -= 1;
        _endReplacement(receiptId, false);
        emit Transfer(holder, address(0), receiptId);
    }

    function _split(uint256 receiptId, Receipt storage receipt, address to, uint64 quantity)
        private
        returns (uint256 childId)
    {
        uint64 held = receipt.quantity;
        if (quantity == 0 || quantity >= held) revert InvalidQuantity(quantity, held - 1);
        _requireMovable(receiptId, receipt, to);

        receipt.quantity = held - quantity;
        _endReplacement(receiptId, false);
        childId = _create(receipt.lotId, to, quantity, receipt.chargedUntil);
        emit ReceiptSplit(receiptId, childId, to, quantity);
    }

    function _move(uint256 receiptId, Receipt storage receipt, address to) private {
        _requireMovable(receiptId, receipt, to);
        address from = receipt.holder;
        _endReplacement(receiptId, false);
        if (receipt.approved != address(0)) delete receipt.approved;
        receipt.holder = to;
        _holdings[from] -= 1;
        _holdings[to] += 1;
        emit Transfer(from, to, receiptId);
    }

    function _endReplacement(uint256 receiptId, bool done) internal {
        Replacement memory replacement = _replacements[receiptId];
        if (replacement.effectiveAt == 0) return;
        delete _replacements[receiptId];
        emit ReplacementEnded(receiptId, replacement.to, done);
    }

    /// @dev W3, W9. What expired stays where it is, except that it leaves escrow.
    function _requireMovable(uint256 receiptId, Receipt storage receipt, address to) private view {
        address from = receipt.holder;
        _requireNotFrozen(receiptId, receipt);
        participants.requireBothActive(from, to);
        if (from == to || from == address(escrow)) return;
        uint40 expiresAt = _lots[receipt.lotId].expiresAt;
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp > expiresAt) revert Expired(receipt.lotId, expiresAt);
    }

    /// @dev A contract of this platform is given no title: nobody could move it out again. Escrow takes what it keeps.
    function _requireTaker(address to) internal view {
        (, uint32 roles,,) = participants.participantOf(to);
        if (to == address(escrow) || roles & Roles.PROTOCOL != 0) revert ReceiverRefused(to);
    }

    function _requireNotFrozen(uint256 receiptId, Receipt storage receipt) internal view {
        if (receipt.frozen) revert ReceiptIsFrozen(receiptId);
    }

    function _requireNotInEscrow(uint256 receiptId, Receipt storage receipt) internal view {
        if (receipt.holder == address(escrow)) revert InEscrow(receiptId);
    }

    function _requireHolder(uint256 receiptId, Receipt storage receipt, address expected) private view {
        if (receipt.holder != expected) revert WrongHolder(receiptId, receipt.holder, expected);
    }

    /// @dev One that the caller holds, or may move for its holder.
    function _authorised(uint256 receiptId) private view returns (Receipt storage receipt) {
        receipt = _live(receiptId);
        address holder = receipt.holder;
        bool authorised =
            msg.sender == holder || msg.sender == receipt.approved || _operators[holder][msg.sender];
        if (!authorised) revert NotAuthorised(receiptId, msg.sender);
    }

    function _live(uint256 receiptId) internal view returns (Receipt storage receipt) {
        receipt = _receipts[receiptId];
        if (receipt.quantity == 0) revert UnknownReceipt(receiptId);
    }

    /// @dev One that there was, ended or not.
    function _existing(uint256 receiptId) internal view returns (Receipt storage receipt) {
        receipt = _receipts[receiptId];
        if (receipt.holder == address(0)) revert UnknownReceipt(receiptId);
    }

    function _lot(uint256 lotId) internal view returns (Lot storage lot) {
        lot = _lots[lotId];
        if (lot.custodian == address(0)) revert UnknownLot(lotId);
    }

    /// @dev P5. The caller keeps the goods, and may act as who does.
    function _ofCustodian(uint256 lotId) internal view returns (Lot storage lot) {
        lot = _lot(lotId);
        if (msg.sender != lot.custodian) revert NotTheCustodian(lotId, lot.custodian, msg.sender);
        participants.requireRole(msg.sender, Roles.CUSTODIAN);
    }
}
