// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Who may act (docs/SPECIFICATION.md, rules P)
/// @notice A participant is a legal person with a number of its own; an account is the key it acts with.
interface IParticipants {
    event ParticipantRegistered(
        uint256 indexed participantId,
        address indexed account,
        bytes32 indexed identityHash,
        uint32 roles,
        uint40 kycValidUntil,
        string name
    );
    event ParticipantRenewed(uint256 indexed participantId, uint32 roles, uint40 kycValidUntil);
    event ParticipantFrozen(uint256 indexed participantId, bytes32 indexed orderHash);
    event ParticipantUnfrozen(uint256 indexed participantId, bytes32 indexed orderHash);
    event AcceptanceWanted(uint256 indexed participantId, bool wanted);
    event ConfirmationLimitSet(uint256 indexed participantId, uint16 indexed currency, uint64 limit);

    error UnknownParticipant(address account);
    error UnknownParticipantId(uint256 participantId);
    error RoleMissing(address account, uint32 role);
    error KycExpired(address account, uint256 validUntil);
    error Frozen(address account);
    error AccountTaken(address account, uint256 participantId);
    error IdentityTaken(bytes32 identityHash, uint256 participantId);
    error InvalidParticipant(address account, bytes32 identityHash, uint32 roles);
    error OrderMissing();

    /// @notice P1. Takes a legal person in, once; `identityHash` is the hash of its normalised legal identifier.
    /// @param kycValidUntil UTC seconds; acts are refused after it.
    function register(
        address account,
        bytes32 identityHash,
        uint32 roles,
        uint40 kycValidUntil,
        string calldata name
    ) external returns (uint32 participantId);

    /// @notice P2. Replaces roles and KYC date after a new examination.
    function renew(address account, uint32 roles, uint40 kycValidUntil) external;

    /// @notice P3. By a regulator's logged order: the participant can neither act nor receive nor be paid.
    function freeze(address account, bytes32 orderHash) external;

    /// @notice P3. Lifts the freeze, by an order again.
    function unfreeze(address account, bytes32 orderHash) external;

    /// @notice P4. The most that an obligor may owe on confirmed receivables in one currency, in minor units.
    /// @param currency ISO 4217 number.
    function setConfirmationLimit(address account, uint16 currency, uint64 limit) external;

    /// @notice P5. The participant's number if it is registered, not frozen, within KYC and has `role`; else reverts.
    function requireRole(address account, uint32 role) external view returns (uint32 participantId);

    /// @notice P5. The account of the participant under the same conditions.
    function requireRoleOf(uint32 participantId, uint32 role) external view returns (address account);

    /// @notice P5. The same without a role: whoever takes or gives title.
    function requireActive(address account) external view returns (uint32 participantId);

    /// @notice P5. The same for the two sides of a transfer; the number is the giver's, the wish the taker's (P7).
    function requireBothActive(address giver, address taker)
        external
        view
        returns (uint32 giverId, bool takerWantsAcceptance);

    /// @notice P7. The caller wants to be asked before an endorsement to it stands, or no longer.
    function wantAcceptance(bool wanted) external;

    /// @notice P6. Who may keep and receive cash: registered and not frozen. An expired KYC never traps money.
    function mayHold(address account) external view returns (bool);

    /// @notice The participant behind an account; all zero where there is none.
    function participantOf(address account)
        external
        view
        returns (uint32 participantId, uint32 roles, uint40 kycValidUntil, bool frozen);

    function wantsAcceptance(address account) external view returns (bool);
    function accountOf(uint32 participantId) external view returns (address account);
    function confirmationLimitOf(uint32 participantId, uint16 currency) external view returns (uint64 limit);
    function participantIdOf(bytes32 identityHash) external view returns (uint32 participantId);
    function participantCount() external view returns (uint32);
}
