// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {IAdjustments} from "./interfaces/IAdjustments.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {IRepayments} from "./interfaces/IRepayments.sol";
import {IReserve} from "./interfaces/IReserve.sol";

/// @notice See IReserve. The fund of a currency is what this contract holds of its token.
contract Reserve is IReserve, ReentrancyGuard {
    using SafeERC20 for IERC20;

    IReceivables public immutable receivables;
    IRepayments public immutable repayments;
    IAdjustments public immutable adjustments;
    IPolicy public immutable policy;
    address public immutable settlement;
    IEscrow public immutable escrow;

    mapping(uint256 noteId => uint64) public insuredOf;
    /// @dev Where what was paid for a note so far went, so that many small payments do not make many notes.
    mapping(uint256 noteId => uint256) private _takenInto;

    constructor(
        IReceivables receivables_,
        IRepayments repayments_,
        IAdjustments adjustments_,
        IPolicy policy_,
        address settlement_,
        IEscrow escrow_
    ) {
        receivables = receivables_;
        repayments = repayments_;
        adjustments = adjustments_;
        policy = policy_;
        settlement = settlement_;
        escrow = escrow_;
    }

    function insure(uint256 noteId, uint256 receivableId, address cash, uint256 price, uint256 levy) external {
        if (msg.sender != settlement) revert NotSettlement(msg.sender);
        uint16 currency = receivables.termsOf(receivableId).currency;
        bool sameMoney = policy.settlementTokenOf(currency) == cash;
        uint64 amount = sameMoney ? uint64(Math.min(price, type(uint64).max)) : 0;
        insuredOf[noteId] = amount;
        emit NoteInsured(noteId, cash, amount, levy);
    }

    function cover(uint256 noteId) external nonReentrant returns (uint256 amount) {
        uint64 insured = insuredOf[noteId];
        if (insured == 0) revert NotInsured(noteId);
        IReceivables.NoteView memory note = receivables.noteOf(noteId);
        uint256 receivableId = note.receivableId;
        IReceivables.Terms memory terms = receivables.termsOf(receivableId);
        bool open = terms.status == IReceivables.Status.Confirmed || terms.status == IReceivables.Status.Disputed;
        if (!open) revert WrongStatus(receivableId, uint8(terms.status));
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp <= terms.graceEndsAt) revert NotInDefault(receivableId, terms.graceEndsAt);
        repayments.requireNoAllotment(receivableId);
        (,, uint256 supplierOwes) = repayments.dueOf(receivableId);
        if (supplierOwes != 0 && note.holder == receivables.receivableOf(receivableId).supplier) {
            revert NotAbsorbed(noteId, supplierOwes);
        }
        IERC20 cash = IERC20(policy.settlementTokenOf(terms.currency));
        uint256 free = note.value - adjustments.lockedOf(noteId);
        amount = Math.min(Math.min(free, insured), cash.balanceOf(address(this)));
        if (amount == 0 || note.holder == address(this)) revert NothingToCover(noteId);

        insuredOf[noteId] = insured - uint64(amount);
        uint256 toNoteId = receivables.takePlace(noteId, _takenInto[noteId], address(this), uint64(amount));
        _takenInto[noteId] = toNoteId;
        emit NoteCovered(noteId, receivableId, note.holder, toNoteId, amount);
        if (note.holder == address(escrow)) escrow.onProceeds(noteId, amount);
        cash.safeTransfer(note.holder, amount);
    }
}
