// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IFingerprints} from "./interfaces/IFingerprints.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {Payouts} from "./Payouts.sol";
import {SignedDocuments} from "./SignedDocuments.sol";

contract WarehouseReceipts is SignedDocuments, Payouts, AccessManaged {
    /// @dev The contracts that this one knows: where evidence comes from, and where pledged title stands.
    struct Siblings {
        address attestations;
        IEscrow escrow;
    }

    IFingerprints public immutable fingerprints;
    address public immutable attestations;
    IEscrow public immutable escrow;

    constructor(
        address authority,
        IParticipants participants_,
        IPolicy policy_,
        IFingerprints fingerprints_,
        Siblings memory siblings
    ) SignedDocuments("Feiqian Warehouse Receipts") Payouts(participants_, policy_) AccessManaged(authority) {
        fingerprints = fingerprints_;
        attestations = siblings.attestations;
        escrow = siblings.escrow;
    }
}
