// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ICollateral} from "../../contracts/interfaces/ICollateral.sol";
import {ILoans} from "../../contracts/interfaces/ILoans.sol";
import {IPrices} from "../../contracts/interfaces/IPrices.sol";
import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {Roles} from "../../contracts/libraries/Roles.sol";
import {Goods} from "./Goods.sol";
import {Signer} from "./Signer.sol";

/// @notice K3, K4, K11: what stands in escrow is pledged once, moves by its loan alone, and as far as the debt allows.
contract EscrowProof is Goods {
    uint64 private constant QUANTITY = 1_000;
    uint64 private constant PRICE = 100;
    uint64 private constant DRAWN = 50_000;
    uint16 private constant ADVANCE_BPS = 7_000;
    uint256 private constant LOAN = 1;
    uint256 private constant PLEDGED = 1;
    uint256 private constant OWN = 2;

    Signer private _oracle;

    /// @dev The supplier has two lots; the first stands in escrow for its loan from the financier. The custodian, the
    /// financier and the supplier sign whatever is asked of them, so no proof below rests on a signature.
    function setUp() public override {
        super.setUp();
        _intake("first lot", QUANTITY, 0);
        _intake("second lot", QUANTITY, 0);
        custodian.signAll();
        financier.signAll();
        supplier.signAll();
        _publishPrice();
        cash.mint(address(financier), MOST);
        cash.mint(address(supplier), DRAWN);
        _allowCash(financier, address(loans));
        _allowCash(supplier, address(loans));
        VM.prank(address(supplier));
        receipts.setApprovalForAll(address(collateral), true);
        VM.prank(address(supplier));
        loans.originate(_quote(), "", PLEDGED, _count(PLEDGED), "", DRAWN);
        assert(receipts.receiptOf(PLEDGED).holder == address(collateral));
    }

    /// @dev K3. Neither pledged nor sold, split off, merged, delivered or given to somebody else: by nobody but escrow.
    function check_nobodyMovesTitleInEscrow(address caller, address from, address to, uint64 quantity, bool whole)
        external
    {
        VM.assume(caller != address(collateral));
        address target = address(receipts);
        _refused(caller, target, abi.encodeCall(receipts.transferFrom, (from, to, PLEDGED)));
        _refused(caller, target, abi.encodeCall(receipts.split, (PLEDGED, to, quantity)));
        _refused(caller, target, abi.encodeCall(receipts.merge, (PLEDGED, OWN)));
        _refused(caller, target, abi.encodeCall(receipts.merge, (OWN, PLEDGED)));
        _refused(caller, target, abi.encodeCall(receipts.approve, (to, PLEDGED)));
        bytes memory act = abi.encodeCall(
            receipts.deliver, (PLEDGED, 1, DOCUMENT, from, to, whole ? QUANTITY : quantity, false)
        );
        _refused(caller, target, act);
        _refused(caller, target, abi.encodeCall(receipts.requestReplacement, (PLEDGED, to, "evidence")));
        _refused(caller, target, abi.encodeCall(receipts.replace, (PLEDGED)));
        IWarehouseReceipts.DeliveryOrder memory order =
            IWarehouseReceipts.DeliveryOrder(PLEDGED, quantity, "carrier", 1, NOW);
        _refused(caller, target, abi.encodeCall(receipts.deliverGoods, (order, "")));
    }

    /// @dev K3. The same title again, for any loan of anybody but escrow itself, which borrows nothing.
    function check_titleIsPledgedOnce(
        ICollateral.Purpose calldata any,
        uint256 assetKey,
        uint256 value,
        ICollateral.Count calldata count
    ) external {
        VM.assume(any.borrower != address(collateral));
        ICollateral.Purpose memory purpose = any;
        purpose.asset = address(receipts);
        ICollateral.Pledge memory title = ICollateral.Pledge(PLEDGED, assetKey, DOCUMENT, value);
        _refused(address(loans), address(collateral), abi.encodeCall(collateral.pledge, (purpose, title, count, "")));
        assert(collateral.loanIdOf(address(receipts), PLEDGED) == LOAN);
    }

    /// @dev K11. By the borrower, and what is left still carries the debt: LTV is at or below advance.
    function check_releaseLeavesTheDebtCovered(address caller, uint256 tokenId, uint256 value) external {
        _send(caller);
        uint256 releasedId = loans.release(LOAN, tokenId, value);
        uint256 left = receipts.receiptOf(PLEDGED).quantity;
        assert(caller == address(supplier) && tokenId == PLEDGED);
        assert(receipts.receiptOf(releasedId).holder == address(supplier));
        assert(receipts.receiptOf(releasedId).quantity == value && value + left == QUANTITY && releasedId != PLEDGED);
        assert(_debt() * 10_000 <= ADVANCE_BPS * left * PRICE);
    }

    /// @dev K4, K7. So does a drawdown, and it stays within the limit.
    function check_drawdownLeavesTheDebtCovered(address caller, uint64 amount) external {
        uint256 had = cash.balanceOf(address(supplier));
        _send(caller);
        loans.draw(LOAN, amount);
        assert(caller == address(supplier));
        assert(uint256(DRAWN) + amount <= 2 * DRAWN);
        assert(cash.balanceOf(address(supplier)) == had + amount);
        assert(_debt() * 10_000 <= uint256(ADVANCE_BPS) * QUANTITY * PRICE);
    }

    /// @dev K8, K18. A payment takes what is owed at most, and the title comes back when nothing is.
    function check_paymentTakesWhatIsOwedAtMost(address payer, uint256 amount) external {
        uint256 debt = _debt();
        uint256 had = cash.balanceOf(payer);
        uint256 lent = cash.balanceOf(address(financier));
        _send(payer);
        uint256 taken = loans.repay(LOAN, amount);
        assert(taken <= amount && taken <= debt);
        assert(_debt() + taken == debt);
        assert(payer == address(financier) || cash.balanceOf(payer) + taken == had);
        assert(payer == address(financier) || cash.balanceOf(address(financier)) == lent + taken);
        address holder = receipts.receiptOf(PLEDGED).holder;
        assert(holder == (taken == debt ? address(supplier) : address(collateral)));
    }

    /// @dev K4. LTV is debt × 10,000 ÷ value, rounded up: never below what it is.
    function check_ltvIsRoundedUp(uint64 price) external view {
        VM.assume(price != 0);
        uint256 debt = _debt();
        uint256 value = uint256(QUANTITY) * price;
        uint256 ltv = loans.ltvAt(LOAN, price);
        assert(ltv != 0 && ltv <= debt * 10_000);
        unchecked {
            // ltv × value ≥ debt × 10,000, and one less is not: said so that only one product is looked at.
            uint256 below = (ltv - 1) * value;
            assert(below < debt * 10_000 && debt * 10_000 - below <= value);
        }
    }

    /// @dev K2, K11, K15, K18: title leaves escrow by the loan that it stands for, or by its sale.
    function check_loansHearTheirSiblingsAlone(
        address caller,
        uint256 loanId,
        address to,
        uint256 value,
        ICollateral.Purpose calldata purpose,
        ICollateral.Pledge calldata title,
        ICollateral.Count calldata count,
        bytes32 evidence
    ) external {
        address target = address(collateral);
        if (caller != address(loans)) {
            _refused(caller, target, abi.encodeCall(collateral.pledge, (purpose, title, count, "")));
            _refused(caller, target, abi.encodeCall(collateral.release, (loanId, to, title.tokenId, value)));
            _refused(caller, target, abi.encodeCall(collateral.returnTitles, (loanId, to)));
            _refused(caller, target, abi.encodeCall(collateral.takeProceeds, (loanId)));
            _refused(caller, address(enforcement), abi.encodeCall(enforcement.callOff, (loanId)));
        }
        if (caller != address(enforcement)) {
            _refused(caller, target, abi.encodeCall(collateral.sell, (loanId, to)));
            _refused(caller, address(loans), abi.encodeCall(loans.enterSale, (loanId)));
            _refused(caller, address(loans), abi.encodeCall(loans.leaveSale, (loanId)));
            _refused(caller, address(loans), abi.encodeCall(loans.settleSale, (loanId, value)));
        }
        bool payer = caller == address(receipts) || caller == address(repayments) || caller == address(reserve);
        if (!payer) _refused(caller, target, abi.encodeCall(collateral.onProceeds, (title.tokenId, value)));
        if (caller != address(attestations)) {
            _refused(caller, address(receipts), abi.encodeCall(receipts.lock, (1, evidence)));
        }
    }

    /// @dev K15. A sale is handed over by the sale itself.
    function check_handingOverIsTheSalesAlone(address caller, uint256 loanId, ILoans.LoanView calldata loan) external {
        VM.assume(caller != address(enforcement));
        _refused(caller, address(enforcement), abi.encodeCall(enforcement.handOver, (loanId, loan)));
    }

    function _debt() private view returns (uint256) {
        ILoans.Due memory due = loans.debtOf(LOAN);
        return due.costs + due.penalty + due.interest + due.principal;
    }

    function _publishPrice() private {
        _oracle = _enter(Roles.ORACLE);
        bytes32 feed = prices.feedOf("COPPER", "A", "T", CNY);
        prices.assignFeed(feed, address(_oracle));
        _oracle.signAll();
        prices.publish(IPrices.Price(feed, PRICE, NOW, 1, NOW), "");
    }

    function _quote() private view returns (ILoans.Quote memory) {
        return ILoans.Quote({
            financier: address(financier),
            borrower: address(supplier),
            asset: receipts,
            assetKey: 1,
            documentHash: DOCUMENT,
            value: QUANTITY,
            currency: CNY,
            limit: 2 * DRAWN,
            rateBps: 600,
            penaltyBps: 900,
            maturityAt: uint40(NOW + 90 days),
            graceDays: 3,
            advanceBps: ADVANCE_BPS,
            callBps: 8_000,
            liquidationBps: 9_000,
            cureSeconds: 1 days,
            reservePrice: PRICE,
            order: ILoans.Order.PenaltyInterestPrincipal,
            nonce: 1,
            deadline: NOW
        });
    }

    function _count(uint256 receiptId) private view returns (ICollateral.Count memory) {
        return ICollateral.Count(receiptId, address(financier), QUANTITY, uint40(NOW), receiptId, NOW);
    }
}
