// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Collateral} from "../../contracts/Collateral.sol";
import {Loans} from "../../contracts/Loans.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {WarehouseReceipts} from "../../contracts/WarehouseReceipts.sol";
import {requireAtMost, requireEqual, requireTrue} from "./Checks.sol";
import {Handler} from "./Handler.sol";
import {LoanBooks} from "./LoanBooks.sol";
import {LotBooks} from "./LotBooks.sol";
import {Rules} from "./Rules.sol";

/// @notice What must be true of lots, of loans and of what stands for them at every moment.
abstract contract LoanRules is Rules {
    Loans private _loans;
    Collateral private _collateral;
    WarehouseReceipts private _receipts;

    function _meetLoans(Handler handler) internal {
        _meet(handler);
        _loans = handler.loans();
        _collateral = handler.collateral();
        _receipts = handler.receipts();
    }

    function _requireLoans() internal view {
        uint256 standing = _requireLots() + _notesInEscrow(_handler.watched());
        uint256[] memory ids = _handler.watchedLoans();
        uint256 listed;
        uint256 proceeds;
        uint256 bids;
        for (uint256 i = 0; i < ids.length; i++) {
            LoanBooks.LoanBook memory book = _handler.loanBookOf(ids[i]);
            _requireDebt(ids[i], book);
            listed += _requireTitles(ids[i]);
            proceeds += _collateral.proceedsOf(ids[i]);
            bids += book.bid;
        }
        requireEqual("K19 what escrow holds is in one list", 0, standing, listed);
        _requireKept(proceeds, bids);
    }

    /// @dev W12. How many receipts stand in escrow.
    function _requireLots() private view returns (uint256 standing) {
        uint256[] memory ids = _handler.lots();
        for (uint256 i = 0; i < ids.length; i++) {
            IWarehouseReceipts.LotView memory lot = _receipts.lotOf(ids[i]);
            LotBooks.LotBook memory book = _handler.lotBookOf(ids[i]);
            requireEqual("W1 counted", ids[i], lot.counted, book.counted);
            requireEqual("W5 delivered", ids[i], lot.delivered, book.delivered);
            requireEqual("W7 lost", ids[i], lot.lost, book.lost);
            uint256 sum;
            uint256[] memory all = _handler.receiptsOf(ids[i]);
            for (uint256 k = 0; k < all.length; k++) {
                IWarehouseReceipts.ReceiptView memory r = _receipts.receiptOf(all[k]);
                requireEqual("W3 a receipt stays in its lot", all[k], r.lotId, ids[i]);
                sum += r.quantity;
                if (r.quantity == 0) continue;
                requireTrue("P5 who holds goods is a participant", all[k], _isParticipant(r.holder));
                bool kept = r.holder == address(_collateral);
                if (kept) standing++;
                uint256 loanId = _collateral.loanIdOf(address(_receipts), all[k]);
                requireTrue("K3 in escrow = pledged for a loan", all[k], kept == (loanId != 0));
            }
            requireEqual("W12 live = counted - delivered - lost", ids[i], sum + lot.delivered + lot.lost, lot.counted);
            requireTrue("W2 live while something is left", ids[i], _receipts.isLive(ids[i]) == (sum != 0));
        }
    }

    function _notesInEscrow(uint256[] memory receivableIds) private view returns (uint256 standing) {
        for (uint256 i = 0; i < receivableIds.length; i++) {
            uint256[] memory all = _handler.notesOf(receivableIds[i]);
            for (uint256 k = 0; k < all.length; k++) {
                bool kept = _receivables.ownerOf(all[k]) == address(_collateral);
                if (kept && _receivables.balanceOf(all[k]) != 0) standing++;
            }
        }
    }

    /// @dev How many of them stand: what is lost, bought back or paid does not any more.
    function _requireTitles(uint256 loanId) private view returns (uint256 standing) {
        (address asset, uint256[] memory ids) = _collateral.titlesOf(loanId);
        requireAtMost("K10 eight titles", loanId, ids.length, 8);
        for (uint256 i = 0; i < ids.length; i++) {
            requireEqual("K19 in the list of its loan", ids[i], _collateral.loanIdOf(asset, ids[i]), loanId);
            for (uint256 k = 0; k < i; k++) {
                requireTrue("K19 once in the list", ids[i], ids[k] != ids[i]);
            }
            if (asset == address(_receipts)) {
                IWarehouseReceipts.ReceiptView memory r = _receipts.receiptOf(ids[i]);
                requireTrue("K19 held by escrow", ids[i], r.holder == address(_collateral));
                if (r.quantity != 0) standing++;
            } else if (_receivables.ownerOf(ids[i]) == address(_collateral) && _receivables.balanceOf(ids[i]) != 0) {
                standing++;
            }
        }
    }

    /// @dev K5 to K9, K18 against the books.
    function _requireDebt(uint256 loanId, LoanBooks.LoanBook memory book) private view {
        ILoans.LoanView memory loan = _loans.loanOf(loanId);
        ILoans.Due memory due = _loans.debtOf(loanId);
        uint256[4] memory wanted = _handler.dueInBooks(loanId);
        requireEqual("K status", loanId, uint256(loan.status), uint256(book.status));
        requireEqual("K16 costs", loanId, due.costs, wanted[0]);
        requireEqual("K6 penalty", loanId, due.penalty, wanted[1]);
        requireEqual("K5 interest", loanId, due.interest, wanted[2]);
        requireEqual("K8 principal", loanId, due.principal, wanted[3]);
        requireEqual("K7 drawn", loanId, loan.drawn, book.drawn);
        requireAtMost("K7 drawn <= limit", loanId, loan.drawn, loan.limit);
        requireAtMost("K8 principal <= drawn", loanId, due.principal, loan.drawn);
        uint256 owed = due.costs + due.penalty + due.interest + due.principal;
        requireTrue("K18 ended = nothing is owed", loanId, (owed == 0) == (loan.status == ILoans.Status.Ended));
        requireEqual("K9 call", loanId, loan.callBy, book.callBy);
        if (loan.callBy != 0) requireEqual("K9 price of the call", loanId, loan.callPrice, book.callPrice);
    }

    /// @dev K19. Nobody gave anything as a gift, so each contract has just what it owes.
    function _requireKept(uint256 proceeds, uint256 bids) private view {
        uint256 ofLoans;
        uint256 ofReceipts;
        for (uint256 i = 0; i < _handler.HOLDERS(); i++) {
            address account = _handler.holder(i);
            ofLoans += _loans.withheldOf(account, CNY);
            ofReceipts += _receipts.withheldOf(account, CNY);
            bids += _handler.enforcement().withheldOf(account, CNY);
        }
        requireEqual("K19 escrow has the proceeds", 0, _cash.balanceOf(address(_collateral)), proceeds);
        requireEqual("K19 bids and withheld", 0, _cash.balanceOf(address(_handler.enforcement())), bids);
        requireEqual("K19 loans: withheld", 0, _cash.balanceOf(address(_loans)), ofLoans);
        requireEqual("W6 receipts: withheld", 0, _cash.balanceOf(address(_receipts)), ofReceipts);
    }
}
