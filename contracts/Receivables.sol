// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IFingerprints} from "./interfaces/IFingerprints.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {Roles} from "./libraries/Roles.sol";
import {Notes} from "./Notes.sol";

/// @notice See IReceivables. What is owed, by whom and until when; who it is owed to is in Notes, what was paid in
/// Repayments, and what changed after the confirmation in Adjustments.
contract Receivables is Notes {
    bytes32 private constant CONFIRMATION_TYPEHASH = keccak256(
        "Confirmation(uint256 receivableId,address supplier,bytes32 documentHash,uint256 faceValue,"
        "uint256 maturityAt,uint256 amount,bool setOffWaived,uint256 nonce,uint256 deadline)"
    );

    IFingerprints public immutable fingerprints;

    mapping(uint32 obligorId => mapping(uint16 currency => uint256)) public owedBy;

    constructor(
        IParticipants participants_,
        IPolicy policy_,
        IFingerprints fingerprints_,
        Siblings memory siblings
    ) Notes(participants_, policy_, siblings) {
        fingerprints = fingerprints_;
    }

    function register(
        address obligor,
        uint16 currency,
        uint64 faceValue,
        uint40 maturityAt,
        bytes32 documentHash,
        bytes32 fingerprint
    ) external returns (uint256 receivableId) {
        if (faceValue == 0) revert InvalidAmount(faceValue, type(uint64).max);
        if (documentHash == 0) revert DocumentMissing();
        receivableId = ++_lastReceivableId;
        Receivable storage receivable = _receivables[receivableId];
        (receivable.supplierId, receivable.obligorId) = _parties(obligor);
        (receivable.confirmBy, receivable.cutOffDays) = policy.checkRegistration(currency, faceValue, maturityAt);
        receivable.faceValue = faceValue;
        receivable.maturityAt = maturityAt;
        receivable.currency = currency;
        receivable.status = Status.Submitted;
        receivable.documentHash = documentHash;
        emit ReceivableRegistered(
            receivableId,
            msg.sender,
            obligor,
            currency,
            faceValue,
            maturityAt,
            receivable.confirmBy,
            _cutOffOf(receivable),
            documentHash,
            fingerprint
        );
        fingerprints.claim(fingerprint, uint96(receivableId));
    }

    function _parties(address obligor) private view returns (uint32 supplierId, uint32 obligorId) {
        supplierId = participants.requireRole(msg.sender, Roles.SUPPLIER);
        obligorId = participants.requireRole(obligor, Roles.OBLIGOR);
        if (supplierId == obligorId) revert SelfObligation(supplierId);
    }

    function confirm(Confirmation calldata confirmation, bytes calldata signature)
        external
        returns (uint256 noteId)
    {
        uint256 receivableId = confirmation.receivableId;
        Receivable storage receivable = _inStatus(receivableId, Status.Submitted);
        uint256 amount = confirmation.amount;
        if (amount == 0 || amount > receivable.faceValue) revert InvalidAmount(amount, receivable.faceValue);
        if (_isPast(receivable.confirmBy)) revert ConfirmationTooLate(receivableId, receivable.confirmBy);
        address supplier = participants.requireRoleOf(receivable.supplierId, Roles.SUPPLIER);
        address obligor = participants.requireRoleOf(receivable.obligorId, Roles.OBLIGOR);
        bytes32 document = _hash(confirmation, receivable, supplier);
        _useDocument(obligor, document, confirmation.nonce, confirmation.deadline, signature);

        _owe(receivable.obligorId, receivable.currency, amount);
        receivable.status = Status.Confirmed;
        receivable.confirmed = uint64(amount);
        receivable.setOffWaived = confirmation.setOffWaived;
        (receivable.graceDays, receivable.penaltyBpsPerDay) = policy.lateTerms();
        receivable.noteCount = 1;
        noteId = _mint(supplier, receivableId, uint64(amount));
        emit ReceivableConfirmed(
            receivableId,
            obligor,
            noteId,
            amount,
            confirmation.setOffWaived,
            _graceEndOf(receivable),
            receivable.penaltyBpsPerDay
        );
    }

    function reject(uint256 receivableId, string calldata reason) external {
        Receivable storage receivable = _inStatus(receivableId, Status.Submitted);
        uint32 callerId = participants.requireRole(msg.sender, Roles.OBLIGOR);
        if (callerId != receivable.obligorId) revert NotTheObligor(receivableId, msg.sender);
        receivable.status = Status.Rejected;
        emit ReceivableRejected(receivableId, msg.sender, reason);
    }

    function withdraw(uint256 receivableId) external {
        Receivable storage receivable = _inStatus(receivableId, Status.Submitted);
        uint32 callerId = participants.requireRole(msg.sender, Roles.SUPPLIER);
        if (callerId != receivable.supplierId) revert NotTheSupplier(receivableId, msg.sender);
        receivable.status = Status.Withdrawn;
        emit ReceivableWithdrawn(receivableId, msg.sender);
    }

    function expire(uint256 receivableId) external {
        Receivable storage receivable = _inStatus(receivableId, Status.Submitted);
        if (!_isPast(receivable.confirmBy)) revert NotYetExpired(receivableId, receivable.confirmBy);
        receivable.status = Status.Expired;
        emit ReceivableExpired(receivableId);
    }

    function relieve(uint256 receivableId, uint64 amount) external onlySibling {
        Receivable storage receivable = _existing(receivableId);
        owedBy[receivable.obligorId][receivable.currency] -= amount;
    }

    function lowerFaceValue(uint256 receivableId, uint64 amount) external onlySibling {
        Receivable storage receivable = _inStatus(receivableId, Status.Submitted);
        uint64 face = receivable.faceValue;
        if (amount == 0 || amount >= face) revert InvalidAmount(amount, face - 1);
        receivable.faceValue = face - amount;
        emit FaceValueLowered(receivableId, face - amount);
    }

    function setStatus(uint256 receivableId, Status status) external onlySibling {
        _existing(receivableId).status = status;
        emit ReceivableStatusChanged(receivableId, status);
    }

    function isLive(uint256 receivableId) external view returns (bool) {
        Receivable storage receivable = _receivables[receivableId];
        Status status = receivable.status;
        if (status == Status.Submitted) return !_isPast(receivable.confirmBy);
        return status == Status.Confirmed || status == Status.Disputed || status == Status.Repaid;
    }

    function receivableOf(uint256 receivableId) external view returns (ReceivableView memory) {
        Receivable storage r = _existing(receivableId);
        return ReceivableView({
            supplier: participants.accountOf(r.supplierId),
            obligor: participants.accountOf(r.obligorId),
            currency: r.currency,
            faceValue: r.faceValue,
            confirmBy: r.confirmBy,
            maturityAt: r.maturityAt,
            status: r.status,
            setOffWaived: r.setOffWaived,
            confirmed: r.confirmed,
            noteCount: r.noteCount,
            cutOffAt: uint40(_cutOffOf(r)),
            graceDays: r.graceDays,
            penaltyBpsPerDay: r.penaltyBpsPerDay,
            documentHash: r.documentHash
        });
    }

    function termsOf(uint256 receivableId) external view returns (Terms memory) {
        Receivable storage r = _existing(receivableId);
        return Terms({
            status: r.status,
            supplierId: r.supplierId,
            obligorId: r.obligorId,
            currency: r.currency,
            confirmed: r.confirmed,
            maturityAt: r.maturityAt,
            graceEndsAt: _graceEndOf(r),
            penaltyBpsPerDay: r.penaltyBpsPerDay,
            setOffWaived: r.setOffWaived
        });
    }

    function confirmationDigest(Confirmation calldata confirmation) external view returns (bytes32) {
        Receivable storage receivable = _existing(confirmation.receivableId);
        address supplier = participants.accountOf(receivable.supplierId);
        return _hashTypedDataV4(_hash(confirmation, receivable, supplier));
    }

    function receivableCount() external view returns (uint256) {
        return _lastReceivableId;
    }

    function _graceEndOf(Receivable storage receivable) private view returns (uint40) {
        return receivable.maturityAt + uint40(receivable.graceDays) * 1 days;
    }

    function _owe(uint32 obligorId, uint16 currency, uint256 amount) private {
        uint256 owed = owedBy[obligorId][currency] + amount;
        uint256 limit = participants.confirmationLimitOf(obligorId, currency);
        if (owed > limit) revert ConfirmationLimitExceeded(obligorId, owed, limit);
        owedBy[obligorId][currency] = owed;
    }

    function _hash(Confirmation calldata confirmation, Receivable storage receivable, address supplier)
        private
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                CONFIRMATION_TYPEHASH,
                confirmation.receivableId,
                supplier,
                receivable.documentHash,
                receivable.faceValue,
                receivable.maturityAt,
                confirmation.amount,
                confirmation.setOffWaived,
                confirmation.nonce,
                confirmation.deadline
            )
        );
    }
}
