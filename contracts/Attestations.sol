// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IWarehouseReceipts} from "./interfaces/IWarehouseReceipts.sol";

contract Attestations is AccessManaged {
    IParticipants public immutable participants;
    IWarehouseReceipts public immutable receipts;

    constructor(address authority, IParticipants participants_, IWarehouseReceipts receipts_) AccessManaged(authority) {
        participants = participants_;
        receipts = receipts_;
    }
}
