// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {requireEqual, requireTrue} from "./Checks.sol";
import {ReceiptActs} from "./ReceiptActs.sol";

/// @notice What becomes of the goods: they leave, cost, are lost, insured, frozen and locked.
abstract contract GoodsActs is ReceiptActs {
    function deliverGoods(uint256 start, uint256 part) external counted(Act.DeliverGoods) {
        uint256 id = start % 4 == 0 ? _findReceipt(start, _isHeld) : _findReceipt(start, _isDeliverable);
        if (id == 0) id = _takeIn(Act.TakeIn, _person(start), _quantityOf(part), start);
        address owner = _holderOf(id);
        _thaw(owner);
        _thaw(holder(CUSTODIAN));
        (uint256 owed,) = _storageOwed(id);
        if (start % 5 != 0 && owed != 0) {
            _payStorage(id, owner);
            owed = 0;
        }
        IWarehouseReceipts.DeliveryOrder memory order = IWarehouseReceipts.DeliveryOrder({
            receiptId: id,
            quantity: uint64(part % 4 == 0 ? _quantityOfReceipt(id) : _between(part, 1, _quantityOfReceipt(id))),
            recipientHash: "carrier",
            nonce: _nextNonce(),
            deadline: block.timestamp
        });
        bytes memory data = abi.encodeCall(receipts.deliverGoods, (order, _sign(owner, receipts.orderDigest(order))));
        Scene memory first = _scene();
        uint256 lotId = receipts.receiptOf(id).lotId;
        bool allowed = _isDeliverable(id) && owed == 0;
        if (!_try("W5 goods leave", id, holder(CUSTODIAN), address(receipts), data, allowed)) return;
        _lotBooks[lotId].delivered += order.quantity;
        Scene memory second = _seen(Act.DeliverGoods, first, address(0), owner);
        uint256 place = placeOf(owner);
        requireEqual("W5 of its holder", id, first.goods[place] - second.goods[place], order.quantity);
    }

    function payStorage(uint256 start, uint256 payer) external counted(Act.PayStorage) {
        uint256 id = _findReceipt(start, _isOwing);
        if (id == 0) {
            id = _findReceipt(start, _isAnyReceipt);
            if (id == 0) id = _takeIn(Act.TakeIn, _person(start), _quantityOf(payer), start);
            _warpTo(receipts.receiptOf(id).chargedUntil + 1 + start % 3 days);
        }
        _payStorage(id, _person(payer));
    }

    function reportLoss(uint256 start, uint256 part, uint256 kind) external counted(Act.ReportLoss) {
        uint256 lotId = _someLot(start);
        uint256 left = _leftOf(lotId);
        if (kind % 7 == 0) {
            IWarehouseReceipts.Misfortune what = kind % 2 == 0
                ? IWarehouseReceipts.Misfortune.Damage
                : IWarehouseReceipts.Misfortune.Contamination;
            _thaw(holder(CUSTODIAN));
            Scene memory first = _scene();
            VM.prank(holder(CUSTODIAN));
            receipts.report(lotId, what, 0, "evidence", new uint256[](0));
            _seen(Act.ReportLoss, first, address(0), address(0));
            requireTrue("W8 locked by a report", lotId, receipts.lotOf(lotId).locked);
        } else {
            _lose(lotId, part % 6 == 0 ? left : _between(part, 1, 1 + left / 3), kind);
        }
    }

    /// @dev W7. For any receipt that there ever was.
    function insure(uint256 start, uint256 amount) external counted(Act.Insure) {
        uint256 id = start % 2 == 0 ? _findReceipt(start, _isInEscrow) : 0;
        if (id == 0 && receipts.receiptCount() == 0) _takeIn(Act.TakeIn, _person(start), _quantityOf(amount), start);
        if (id == 0) id = _between(start, 1, receipts.receiptCount());
        _insure(id, _between(amount, 1, 1e9), amount);
    }

    function extendLot(uint256 start, uint256 by) external counted(Act.ExtendLot) {
        _extendLot(_someLot(start), by % 60 days + 1);
    }

    function freezeReceipt(uint256 start) external counted(Act.FreezeReceipt) {
        uint256 id = _findReceipt(start, _isAnyReceipt);
        if (id == 0) id = _takeIn(Act.TakeIn, _person(start), _quantityOf(start), start);
        receipts.freeze(id, "order");
        _did(Act.FreezeReceipt);
    }

    function unfreezeReceipt(uint256 start) external counted(Act.UnfreezeReceipt) {
        uint256 id = _findReceipt(start, _isReceiptFrozen);
        if (id == 0) {
            id = _findReceipt(start, _isAnyReceipt);
            if (id == 0) id = _takeIn(Act.TakeIn, _person(start), _quantityOf(start), start);
            receipts.freeze(id, "order");
        }
        receipts.unfreeze(id, "order");
        _did(Act.UnfreezeReceipt);
    }

    function lockLot(uint256 start) external counted(Act.LockLot) {
        uint256 lotId = _someLot(start);
        VM.prank(address(attestations));
        receipts.lock(lotId, "evidence");
        _did(Act.LockLot);
    }

    function unlockLot(uint256 start) external counted(Act.UnlockLot) {
        uint256[] memory ids = lots();
        for (uint256 i = 0; i < ids.length; i++) {
            uint256 lotId = ids[(start % ids.length + i) % ids.length];
            if (!receipts.lotOf(lotId).locked) continue;
            receipts.unlock(lotId, "order");
            _did(Act.UnlockLot);
            return;
        }
        uint256 openId = _someLot(start);
        VM.prank(address(attestations));
        receipts.lock(openId, "evidence");
        receipts.unlock(openId, "order");
        _did(Act.UnlockLot);
    }

    // ---- single steps

    function _payStorage(uint256 id, address payer) internal {
        (uint256 owed, uint256 until) = _storageOwed(id);
        _thaw(payer);
        Scene memory first = _scene();
        VM.prank(payer);
        receipts.payStorage(id);
        Scene memory second = _seen(Act.PayStorage, first, payer, address(0));
        requireEqual("W6 paid until", id, receipts.receiptOf(id).chargedUntil, until);
        uint256 place = placeOf(payer);
        if (place == CUSTODIAN) return;
        requireEqual("W6 paid", id, first.cash[place] - second.cash[place], owed);
        requireEqual("W6 to the custodian", id, second.cash[CUSTODIAN] - first.cash[CUSTODIAN], owed);
    }

    /// @dev W7: by all receipts in proportion.
    function _lose(uint256 lotId, uint256 quantity, uint256 kind) private {
        uint256 left = _leftOf(lotId);
        if (quantity > left) quantity = left;
        uint256[] memory ids = _liveReceipts(lotId);
        uint256[] memory had = new uint256[](ids.length);
        for (uint256 i = 0; i < ids.length; i++) {
            had[i] = _quantityOfReceipt(ids[i]);
        }
        uint256[] memory lost = _divided(quantity, left, had);
        _thaw(holder(CUSTODIAN));
        Scene memory first = _scene();
        first.goodsMayFall = true;
        VM.prank(holder(CUSTODIAN));
        receipts.report(lotId, IWarehouseReceipts.Misfortune(kind % 4), uint64(quantity), "evidence", ids);
        _lotBooks[lotId].lost += quantity;
        _seen(Act.ReportLoss, first, address(0), address(0));
        for (uint256 i = 0; i < ids.length; i++) {
            requireEqual("W7 in proportion", ids[i], _quantityOfReceipt(ids[i]), had[i] - lost[i]);
        }
    }

    function _endLot(uint256 lotId) internal override {
        if (_leftOf(lotId) != 0) _lose(lotId, _leftOf(lotId), 3);
    }

    function _insure(uint256 id, uint256 amount, uint256 payer) internal {
        address insurer = _person(payer);
        _thaw(insurer);
        address owner = _holderOf(id);
        uint256 loanId = collateral.loanIdOf(address(receipts), id);
        uint256 waiting = collateral.proceedsOf(loanId);
        Scene memory first = _scene();
        VM.prank(insurer);
        receipts.payInsurance(id, amount);
        Scene memory second = _seen(Act.Insure, first, insurer, address(0));
        if (loanId != 0) _watchLoan(loanId);
        if (owner == address(collateral)) {
            requireTrue("K12 pledged goods have a loan, lost or not", id, loanId != 0);
            requireEqual("K12 to the loan", loanId, collateral.proceedsOf(loanId), waiting + amount);
        }
        uint256 place = placeOf(owner);
        if (owner != insurer) requireEqual("W7 to its holder", id, second.cash[place] - first.cash[place], amount);
    }

    function _extendLot(uint256 lotId, uint256 by) internal {
        IWarehouseReceipts.LotView memory lot = receipts.lotOf(lotId);
        _thaw(holder(CUSTODIAN));
        VM.prank(holder(CUSTODIAN));
        receipts.extend(lotId, uint40(lot.insuredUntil + by), uint40(lot.expiresAt + by));
        _did(Act.ExtendLot);
    }

    // ---- finds or makes

    function _someLot(uint256 start) internal returns (uint256 lotId) {
        uint256[] memory ids = lots();
        if (ids.length != 0) lotId = ids[start % ids.length];
        if (lotId == 0 || _leftOf(lotId) == 0) {
            _takeIn(Act.TakeIn, _person(start), _quantityOf(start >> 8), start);
            lotId = receipts.lotCount();
        }
    }

    function _isAnyReceipt(uint256) internal pure returns (bool) {
        return true;
    }

    function _isDeliverable(uint256 id) private view returns (bool) {
        IWarehouseReceipts.ReceiptView memory r = receipts.receiptOf(id);
        return r.holder != address(collateral) && !r.frozen && !receipts.lotOf(r.lotId).locked;
    }

    function _isOwing(uint256 id) internal view returns (bool) {
        (uint256 owed,) = _storageOwed(id);
        return owed != 0;
    }

    function _isReceiptFrozen(uint256 id) internal view returns (bool) {
        return receipts.receiptOf(id).frozen;
    }
}
