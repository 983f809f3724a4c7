// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {SignedDocuments} from "./SignedDocuments.sol";

contract Prices is SignedDocuments, AccessManaged {
    IParticipants public immutable participants;
    IPolicy public immutable policy;

    constructor(address authority, IParticipants participants_, IPolicy policy_)
        SignedDocuments("Feiqian Prices")
        AccessManaged(authority)
    {
        participants = participants_;
        policy = policy_;
    }
}
