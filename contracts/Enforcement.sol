// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICollateral} from "./interfaces/ICollateral.sol";
import {IEnforcement} from "./interfaces/IEnforcement.sol";
import {ILoans} from "./interfaces/ILoans.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IWarehouseReceipts} from "./interfaces/IWarehouseReceipts.sol";
import {Payouts} from "./Payouts.sol";
import {SignedDocuments} from "./SignedDocuments.sol";

/// @notice See IEnforcement. Keeps the cash of bids; what is owed is in Loans, the title in Collateral.
contract Enforcement is IEnforcement, SignedDocuments, Payouts {
    using SafeERC20 for IERC20;

    bytes32 private constant BID_TYPEHASH =
        keccak256("Bid(uint256 loanId,address bidder,uint64 amount,uint256 nonce,uint256 deadline)");
    uint256 private constant LEAST_WINDOW = 1 days;
    uint256 private constant LONGEST_WINDOW = 30 days;

    /// @dev More than handing over the most titles takes: else who sends too little gas could make a sale fail.
    uint256 private constant HAND_OVER_GAS = 2_500_000;

    ILoans public immutable loans;
    ICollateral public immutable collateral;
    IWarehouseReceipts public immutable receipts;

    mapping(uint256 loanId => Sale) private _sales;

    constructor(
        IParticipants participants_,
        IPolicy policy_,
        ILoans loans_,
        ICollateral collateral_,
        IWarehouseReceipts receipts_
    ) SignedDocuments("Feiqian Enforcement") Payouts(participants_, policy_) {
        loans = loans_;
        collateral = collateral_;
        receipts = receipts_;
    }

    function openSale(uint256 loanId, uint40 window) external nonReentrant {
        ILoans.LoanView memory loan = loans.loanOf(loanId);
        if (msg.sender != loan.lender) revert NotTheLender(loanId, msg.sender);
        if (window < LEAST_WINDOW || window > LONGEST_WINDOW) {
            revert InvalidWindow(window, LEAST_WINDOW, LONGEST_WINDOW);
        }
        participants.requireActive(msg.sender);
        loans.enterSale(loanId);
        Sale storage sale = _sales[loanId];
        // solhint-disable-next-line not-rely-on-time
        sale.endsAt = uint40(block.timestamp) + window;
        sale.round += 1;
        emit SaleOpened(loanId, sale.round, _leastOf(loanId, loan, sale), sale.endsAt);
    }

    function bid(Bid calldata bid_, bytes calldata signature) external nonReentrant {
        uint256 loanId = bid_.loanId;
        ILoans.LoanView memory loan = _inSale(loanId);
        Sale storage sale = _sales[loanId];
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp > sale.endsAt) revert SaleOver(loanId, sale.endsAt);
        uint256 least = _leastOf(loanId, loan, sale);
        if (bid_.amount < least) revert BidTooLow(bid_.amount, least);
        participants.requireActive(bid_.bidder);
        _useDocument(bid_.bidder, _hash(bid_), bid_.nonce, bid_.deadline, signature);

        _returnBid(loanId, loan.currency);
        sale.bidder = bid_.bidder;
        sale.bid = bid_.amount;
        sale.worth = uint64(Math.min(collateral.valueAt(loanId, loan.reservePrice), type(uint64).max));
        emit BidPlaced(loanId, bid_.bidder, bid_.amount);
        _cash(loan.currency).safeTransferFrom(bid_.bidder, address(this), bid_.amount);
    }

    function closeSale(uint256 loanId) external nonReentrant {
        ILoans.LoanView memory loan = _inSale(loanId);
        Sale storage sale = _sales[loanId];
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp <= sale.endsAt) revert SaleRuns(loanId, sale.endsAt);
        if (sale.bid != 0) {
            if (gasleft() < HAND_OVER_GAS) revert NotEnoughGas(gasleft(), HAND_OVER_GAS);
            try this.handOver(loanId, loan) returns (uint256 storagePaid) {
                _share(loanId, loan, storagePaid);
                return;
            } catch {
                _returnBid(loanId, loan.currency);
            }
        } else {
            sale.unsold += 1;
        }
        emit SaleFailed(loanId, sale.round);
        loans.leaveSale(loanId);
    }

    /// @dev Only by closeSale, so that it happens whole or not at all: storage is paid out of the price as far as
    /// that goes, and all title goes to the buyer. A lien that the price cannot pay stays with the goods. A bid is for
    /// what stood when it was placed: nobody pays for a note that was redeemed, or for goods that were lost, since.
    function handOver(uint256 loanId, ILoans.LoanView calldata loan) external returns (uint256 storagePaid) {
        if (msg.sender != address(this)) revert NotMyself(msg.sender);
        Sale memory sale = _sales[loanId];
        uint256 worth = collateral.valueAt(loanId, loan.reservePrice);
        if (worth < sale.worth) revert WorthLess(loanId, worth, sale.worth);
        (address asset, uint256[] memory tokenIds) = collateral.titlesOf(loanId);
        bool goods = asset == address(receipts);
        for (uint256 i = 0; goods && i < tokenIds.length; i++) {
            (uint256 owed,) = receipts.storageOf(tokenIds[i]);
            if (owed == 0 || owed > sale.bid - storagePaid) continue;
            storagePaid += owed;
            _cash(loan.currency).forceApprove(address(receipts), owed);
            receipts.payStorage(tokenIds[i]);
        }
        collateral.sell(loanId, sale.bidder);
    }

    function callOff(uint256 loanId) external nonReentrant {
        if (msg.sender != address(loans)) revert NotLoans(msg.sender);
        _returnBid(loanId, loans.loanOf(loanId).currency);
        emit SaleCalledOff(loanId, _sales[loanId].round);
    }

    function saleOf(uint256 loanId) external view returns (Sale memory sale, uint256 least) {
        sale = _sales[loanId];
        ILoans.LoanView memory loan = loans.loanOf(loanId);
        if (loan.status == ILoans.Status.InSale) least = _leastOf(loanId, loan, _sales[loanId]);
    }

    function bidDigest(Bid calldata bid_) external view returns (bytes32) {
        return _hashTypedDataV4(_hash(bid_));
    }

    // ---- inside

    /// @dev K15.
    function _share(uint256 loanId, ILoans.LoanView memory loan, uint256 storagePaid) private {
        Sale storage sale = _sales[loanId];
        uint256 amount = sale.bid;
        address buyer = sale.bidder;
        sale.bid = 0;
        sale.bidder = address(0);
        (ILoans.Due memory split, uint256 toBorrower, uint256 shortfall) =
            loans.settleSale(loanId, amount - storagePaid);
        emit CollateralSold(loanId, buyer, amount, storagePaid, split, toBorrower, shortfall);
        _payOut(loan.lender, loan.currency, amount - storagePaid - toBorrower);
        _payOut(loan.borrower, loan.currency, toBorrower);
    }

    function _returnBid(uint256 loanId, uint16 currency) private {
        Sale storage sale = _sales[loanId];
        uint256 amount = sale.bid;
        address bidder = sale.bidder;
        if (amount == 0) return;
        sale.bid = 0;
        sale.bidder = address(0);
        emit BidReturned(loanId, bidder, amount);
        _payOut(bidder, currency, amount);
    }

    function _inSale(uint256 loanId) private view returns (ILoans.LoanView memory loan) {
        loan = loans.loanOf(loanId);
        if (loan.status != ILoans.Status.InSale) revert NotInSale(loanId);
    }

    /// @dev K14. More than the best bid, and no less than the reserve: four fifths of the last one, each time nobody came.
    function _leastOf(uint256 loanId, ILoans.LoanView memory loan, Sale storage sale) private view returns (uint256) {
        uint256 reserve = collateral.valueAt(loanId, loan.reservePrice);
        for (uint256 i = 0; i < sale.unsold && reserve != 0; i++) {
            reserve = (reserve * 4) / 5;
        }
        return Math.max(reserve, uint256(sale.bid) + 1);
    }

    function _hash(Bid calldata bid_) private pure returns (bytes32) {
        return keccak256(abi.encode(BID_TYPEHASH, bid_));
    }
}
