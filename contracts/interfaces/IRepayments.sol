// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPayouts} from "./IPayouts.sol";

/// @title Money for the notes (docs/SPECIFICATION.md, rules M and X)
/// @notice Repayment, penalty, settlement of all holders, recourse. The cash waits here for the holders. Amounts are minor
/// units of the receivable's currency, times UTC seconds.
interface IRepayments is IPayouts {
    /// @param repaid principal paid by or for the obligor.
    /// @param madeGood principal paid by or for the supplier on its debt for dilution.
    /// @param redeemed principal paid out to holders.
    /// @param penaltyPaid penalty paid by or for the obligor.
    struct Account {
        uint64 repaid;
        uint64 madeGood;
        uint64 redeemed;
        uint64 penaltyPaid;
    }

    /// @param accrued in ten-thousandths of a minor unit, so that nothing is rounded on the way.
    /// @param lateDays how many days are in `accrued`.
    /// @param redeemed penalty paid out to holders.
    struct Penalty {
        uint128 accrued;
        uint32 lateDays;
        uint64 redeemed;
    }

    /// @notice Money divided among all notes, each of which has its share once.
    /// @param weight what the notes could take when it was divided.
    /// @param left notes that have not had their share.
    struct Allotment {
        uint64 principal;
        uint64 penalty;
        uint64 weight;
        uint16 left;
        uint32 round;
    }

    event ReceivableRepaid(
        uint256 indexed receivableId, address indexed payer, uint256 principal, uint256 penalty, uint256 excess
    );
    event DilutionMadeGood(uint256 indexed receivableId, address indexed payer, uint256 amount, uint256 excess);
    event RepaymentAllotted(
        uint256 indexed receivableId, uint256 indexed round, uint256 principal, uint256 penalty, uint256 weight, uint256 notes
    );
    event NoteRedeemed(
        uint256 indexed noteId, uint256 indexed receivableId, address indexed holder, uint256 principal, uint256 penalty
    );
    event LeftPenaltyPaid(uint256 indexed receivableId, address indexed supplier, uint256 amount);
    event RecourseClaimed(
        uint256 indexed noteId, uint256 indexed receivableId, address indexed endorser, address holder, uint256 amount
    );
    event NoteBoughtBack(
        uint256 indexed noteId,
        uint256 indexed receivableId,
        address indexed endorser,
        address holder,
        uint256 toNoteId,
        uint256 amount
    );
    event NoteWrittenOff(
        uint256 indexed noteId, uint256 indexed receivableId, address indexed holder, uint256 amount
    );

    error WrongStatus(uint256 receivableId, uint8 status);
    error NothingDue(uint256 receivableId);
    error NotYetMature(uint256 receivableId, uint256 maturityAt);
    error NotInDefault(uint256 receivableId, uint256 graceEndsAt);
    error AllotmentOpen(uint256 receivableId, uint256 left);
    error NothingToAllot(uint256 receivableId);
    error NothingToRedeem(uint256 noteId);
    error NotAbsorbed(uint256 noteId, uint256 owed);
    error NotesIncomplete(uint256 receivableId, uint256 listed, uint256 live);
    error NotesUnordered(uint256 noteId);
    error WrongReceivable(uint256 noteId, uint256 receivableId);
    error AcceptancePending(uint256 noteId, uint256 acceptBy);
    error RecourseEnds(uint256 noteId, uint256 atNoteId);
    error NotTheEndorser(uint256 noteId, address endorser, address caller);
    error NotTheHolder(uint256 noteId, address holder, address caller);

    /// @notice M1. Anyone pays for the obligor, whole or in part; penalty first. What is more than due stays with the
    /// payer. A part waits until maturity; the whole can be redeemed at once.
    function repay(uint256 receivableId, uint256 amount) external returns (uint256 taken);

    /// @notice M2. Anyone pays the supplier's debt for dilution.
    function makeGood(uint256 receivableId, uint256 amount) external returns (uint256 taken);

    /// @notice M4. From maturity on, anyone divides what has come in among all notes: `noteIds` are all with value,
    /// ascending. In proportion, the odd units to the largest remainders. A penalty that is left when no note has value
    /// any more goes to the supplier (M9).
    function allot(uint256 receivableId, uint256[] calldata noteIds) external;

    /// @notice M5. Anyone has a note paid, to its holder.
    function redeem(uint256 noteId) external returns (uint256 amount);

    /// @notice M5. The same for many; those that have nothing to get are passed over.
    function redeemMany(uint256[] calldata noteIds) external returns (uint256 amount);

    /// @notice X1. After grace the holder turns to the endorser `level` endorsements up (0: the last).
    function claimRecourse(uint256 noteId, uint256 level) external;

    /// @notice X2. That endorser pays the holder and takes its place.
    function buyBack(uint256 noteId, uint256 level) external returns (uint256 toNoteId);

    /// @notice X5. After grace the holder gives a note up in its books; what still comes in is its own all the same.
    function writeOff(uint256 noteId) external;

    /// @notice M3. Brings the penalty up to this block, before what it runs on changes.
    function accrue(uint256 receivableId) external;

    /// @notice Closes a receivable on which nothing is owed any more.
    function review(uint256 receivableId) external;

    /// @notice Reverts while an allotment is not wholly redeemed.
    function requireNoAllotment(uint256 receivableId) external view;

    /// @notice What is due in this block: penalty and undisputed principal of the obligor, and the supplier's debt.
    function dueOf(uint256 receivableId) external view returns (uint256 penalty, uint256 principal, uint256 supplierOwes);

    /// @notice What all notes of a receivable are worth together.
    function liveOf(uint256 receivableId) external view returns (uint256);

    function accountOf(uint256 receivableId) external view returns (Account memory);
    function penaltyOf(uint256 receivableId) external view returns (Penalty memory);
    function allotmentOf(uint256 receivableId) external view returns (Allotment memory);
}
