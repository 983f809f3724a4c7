// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IEscrow} from "./interfaces/IEscrow.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IPrices} from "./interfaces/IPrices.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {IWarehouseReceipts} from "./interfaces/IWarehouseReceipts.sol";
import {Payouts} from "./Payouts.sol";
import {SignedDocuments} from "./SignedDocuments.sol";

contract Loans is IEscrow, SignedDocuments, Payouts {
    /// @dev The contracts around this one: what it prices with, what it keeps, and who pays for what it keeps.
    struct Siblings {
        IPrices prices;
        IWarehouseReceipts receipts;
        IReceivables receivables;
        address repayments;
        address reserve;
    }

    constructor(IParticipants participants_, IPolicy policy_, Siblings memory siblings)
        SignedDocuments("Feiqian Loans")
        Payouts(participants_, policy_)
    {}

    function onProceeds(uint256, uint256) external {}
}
