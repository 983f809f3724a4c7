// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ICollateral} from "../../contracts/interfaces/ICollateral.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {requireEqual} from "./Checks.sol";
import {LoanActs} from "./LoanActs.sol";

/// @notice Title of a loan: more of it comes, some of it goes, what waits is handed over.
abstract contract TitleActs is LoanActs {
    struct Addition {
        ICollateral.Pledge title;
        ICollateral.Count count;
        bytes signature;
        bool allowed;
    }

    function topUp(uint256 start, uint256 part) external counted(Act.TopUp) {
        uint256 loanId = _findLoan(start, _isTopUpAble);
        if (loanId == 0) loanId = _freshLoan(start);
        if (_isOverNotes(loanId)) _topUpNote(loanId, start, part);
        else _topUpReceipt(loanId, start, part);
    }

    function releaseTitle(uint256 start, uint256 part) external counted(Act.ReleaseTitle) {
        uint256 loanId = start % 4 == 0 ? _findLoan(start, _isLive) : _findLoan(start, _isReleasable);
        if (loanId == 0 || _titlesOf(loanId).length == 0) loanId = _freshLoan(start);
        uint256[] memory ids = _titlesOf(loanId);
        uint256 id = ids[part % ids.length];
        if (_isOverNotes(loanId)) {
            _release(loanId, id, receivables.noteOf(id).value);
            return;
        }
        uint256 spare = _spareOf(loanId, id);
        uint256 whole = _quantityOfReceipt(id);
        // More than can be spared is tried too.
        uint256 value = _between(part >> 8, 1, part % 4 == 0 || spare == 0 ? whole + 1 : spare);
        _release(loanId, id, value);
    }

    function returnTitle(uint256 start) external counted(Act.ReturnTitle) {
        uint256 loanId = _findLoan(start, _isTitleWaiting);
        if (loanId == 0) {
            loanId = _freshLoan(start);
            uint256 id = _titlesOf(loanId)[0];
            receipts.freeze(id, "order");
            if (start % 2 == 0) _repayLoan(loanId, 0, _person(start >> 8));
            else _waive(loanId);
            requireEqual("K18 what cannot move waits", loanId, _titlesOf(loanId).length, 1);
            if (start % 3 != 0) receipts.unfreeze(id, "order");
        }
        if (start % 2 == 0) _thaw(_loanBooks[loanId].terms.borrower);
        _returnTitle(loanId);
    }

    // ---- single steps

    /// @dev K18: all that can move, and no more.
    function _returnTitle(uint256 loanId) internal {
        address borrower = _loanBooks[loanId].terms.borrower;
        uint256[] memory ids = _titlesOf(loanId);
        bool[] memory stays = new bool[](ids.length);
        uint256 left;
        for (uint256 i = 0; i < ids.length; i++) {
            stays[i] = !_isGone(loanId, ids[i]) && !_canMoveTo(loanId, ids[i], borrower);
            if (stays[i]) left++;
        }
        Scene memory first = _scene();
        loans.returnTitle(loanId);
        _seen(Act.ReturnTitle, first, address(0), address(collateral));
        requireEqual("K18 what can move is the borrower's", loanId, _titlesOf(loanId).length, left);
    }

    function _topUpReceipt(uint256 loanId, uint256 start, uint256 part) private {
        address borrower = _loanBooks[loanId].terms.borrower;
        Addition memory addition = _addition(loanId, start, part);
        Scene memory first = _scene();
        bytes memory data =
            abi.encodeCall(loans.topUp, (loanId, addition.title, addition.count, addition.signature));
        if (!_try("K10 top-up", loanId, borrower, address(loans), data, addition.allowed)) return;
        _enterCure(loanId);
        Scene memory second = _seen(Act.TopUp, first, address(0), borrower);
        uint256 gained = second.goods[ESCROW] - first.goods[ESCROW];
        requireEqual("K10 goods into escrow", loanId, gained, addition.title.value);
    }

    /// @dev A receipt of a new lot, mostly of the same feed.
    function _addition(uint256 loanId, uint256 start, uint256 part) private returns (Addition memory addition) {
        LoanBook storage book = _loanBooks[loanId];
        _thaw(book.terms.borrower);
        uint256 kind = (book.feed == _feed(0)) == (part % 9 != 0) ? 0 : 1;
        uint256 seed = (start >> 8) / FEEDS * FEEDS + kind;
        uint256 id = _freshReceipt(book.terms.borrower, part % 10 == 0 ? 0 : book.terms.maturityAt, seed);
        (addition.count, addition.signature) = _count(id, book.terms.financier, part);
        IWarehouseReceipts.Goods memory goods = receipts.goodsOf(id);
        uint256 value = part % 2 == 0 ? goods.quantity : _between(part, 1, goods.quantity);
        bool fresh = block.timestamp <= addition.count.countedAt + COUNT_AGE;
        addition.title = ICollateral.Pledge(id, goods.lotId, "documents", value);
        addition.allowed = fresh && addition.count.quantity >= goods.quantity && goods.feed == book.feed
            && goods.coveredUntil >= book.terms.maturityAt;
    }

    function _topUpNote(uint256 loanId, uint256 start, uint256 part) private {
        address borrower = _loanBooks[loanId].terms.borrower;
        (uint256 id, uint256 rootId) = _fresh(start);
        _want(borrower, false);
        uint256 noteId = _endorse(Act.Endorse, rootId, borrower, part, part % 2 == 0);
        uint256 value = receivables.balanceOf(noteId);
        if (policy.limits().maxDepth > 1 && part % 3 == 0) value = _between(part, 1, value);
        _topUpWith(loanId, ICollateral.Pledge(noteId, id, receivables.receivableOf(id).documentHash, value));
    }

    function _topUpWith(uint256 loanId, ICollateral.Pledge memory title) private {
        address borrower = _loanBooks[loanId].terms.borrower;
        uint256 worth = _worth(loanId, 10_000);
        ICollateral.Count memory none;
        Scene memory first = _scene();
        bytes memory data = abi.encodeCall(loans.topUp, (loanId, title, none, ""));
        bool allowed = _stopsLater(loanId, title.assetKey);
        if (!_try("K10 no earlier cut-off", loanId, borrower, address(loans), data, allowed)) return;
        _enterCure(loanId);
        _seen(Act.TopUp, first, address(0), borrower);
        requireEqual("K10 a note into escrow", loanId, _worth(loanId, 10_000), worth + title.value);
    }

    /// @dev K10: than the first title does.
    function _stopsLater(uint256 loanId, uint256 receivableId) private view returns (bool) {
        uint256[] memory ids = _titlesOf(loanId);
        if (ids.length == 0) return true;
        uint256 first = receivables.slotOf(ids[0]);
        return receivables.receivableOf(receivableId).cutOffAt >= receivables.receivableOf(first).cutOffAt;
    }

    /// @dev K11.
    function _release(uint256 loanId, uint256 id, uint256 value) private {
        address borrower = _loanBooks[loanId].terms.borrower;
        _thaw(borrower);
        (bool allowed, uint256 worth) = _mayRelease(loanId, id, value);
        Scene memory first = _scene();
        bytes memory data = abi.encodeCall(loans.release, (loanId, id, value));
        if (!_try("K11 release", loanId, borrower, address(loans), data, allowed)) return;
        _seen(Act.ReleaseTitle, first, address(0), address(collateral));
        requireEqual("K11 the rest stands", loanId, _worth(loanId, _priceNow(loanId)), worth);
    }

    /// @dev And what stays is worth.
    function _mayRelease(uint256 loanId, uint256 id, uint256 value) private view returns (bool, uint256 worth) {
        LoanBook storage book = _loanBooks[loanId];
        bool isNote = _isOverNotes(loanId);
        uint256 whole = isNote ? receivables.noteOf(id).value : _quantityOfReceipt(id);
        uint256 price = _priceNow(loanId);
        worth = _worth(loanId, price) - _worthOf(isNote, id, price);
        if (value < whole) worth += (whole - value) * price / 10 ** receipts.goodsOf(id).decimals;
        bool movable = value != 0 && value <= whole && !_isGone(loanId, id)
            && _canMoveTo(loanId, id, book.terms.borrower);
        bool live = book.status == ILoans.Status.Live && book.callBy == 0 && price != 0;
        return (live && movable && _ltvOf(_openDebt(loanId), worth) <= book.terms.advanceBps, worth);
    }

    // ---- finds or makes

    /// @dev How much of a receipt can go out.
    function _spareOf(uint256 loanId, uint256 id) private view returns (uint256) {
        uint256 price = _priceNow(loanId);
        if (price == 0 || !_canMoveTo(loanId, id, address(0))) return 0;
        uint256 needed = _sum(dueInBooks(loanId)) * 10_000 / _loanBooks[loanId].terms.advanceBps + 1;
        uint256 others = _worth(loanId, price) - _worthOf(false, id, price);
        uint256 whole = _quantityOfReceipt(id);
        if (others >= needed) return whole;
        uint256 least = (needed - others) * 10 ** receipts.goodsOf(id).decimals / price + 1;
        return whole > least ? whole - least : 0;
    }

    function _isReleasable(uint256 loanId) private view returns (bool) {
        if (!_isQuiet(loanId) || _isOverNotes(loanId)) return false;
        uint256[] memory ids = _titlesOf(loanId);
        for (uint256 i = 0; i < ids.length; i++) {
            if (_spareOf(loanId, ids[i]) != 0) return true;
        }
        return false;
    }

    function _isTopUpAble(uint256 loanId) private view returns (bool) {
        return _loanBooks[loanId].status != ILoans.Status.Uncovered && !_isOver(loanId) && _titlesOf(loanId).length < 8;
    }

    function _isTitleWaiting(uint256 loanId) internal view returns (bool) {
        return _isOver(loanId) && _titlesOf(loanId).length != 0;
    }
}
