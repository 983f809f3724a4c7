// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IFingerprints} from "./interfaces/IFingerprints.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {Roles} from "./libraries/Roles.sol";
import {Notes} from "./Notes.sol";

/// @notice See IReceivables. What is owed, by whom, and whether it was paid; who it is owed to is in Notes.
contract Receivables is Notes, ReentrancyGuard {
    using SafeERC20 for IERC20;

    bytes32 private constant CONFIRMATION_TYPEHASH = keccak256(
        "Confirmation(uint256 receivableId,address supplier,bytes32 documentHash,uint256 faceValue,"
        "uint256 maturityAt,uint256 amount,bool setOffWaived,uint256 nonce,uint256 deadline)"
    );

    IFingerprints public immutable fingerprints;

    mapping(uint32 obligorId => mapping(uint16 currency => uint256)) public owedBy;

    constructor(IParticipants participants_, IPolicy policy_, IFingerprints fingerprints_)
        Notes(participants_, policy_)
    {
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
        uint32 supplierId = participants.requireRole(msg.sender, Roles.SUPPLIER);
        uint32 obligorId = participants.requireRole(obligor, Roles.OBLIGOR);
        if (supplierId == obligorId) revert SelfObligation(supplierId);
        uint40 confirmBy = policy.checkRegistration(currency, faceValue, maturityAt);

        receivableId = ++_lastReceivableId;
        Receivable storage receivable = _receivables[receivableId];
        receivable.supplierId = supplierId;
        receivable.obligorId = obligorId;
        receivable.faceValue = faceValue;
        receivable.confirmBy = confirmBy;
        receivable.maturityAt = maturityAt;
        receivable.currency = currency;
        receivable.status = Status.Submitted;
        receivable.documentHash = documentHash;
        emit ReceivableRegistered(
            receivableId, msg.sender, obligor, currency, faceValue, maturityAt, confirmBy, documentHash, fingerprint
        );
        fingerprints.claim(fingerprint, uint96(receivableId));
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
        receivable.noteCount = 1;
        noteId = _mint(supplier, receivableId, uint64(amount));
        emit ReceivableConfirmed(receivableId, obligor, noteId, amount, confirmation.setOffWaived);
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

    function repay(uint256 receivableId, uint256 amount) external nonReentrant {
        Receivable storage receivable = _inStatus(receivableId, Status.Confirmed);
        uint64 due = receivable.confirmed - receivable.repaid;
        if (amount != due) revert RepaymentNotWhole(receivableId, amount, due);

        receivable.repaid += due;
        receivable.status = Status.Repaid;
        owedBy[receivable.obligorId][receivable.currency] -= due;
        emit ReceivableRepaid(receivableId, msg.sender, amount);
        _cashOf(receivable).safeTransferFrom(msg.sender, address(this), amount);
    }

    function redeem(uint256 noteId) external nonReentrant returns (uint256 amount) {
        Note storage note = _note(noteId);
        uint256 receivableId = note.receivableId;
        Receivable storage receivable = _inStatus(receivableId, Status.Repaid);
        amount = note.value;
        if (amount == 0) revert NothingToRedeem(noteId);

        note.value = 0;
        receivable.redeemed += uint64(amount);
        emit TransferValue(noteId, 0, amount);
        emit NoteRedeemed(noteId, receivableId, note.holder, amount);
        _cashOf(receivable).safeTransfer(note.holder, amount);
    }

    function isLive(uint256 receivableId) external view returns (bool) {
        Receivable storage receivable = _receivables[receivableId];
        Status status = receivable.status;
        if (status == Status.Submitted) return !_isPast(receivable.confirmBy);
        return status == Status.Confirmed || status == Status.Repaid;
    }

    function receivableOf(uint256 receivableId) external view returns (ReceivableView memory) {
        Receivable memory r = _existing(receivableId);
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
            repaid: r.repaid,
            redeemed: r.redeemed,
            noteCount: r.noteCount,
            documentHash: r.documentHash
        });
    }

    function dueOf(uint256 receivableId) external view returns (uint256) {
        Receivable memory receivable = _existing(receivableId);
        return receivable.confirmed - receivable.repaid;
    }

    function confirmationDigest(Confirmation calldata confirmation) external view returns (bytes32) {
        Receivable storage receivable = _existing(confirmation.receivableId);
        address supplier = participants.accountOf(receivable.supplierId);
        return _hashTypedDataV4(_hash(confirmation, receivable, supplier));
    }

    function receivableCount() external view returns (uint256) {
        return _lastReceivableId;
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

    function _cashOf(Receivable storage receivable) private view returns (IERC20) {
        return IERC20(policy.settlementTokenOf(receivable.currency));
    }
}
