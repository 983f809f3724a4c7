// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAttestations} from "./interfaces/IAttestations.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IWarehouseReceipts} from "./interfaces/IWarehouseReceipts.sol";
import {Roles} from "./libraries/Roles.sol";

/// @notice See IAttestations. Its one way to act on anything is to lock a lot.
contract Attestations is IAttestations, EIP712, AccessManaged {
    struct Watched {
        Watch watch;
        uint40 since; // what was read until then does not count
        uint32 round; // 0: no watch
        uint8 seen; // devices that contradicted in this round
    }

    bytes32 private constant READING_TYPEHASH =
        keccak256("Reading(uint256 lotId,uint8 kind,uint64 value,uint64 sequence,uint40 takenAt)");
    bytes32 private constant BATCH_TYPEHASH = keccak256(
        "Batch(uint256 lotId,bytes32 root,uint256 firstSequence,uint256 lastSequence,uint256 lastTakenAt)"
    );
    uint256 private constant BASIS = 10_000;
    uint256 private constant AROUND_A_DELIVERY = 1 days;

    IParticipants public immutable participants;
    IWarehouseReceipts public immutable receipts;

    mapping(address device => Device) private _devices;
    mapping(address device => Witness) private _witnesses;
    /// @dev From the top: when it was anchored (40 bits), first and last sequence (64 each).
    mapping(address device => mapping(bytes32 root => uint256)) private _anchors;
    mapping(uint256 lotId => Watched) private _watched;

    constructor(address authority, IParticipants participants_, IWarehouseReceipts receipts_)
        EIP712("Feiqian Attestations", "1")
        AccessManaged(authority)
    {
        participants = participants_;
        receipts = receipts_;
    }

    // ---- the watch

    function setWatch(uint256 lotId, Watch calldata watch) external {
        address custodian = receipts.lotOf(lotId).custodian;
        if (msg.sender != custodian) revert NotTheCustodian(lotId, custodian, msg.sender);
        participants.requireRole(custodian, Roles.CUSTODIAN);
        Watched storage watched = _watched[lotId];
        if (watched.round != 0) _requireStricter(lotId, watched.watch, watch);
        _setWatch(lotId, watch);
        // A stricter watch begins no new round: the custodian would wipe out what was seen by a hair's breadth.
        if (watched.round == 0) watched.round = 1;
    }

    function changeWatch(uint256 lotId, Watch calldata watch) external restricted {
        receipts.lotOf(lotId); // it reverts for an unknown one
        _setWatch(lotId, watch);
        _beginRound(_watched[lotId], _now());
    }

    // ---- devices

    function registerDevice(address device, uint256 lotId, Kind kind, uint40 calibratedUntil, bool simulated) external {
        bool custodian = msg.sender == receipts.lotOf(lotId).custodian;
        uint32 ownerId = participants.requireRole(msg.sender, custodian ? Roles.CUSTODIAN : Roles.CARRIER);
        if (_watched[lotId].round == 0) revert WatchMissing(lotId);
        if (device == address(0)) revert UnknownDevice(device);
        if (_devices[device].ownerId != 0) revert DeviceTaken(device);
        uint40 nowAt = _now();
        if (calibratedUntil < nowAt) revert CalibrationEnded(device, calibratedUntil, nowAt);

        _devices[device] = Device({
            lotId: SafeCast.toUint48(lotId),
            ownerId: ownerId,
            kind: kind,
            simulated: simulated,
            revoked: false,
            calibratedUntil: calibratedUntil,
            lastSeenAt: nowAt,
            lastSequence: 0
        });
        _witnesses[device].countsFrom = nowAt;
        emit DeviceRegistered(device, lotId, ownerId, kind, simulated, calibratedUntil);
    }

    function calibrate(address device, uint40 calibratedUntil) external {
        Device storage kept = _ofOwner(device);
        uint40 before = kept.calibratedUntil;
        if (calibratedUntil <= before) revert CalibrationShortened(device, before);
        uint40 nowAt = _now();
        if (calibratedUntil < nowAt) revert CalibrationEnded(device, calibratedUntil, nowAt);

        kept.calibratedUntil = calibratedUntil;
        if (before < nowAt) _witnesses[device].countsFrom = nowAt;
        emit DeviceCalibrated(device, calibratedUntil);
    }

    function revokeDevice(address device) external {
        _ofOwner(device).revoked = true;
        emit DeviceRevoked(device, 0);
    }

    function revokeByOrder(address device, bytes32 orderHash) external restricted {
        if (orderHash == 0) revert OrderMissing();
        _requireGood(device, _devices[device]);
        _devices[device].revoked = true;
        emit DeviceRevoked(device, orderHash);
    }

    // ---- readings

    function anchor(Batch calldata batch, address device, bytes calldata signature) external {
        _requireSigned(device, _hashTypedDataV4(keccak256(abi.encode(BATCH_TYPEHASH, batch))), signature);
        _anchor(batch, device);
    }

    function contradict(Reading calldata reading, address device, bytes calldata signature) external {
        bytes32 digest = _digest(reading);
        _requireGood(device, _devices[device]);
        _requireSigned(device, digest, signature);
        _contradict(reading, device, digest);
    }

    function contradictFromBatch(Reading calldata reading, address device, bytes32 root, bytes32[] calldata proof)
        external
    {
        bytes32 digest = _digest(reading);
        _requireGood(device, _devices[device]);
        uint256 made = _anchors[device][root];
        if (made == 0) revert RootUnknown(root);
        bool within = reading.sequence >= uint64(made >> 64) && reading.sequence <= uint64(made);
        // A leaf is the hash of 66 bytes and an inner node that of 64: neither can pose as the other.
        if (!within || !MerkleProof.verifyCalldata(proof, root, digest)) revert NotInBatch(root, digest);
        _contradict(reading, device, digest);
    }

    function reportSilence(address device) external {
        Device memory known = _devices[device];
        _requireGood(device, known);
        Watched storage watched = _watched[known.lotId];
        IWarehouseReceipts.LotView memory lot = receipts.lotOf(known.lotId);
        // A lot that was unlocked, or is watched in another way, gives every device its time again.
        uint256 since = Math.max(known.lastSeenAt, Math.max(watched.since, lot.lastUnlockAt));
        uint256 allowedUntil = since + watched.watch.maxSilence;
        if (_now() <= allowedUntil) revert NotSilent(device, allowedUntil);
        _live(known.lotId, lot);

        bool lock = _see(known.lotId, lot, watched, device);
        emit SilenceSeen(known.lotId, device, known.lastSeenAt, allowedUntil);
        if (lock) receipts.lock(known.lotId, keccak256(abi.encode(device, known.lastSeenAt)));
    }

    // ---- views

    function deviceOf(address device) external view returns (Device memory) {
        return _devices[device];
    }

    function witnessOf(address device) external view returns (Witness memory) {
        return _witnesses[device];
    }

    function watchOf(uint256 lotId) external view returns (Watch memory) {
        return _watched[lotId].watch;
    }

    function anchoredAt(address device, bytes32 root) external view returns (uint256) {
        return _anchors[device][root] >> 128;
    }

    function readingDigest(Reading calldata reading) external view returns (bytes32) {
        return _digest(reading);
    }

    function batchDigest(Batch calldata batch) external view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(BATCH_TYPEHASH, batch)));
    }

    // ---- inside

    /// @dev What is done every hour: each slot is read once, so first of all, and written once.
    function _anchor(Batch calldata batch, address device) private {
        Device storage kept = _devices[device];
        uint256 lotId = kept.lotId;
        bool revoked = kept.revoked;
        uint256 calibratedUntil = kept.calibratedUntil;
        uint256 seenAt = kept.lastSeenAt;
        uint256 anchored = kept.lastSequence;
        if (lotId == 0) revert UnknownDevice(device);
        if (revoked) revert DeviceIsRevoked(device);
        if (batch.lotId != lotId) revert WrongReading(device, batch.lotId, kept.kind);
        uint256 first = batch.firstSequence;
        uint256 last = batch.lastSequence;
        if (first == 0 || first > last || last > type(uint64).max) revert InvalidBatch(first, last);
        if (first <= anchored) revert SequenceUsed(device, first, anchored);
        uint256 takenAt = batch.lastTakenAt;
        _requireCalibrated(device, calibratedUntil, takenAt);
        mapping(bytes32 root => uint256) storage anchors = _anchors[device];
        if (anchors[batch.root] != 0) revert RootAnchored(batch.root);

        if (takenAt > seenAt) seenAt = takenAt;
        (kept.lastSeenAt, kept.lastSequence) = (uint40(seenAt), uint64(last));
        anchors[batch.root] = (uint256(_now()) << 128) | (first << 64) | last;
        emit ReadingsAnchored(device, batch.root, first, last);
    }

    function _contradict(Reading calldata reading, address device, bytes32 digest) private {
        Device memory known = _devices[device];
        Witness memory witness = _witnesses[device];
        if (reading.lotId != known.lotId || reading.kind != known.kind) {
            revert WrongReading(device, reading.lotId, reading.kind);
        }
        if (reading.sequence <= witness.lastEvidence) {
            revert SequenceUsed(device, reading.sequence, witness.lastEvidence);
        }
        _requireCalibrated(device, known.calibratedUntil, reading.takenAt);
        Watched storage watched = _watched[reading.lotId];
        IWarehouseReceipts.LotView memory lot = receipts.lotOf(reading.lotId);
        uint256 since = Math.max(Math.max(witness.countsFrom, watched.since), _lastChange(lot, reading.kind));
        if (reading.takenAt <= since) revert TakenTooEarly(reading.takenAt, since);
        uint256 limit = _requireContradiction(reading, lot, watched.watch, _live(reading.lotId, lot));

        _witnesses[device].lastEvidence = reading.sequence;
        if (reading.takenAt > known.lastSeenAt) _devices[device].lastSeenAt = reading.takenAt;
        bool lock = _see(reading.lotId, lot, watched, device);
        emit ContradictionSeen(reading.lotId, device, reading.kind, reading.value, limit, digest);
        if (lock) receipts.lock(reading.lotId, digest);
    }

    /// @dev The limit that the reading is beyond.
    function _requireContradiction(
        Reading calldata reading,
        IWarehouseReceipts.LotView memory lot,
        Watch memory watch,
        uint256 live
    ) private view returns (uint256 limit) {
        if (reading.kind == Kind.Weight) {
            limit = Math.ceilDiv(live * (BASIS - watch.toleranceBps), BASIS);
            if (reading.value >= limit) revert NoContradiction(reading.value, limit);
            return limit;
        }
        if (reading.kind == Kind.Position) limit = watch.maxMetres;
        if (reading.kind == Kind.Temperature) limit = watch.maxMilliKelvin;
        bool unlimited = reading.kind == Kind.Temperature && limit == 0;
        if (unlimited || reading.value <= limit) revert NoContradiction(reading.value, limit);
        if (reading.kind == Kind.Door) _requireNoDeliveryAround(reading, lot.lastDeliveryAt);
    }

    /// @dev The reading is younger than the newest delivery, so only one that follows can still explain the door.
    function _requireNoDeliveryAround(Reading calldata reading, uint256 lastDeliveryAt) private view {
        if (lastDeliveryAt != 0 && reading.takenAt <= lastDeliveryAt + AROUND_A_DELIVERY) {
            revert NoContradiction(reading.value, 1);
        }
        uint256 until = reading.takenAt + AROUND_A_DELIVERY;
        if (_now() <= until) revert DeliveryMayFollow(reading.takenAt, until);
    }

    /// @dev What was read until then says nothing about the lot as it is now. A delivery does not make good a
    /// temperature, and a misfortune, which the custodian reports alone, explains a weight only: else a unit of shortage
    /// would wipe out an open door.
    function _lastChange(IWarehouseReceipts.LotView memory lot, Kind kind) private pure returns (uint256 at) {
        at = lot.lastUnlockAt;
        if (kind != Kind.Temperature) at = Math.max(at, lot.lastDeliveryAt);
        if (kind == Kind.Weight) at = Math.max(at, lot.lastMisfortuneAt);
    }

    /// @dev Counts the device once in the round; whether the lot is to be locked now.
    function _see(
        uint256 lotId,
        IWarehouseReceipts.LotView memory lot,
        Watched storage watched,
        address device
    ) private returns (bool) {
        if (lot.lastUnlockAt > watched.since) _beginRound(watched, lot.lastUnlockAt);
        if (_witnesses[device].round == watched.round) revert AlreadySeen(lotId, device);
        _witnesses[device].round = watched.round;
        // More than the quorum says no more.
        if (watched.seen < watched.watch.quorum) watched.seen++;
        return watched.seen >= watched.watch.quorum && !lot.locked;
    }

    function _beginRound(Watched storage watched, uint40 since) private {
        watched.since = since;
        watched.round++;
        watched.seen = 0;
    }

    function _setWatch(uint256 lotId, Watch calldata watch) private {
        if (watch.toleranceBps >= BASIS) revert InvalidWatch(lotId, "toleranceBps");
        if (watch.maxSilence == 0) revert InvalidWatch(lotId, "maxSilence");
        if (watch.quorum == 0) revert InvalidWatch(lotId, "quorum");
        _watched[lotId].watch = watch;
        emit WatchSet(lotId, watch);
    }

    function _requireStricter(uint256 lotId, Watch memory old, Watch calldata watch) private pure {
        if (watch.toleranceBps > old.toleranceBps) revert WatchLoosened(lotId, "toleranceBps");
        if (watch.maxSilence > old.maxSilence) revert WatchLoosened(lotId, "maxSilence");
        if (watch.quorum > old.quorum) revert WatchLoosened(lotId, "quorum");
        (uint32 warmest, uint32 limit) = (old.maxMilliKelvin, watch.maxMilliKelvin);
        if (warmest != 0 && (limit == 0 || limit > warmest)) revert WatchLoosened(lotId, "maxMilliKelvin");
        if (watch.maxMetres > old.maxMetres) revert WatchLoosened(lotId, "maxMetres");
    }

    function _requireCalibrated(address device, uint256 calibratedUntil, uint256 takenAt) private view {
        uint256 nowAt = _now();
        if (takenAt > nowAt) revert TakenInTheFuture(takenAt, nowAt);
        if (takenAt > calibratedUntil) revert CalibrationEnded(device, calibratedUntil, takenAt);
    }

    function _requireSigned(address device, bytes32 digest, bytes calldata signature) private pure {
        // A device is a key and never a contract; looking for code would cost each batch 2,600 gas.
        (address signer, ECDSA.RecoverError mistake,) = ECDSA.tryRecover(digest, signature);
        if (mistake != ECDSA.RecoverError.NoError || signer != device) revert InvalidSignature(device, digest);
    }

    function _requireGood(address device, Device memory known) private pure {
        if (known.ownerId == 0) revert UnknownDevice(device);
        if (known.revoked) revert DeviceIsRevoked(device);
    }

    function _ofOwner(address device) private view returns (Device storage kept) {
        kept = _devices[device];
        _requireGood(device, kept);
        if (participants.requireActive(msg.sender) != kept.ownerId) revert NotTheOwner(device, msg.sender);
    }

    /// @dev What the receipts of the lot stand for.
    function _live(uint256 lotId, IWarehouseReceipts.LotView memory lot) private pure returns (uint256 live) {
        live = uint256(lot.counted) - lot.delivered - lot.lost;
        if (live == 0) revert LotIsEmpty(lotId);
    }

    function _digest(Reading calldata reading) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(READING_TYPEHASH, reading)));
    }

    function _now() private view returns (uint40) {
        // solhint-disable-next-line not-rely-on-time
        return uint40(block.timestamp);
    }
}
