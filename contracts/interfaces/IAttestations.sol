// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Evidence (docs/SPECIFICATION.md, rules E)
/// @notice Devices sign readings; batches are anchored by hash; what contradicts a receipt locks its lot. Evidence never
/// moves title or cash.
interface IAttestations {
    enum Kind {
        Weight, // base units of the lot's quantity
        Position, // value: 0 where the device is at the lot's place, else how far from it, in metres
        Door, // value: 1 opened, 0 closed
        Temperature // thousandths of a degree Celsius above absolute zero
    }

    /// @notice E2. What a device signs.
    struct Reading {
        uint256 lotId;
        Kind kind;
        uint64 value;
        uint64 sequence;
        uint40 takenAt;
    }

    /// @notice E3. What a device signs over many readings: the root of the Merkle tree of their digests (pairs sorted),
    /// and when the last of them was taken.
    struct Batch {
        uint256 lotId;
        bytes32 root;
        uint256 firstSequence;
        uint256 lastSequence;
        uint256 lastTakenAt;
    }

    /// @notice E4. How a lot is watched.
    /// @param toleranceBps of the quantity that the lot's receipts stand for, less than 10,000.
    /// @param maxSilence seconds between two anchored batches or readings of a device.
    /// @param quorum devices that must contradict before the lot is locked.
    /// @param maxMilliKelvin a temperature above it contradicts; 0: no limit.
    /// @param maxMetres a position further away contradicts.
    struct Watch {
        uint16 toleranceBps;
        uint32 maxSilence;
        uint8 quorum;
        uint32 maxMilliKelvin;
        uint32 maxMetres;
    }

    /// @param lastSeenAt when the newest of what came from it was taken, by its own clock.
    /// @param lastSequence the highest that is anchored.
    struct Device {
        uint48 lotId;
        uint32 ownerId;
        Kind kind;
        bool simulated;
        bool revoked;
        uint40 calibratedUntil;
        uint40 lastSeenAt;
        uint64 lastSequence;
    }

    /// @notice E5. What a device can still say.
    /// @param countsFrom what it read until then is no evidence: its registration, or the end of a gap in its
    /// calibration.
    /// @param lastEvidence the sequence of its newest reading that contradicted.
    /// @param round of its lot's watch in which it contradicted last.
    struct Witness {
        uint40 countsFrom;
        uint64 lastEvidence;
        uint32 round;
    }

    event WatchSet(uint256 indexed lotId, Watch watch);
    event DeviceRegistered(
        address indexed device,
        uint256 indexed lotId,
        uint256 indexed ownerId,
        Kind kind,
        bool simulated,
        uint256 calibratedUntil
    );
    event DeviceCalibrated(address indexed device, uint256 calibratedUntil);
    /// @notice E1. `orderHash` is 0 where the owner did it.
    event DeviceRevoked(address indexed device, bytes32 orderHash);
    /// @notice E3. Of the device's lot.
    event ReadingsAnchored(address indexed device, bytes32 root, uint256 firstSequence, uint256 lastSequence);
    /// @notice E5. `evidence` is the digest of the reading.
    event ContradictionSeen(
        uint256 indexed lotId, address indexed device, Kind kind, uint256 value, uint256 limit, bytes32 evidence
    );
    event SilenceSeen(uint256 indexed lotId, address indexed device, uint256 lastSeenAt, uint256 allowedUntil);

    error UnknownDevice(address device);
    error DeviceTaken(address device);
    error DeviceIsRevoked(address device);
    error CalibrationEnded(address device, uint256 calibratedUntil, uint256 takenAt);
    error CalibrationShortened(address device, uint256 calibratedUntil);
    error NotTheOwner(address device, address caller);
    error NotTheCustodian(uint256 lotId, address custodian, address caller);
    error WatchMissing(uint256 lotId);
    error WatchLoosened(uint256 lotId, bytes32 member);
    error InvalidWatch(uint256 lotId, bytes32 member);
    error WrongReading(address device, uint256 lotId, Kind kind);
    error SequenceUsed(address device, uint256 sequence, uint256 lastSequence);
    error TakenInTheFuture(uint256 takenAt, uint256 nowAt);
    error TakenTooEarly(uint256 takenAt, uint256 since);
    error InvalidBatch(uint256 firstSequence, uint256 lastSequence);
    error InvalidSignature(address signer, bytes32 digest);
    error RootAnchored(bytes32 root);
    error RootUnknown(bytes32 root);
    error NotInBatch(bytes32 root, bytes32 leaf);
    error NoContradiction(uint256 value, uint256 limit);
    error DeliveryMayFollow(uint256 takenAt, uint256 until);
    error NotSilent(address device, uint256 allowedUntil);
    error AlreadySeen(uint256 lotId, address device);
    error LotIsEmpty(uint256 lotId);
    error OrderMissing();

    /// @notice E4. By the custodian of the lot: for the first time, or stricter in every member.
    function setWatch(uint256 lotId, Watch calldata watch) external;

    /// @notice E4. By the registrar: any watch. What was seen and read before does not count against it.
    function changeWatch(uint256 lotId, Watch calldata watch) external;

    /// @notice E1. By the custodian of the lot, or a carrier.
    function registerDevice(address device, uint256 lotId, Kind kind, uint40 calibratedUntil, bool simulated) external;

    /// @notice E1. By its owner. What it read after one calibration ended and before the next was told is no evidence.
    function calibrate(address device, uint40 calibratedUntil) external;

    /// @notice E1. By its owner, for good. A regulator does it with revokeByOrder.
    function revokeDevice(address device) external;
    function revokeByOrder(address device, bytes32 orderHash) external;

    /// @notice E3. Anyone carries a device's batch.
    function anchor(Batch calldata batch, address device, bytes calldata signature) external;

    /// @notice E5. Anyone carries a single signed reading that contradicts the receipts of its lot. It need not be
    /// anchored; nobody hides it by anchoring a batch over it.
    function contradict(Reading calldata reading, address device, bytes calldata signature) external;

    /// @notice E5. The same for a reading in an anchored batch.
    function contradictFromBatch(Reading calldata reading, address device, bytes32 root, bytes32[] calldata proof) external;

    /// @notice E5. Anyone tells of a device that has been silent for longer than allowed.
    function reportSilence(address device) external;

    function deviceOf(address device) external view returns (Device memory);
    function witnessOf(address device) external view returns (Witness memory);
    function watchOf(uint256 lotId) external view returns (Watch memory);

    /// @notice When a device's root was anchored, UTC seconds; 0: never.
    function anchoredAt(address device, bytes32 root) external view returns (uint256);

    /// @notice E2. What a device signs for a reading, and the reading's leaf in the tree of a batch.
    function readingDigest(Reading calldata reading) external view returns (bytes32);
    function batchDigest(Batch calldata batch) external view returns (bytes32);
}
