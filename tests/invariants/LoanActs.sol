// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {requireEqual, requireTrue} from "./Checks.sol";
import {LendingActs} from "./LendingActs.sol";

/// @notice Money of a loan: drawn, paid, waived, come in for its title, withheld.
abstract contract LoanActs is LendingActs {
    /// @dev Of a loan, before an act that may end it.
    struct Parties {
        address lender;
        address borrower;
        address bidder;
        uint256 bid;
        bool over;
    }

    function drawLoan(uint256 start, uint256 part) external counted(Act.DrawLoan) {
        uint256 loanId = start % 8 == 0 ? _findLoan(start, _isLive) : _findLoan(start, _isDrawable);
        if (loanId == 0) loanId = _freshLoan(start);
        LoanBook storage book = _loanBooks[loanId];
        _thaw(book.terms.borrower);
        _thaw(book.terms.financier);
        uint256 most = _roomOf(loanId);
        uint256 amount = _between(part >> 8, 1, part % 4 == 0 || most == 0 ? 2 * most + 2 : most);
        bool allowed = _mayDraw(loanId, amount);
        Scene memory first = _scene();
        bytes memory data = abi.encodeCall(loans.draw, (loanId, uint64(amount)));
        if (!_try("K4 K7 who may draw", loanId, book.terms.borrower, address(loans), data, allowed)) return;
        _enterDraw(loanId, amount);
        Scene memory second = _seen(Act.DrawLoan, first, book.terms.financier, address(0));
        uint256 place = placeOf(book.terms.borrower);
        requireEqual("K7 to the borrower", loanId, second.cash[place] - first.cash[place], amount);
    }

    function repayLoan(uint256 start, uint256 amount, uint256 payer) external counted(Act.RepayLoan) {
        uint256 loanId = _findLoan(start, _isOwingLoan);
        if (loanId == 0) loanId = _freshLoan(start);
        address account = payer % 2 == 0 ? _loanBooks[loanId].terms.borrower : _person(payer);
        _repayLoan(loanId, amount, account);
    }

    function advanceStorage(uint256 start) external counted(Act.AdvanceStorage) {
        uint256 loanId = _findLoan(start, _isChargeable);
        if (loanId == 0) {
            loanId = _freshLoan(start);
            VM.warp(block.timestamp + 1 + start % 2 days);
        }
        uint256[] memory ids = _titlesOf(loanId);
        uint256 id = ids[start % ids.length];
        (uint256 owed, uint256 until) = _storageOwed(id);
        address lender = _loanBooks[loanId].terms.financier;
        _thaw(lender);
        Scene memory first = _scene();
        bytes memory data = abi.encodeCall(loans.advanceStorage, (loanId, id));
        if (!_try("K16 storage of pledged goods", id, lender, address(loans), data, owed != 0)) return;
        _enterCosts(loanId, owed);
        Scene memory second = _seen(Act.AdvanceStorage, first, lender, address(0));
        requireEqual("K16 to the custodian", id, second.cash[CUSTODIAN] - first.cash[CUSTODIAN], owed);
        requireEqual("W6 paid until", id, receipts.receiptOf(id).chargedUntil, until);
    }

    function applyProceeds(uint256 start, uint256 amount) external counted(Act.ApplyProceeds) {
        uint256 loanId = start % 3 == 0 ? 0 : _findLoan(start, _hasProceeds);
        if (loanId == 0 && start % 2 == 0) loanId = _loanOnDefaulted(start / 6, amount);
        if (loanId == 0 || !_hasProceeds(loanId)) {
            loanId = _findLoan(start, _isOverGoods);
            if (loanId == 0) loanId = _freshLoan(start);
            uint256[] memory ids = _titlesOf(loanId);
            _insure(ids[start % ids.length], _between(amount, 1, 1e9), amount);
        }
        _applyProceeds(loanId);
    }

    function waive(uint256 start) external counted(Act.Waive) {
        uint256 loanId = _findLoan(start, _isOwingLoan);
        _waive(loanId == 0 ? _freshLoan(start) : loanId);
    }

    function payWithheldOfLoan(uint256 start) external counted(Act.PayWithheldOfLoan) {
        for (uint256 i = 0; i < PEOPLE; i++) {
            if (_payWithheldOf(holder((start % PEOPLE + i) % PEOPLE))) return;
        }
        uint256 loanId = _findLoan(start, _isOwingLoan);
        if (loanId == 0) loanId = _freshLoan(start);
        address lender = _loanBooks[loanId].terms.financier;
        if (participants.mayHold(lender)) participants.freeze(lender, "order");
        _repayLoan(loanId, start, _obligor(start));
        requireTrue("K8 withheld for the lender", loanId, _payWithheldOf(lender));
    }

    // ---- single steps

    /// @dev K8, K20: by anybody, at any time, whatever the price and the state.
    function _repayLoan(uint256 loanId, uint256 amount, address payer) internal {
        uint256 owed = _sum(dueInBooks(loanId));
        uint256 offered = amount % 3 == 0 ? owed + amount % 1e6 : _between(amount, 1, owed);
        Parties memory parties = _partiesOf(loanId);
        _thaw(payer);
        Scene memory first = _scene();
        VM.prank(payer);
        uint256 taken = loans.repay(loanId, offered);
        requireEqual("K8 at most what is due is taken", loanId, taken, offered < owed ? offered : owed);
        requireEqual("K8 what goes to what", loanId, _enterPayment(loanId, offered), taken);
        _enterConsequence(loanId);
        Scene memory second = _seen(Act.RepayLoan, first, payer, address(collateral));
        _requireGained(loanId, parties, first, second, [taken, 0], payer, taken);
    }

    function _applyProceeds(uint256 loanId) internal {
        uint256 amount = collateral.proceedsOf(loanId);
        Parties memory parties = _partiesOf(loanId);
        Scene memory first = _scene();
        loans.applyProceeds(loanId);
        uint256 toLender = _enterPayment(loanId, amount);
        if (!_isOver(loanId)) _enterConsequence(loanId);
        Scene memory second = _seen(Act.ApplyProceeds, first, address(0), address(collateral));
        requireEqual("K12 once", loanId, collateral.proceedsOf(loanId), 0);
        _requireGained(loanId, parties, first, second, [toLender, amount - toLender], address(collateral), amount);
    }

    /// @dev K17.
    function _waive(uint256 loanId) internal {
        Parties memory parties = _partiesOf(loanId);
        Scene memory first = _scene();
        VM.prank(parties.lender);
        loans.waive(loanId);
        _enterPayment(loanId, type(uint256).max);
        _enterEnd(loanId);
        Scene memory second = _seen(Act.Waive, first, address(0), address(collateral));
        _requireGained(loanId, parties, first, second, [uint256(0), 0], address(0), 0);
    }

    function _partiesOf(uint256 loanId) private view returns (Parties memory) {
        LoanBook storage book = _loanBooks[loanId];
        return Parties(book.terms.financier, book.terms.borrower, book.bidder, book.bid, _isOver(loanId));
    }

    /// @dev K8, K12, K14: what lender and borrower get, and the bid that goes back where the loan ended.
    function _requireGained(
        uint256 loanId,
        Parties memory parties,
        Scene memory first,
        Scene memory second,
        uint256[2] memory gains,
        address payer,
        uint256 paid
    ) private view {
        uint256[HOLDERS] memory wanted = first.cash;
        wanted[placeOf(parties.lender)] += gains[0];
        wanted[placeOf(parties.borrower)] += gains[1];
        if (_isOver(loanId) && parties.bid != 0) wanted[placeOf(parties.bidder)] += parties.bid;
        if (payer != address(0)) wanted[placeOf(payer)] -= paid;
        if (_isOver(loanId) && !parties.over) _requireTitleBack(loanId, parties.borrower);
        for (uint256 i = 0; i < HOLDERS; i++) {
            requireEqual("K8 K12 K14 who gets what", i, second.cash[i], wanted[i]);
        }
    }

    /// @dev K18: only what cannot move waits.
    function _requireTitleBack(uint256 loanId, address borrower) private view {
        uint256[] memory ids = _titlesOf(loanId);
        for (uint256 i = 0; i < ids.length; i++) {
            bool waits = !_isGone(loanId, ids[i]) && !_canMoveTo(loanId, ids[i], borrower);
            requireTrue("K18 title goes back", ids[i], waits);
        }
    }

    function _payOff(uint256 seed) internal override {
        uint256 loanId = _findLoan(seed, _isOwingLoan);
        _repayLoan(loanId, 0, seed % 2 == 0 ? _loanBooks[loanId].terms.borrower : _person(seed));
    }

    /// @dev M6, wherever it is withheld.
    function _payWithheldOf(address account) internal returns (bool any) {
        uint256 withheld = _withheldAtLoans(account);
        if (withheld == 0) return false;
        _thaw(account);
        uint256 had = cash.balanceOf(account);
        if (loans.withheldOf(account, CNY) != 0) loans.payWithheld(account, CNY);
        if (enforcement.withheldOf(account, CNY) != 0) enforcement.payWithheld(account, CNY);
        if (receipts.withheldOf(account, CNY) != 0) receipts.payWithheld(account, CNY);
        requireEqual("M6 to its owner", placeOf(account), cash.balanceOf(account), had + withheld);
        _did(Act.PayWithheldOfLoan);
        return true;
    }

    // ---- finds or makes

    /// @dev A loan over a note that its endorser bought back, or the reserve covered, since the obligor did not pay.
    function _loanOnDefaulted(uint256 start, uint256 amount) private returns (uint256 loanId) {
        (uint256 id, uint256 noteId) = _fresh(start, _between(amount, 1e4, 1e12), 20);
        bool covered = start % 2 == 0;
        uint256 value = _between(amount, 1e3, receivables.balanceOf(noteId));
        if (covered) {
            noteId = _settle(noteId, start, value, value, false);
        } else {
            address payee = _person(amount >> 8);
            _want(payee, false);
            noteId = _endorse(Act.Endorse, noteId, payee, amount, true);
        }
        // The whole note, and no more drawn on it than may be.
        loanId = _lendOnNote(noteId, receivables.ownerOf(noteId), amount, amount % 1e9 * 21 + 3);
        _warpTo(uint256(_termsOf(id).graceEndsAt) + 1);
        if (loanId == 0) return 0;
        if (covered) _cover(noteId);
        else _buyBack(noteId, 0);
    }

    /// @dev K4, K7.
    function _mayDraw(uint256 loanId, uint256 amount) private view returns (bool) {
        LoanBook storage book = _loanBooks[loanId];
        uint256 price = _priceNow(loanId);
        uint256 interest = (_fractionOf(loanId) + amount * book.terms.rateBps) / SCALE;
        uint256 waiting = collateral.proceedsOf(loanId);
        uint256 debt = _sum(dueInBooks(loanId)) + amount + interest;
        uint256 ltv = _ltvOf(debt > waiting ? debt - waiting : 0, _worth(loanId, price));
        return book.status == ILoans.Status.Live && book.callBy == 0 && price != 0
            && block.timestamp < book.terms.maturityAt && amount <= book.terms.limit - book.drawn
            && ltv <= book.terms.advanceBps;
    }

    /// @dev How much more can be drawn.
    function _roomOf(uint256 loanId) internal view returns (uint256 most) {
        LoanBook storage book = _loanBooks[loanId];
        uint256 may = _worth(loanId, _priceNow(loanId)) * book.terms.advanceBps / 10_000;
        uint256 owed = _sum(dueInBooks(loanId)) + 1;
        if (may <= owed) return 0;
        most = _mostDrawable(may - owed, book.terms.rateBps);
        if (most > book.terms.limit - book.drawn) most = book.terms.limit - book.drawn;
    }

    function _isLive(uint256 loanId) internal view returns (bool) {
        return _loanBooks[loanId].status == ILoans.Status.Live;
    }

    function _isOwingLoan(uint256 loanId) internal view returns (bool) {
        return !_isOver(loanId);
    }

    function _isQuiet(uint256 loanId) internal view returns (bool) {
        return _isLive(loanId) && _loanBooks[loanId].callBy == 0;
    }

    function _isCalled(uint256 loanId) internal view returns (bool) {
        return _isLive(loanId) && _loanBooks[loanId].callBy != 0;
    }

    function _isOverGoods(uint256 loanId) internal view returns (bool) {
        return !_isOver(loanId) && !_isOverNotes(loanId) && _titlesOf(loanId).length != 0;
    }

    function _hasProceeds(uint256 loanId) internal view returns (bool) {
        return collateral.proceedsOf(loanId) != 0;
    }

    function _isDrawable(uint256 loanId) private view returns (bool) {
        return _isQuiet(loanId) && block.timestamp < _loanBooks[loanId].terms.maturityAt && _roomOf(loanId) != 0;
    }

    function _isChargeable(uint256 loanId) private view returns (bool) {
        if (!_isOverGoods(loanId)) return false;
        uint256[] memory ids = _titlesOf(loanId);
        for (uint256 i = 0; i < ids.length; i++) {
            if (_isOwing(ids[i])) return true;
        }
        return false;
    }

    /// @dev What nothing is left of, or what somebody else has taken the place in.
    function _isGone(uint256 loanId, uint256 id) internal view returns (bool) {
        if (!_isOverNotes(loanId)) return _quantityOfReceipt(id) == 0;
        IReceivables.NoteView memory note = receivables.noteOf(id);
        return note.value == 0 || note.holder != address(collateral);
    }

    /// @dev W3, W9, N1, J5; whole. To nobody in particular: whether it can leave at all.
    function _canMoveTo(uint256 loanId, uint256 id, address to) internal view returns (bool) {
        if (to != address(0) && !participants.mayHold(to)) return false;
        if (!_isOverNotes(loanId)) return !receipts.receiptOf(id).frozen;
        return _isMovable(receivables.slotOf(id)) && adjustments.lockedOf(id) == 0;
    }
}
