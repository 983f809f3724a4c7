// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IWarehouseReceipts} from "../interfaces/IWarehouseReceipts.sol";

/// @notice For tests: lots without receipts, as Attestations sees them. Goods come, leave and are lost by a word.
contract MockWarehouse {
    mapping(uint256 lotId => IWarehouseReceipts.LotView) private _lots;
    uint256 public lotCount;
    uint256 public locks;

    function takeIn(address custodian, uint64 quantity) external {
        IWarehouseReceipts.LotView storage lot = _lots[++lotCount];
        lot.custodian = custodian;
        lot.counted = quantity;
    }

    function deliver(uint256 lotId, uint64 quantity) external {
        _lots[lotId].delivered += quantity;
        // solhint-disable-next-line not-rely-on-time
        _lots[lotId].lastDeliveryAt = uint40(block.timestamp);
    }

    function lose(uint256 lotId, uint64 quantity) external {
        _lots[lotId].lost += quantity;
        // solhint-disable-next-line not-rely-on-time
        _lots[lotId].lastMisfortuneAt = uint40(block.timestamp);
    }

    function lock(uint256 lotId, bytes32 evidence) external {
        if (evidence == 0) revert IWarehouseReceipts.EvidenceMissing();
        _lots[lotId].locked = true;
        locks++;
        emit IWarehouseReceipts.LotLocked(lotId, evidence);
    }

    function unlock(uint256 lotId) external {
        _lots[lotId].locked = false;
        // solhint-disable-next-line not-rely-on-time
        _lots[lotId].lastUnlockAt = uint40(block.timestamp);
    }

    function lotOf(uint256 lotId) external view returns (IWarehouseReceipts.LotView memory lot) {
        lot = _lots[lotId];
        if (lot.custodian == address(0)) revert IWarehouseReceipts.UnknownLot(lotId);
    }
}
