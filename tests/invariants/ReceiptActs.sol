// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IDeliverable} from "../../contracts/interfaces/IDeliverable.sol";
import {ISettlement} from "../../contracts/interfaces/ISettlement.sol";
import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {requireEqual} from "./Checks.sol";
import {RecourseActs} from "./RecourseActs.sol";

/// @notice Lots come in, and title to them moves.
abstract contract ReceiptActs is RecourseActs {
    function takeIn(uint256 who, uint256 quantity, uint256 terms) external counted(Act.TakeIn) {
        if (who % 4 == 0 && lots().length != 0) {
            bytes32 taken = _lotBooks[lots()[who % lots().length]].fingerprint;
            IWarehouseReceipts.Intake memory twice = _intake(_person(who), _quantityOf(quantity), terms, taken);
            _issue(twice, _leftOf(lots()[who % lots().length]) == 0);
        }
        _takeIn(Act.TakeIn, _person(who >> 8), _quantityOf(quantity), terms);
    }

    function splitReceipt(uint256 start, uint256 to, uint256 part) external counted(Act.SplitReceipt) {
        uint256 id = _findReceipt(start, _isParted);
        if (id == 0) id = _takeIn(Act.TakeIn, _person(start), 2 + part % 1e6, start);
        _splitReceipt(id, to % 3 == 0 ? _holderOf(id) : _person(to), part);
    }

    function mergeReceipts(uint256 start, uint256 part) external counted(Act.MergeReceipts) {
        (uint256 fromId, uint256 toId) = _sameReceipts(start);
        if (fromId == 0) {
            toId = _takeIn(Act.TakeIn, _person(start), 2 + part % 1e6, start);
            fromId = _splitReceipt(toId, _holderOf(toId), part);
        }
        uint256 sum = _quantityOfReceipt(fromId) + _quantityOfReceipt(toId);
        bool allowed = receipts.receiptOf(fromId).chargedUntil == receipts.receiptOf(toId).chargedUntil;
        address giver = _holderOf(fromId);
        _thaw(giver);
        Scene memory first = _scene();
        bytes memory data = abi.encodeCall(receipts.merge, (fromId, toId));
        if (!_try("W4 same lien", fromId, giver, address(receipts), data, allowed)) return;
        _seen(Act.MergeReceipts, first, address(0), address(0));
        requireEqual("W4 quantities add up", toId, _quantityOfReceipt(toId), sum);
    }

    function transferReceipt(uint256 start, uint256 to) external counted(Act.TransferReceipt) {
        uint256 id = start % 4 == 0 ? _findReceipt(start, _isHeld) : _findReceipt(start, _isReceiptMovable);
        if (id == 0) id = _takeIn(Act.TakeIn, _person(start), _quantityOf(to), start);
        address giver = _holderOf(id);
        address taker = _person(to);
        _thaw(giver);
        _thaw(taker);
        bool allowed = _isReceiptMovable(id) || (giver == taker && !receipts.receiptOf(id).frozen);
        Scene memory first = _scene();
        bytes memory data = abi.encodeWithSignature("transferFrom(address,address,uint256)", giver, taker, id);
        if (!_try("W3 W9 who may move", id, giver, address(receipts), data, allowed)) return;
        _seen(Act.TransferReceipt, first, address(0), giver);
        requireEqual("W3 whole", id, placeOf(_holderOf(id)), placeOf(taker));
    }

    function sellReceipt(uint256 start, uint256 bank, uint256 part) external counted(Act.SellReceipt) {
        uint256 id = _findReceipt(start, _isReceiptMovable);
        if (id == 0) id = _takeIn(Act.TakeIn, _person(start), _quantityOf(part), start);
        address seller = _holderOf(id);
        uint256 held = _quantityOfReceipt(id);
        uint256 value = _hasRoom(id) ? _between(part, 1, held) : held;
        _thaw(seller);
        (ISettlement.Quote memory quote, bytes memory signature) =
            _quoteOnReceipt(_financier(bank), seller, id, value, _between(part >> 64, 0, 1e9));
        Scene memory first = _scene();
        VM.prank(seller);
        uint256 soldId = settlement.settle(quote, signature, id);
        Scene memory second = _seen(Act.SellReceipt, first, quote.financier, seller);
        requireEqual("D2 the financier has it", soldId, placeOf(_holderOf(soldId)), placeOf(quote.financier));
        requireEqual("D2 as much as was sold", soldId, _quantityOfReceipt(soldId), value);
        if (seller == quote.financier) return;
        uint256 place = placeOf(seller);
        requireEqual("D2 no levy on goods", soldId, second.cash[place] - first.cash[place], quote.price);
    }

    /// @dev W10. What is pledged has no lost key.
    function requestReplacement(uint256 start, uint256 to) external counted(Act.RequestReplacement) {
        uint256 pledged = start % 3 == 0 ? _findReceipt(start, _isInEscrow) : 0;
        if (pledged != 0) {
            bytes memory data =
                abi.encodeCall(receipts.requestReplacement, (pledged, _person(to), bytes32("evidence")));
            _thaw(_person(to));
            _thaw(holder(CUSTODIAN));
            _try("W10 in escrow", pledged, holder(CUSTODIAN), address(receipts), data, false);
        }
        uint256 id = _findReceipt(start, _isHeld);
        if (id == 0) id = _takeIn(Act.TakeIn, _person(start), _quantityOf(to), start);
        _requestReplacement(id, to);
        if (start % 5 != 0) return;
        VM.prank(_holderOf(id));
        receipts.objectToReplacement(id);
    }

    function replace(uint256 start, uint256 to) external counted(Act.Replace) {
        uint256 id = _findReceipt(start, _isReplaceable);
        if (id == 0) {
            id = _findReceipt(start, _isReceiptMovable);
            if (id == 0) id = _takeIn(Act.TakeIn, _person(start), _quantityOf(to), start);
            _requestReplacement(id, to);
        }
        (address taker, uint256 at) = receipts.replacementOf(id);
        if (to % 4 != 0) _warpTo(at);
        address giver = _holderOf(id);
        _thaw(giver);
        _thaw(taker);
        bool allowed = block.timestamp >= at && _isReceiptMovable(id);
        Scene memory first = _scene();
        bytes memory data = abi.encodeCall(receipts.replace, (id));
        if (!_try("W10 after thirty days", id, address(0), address(receipts), data, allowed)) return;
        _seen(Act.Replace, first, address(0), giver);
        requireEqual("W10 to who was named", id, placeOf(_holderOf(id)), placeOf(taker));
    }

    // ---- single steps

    function _takeIn(Act act, address depositor, uint256 quantity, uint256 terms) internal returns (uint256 id) {
        if (lots().length >= MOST_LOTS) _endLot(lots()[terms % lots().length]);
        Scene memory first = _scene();
        _issue(_intake(depositor, quantity, terms, _nextDocument()), true);
        _seen(act, first, address(0), address(0));
        return receipts.receiptCount();
    }

    function _issue(IWarehouseReceipts.Intake memory intake, bool allowed) private {
        bytes memory signature = _sign(intake.custodian, receipts.intakeDigest(intake));
        bytes memory data = abi.encodeCall(receipts.issue, (intake, signature));
        bool done = _try("W2 a lot is taken in once", 0, address(0), address(receipts), data, allowed);
        if (done) _watchLot(receipts.lotCount(), intake.quantity, intake.fingerprint);
    }

    function _intake(address depositor, uint256 quantity, uint256 terms, bytes32 fingerprint)
        private
        returns (IWarehouseReceipts.Intake memory)
    {
        _thaw(holder(CUSTODIAN));
        _thaw(depositor);
        return IWarehouseReceipts.Intake({
            custodian: holder(CUSTODIAN),
            depositor: depositor,
            commodity: _commodity(terms),
            grade: "A",
            unit: "T",
            decimals: terms % 3 == 0 ? 3 : 0,
            quantity: uint64(quantity),
            placeHash: "place",
            fingerprint: fingerprint,
            documentHash: "documents",
            insuredUntil: uint40(block.timestamp + _between(terms >> 16, 30 days, 200 days)),
            expiresAt: uint40(block.timestamp + _between(terms >> 32, 30 days, 200 days)),
            currency: CNY,
            milliPerUnitDay: uint32(_between(terms >> 48, 1, 2_000)),
            nonce: _nextNonce(),
            deadline: block.timestamp
        });
    }

    function _splitReceipt(uint256 id, address to, uint256 part) internal returns (uint256 childId) {
        address giver = _holderOf(id);
        _thaw(giver);
        _thaw(to);
        uint256 value = _between(part, 1, _quantityOfReceipt(id) - 1);
        Scene memory first = _scene();
        VM.prank(giver);
        childId = receipts.split(id, to, uint64(value));
        _seen(Act.SplitReceipt, first, address(0), giver);
        requireEqual("W3 a quantity moves", childId, _quantityOfReceipt(childId), value);
    }

    function _requestReplacement(uint256 id, uint256 to) private {
        address taker = _person(to);
        if (taker == _holderOf(id)) taker = _person(to % PEOPLE + 1);
        _thaw(taker);
        _thaw(holder(CUSTODIAN));
        Scene memory first = _scene();
        VM.prank(holder(CUSTODIAN));
        receipts.requestReplacement(id, taker, "evidence");
        _seen(Act.RequestReplacement, first, address(0), address(0));
    }

    function _quoteOnReceipt(address financier, address seller, uint256 id, uint256 value, uint256 price)
        private
        returns (ISettlement.Quote memory quote, bytes memory signature)
    {
        _thaw(financier);
        quote = ISettlement.Quote({
            financier: financier,
            seller: seller,
            asset: IDeliverable(address(receipts)),
            assetKey: receipts.receiptOf(id).lotId,
            documentHash: "documents",
            value: value,
            cash: IERC20(address(cash)),
            price: price,
            withRecourse: false,
            nonce: _nextNonce(),
            deadline: block.timestamp
        });
        signature = _sign(financier, settlement.quoteDigest(quote));
    }

    // ---- finds or makes

    function _findReceipt(uint256 start, function(uint256) view returns (bool) fits) internal view returns (uint256) {
        uint256[] memory ids = lots();
        for (uint256 i = 0; i < ids.length; i++) {
            uint256[] memory all = receiptsOf(ids[(start % ids.length + i) % ids.length]);
            for (uint256 k = 0; k < all.length; k++) {
                uint256 id = all[(start % all.length + k) % all.length];
                if (_quantityOfReceipt(id) != 0 && fits(id)) return id;
            }
        }
        return 0;
    }

    function _sameReceipts(uint256 start) private view returns (uint256, uint256) {
        uint256[] memory ids = lots();
        for (uint256 i = 0; i < ids.length; i++) {
            uint256[] memory all = _liveReceipts(ids[(start % ids.length + i) % ids.length]);
            for (uint256 k = 1; k < all.length; k++) {
                bool same = _holderOf(all[0]) == _holderOf(all[k]) && placeOf(_holderOf(all[k])) < PEOPLE;
                if (same && !receipts.receiptOf(all[0]).frozen && !receipts.receiptOf(all[k]).frozen) {
                    return (all[k], all[0]);
                }
            }
        }
        return (0, 0);
    }

    function _quantityOf(uint256 seed) internal pure returns (uint256) {
        return seed % 3 == 0 ? _between(seed, 1, 40) : _between(seed, 1, 1e9);
    }

    function _quantityOfReceipt(uint256 id) internal view returns (uint256) {
        return receipts.receiptOf(id).quantity;
    }

    function _holderOf(uint256 id) internal view returns (address) {
        return receipts.receiptOf(id).holder;
    }

    function _isInEscrow(uint256 id) internal view returns (bool) {
        return _holderOf(id) == address(collateral);
    }

    function _isHeld(uint256 id) internal view returns (bool) {
        return !_isInEscrow(id);
    }

    function _isReceiptMovable(uint256 id) internal view returns (bool) {
        IWarehouseReceipts.ReceiptView memory r = receipts.receiptOf(id);
        if (r.holder == address(collateral) || r.frozen) return false;
        return block.timestamp <= receipts.lotOf(r.lotId).expiresAt;
    }

    function _hasRoom(uint256 id) internal view returns (bool) {
        return _liveReceipts(receipts.receiptOf(id).lotId).length < MOST_RECEIPTS;
    }

    function _isParted(uint256 id) private view returns (bool) {
        return _isReceiptMovable(id) && _quantityOfReceipt(id) > 1 && _hasRoom(id);
    }

    function _isReplaceable(uint256 id) private view returns (bool) {
        (, uint256 at) = receipts.replacementOf(id);
        return at != 0;
    }

    /// @dev All that is left of a lot is lost.
    function _endLot(uint256 lotId) internal virtual;
}
