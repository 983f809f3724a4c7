// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IDeliverable} from "./IDeliverable.sol";
import {IFingerprinted} from "./IFingerprints.sol";
import {ISignedDocuments} from "./ISignedDocuments.sol";

/// @title Warehouse receipts (docs/SPECIFICATION.md, rules W)
/// @notice ERC-721: one token is title to a quantity of one lot of goods in one place. Quantities are whole numbers of
/// 10^-decimals of the lot's unit.
interface IWarehouseReceipts is IERC721, IDeliverable, IFingerprinted, ISignedDocuments {
    enum Misfortune {
        Damage,
        Shortage,
        Contamination,
        Loss
    }

    /// @notice W1. What the custodian signs when goods come in.
    /// @param depositor the account that gets the receipt.
    /// @param commodity, grade, unit short words ("BRENT", "CRUDE", "BBL"), left-aligned.
    /// @param fingerprint W2, of place and lot.
    /// @param documentHash of the documents: inspection, insurance, location in words.
    /// @param insuredUntil UTC seconds, inclusive; `expiresAt` likewise.
    /// @param currency of the storage tariff, ISO 4217 number.
    /// @param milliPerUnitDay W6: thousandths of a minor unit for one whole unit a day.
    struct Intake {
        address custodian;
        address depositor;
        bytes32 commodity;
        bytes32 grade;
        bytes32 unit;
        uint8 decimals;
        uint64 quantity;
        bytes32 placeHash;
        bytes32 fingerprint;
        bytes32 documentHash;
        uint40 insuredUntil;
        uint40 expiresAt;
        uint16 currency;
        uint32 milliPerUnitDay;
        uint256 nonce;
        uint256 deadline;
    }

    /// @notice W5. What the holder signs. `recipientHash` is the hash of who fetches the goods, in words.
    struct DeliveryOrder {
        uint256 receiptId;
        uint64 quantity;
        bytes32 recipientHash;
        uint256 nonce;
        uint256 deadline;
    }

    struct LotView {
        address custodian;
        bytes32 commodity;
        bytes32 grade;
        bytes32 unit;
        uint8 decimals;
        uint64 counted;
        uint64 delivered;
        uint64 lost;
        bytes32 placeHash;
        bytes32 documentHash;
        uint40 insuredUntil;
        uint40 expiresAt;
        uint16 currency;
        uint32 milliPerUnitDay;
        bool locked;
        uint40 lastDeliveryAt; // 0: none yet
    }

    /// @notice Of a receipt that ended the quantity is 0 and `holder` is who held it last.
    struct ReceiptView {
        address holder;
        uint256 lotId;
        uint64 quantity;
        uint40 chargedUntil;
        bool frozen;
    }

    /// @notice What a lender looks at. Of a receipt that ended the quantity is 0.
    struct Goods {
        uint256 lotId;
        uint64 quantity;
        uint8 decimals;
        uint16 currency;
        bytes32 feed;
        address custodian;
        uint40 coveredUntil; // the earlier of insurance and expiry
        bool free; // neither frozen nor locked
    }

    event LotTakenIn(uint256 indexed lotId, address indexed custodian, uint256 indexed receiptId, Intake intake);
    /// @notice Of every new receipt: the first of a lot, and each that was split off.
    event ReceiptIssued(uint256 indexed receiptId, uint256 indexed lotId, address indexed holder, uint256 quantity);
    event ReceiptSplit(uint256 indexed receiptId, uint256 indexed childId, address indexed to, uint256 quantity);
    event ReceiptsMerged(uint256 indexed fromReceiptId, uint256 indexed toReceiptId, uint256 quantity);
    event GoodsDelivered(
        uint256 indexed receiptId, uint256 indexed lotId, address indexed holder, uint256 quantity, bytes32 recipientHash
    );
    event StoragePaid(
        uint256 indexed receiptId, uint256 indexed lotId, address indexed payer, uint256 amount, uint256 chargedUntil
    );
    event MisfortuneReported(uint256 indexed lotId, Misfortune kind, uint256 quantity, bytes32 evidence);
    /// @notice W7. What one receipt lost of it.
    event GoodsLost(uint256 indexed receiptId, uint256 indexed lotId, address indexed holder, uint256 quantity);
    event InsurancePaid(uint256 indexed receiptId, address indexed payer, address indexed to, uint256 amount);
    event LotLocked(uint256 indexed lotId, bytes32 evidence);
    event LotUnlocked(uint256 indexed lotId, bytes32 orderHash);
    event LotExtended(uint256 indexed lotId, uint256 insuredUntil, uint256 expiresAt);
    event ReceiptFrozen(uint256 indexed receiptId, bytes32 orderHash);
    event ReceiptUnfrozen(uint256 indexed receiptId, bytes32 orderHash);
    event ReplacementRequested(uint256 indexed receiptId, address indexed to, uint256 effectiveAt, bytes32 evidence);
    event ReplacementEnded(uint256 indexed receiptId, address indexed to, bool done);

    error UnknownLot(uint256 lotId);
    error UnknownReceipt(uint256 receiptId);
    error InvalidQuantity(uint256 quantity, uint256 limit);
    error InvalidIntake(bytes32 field);
    error NotTheCustodian(uint256 lotId, address custodian, address caller);
    error NotAuthorised(uint256 receiptId, address caller);
    error WrongHolder(uint256 receiptId, address holder, address expected);
    error WrongLot(uint256 receiptId, uint256 lotId, bytes32 documentHash);
    error NoRecourse();
    error NotMergeable(uint256 fromReceiptId, uint256 toReceiptId);
    error Expired(uint256 lotId, uint256 expiresAt);
    error ReceiptIsFrozen(uint256 receiptId);
    error LotIsLocked(uint256 lotId);
    error StorageUnpaid(uint256 receiptId, uint256 amount);
    error NothingToPay(uint256 receiptId);
    error ReceiptsIncomplete(uint256 lotId, uint256 listed, uint256 live);
    error ReceiptsUnordered(uint256 receiptId);
    error TooManyReceipts(uint256 lotId, uint256 limit);
    error EvidenceMissing();
    error OrderMissing();
    error RecipientMissing();
    error NotShortened(uint256 lotId);
    error InEscrow(uint256 receiptId);
    error NoReplacement(uint256 receiptId);
    error ReplacementWaits(uint256 receiptId, uint256 effectiveAt);
    error NotAttestations(address caller);
    error ReceiverRefused(address receiver);

    /// @notice W1. Executes the custodian's signed intake.
    function issue(Intake calldata intake, bytes calldata signature) external returns (uint256 receiptId);

    /// @notice W3, W4. Moves `quantity`, less than all, of a receipt into a new one for `to` (the holder itself or somebody
    /// else). Title goes to the escrow only by its own call of `deliver`.
    function split(uint256 receiptId, address to, uint64 quantity) external returns (uint256 childId);

    /// @notice W4. All of one receipt goes into another one.
    function merge(uint256 fromReceiptId, uint256 toReceiptId) external;

    /// @notice W5. The custodian hands goods out against the holder's signed order.
    function deliverGoods(DeliveryOrder calldata order, bytes calldata signature) external;

    /// @notice W6. Pays the storage of a receipt up to now; whole days begun.
    function payStorage(uint256 receiptId) external returns (uint256 amount);

    /// @notice W7. `receiptIds`, ascending, are all live receipts of the lot; `quantity` may be 0 for damage and
    /// contamination, which then lock the lot (W8), whatever the receipts.
    function report(
        uint256 lotId,
        Misfortune kind,
        uint64 quantity,
        bytes32 evidence,
        uint256[] calldata receiptIds
    ) external;

    /// @notice W7. An insurer pays for a receipt, in the lot's currency, to who holds it, or held it last if the goods are
    /// gone. Where that is the escrow, it is told (IEscrow).
    function payInsurance(uint256 receiptId, uint256 amount) external;

    /// @notice W11.
    function extend(uint256 lotId, uint40 insuredUntil, uint40 expiresAt) external;

    /// @notice W8. Attestations alone.
    function lock(uint256 lotId, bytes32 evidence) external;

    /// @notice W8. By a regulator's order.
    function unlock(uint256 lotId, bytes32 orderHash) external;

    /// @notice W9. By a regulator's order.
    function freeze(uint256 receiptId, bytes32 orderHash) external;
    function unfreeze(uint256 receiptId, bytes32 orderHash) external;

    /// @notice W10. By the custodian of the lot.
    function requestReplacement(uint256 receiptId, address to, bytes32 evidence) external;

    /// @notice W10. The holder says that its key is not lost.
    function objectToReplacement(uint256 receiptId) external;

    /// @notice W10. Anyone, once the waiting time is over.
    function replace(uint256 receiptId) external;

    /// @notice W10. The request that waits; all zero where there is none.
    function replacementOf(uint256 receiptId) external view returns (address to, uint256 effectiveAt);

    function lotOf(uint256 lotId) external view returns (LotView memory);
    function receiptOf(uint256 receiptId) external view returns (ReceiptView memory);
    function goodsOf(uint256 receiptId) external view returns (Goods memory);

    /// @notice W6. What storage would cost if it were paid now, in minor units, and the time it would be paid until.
    function storageOf(uint256 receiptId) external view returns (uint256 amount, uint256 chargedUntil);

    function lotCount() external view returns (uint256);
    function receiptCount() external view returns (uint256);
    function intakeDigest(Intake calldata intake) external view returns (bytes32);
    function orderDigest(DeliveryOrder calldata order) external view returns (bytes32);
}
