// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IFingerprinted, IFingerprints} from "./interfaces/IFingerprints.sol";

/// @notice See IFingerprints. Nothing is ever released: a claim on a fallen thing simply takes its place,
/// so there is no flag to keep in step with the asset's own state.
contract Fingerprints is IFingerprints, AccessManaged {
    struct Holder {
        address assetContract;
        uint96 id;
    }

    mapping(address assetContract => bool) public isAdmitted;
    mapping(bytes32 fingerprint => Holder) public holderOf;

    constructor(address authority) AccessManaged(authority) {}

    function admit(address assetContract) external restricted {
        isAdmitted[assetContract] = true;
        emit AssetContractAdmitted(assetContract);
    }

    function claim(bytes32 fingerprint, uint96 id) external {
        if (!isAdmitted[msg.sender]) revert NotAnAssetContract(msg.sender);
        if (fingerprint == 0) revert FingerprintMissing();
        Holder memory first = holderOf[fingerprint];
        if (first.assetContract != address(0) && IFingerprinted(first.assetContract).isLive(first.id)) {
            revert FingerprintTaken(fingerprint, first.assetContract, first.id);
        }
        holderOf[fingerprint] = Holder(msg.sender, id);
        emit FingerprintClaimed(fingerprint, msg.sender, id);
    }
}
