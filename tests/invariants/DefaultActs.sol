// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IEnforcement} from "../../contracts/interfaces/IEnforcement.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {requireEqual} from "./Checks.sol";
import {TitleActs} from "./TitleActs.sol";

/// @notice Margin calls, default, and the sale of what is pledged.
abstract contract DefaultActs is TitleActs {
    function callMargin(uint256 start, uint256 part) external counted(Act.CallMargin) {
        uint256 loanId = start % 4 == 0 ? _findLoan(start, _isLive) : _findLoan(start, _isCallable);
        if (loanId == 0) loanId = _fallen(start, part);
        _callMargin(loanId);
    }

    function reviewCall(uint256 start, uint256 part) external counted(Act.ReviewCall) {
        uint256 loanId = _findLoan(start, _isCalled);
        if (loanId == 0) {
            loanId = _fallen(start, part);
            if (!_isCallable(loanId)) return;
            _callMargin(loanId);
        }
        if (part % 3 != 0 && !_isOverNotes(loanId)) {
            bytes32 feed = _loanBooks[loanId].feed;
            _warpTo(_priceBooks[feed].observedAt + 1);
            _publish(feed, _priceBooks[feed].price * _between(part, 80, 300) / 100, block.timestamp);
            _requireClosed(loanId);
        }
        Scene memory first = _scene();
        loans.reviewCall(loanId);
        _enterCure(loanId);
        _seen(Act.ReviewCall, first, address(0), address(0));
    }

    function openSale(uint256 start, uint256 how) external counted(Act.OpenSale) {
        uint256 loanId = how % 5 == 1 ? _lastSecond(start) : 0;
        if (loanId == 0) loanId = how % 5 == 0 ? _findLoan(start, _isLive) : _findLoan(start, _isDefaulted);
        if (loanId == 0) loanId = _defaulted(start, how);
        _openSale(loanId, how);
    }

    function bid(uint256 start, uint256 who, uint256 amount) external counted(Act.Bid) {
        uint256 loanId = _findLoan(start, _isBiddable);
        if (loanId == 0) {
            loanId = _defaulted(start, who);
            _openSale(loanId, who);
        }
        _bid(loanId, _person(who), amount);
    }

    function closeSale(uint256 start, uint256 how) external counted(Act.CloseSale) {
        uint256 loanId = _findLoan(start, _isInSale);
        if (loanId == 0) {
            loanId = _defaulted(start, how);
            _openSale(loanId, how);
        }
        if (how % 3 != 0 && _isBiddable(loanId)) _bid(loanId, _person(how), how | 1);
        if (how % 8 != 0) _warpTo(_loanBooks[loanId].endsAt + 1);
        _closeSale(loanId);
    }

    // ---- single steps

    /// @dev K7, K11. Whatever the price is now: while a call is open nothing is drawn and nothing goes out.
    function _requireClosed(uint256 loanId) private {
        ILoans.Quote storage terms = _loanBooks[loanId].terms;
        _thaw(terms.borrower);
        _thaw(terms.financier);
        bytes memory data = abi.encodeCall(loans.draw, (loanId, 1));
        _try("K7 no draw under a call", loanId, terms.borrower, address(loans), data, false);
        data = abi.encodeCall(loans.release, (loanId, _titlesOf(loanId)[0], 1));
        _try("K11 no release under a call", loanId, terms.borrower, address(loans), data, false);
    }

    function _callMargin(uint256 loanId) private {
        LoanBook storage book = _loanBooks[loanId];
        bool allowed = _isCallable(loanId);
        bytes memory data = abi.encodeCall(loans.callMargin, (loanId));
        if (!_try("K9 a call", loanId, address(0), address(loans), data, allowed)) return;
        book.callBy = block.timestamp + book.terms.cureSeconds;
        book.callPrice = _priceNow(loanId);
        _did(Act.CallMargin);
    }

    /// @dev K13, K14.
    function _openSale(uint256 loanId, uint256 seed) private {
        LoanBook storage book = _loanBooks[loanId];
        ILoans.Cause cause = _causeOf(loanId);
        requireEqual("K13 the cause", loanId, uint256(loans.defaultOf(loanId)), uint256(cause));
        address lender = book.terms.financier;
        _thaw(lender);
        uint256 window = _between(seed >> 8, 1 days, 3 days);
        bytes memory data = abi.encodeCall(enforcement.openSale, (loanId, uint40(window)));
        bool allowed = cause != ILoans.Cause.None;
        if (!_try("K13 no sale without default", loanId, lender, address(enforcement), data, allowed)) return;
        book.status = ILoans.Status.InSale;
        book.endsAt = block.timestamp + window;
        _did(Act.OpenSale);
    }

    /// @dev K14: the last best gets its cash back at once.
    function _bid(uint256 loanId, address bidder, uint256 seed) private {
        uint256 least = _leastBid(loanId);
        uint256 offered = seed % 4 == 0 ? least - 1 : _between(seed >> 8, least, least + least / 2 + 2);
        if (offered > 1e16) return;
        _thaw(bidder);
        bytes memory data = _bidData(loanId, bidder, offered);
        Scene memory first = _scene();
        if (!_try("K14 at least so much", loanId, address(0), address(enforcement), data, offered >= least)) return;
        LoanBook storage book = _loanBooks[loanId];
        uint256[HOLDERS] memory wanted = first.cash;
        if (book.bid != 0) wanted[placeOf(book.bidder)] += book.bid;
        wanted[placeOf(bidder)] -= offered;
        (book.bidder, book.bid) = (bidder, offered);
        book.bidFor = _worth(loanId, book.terms.reservePrice);
        _requireCashOf(_seen(Act.Bid, first, bidder, address(0)), wanted);
    }

    function _bidData(uint256 loanId, address bidder, uint256 offered) private returns (bytes memory) {
        IEnforcement.Bid memory document =
            IEnforcement.Bid(loanId, bidder, uint64(offered), _nextNonce(), block.timestamp);
        bytes memory signature = _sign(bidder, enforcement.bidDigest(document));
        return abi.encodeCall(enforcement.bid, (document, signature));
    }

    /// @dev K14, K15.
    function _closeSale(uint256 loanId) private {
        LoanBook storage book = _loanBooks[loanId];
        uint256 liens = _liensWithin(loanId, book.bid);
        bool sold = book.bid != 0 && _canBeSold(loanId, book.bidder);
        bool over = block.timestamp > book.endsAt;
        Scene memory first = _scene();
        bytes memory data = abi.encodeCall(enforcement.closeSale, (loanId));
        if (!_try("K14 when the window closes", loanId, address(0), address(enforcement), data, over)) return;
        address bidder = book.bidder;
        uint256[HOLDERS] memory wanted = first.cash;
        if (sold) {
            _enterSold(loanId, liens, wanted);
        } else {
            book.status = ILoans.Status.Live;
            if (book.bid == 0) book.unsold++;
            else wanted[placeOf(bidder)] += book.bid;
        }
        _enterNoBid(loanId);
        Scene memory second = _seen(Act.CloseSale, first, address(0), address(collateral));
        _requireCashOf(second, wanted);
        if (!sold || _isOverNotes(loanId)) return;
        uint256 gained = second.goods[placeOf(bidder)] - first.goods[placeOf(bidder)];
        requireEqual("K15 the buyer has the goods", loanId, gained, first.goods[ESCROW] - second.goods[ESCROW]);
    }

    /// @dev K15: to the lien, to the lender, to the borrower.
    function _enterSold(uint256 loanId, uint256 liens, uint256[HOLDERS] memory wanted) private {
        LoanBook storage book = _loanBooks[loanId];
        uint256 rest = book.bid - liens;
        uint256 toLender = _enterPayment(loanId, rest);
        wanted[CUSTODIAN] += liens;
        wanted[placeOf(book.terms.financier)] += toLender;
        wanted[placeOf(book.terms.borrower)] += rest - toLender;
        book.callBy = 0;
        book.status = _sum(dueInBooks(loanId)) == 0 ? ILoans.Status.Ended : ILoans.Status.Uncovered;
        requireEqual("K15 all title is sold", loanId, _titlesOf(loanId).length, 0);
    }

    function _requireCashOf(Scene memory scene, uint256[HOLDERS] memory wanted) private pure {
        for (uint256 i = 0; i < HOLDERS; i++) {
            requireEqual("K14 K15 who gets what", i, scene.cash[i], wanted[i]);
        }
    }

    function _canBeSold(uint256 loanId, address buyer) private view returns (bool) {
        LoanBook storage book = _loanBooks[loanId];
        if (_worth(loanId, book.terms.reservePrice) < book.bidFor) return false;
        uint256[] memory ids = _titlesOf(loanId);
        for (uint256 i = 0; i < ids.length; i++) {
            if (!_isGone(loanId, ids[i]) && !_canMoveTo(loanId, ids[i], buyer)) return false;
        }
        return true;
    }

    /// @dev K15: the lien of whole receipts, as far as the price goes.
    function _liensWithin(uint256 loanId, uint256 price) private view returns (uint256 liens) {
        if (_isOverNotes(loanId)) return 0;
        uint256[] memory ids = _titlesOf(loanId);
        for (uint256 i = 0; i < ids.length; i++) {
            (uint256 owed,) = _storageOwed(ids[i]);
            if (liens + owed <= price) liens += owed;
        }
    }

    // ---- finds or makes

    /// @dev A loan in default: overdue, or beyond the liquidation band, or with a call that was missed.
    function _defaulted(uint256 start, uint256 how) private returns (uint256 loanId) {
        loanId = _findLoan(start, _isLive);
        if (loanId == 0) loanId = _freshLoan(start);
        if (how % 3 == 0 || _isOverNotes(loanId)) {
            _warpTo(_graceEndsAt(loanId) + 1);
        } else if (how % 3 == 1) {
            _drop(loanId, _loanBooks[loanId].terms.liquidationBps);
        } else {
            _drop(loanId, _loanBooks[loanId].terms.callBps);
            if (_isCallable(loanId)) _callMargin(loanId);
            if (_loanBooks[loanId].callBy != 0) _warpTo(_loanBooks[loanId].callBy + 1);
        }
        if (_causeOf(loanId) == ILoans.Cause.None) _warpTo(_graceEndsAt(loanId) + 1);
    }

    /// @dev A loan with a call that can still be cured, for this one second.
    function _lastSecond(uint256 start) private returns (uint256 loanId) {
        loanId = _findLoan(start, _isCalled);
        if (loanId == 0) {
            loanId = _fallen(start, 0);
            if (!_isCallable(loanId)) return 0;
            _callMargin(loanId);
        }
        _warpTo(_loanBooks[loanId].callBy);
        if (!_isOverNotes(loanId)) _refresh(_loanBooks[loanId].feed);
    }

    /// @dev The price falls so far that LTV reaches a band, or as far as it can.
    function _drop(uint256 loanId, uint256 bps) internal {
        uint256 worth = _worth(loanId, _refresh(_loanBooks[loanId].feed));
        if (worth == 0) return;
        bytes32 feed = _loanBooks[loanId].feed;
        uint256 target = _sum(dueInBooks(loanId)) * 10_000 / bps;
        if (worth <= target) return;
        _warpTo(_priceBooks[feed].observedAt + 1);
        _publish(feed, _priceBooks[feed].price * target / worth, block.timestamp);
    }

    function _fallen(uint256 start, uint256 part) private returns (uint256 loanId) {
        loanId = _findLoan(start, _isQuietOverGoods);
        if (loanId == 0) loanId = _freshLoan(start);
        _drop(loanId, _between(part, _loanBooks[loanId].terms.callBps, 10_000));
    }

    function _isCallable(uint256 loanId) private view returns (bool) {
        uint256 price = _priceNow(loanId);
        if (!_isQuiet(loanId) || price == 0) return false;
        return _ltv(loanId, price) >= _loanBooks[loanId].terms.callBps;
    }

    function _isQuietOverGoods(uint256 loanId) private view returns (bool) {
        return _isQuiet(loanId) && !_isOverNotes(loanId);
    }

    function _isDefaulted(uint256 loanId) private view returns (bool) {
        return _causeOf(loanId) != ILoans.Cause.None;
    }

    function _isInSale(uint256 loanId) private view returns (bool) {
        return _loanBooks[loanId].status == ILoans.Status.InSale;
    }

    function _isBiddable(uint256 loanId) private view returns (bool) {
        return _isInSale(loanId) && block.timestamp <= _loanBooks[loanId].endsAt;
    }
}
