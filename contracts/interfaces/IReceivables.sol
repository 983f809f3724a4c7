// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IDeliverable} from "./IDeliverable.sol";
import {IERC3525} from "./IERC3525.sol";
import {IFingerprinted} from "./IFingerprints.sol";
import {ISignedDocuments} from "./ISignedDocuments.sol";

/// @title Receivables and the notes that carry them (docs/SPECIFICATION.md, rules R and N)
/// @notice A receivable is what an obligor owes a supplier; its notes (ERC-3525: slot = receivable, value = face)
/// are who it is owed to now. Amounts are minor units of the receivable's currency, times are UTC seconds.
interface IReceivables is IERC3525, IDeliverable, IFingerprinted, ISignedDocuments {
    enum Status {
        None,
        Submitted,
        Confirmed,
        Rejected,
        Withdrawn,
        Expired,
        Repaid
    }

    struct ReceivableView {
        address supplier;
        address obligor;
        uint16 currency;
        uint64 faceValue;
        uint40 confirmBy;
        uint40 maturityAt;
        Status status;
        bool setOffWaived;
        uint64 confirmed;
        uint64 repaid;
        uint64 redeemed;
        uint16 noteCount;
        bytes32 documentHash;
    }

    struct NoteView {
        address holder;
        uint256 value;
        uint256 receivableId;
        uint256 parentId;
        uint256 depth;
        uint256 endorserId;
        bool withRecourse;
    }

    /// @notice R2. What the obligor signs. The contract adds what it knows of the receivable, so that the wallet
    /// shows all of it: supplier, documentHash, faceValue, maturityAt.
    struct Confirmation {
        uint256 receivableId;
        uint256 amount;
        bool setOffWaived;
        uint256 nonce;
        uint256 deadline;
    }

    event ReceivableRegistered(
        uint256 indexed receivableId,
        address indexed supplier,
        address indexed obligor,
        uint16 currency,
        uint256 faceValue,
        uint256 maturityAt,
        uint256 confirmBy,
        bytes32 documentHash,
        bytes32 fingerprint
    );
    event ReceivableConfirmed(
        uint256 indexed receivableId, address indexed obligor, uint256 indexed noteId, uint256 amount, bool setOffWaived
    );
    event ReceivableRejected(uint256 indexed receivableId, address indexed obligor, string reason);
    event ReceivableWithdrawn(uint256 indexed receivableId, address indexed supplier);
    event ReceivableExpired(uint256 indexed receivableId);
    event ReceivableRepaid(uint256 indexed receivableId, address indexed payer, uint256 amount);
    event NoteEndorsed(
        uint256 indexed noteId,
        uint256 indexed childId,
        address indexed endorser,
        address endorsee,
        uint256 value,
        bool withRecourse
    );
    event NotesMerged(uint256 indexed fromNoteId, uint256 indexed toNoteId, uint256 value);
    event NoteRedeemed(uint256 indexed noteId, uint256 indexed receivableId, address indexed holder, uint256 amount);

    error UnknownReceivable(uint256 receivableId);
    error UnknownNote(uint256 noteId);
    error WrongStatus(uint256 receivableId, Status status);
    error InvalidAmount(uint256 amount, uint256 limit);
    error DocumentMissing();
    error SelfObligation(uint32 participantId);
    error ConfirmationTooLate(uint256 receivableId, uint256 confirmBy);
    error NotYetExpired(uint256 receivableId, uint256 confirmBy);
    error NotTheObligor(uint256 receivableId, address caller);
    error NotTheSupplier(uint256 receivableId, address caller);
    error ConfirmationLimitExceeded(uint32 obligorId, uint256 owed, uint256 limit);
    error NotAuthorised(uint256 noteId, address caller);
    error InsufficientAllowance(uint256 noteId, address operator, uint256 allowed, uint256 needed);
    error InsufficientValue(uint256 noteId, uint256 value, uint256 needed);
    error WrongHolder(uint256 noteId, address holder, address expected);
    error WrongClaim(uint256 noteId, uint256 receivableId, bytes32 documentHash);
    error AfterCutOff(uint256 receivableId, uint256 maturityAt);
    error NotMergeable(uint256 fromNoteId, uint256 toNoteId);
    error RepaymentNotWhole(uint256 receivableId, uint256 amount, uint256 due);
    error NothingToRedeem(uint256 noteId);
    error ReceiverRefused(address receiver);

    /// @notice R1. The supplier registers what it says it is owed; the fingerprint makes it the only one.
    function register(
        address obligor,
        uint16 currency,
        uint64 faceValue,
        uint40 maturityAt,
        bytes32 documentHash,
        bytes32 fingerprint
    ) external returns (uint256 receivableId);

    /// @notice R2. Executes the obligor's signed confirmation: the whole claim becomes one root note of the supplier.
    function confirm(Confirmation calldata confirmation, bytes calldata signature) external returns (uint256 noteId);

    /// @notice R3. The obligor refuses the claim, with its reason.
    function reject(uint256 receivableId, string calldata reason) external;

    /// @notice R4. The supplier takes back what nobody has confirmed yet.
    function withdraw(uint256 receivableId) external;

    /// @notice R5. Anyone closes a receivable that was not confirmed in time.
    function expire(uint256 receivableId) external;

    /// @notice N2. Moves `value` of a note into a new child note for `to`; with recourse, the endorser stays liable.
    function endorse(uint256 noteId, address to, uint256 value, bool withRecourse) external returns (uint256 childId);

    /// @notice R6. Anyone pays for the obligor, in whole; the money waits here for whoever holds the notes.
    function repay(uint256 receivableId, uint256 amount) external;

    /// @notice N5. Anyone has a note paid out, to its holder.
    function redeem(uint256 noteId) external returns (uint256 amount);

    function receivableOf(uint256 receivableId) external view returns (ReceivableView memory);
    function noteOf(uint256 noteId) external view returns (NoteView memory);

    /// @notice What is still due on a receivable.
    function dueOf(uint256 receivableId) external view returns (uint256);

    /// @notice What an obligor owes on all its confirmed receivables of a currency.
    function owedBy(uint32 obligorId, uint16 currency) external view returns (uint256);

    /// @notice The EIP-712 digest that the obligor signs for `confirmation`.
    function confirmationDigest(Confirmation calldata confirmation) external view returns (bytes32);

    function receivableCount() external view returns (uint256);
    function noteCount() external view returns (uint256);
}
