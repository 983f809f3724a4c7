// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IFingerprints} from "./interfaces/IFingerprints.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {Bulk} from "./Bulk.sol";
import {Receipts} from "./Receipts.sol";
import {Roles} from "./libraries/Roles.sol";
import {Shares} from "./libraries/Shares.sol";
import {SignedDocuments} from "./SignedDocuments.sol";

/// @notice See IWarehouseReceipts. The goods: how they come in, what keeping them costs, how they leave or are lost.
contract WarehouseReceipts is Receipts, SignedDocuments, AccessManaged, Bulk {
    using Shares for Shares.Pot;

    /// @dev The contracts that this one knows: where evidence comes from, and where pledged title stands.
    struct Siblings {
        address attestations;
        IEscrow escrow;
    }

    bytes32 private constant INTAKE_TYPEHASH = keccak256(
        "Intake(address custodian,address depositor,bytes32 commodity,bytes32 grade,bytes32 unit,uint8 decimals,"
        "uint64 quantity,bytes32 placeHash,bytes32 fingerprint,bytes32 documentHash,uint40 insuredUntil,"
        "uint40 expiresAt,uint16 currency,uint32 milliPerUnitDay,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant ORDER_TYPEHASH = keccak256(
        "DeliveryOrder(uint256 receiptId,uint64 quantity,bytes32 recipientHash,uint256 nonce,uint256 deadline)"
    );
    /// @dev What a signed 64-bit column of any database can hold.
    uint64 private constant MAX_AMOUNT = uint64(type(int64).max);
    uint8 private constant MAX_DECIMALS = 18;

    IFingerprints public immutable fingerprints;
    address public immutable attestations;

    uint32 private _lastLotId;

    constructor(
        address authority,
        IParticipants participants_,
        IPolicy policy_,
        IFingerprints fingerprints_,
        Siblings memory siblings
    )
        SignedDocuments("Feiqian Warehouse Receipts")
        Receipts(participants_, policy_, siblings.escrow)
        AccessManaged(authority)
    {
        fingerprints = fingerprints_;
        attestations = siblings.attestations;
    }

    // ---- goods come in

    function issue(Intake calldata intake, bytes calldata signature) external returns (uint256 receiptId) {
        participants.requireRole(intake.custodian, Roles.CUSTODIAN);
        participants.requireActive(intake.depositor);
        _requireTaker(intake.depositor);
        _requireComplete(intake);
        _useDocument(intake.custodian, _hash(intake), intake.nonce, intake.deadline, signature);

        uint32 lotId = ++_lastLotId;
        fingerprints.claim(intake.fingerprint, lotId);
        _store(_lots[lotId], intake);
        // solhint-disable-next-line not-rely-on-time
        receiptId = _create(lotId, intake.depositor, intake.quantity, uint40(block.timestamp));
        emit LotTakenIn(lotId, intake.custodian, receiptId, intake);
    }

    function extend(uint256 lotId, uint40 insuredUntil, uint40 expiresAt) external {
        Lot storage lot = _ofCustodian(lotId);
        bool longer = insuredUntil >= lot.insuredUntil && expiresAt >= lot.expiresAt
            && (insuredUntil != lot.insuredUntil || expiresAt != lot.expiresAt);
        if (!longer) revert NotShortened(lotId);
        lot.insuredUntil = insuredUntil;
        lot.expiresAt = expiresAt;
        emit LotExtended(lotId, insuredUntil, expiresAt);
    }

    // ---- are kept

    function payStorage(uint256 receiptId) external nonReentrant returns (uint256 amount) {
        Receipt storage receipt = _existing(receiptId);
        Lot storage lot = _lots[receipt.lotId];
        uint40 chargedUntil;
        (amount, chargedUntil) = _storageOf(receipt, lot);
        if (amount == 0) revert NothingToPay(receiptId);
        receipt.chargedUntil = chargedUntil;
        emit StoragePaid(receiptId, receipt.lotId, msg.sender, amount, chargedUntil);
        _payFrom(msg.sender, lot.custodian, lot.currency, amount);
    }

    // ---- and leave

    function deliverGoods(DeliveryOrder calldata order, bytes calldata signature) external nonReentrant {
        uint256 receiptId = order.receiptId;
        Receipt storage receipt = _live(receiptId);
        Lot storage lot = _ofCustodian(receipt.lotId);
        _requireNotInEscrow(receiptId, receipt);
        if (lot.locked) revert LotIsLocked(receipt.lotId);
        _requireNotFrozen(receiptId, receipt);
        address holder = receipt.holder;
        participants.requireActive(holder);
        uint64 held = receipt.quantity;
        if (order.quantity == 0 || order.quantity > held) revert InvalidQuantity(order.quantity, held);
        if (order.recipientHash == 0) revert RecipientMissing();
        (uint256 unpaid,) = _storageOf(receipt, lot);
        if (unpaid != 0) revert StorageUnpaid(receiptId, unpaid);
        _useDocument(holder, _hash(order), order.nonce, order.deadline, signature);

        lot.delivered += order.quantity;
        // solhint-disable-next-line not-rely-on-time
        lot.lastDeliveryAt = uint40(block.timestamp);
        emit GoodsDelivered(receiptId, receipt.lotId, holder, order.quantity, order.recipientHash);
        _endReplacement(receiptId, false);
        _lower(receiptId, receipt, order.quantity);
    }

    // ---- or are lost

    function report(
        uint256 lotId,
        Misfortune kind,
        uint64 quantity,
        bytes32 evidence,
        uint256[] calldata receiptIds
    ) external {
        Lot storage lot = _ofCustodian(lotId);
        if (evidence == 0) revert EvidenceMissing();
        uint256 live = _liveOf(lot);
        bool locks = quantity == 0 && (kind == Misfortune.Damage || kind == Misfortune.Contamination);
        if (quantity > live || (quantity == 0 && !locks)) revert InvalidQuantity(quantity, live);

        emit MisfortuneReported(lotId, kind, quantity, evidence);
        if (locks) {
            _lock(lotId, lot, evidence);
        } else {
            lot.lost += quantity;
            // solhint-disable-next-line not-rely-on-time
            lot.lastMisfortuneAt = uint40(block.timestamp);
            _shareLoss(lotId, quantity, live, receiptIds);
        }
    }

    function payInsurance(uint256 receiptId, uint256 amount) external nonReentrant {
        Receipt storage receipt = _existing(receiptId);
        if (amount == 0 || amount > MAX_AMOUNT) revert InvalidAmount(amount, MAX_AMOUNT);
        address holder = receipt.holder;
        emit InsurancePaid(receiptId, msg.sender, holder, amount);
        if (holder == address(escrow)) escrow.onProceeds(receiptId, amount);
        _payFrom(msg.sender, holder, _lots[receipt.lotId].currency, amount);
    }

    // ---- by evidence, and by order

    function lock(uint256 lotId, bytes32 evidence) external {
        if (msg.sender != attestations) revert NotAttestations(msg.sender);
        if (evidence == 0) revert EvidenceMissing();
        _lock(lotId, _lot(lotId), evidence);
    }

    function unlock(uint256 lotId, bytes32 orderHash) external restricted {
        if (orderHash == 0) revert OrderMissing();
        Lot storage lot = _lot(lotId);
        lot.locked = false;
        // solhint-disable-next-line not-rely-on-time
        lot.lastUnlockAt = uint40(block.timestamp);
        emit LotUnlocked(lotId, orderHash);
    }

    function freeze(uint256 receiptId, bytes32 orderHash) external restricted {
        _setFrozen(receiptId, orderHash, true);
        emit ReceiptFrozen(receiptId, orderHash);
    }

    function unfreeze(uint256 receiptId, bytes32 orderHash) external restricted {
        _setFrozen(receiptId, orderHash, false);
        emit ReceiptUnfrozen(receiptId, orderHash);
    }

    // ---- views

    function lotOf(uint256 lotId) external view returns (LotView memory) {
        Lot storage lot = _lot(lotId);
        return LotView({
            custodian: lot.custodian,
            commodity: lot.commodity,
            grade: lot.grade,
            unit: lot.unit,
            decimals: lot.decimals,
            counted: lot.counted,
            delivered: lot.delivered,
            lost: lot.lost,
            placeHash: lot.placeHash,
            documentHash: lot.documentHash,
            insuredUntil: lot.insuredUntil,
            expiresAt: lot.expiresAt,
            currency: lot.currency,
            milliPerUnitDay: lot.milliPerUnitDay,
            locked: lot.locked,
            lastDeliveryAt: lot.lastDeliveryAt,
            lastMisfortuneAt: lot.lastMisfortuneAt,
            lastUnlockAt: lot.lastUnlockAt
        });
    }

    function goodsOf(uint256 receiptId) external view returns (Goods memory) {
        Receipt storage receipt = _existing(receiptId);
        Lot storage lot = _lots[receipt.lotId];
        return Goods({
            lotId: receipt.lotId,
            quantity: receipt.quantity,
            decimals: lot.decimals,
            currency: lot.currency,
            feed: keccak256(abi.encode(lot.commodity, lot.grade, lot.unit, lot.currency)),
            custodian: lot.custodian,
            coveredUntil: uint40(Math.min(lot.insuredUntil, lot.expiresAt)),
            free: !receipt.frozen && !lot.locked
        });
    }

    function storageOf(uint256 receiptId) external view returns (uint256 amount, uint256 chargedUntil) {
        Receipt storage receipt = _existing(receiptId);
        return _storageOf(receipt, _lots[receipt.lotId]);
    }

    function isLive(uint256 lotId) external view returns (bool) {
        return _liveOf(_lots[lotId]) != 0;
    }

    function lotCount() external view returns (uint256) {
        return _lastLotId;
    }

    function intakeDigest(Intake calldata intake) external view returns (bytes32) {
        return _hashTypedDataV4(_hash(intake));
    }

    function orderDigest(DeliveryOrder calldata order) external view returns (bytes32) {
        return _hashTypedDataV4(_hash(order));
    }

    // ---- inside

    function _store(Lot storage lot, Intake calldata intake) private {
        lot.custodian = intake.custodian;
        lot.expiresAt = intake.expiresAt;
        lot.decimals = intake.decimals;
        lot.currency = intake.currency;
        lot.counted = intake.quantity;
        lot.insuredUntil = intake.insuredUntil;
        lot.milliPerUnitDay = intake.milliPerUnitDay;
        lot.commodity = intake.commodity;
        lot.grade = intake.grade;
        lot.unit = intake.unit;
        lot.placeHash = intake.placeHash;
        lot.documentHash = intake.documentHash;
    }

    /// @dev W7. Refused unless these are all the receipts of the lot that are left.
    function _shareLoss(uint256 lotId, uint256 quantity, uint256 live, uint256[] calldata receiptIds) private {
        uint256[] memory weights = new uint256[](receiptIds.length);
        uint256 listed;
        for (uint256 i = 0; i < receiptIds.length; i++) {
            uint256 receiptId = receiptIds[i];
            if (i != 0 && receiptId <= receiptIds[i - 1]) revert ReceiptsUnordered(receiptId);
            Receipt storage receipt = _existing(receiptId);
            if (receipt.lotId != lotId) revert WrongLot(receiptId, receipt.lotId, _lots[receipt.lotId].documentHash);
            weights[i] = receipt.quantity;
            listed += receipt.quantity;
        }
        if (listed != live) revert ReceiptsIncomplete(lotId, listed, live);

        Shares.Pot memory pot = Shares.divide(quantity, live, receiptIds, weights);
        for (uint256 i = 0; i < receiptIds.length; i++) {
            uint256 share = pot.shareOf(receiptIds[i], weights[i]);
            if (share == 0) continue;
            Receipt storage receipt = _receipts[receiptIds[i]];
            emit GoodsLost(receiptIds[i], lotId, receipt.holder, share);
            _lower(receiptIds[i], receipt, uint64(share));
        }
    }

    function _lock(uint256 lotId, Lot storage lot, bytes32 evidence) private {
        lot.locked = true;
        emit LotLocked(lotId, evidence);
    }

    function _setFrozen(uint256 receiptId, bytes32 orderHash, bool frozen) private {
        if (orderHash == 0) revert OrderMissing();
        _live(receiptId).frozen = frozen;
    }

    /// @dev W6. Every day begun, also the one that is paid for already as far as it is still to come.
    function _storageOf(Receipt storage receipt, Lot storage lot)
        private
        view
        returns (uint256 amount, uint40 chargedUntil)
    {
        chargedUntil = receipt.chargedUntil;
        // solhint-disable-next-line not-rely-on-time
        uint256 nowAt = block.timestamp;
        if (nowAt <= chargedUntil) return (0, chargedUntil);
        uint256 begun = Math.ceilDiv(nowAt - chargedUntil, 1 days);
        uint256 thousandths = uint256(receipt.quantity) * lot.milliPerUnitDay * begun;
        amount = Math.ceilDiv(thousandths, 10 ** lot.decimals * 1_000);
        chargedUntil += uint40(begun * 1 days);
    }

    function _liveOf(Lot storage lot) private view returns (uint256) {
        return lot.counted - lot.delivered - lot.lost;
    }

    function _requireComplete(Intake calldata intake) private view {
        _requireField("commodity", intake.commodity != 0);
        _requireField("grade", intake.grade != 0);
        _requireField("unit", intake.unit != 0);
        _requireField("decimals", intake.decimals <= MAX_DECIMALS);
        _requireField("quantity", intake.quantity != 0 && intake.quantity <= MAX_AMOUNT);
        _requireField("placeHash", intake.placeHash != 0);
        _requireField("fingerprint", intake.fingerprint != 0);
        _requireField("documentHash", intake.documentHash != 0);
        // solhint-disable-next-line not-rely-on-time
        uint256 nowAt = block.timestamp;
        _requireField("insuredUntil", intake.insuredUntil >= nowAt);
        _requireField("expiresAt", intake.expiresAt >= nowAt);
        _requireField("currency", policy.settlementTokenOf(intake.currency) != address(0));
    }

    function _requireField(bytes32 field, bool good) private pure {
        if (!good) revert InvalidIntake(field);
    }

    /// @dev Every member of a document is one word in declaration order, as EIP-712 encodes it.
    function _hash(Intake calldata intake) private pure returns (bytes32) {
        return keccak256(abi.encode(INTAKE_TYPEHASH, intake));
    }

    function _hash(DeliveryOrder calldata order) private pure returns (bytes32) {
        return keccak256(abi.encode(ORDER_TYPEHASH, order));
    }
}
