// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {Bulk} from "./Bulk.sol";
import {Roles} from "./libraries/Roles.sol";

/// @notice See IParticipants. One storage slot answers every question that an act asks.
contract Participants is IParticipants, AccessManaged, Bulk {
    struct Participant {
        uint32 id;
        uint32 roles;
        uint40 kycValidUntil;
        bool frozen;
        bool wantsAcceptance;
    }

    mapping(address account => Participant) private _participants;
    mapping(uint32 participantId => address) public accountOf;
    mapping(bytes32 identityHash => uint32) public participantIdOf;
    mapping(uint32 participantId => mapping(uint16 currency => uint64)) public confirmationLimitOf;
    uint32 public participantCount;

    constructor(address authority) AccessManaged(authority) {}

    function register(
        address account,
        bytes32 identityHash,
        uint32 roles,
        uint40 kycValidUntil,
        string calldata name
    ) external restricted returns (uint32 participantId) {
        if (account == address(0) || identityHash == 0 || roles == 0 || roles > Roles.ALL) {
            revert InvalidParticipant(account, identityHash, roles);
        }
        if (_participants[account].id != 0) revert AccountTaken(account, _participants[account].id);
        uint32 taken = participantIdOf[identityHash];
        if (taken != 0) revert IdentityTaken(identityHash, taken);

        participantId = ++participantCount;
        _participants[account] = Participant(participantId, roles, kycValidUntil, false, false);
        accountOf[participantId] = account;
        participantIdOf[identityHash] = participantId;
        emit ParticipantRegistered(participantId, account, identityHash, roles, kycValidUntil, name);
    }

    function renew(address account, uint32 roles, uint40 kycValidUntil) external restricted {
        Participant storage participant = _registered(account);
        if (roles == 0 || roles > Roles.ALL) revert InvalidParticipant(account, 0, roles);
        participant.roles = roles;
        participant.kycValidUntil = kycValidUntil;
        emit ParticipantRenewed(participant.id, roles, kycValidUntil);
    }

    function freeze(address account, bytes32 orderHash) external restricted {
        emit ParticipantFrozen(_setFrozen(account, orderHash, true), orderHash);
    }

    function unfreeze(address account, bytes32 orderHash) external restricted {
        emit ParticipantUnfrozen(_setFrozen(account, orderHash, false), orderHash);
    }

    function setConfirmationLimit(address account, uint16 currency, uint64 limit) external restricted {
        Participant storage participant = _registered(account);
        if (participant.roles & Roles.OBLIGOR == 0) revert RoleMissing(account, Roles.OBLIGOR);
        confirmationLimitOf[participant.id][currency] = limit;
        emit ConfirmationLimitSet(participant.id, currency, limit);
    }

    function wantAcceptance(bool wanted) external {
        Participant storage participant = _registered(msg.sender);
        participant.wantsAcceptance = wanted;
        emit AcceptanceWanted(participant.id, wanted);
    }

    function requireRole(address account, uint32 role) external view returns (uint32) {
        return _requireRole(account, role);
    }

    function requireRoleOf(uint32 participantId, uint32 role) external view returns (address account) {
        account = accountOf[participantId];
        if (account == address(0)) revert UnknownParticipantId(participantId);
        _requireRole(account, role);
    }

    function requireActive(address account) external view returns (uint32) {
        return _requireActive(account).id;
    }

    function requireBothActive(address giver, address taker) external view returns (uint32, bool) {
        return (_requireActive(giver).id, _requireActive(taker).wantsAcceptance);
    }

    function mayHold(address account) external view returns (bool) {
        Participant memory participant = _participants[account];
        return participant.id != 0 && !participant.frozen;
    }

    function wantsAcceptance(address account) external view returns (bool) {
        return _participants[account].wantsAcceptance;
    }

    function participantOf(address account) external view returns (uint32, uint32, uint40, bool) {
        Participant memory p = _participants[account];
        return (p.id, p.roles, p.kycValidUntil, p.frozen);
    }

    function _requireRole(address account, uint32 role) private view returns (uint32) {
        Participant storage participant = _requireActive(account);
        if (participant.roles & role == 0) revert RoleMissing(account, role);
        return participant.id;
    }

    function _requireActive(address account) private view returns (Participant storage participant) {
        participant = _participants[account];
        if (participant.id == 0) revert UnknownParticipant(account);
        if (participant.frozen) revert Frozen(account);
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp > participant.kycValidUntil) revert KycExpired(account, participant.kycValidUntil);
    }

    function _registered(address account) private view returns (Participant storage participant) {
        participant = _participants[account];
        if (participant.id == 0) revert UnknownParticipant(account);
    }

    function _setFrozen(address account, bytes32 orderHash, bool frozen) private returns (uint32) {
        if (orderHash == 0) revert OrderMissing();
        Participant storage participant = _registered(account);
        participant.frozen = frozen;
        return participant.id;
    }
}
