// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {Goods} from "./Goods.sol";

/// @notice W3 to W5, W10, W12: goods are neither made nor lost as title moves, and leave by their holder's will alone.
contract ReceiptsProof is Goods {
    uint256 private constant RECEIPTS = 3;

    /// @dev A lot of any quantity: 1 and 2 are the supplier's, 3 is the buyer's, of any quantities.
    function setUp() public override {
        super.setUp();
        _intake("lot", _any(3, MOST), 0);
        _split(address(supplier));
        _split(address(buyer));
    }

    function check_splitKeepsTheQuantity(address caller, uint256 receiptId_, address to, uint64 quantity) external {
        uint256 receiptId = _pick(receiptId_);
        IWarehouseReceipts.ReceiptView memory receipt = receipts.receiptOf(receiptId);
        _send(caller);
        uint256 childId = receipts.split(receiptId, to, quantity);
        assert(caller == receipt.holder && quantity != 0 && quantity < receipt.quantity);
        assert(childId == RECEIPTS + 1 && _quantity(childId) == quantity);
        assert(_quantity(receiptId) + quantity == receipt.quantity);
        assert(receipts.receiptOf(childId).holder == to);
        _requireComplete();
    }

    function check_mergeKeepsTheQuantity(address caller, uint256 fromId_, uint256 toId_) external {
        (uint256 fromId, uint256 toId) = (_pick(fromId_), _pick(toId_));
        IWarehouseReceipts.ReceiptView memory from = receipts.receiptOf(fromId);
        IWarehouseReceipts.ReceiptView memory to = receipts.receiptOf(toId);
        _send(caller);
        receipts.merge(fromId, toId);
        assert(fromId != toId && from.holder == to.holder && caller == from.holder);
        assert(_quantity(fromId) == 0 && _quantity(toId) == uint256(from.quantity) + to.quantity);
        _requireComplete();
    }

    /// @dev W5. No more leaves than the receipt is for, and only by an order that its holder signed.
    function check_deliveryTakesFromItsReceiptAlone(
        address caller,
        uint256 receiptId_,
        uint256 otherId_,
        uint64 ordered,
        uint64 quantity
    ) external {
        (uint256 receiptId, uint256 otherId) = (_pick(receiptId_), _pick(otherId_));
        VM.assume(otherId != receiptId);
        buyer.sign(receipts.orderDigest(_order(3, ordered)));
        uint256 had = _quantity(receiptId);
        uint256 others = _quantity(otherId);
        _send(caller);
        receipts.deliverGoods(_order(receiptId, quantity), "");
        assert(caller == address(custodian));
        assert(receiptId == 3 && quantity == ordered);
        assert(quantity != 0 && _quantity(receiptId) + quantity == had);
        assert(_quantity(otherId) == others);
        assert(receipts.lotOf(1).delivered == quantity);
        _requireComplete();
    }

    /// @dev W3. Nobody moves another's receipt, or lets somebody move it.
    function check_onlyItsHolderMovesAReceipt(
        address caller,
        uint256 receiptId_,
        uint256 otherId,
        address to,
        uint64 quantity
    ) external {
        uint256 receiptId = _pick(receiptId_);
        address holder = receipts.receiptOf(receiptId).holder;
        VM.assume(caller != holder);
        address target = address(receipts);
        _refused(caller, target, abi.encodeCall(receipts.transferFrom, (holder, to, receiptId)));
        _refused(caller, target, abi.encodeCall(receipts.split, (receiptId, to, quantity)));
        _refused(caller, target, abi.encodeCall(receipts.merge, (receiptId, otherId)));
        _refused(caller, target, abi.encodeCall(receipts.merge, (otherId, receiptId)));
        _refused(caller, target, abi.encodeCall(receipts.approve, (to, receiptId)));
        bytes memory act =
            abi.encodeCall(receipts.deliver, (receiptId, 1, DOCUMENT, holder, to, quantity, false));
        _refused(caller, target, act);
    }

    /// @dev W10. A lost key is replaced by its custodian after thirty days, and not where its holder said a word.
    function check_replacementWaitsForItsHolder(address caller, address asker, address to, uint40 at, bool objects)
        external
    {
        _send(asker);
        receipts.requestReplacement(3, to, "evidence");
        assert(asker == address(custodian));
        VM.assume(at >= NOW);
        VM.warp(at);
        if (objects) {
            VM.prank(address(buyer));
            receipts.objectToReplacement(3);
        }
        _send(caller);
        receipts.replace(3);
        assert(!objects && at >= NOW + 30 days);
        assert(receipts.receiptOf(3).holder == to);
        _requireComplete();
    }

    /// @dev That receipt, one path for each.
    function _pick(uint256 receiptId) private pure returns (uint256 id) {
        for (id = 1; id <= RECEIPTS; id++) {
            if (id == receiptId) return id;
        }
        VM.assume(false);
    }

    function _split(address to) private {
        uint64 quantity = _any(1, MOST);
        VM.prank(address(supplier));
        receipts.split(1, to, quantity);
    }

    function _order(uint256 receiptId, uint64 quantity)
        private
        pure
        returns (IWarehouseReceipts.DeliveryOrder memory)
    {
        return IWarehouseReceipts.DeliveryOrder(receiptId, quantity, "carrier", 1, NOW);
    }
}
