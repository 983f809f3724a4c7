// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {Proof} from "./Proof.sol";

/// @notice Goods in the custodian's warehouse, and the supplier's title to them.
abstract contract Goods is Proof {
    function _intake(bytes32 fingerprint, uint64 quantity, uint32 milliPerUnitDay) internal returns (uint256 receiptId) {
        IWarehouseReceipts.Intake memory intake = IWarehouseReceipts.Intake({
            custodian: address(custodian),
            depositor: address(supplier),
            commodity: "COPPER",
            grade: "A",
            unit: "T",
            decimals: 0,
            quantity: quantity,
            placeHash: "place",
            fingerprint: fingerprint,
            documentHash: DOCUMENT,
            insuredUntil: uint40(NOW + 365 days),
            expiresAt: uint40(NOW + 365 days),
            currency: CNY,
            milliPerUnitDay: milliPerUnitDay,
            nonce: uint256(fingerprint),
            deadline: NOW
        });
        custodian.sign(receipts.intakeDigest(intake));
        return receipts.issue(intake, "");
    }

    function _quantity(uint256 receiptId) internal view returns (uint256) {
        return receipts.receiptOf(receiptId).quantity;
    }

    /// @dev W12. What the receipts of the one lot come to is what is there.
    function _requireComplete() internal view {
        IWarehouseReceipts.LotView memory lot = receipts.lotOf(1);
        uint256 count = receipts.receiptCount();
        uint256 sum;
        for (uint256 id = 1; id <= count; id++) {
            sum += _quantity(id);
        }
        assert(sum + lot.delivered + lot.lost == lot.counted);
    }
}
