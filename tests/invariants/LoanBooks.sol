// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {LotBooks} from "./LotBooks.sol";

/// @notice What every loan owes, and where its call and its sale stand, kept apart from the contracts (rules K).
abstract contract LoanBooks is LotBooks {
    /// @dev Interest and penalty in 1 / 3,600,000 of a minor unit.
    struct LoanBook {
        ILoans.Quote terms;
        ILoans.Status status;
        bytes32 feed;
        uint256 startedAt;
        uint256 drawn;
        uint256 costs;
        uint256 penalty;
        uint256 interest;
        uint256 principal;
        uint256 daysBegun;
        uint256 lateDays;
        uint256 callBy;
        uint256 callPrice;
        address bidder;
        uint256 bid;
        uint256 endsAt;
        uint256 unsold;
        uint256 bidFor; // what stood when the best bid was placed, at the reserve price
    }

    uint256 internal constant MOST_LOANS = 5;
    uint256 internal constant SCALE = 360 * 10_000;

    mapping(uint256 loanId => LoanBook) internal _loanBooks;
    uint256[] private _watchedLoans;

    /// @notice The loans that can still change, and those that ended with the last act.
    function watchedLoans() public view returns (uint256[] memory) {
        return _watchedLoans;
    }

    function loanBookOf(uint256 loanId) external view returns (LoanBook memory) {
        return _loanBooks[loanId];
    }

    /// @notice Costs, penalty, interest and principal that are due now.
    function dueInBooks(uint256 loanId) public view returns (uint256[4] memory due) {
        LoanBook memory book = _loanBooks[loanId];
        _accrueIn(book);
        return _dueOf(book);
    }

    function _watchLoan(uint256 loanId) internal {
        for (uint256 i = 0; i < _watchedLoans.length; i++) {
            if (_watchedLoans[i] == loanId) return;
        }
        _watchedLoans.push(loanId);
    }

    /// @dev What is ended stays while title or cash of it waits.
    function _forgetEnded() internal virtual override {
        super._forgetEnded();
        for (uint256 i = _watchedLoans.length; i > 0; i--) {
            uint256 loanId = _watchedLoans[i - 1];
            if (_loanBooks[loanId].status != ILoans.Status.Ended || collateral.proceedsOf(loanId) != 0) continue;
            if (_titlesOf(loanId).length != 0) continue;
            _watchedLoans[i - 1] = _watchedLoans[_watchedLoans.length - 1];
            _watchedLoans.pop();
        }
    }

    // ---- entries

    function _enterLoan(uint256 loanId, ILoans.Quote memory terms, bytes32 feed) internal {
        _watchLoan(loanId);
        LoanBook storage book = _loanBooks[loanId];
        book.terms = terms;
        book.status = ILoans.Status.Live;
        book.feed = feed;
        book.startedAt = block.timestamp;
        book.daysBegun = 1;
    }

    /// @dev K5: what is drawn bears the day in which it is drawn.
    function _enterDraw(uint256 loanId, uint256 amount) internal {
        LoanBook memory book = _loanBooks[loanId];
        _accrueIn(book);
        book.drawn += amount;
        book.principal += amount;
        book.interest += amount * book.terms.rateBps;
        _loanBooks[loanId] = book;
    }

    function _enterCosts(uint256 loanId, uint256 amount) internal {
        _loanBooks[loanId].costs += amount;
    }

    /// @dev K8. How much of it is taken.
    function _enterPayment(uint256 loanId, uint256 amount) internal returns (uint256 taken) {
        LoanBook memory book = _loanBooks[loanId];
        _accrueIn(book);
        uint256[4] memory due = _dueOf(book);
        uint8[4] memory order = [0, 1, 2, 3];
        if (book.terms.order == ILoans.Order.InterestPenaltyPrincipal) order = [0, 2, 1, 3];
        if (book.terms.order == ILoans.Order.PrincipalInterestPenalty) order = [0, 3, 2, 1];
        uint256[4] memory paid;
        for (uint256 i = 0; i < 4; i++) {
            uint256 part = due[order[i]] < amount - taken ? due[order[i]] : amount - taken;
            paid[order[i]] = part;
            taken += part;
        }
        book.costs -= paid[0];
        book.penalty -= paid[1] * SCALE;
        book.interest -= paid[2] * SCALE;
        book.principal -= paid[3];
        _loanBooks[loanId] = book;
    }

    /// @dev K9, K18. What follows from a payment.
    function _enterConsequence(uint256 loanId) internal {
        if (_sum(dueInBooks(loanId)) == 0) _enterEnd(loanId);
        else _enterCure(loanId);
    }

    function _enterEnd(uint256 loanId) internal {
        LoanBook storage book = _loanBooks[loanId];
        book.status = ILoans.Status.Ended;
        book.callBy = 0;
        _enterNoBid(loanId);
    }

    function _enterNoBid(uint256 loanId) internal {
        (_loanBooks[loanId].bidder, _loanBooks[loanId].bid) = (address(0), 0);
    }

    /// @dev K9: at the price of the call or a good one of now, whichever is better.
    function _enterCure(uint256 loanId) internal {
        LoanBook storage book = _loanBooks[loanId];
        if (book.callBy == 0) return;
        uint256 now_ = _priceNow(loanId);
        uint256 price = now_ > book.callPrice ? now_ : book.callPrice;
        if (_ltv(loanId, price) <= book.terms.advanceBps) book.callBy = 0;
    }

    // ---- what follows from the books

    /// @dev 0 where no price is good.
    function _priceNow(uint256 loanId) internal view returns (uint256) {
        return _isOverNotes(loanId) ? 10_000 : _goodPrice(_loanBooks[loanId].feed);
    }

    function _ltv(uint256 loanId, uint256 price) internal view returns (uint256) {
        return _ltvOf(_openDebt(loanId), _worth(loanId, price));
    }

    /// @dev K4: what waits to be applied counts as paid.
    function _openDebt(uint256 loanId) internal view returns (uint256) {
        uint256 debt = _sum(dueInBooks(loanId));
        uint256 waiting = collateral.proceedsOf(loanId);
        return debt > waiting ? debt - waiting : 0;
    }

    function _ltvOf(uint256 debt, uint256 worth) internal pure returns (uint256) {
        if (debt == 0) return 0;
        if (worth == 0) return type(uint256).max;
        return debt * 10_000 / worth + (debt * 10_000 % worth == 0 ? 0 : 1);
    }

    /// @dev K4.
    function _worth(uint256 loanId, uint256 price) internal view returns (uint256 worth) {
        uint256[] memory ids = _titlesOf(loanId);
        for (uint256 i = 0; i < ids.length; i++) {
            worth += _worthOf(_isOverNotes(loanId), ids[i], price);
        }
    }

    function _worthOf(bool isNote, uint256 tokenId, uint256 price) internal view returns (uint256) {
        if (!isNote) {
            IWarehouseReceipts.ReceiptView memory r = receipts.receiptOf(tokenId);
            return r.quantity * price / 10 ** receipts.lotOf(r.lotId).decimals;
        }
        IReceivables.NoteView memory note = receivables.noteOf(tokenId);
        if (note.holder != address(collateral)) return 0;
        return (note.value - adjustments.lockedOf(tokenId)) * price / 10_000;
    }

    /// @dev K13.
    function _causeOf(uint256 loanId) internal view returns (ILoans.Cause) {
        LoanBook storage book = _loanBooks[loanId];
        if (book.status != ILoans.Status.Live) return ILoans.Cause.None;
        if (block.timestamp > _graceEndsAt(loanId)) return ILoans.Cause.Overdue;
        uint256 price = _priceNow(loanId);
        if (price == 0) return ILoans.Cause.None;
        uint256 ltv = _ltv(loanId, price);
        if (ltv >= book.terms.liquidationBps) return ILoans.Cause.Liquidation;
        bool missed = book.callBy != 0 && block.timestamp > book.callBy && ltv > book.terms.advanceBps;
        return missed ? ILoans.Cause.CallNotCured : ILoans.Cause.None;
    }

    /// @dev K14.
    function _leastBid(uint256 loanId) internal view returns (uint256 least) {
        LoanBook storage book = _loanBooks[loanId];
        least = _worth(loanId, book.terms.reservePrice);
        for (uint256 i = 0; i < book.unsold; i++) {
            least = least * 4 / 5;
        }
        if (least <= book.bid) least = book.bid + 1;
    }

    /// @dev K5: interest that is not due yet, since it is less than a unit.
    function _fractionOf(uint256 loanId) internal view returns (uint256) {
        LoanBook memory book = _loanBooks[loanId];
        _accrueIn(book);
        return book.interest % SCALE;
    }

    function _isOverNotes(uint256 loanId) internal view returns (bool) {
        return address(_loanBooks[loanId].terms.asset) == address(receivables);
    }

    function _isOver(uint256 loanId) internal view returns (bool) {
        return _loanBooks[loanId].status == ILoans.Status.Ended;
    }

    function _titlesOf(uint256 loanId) internal view returns (uint256[] memory ids) {
        (, ids) = collateral.titlesOf(loanId);
    }

    function _graceEndsAt(uint256 loanId) internal view returns (uint256) {
        ILoans.Quote storage terms = _loanBooks[loanId].terms;
        return terms.maturityAt + uint256(terms.graceDays) * 1 days;
    }

    function _sum(uint256[4] memory parts) internal pure returns (uint256) {
        return parts[0] + parts[1] + parts[2] + parts[3];
    }

    function _dueOf(LoanBook memory book) private pure returns (uint256[4] memory) {
        return [book.costs, book.penalty / SCALE, book.interest / SCALE, book.principal];
    }

    function _accrueIn(LoanBook memory book) private view {
        if (book.status == ILoans.Status.None) return;
        uint256 begun = _daysBegunSince(book.startedAt);
        uint256 late = _daysBegunSince(book.terms.maturityAt + uint256(book.terms.graceDays) * 1 days);
        if (begun > book.daysBegun) {
            book.interest += book.principal * book.terms.rateBps * (begun - book.daysBegun);
            book.daysBegun = begun;
        }
        book.penalty += book.principal * book.terms.penaltyBps * (late - book.lateDays);
        book.lateDays = late;
    }

    function _daysBegunSince(uint256 at) private view returns (uint256) {
        return block.timestamp <= at ? 0 : (block.timestamp - at - 1) / 1 days + 1;
    }
}
