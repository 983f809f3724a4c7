// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICollateral} from "./interfaces/ICollateral.sol";
import {IEnforcement} from "./interfaces/IEnforcement.sol";
import {ILoans} from "./interfaces/ILoans.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IWarehouseReceipts} from "./interfaces/IWarehouseReceipts.sol";
import {Bulk} from "./Bulk.sol";
import {Payouts} from "./Payouts.sol";
import {SignedDocuments} from "./SignedDocuments.sol";
import {Debts} from "./libraries/Debts.sol";
import {Roles} from "./libraries/Roles.sol";

/// @notice See ILoans. Keeps neither title nor cash, but for what is withheld.
contract Loans is ILoans, SignedDocuments, Payouts, Bulk {
    using SafeERC20 for IERC20;
    using Debts for Debts.Debt;
    using Debts for ILoans.Due;

    struct Loan {
        address borrower;
        uint40 startedAt;
        uint16 rateBps;
        Status status;
        Order order;
        bool overNotes;
        // second word
        address lender;
        uint40 maturityAt;
        uint16 penaltyBps;
        uint8 graceDays;
        uint16 currency;
        // third word
        uint16 advanceBps;
        uint16 callBps;
        uint16 liquidationBps;
        uint32 cureSeconds;
        uint64 reservePrice;
        uint64 limit;
        // fourth word, while a call is open
        uint40 callBy;
        uint64 callPrice;
        Debts.Debt debt;
    }

    bytes32 private constant QUOTE_TYPEHASH = keccak256(
        "Quote(address financier,address borrower,address asset,uint256 assetKey,bytes32 documentHash,uint256 value,"
        "uint16 currency,uint64 limit,uint16 rateBps,uint16 penaltyBps,uint40 maturityAt,uint8 graceDays,"
        "uint16 advanceBps,uint16 callBps,uint16 liquidationBps,uint32 cureSeconds,uint64 reservePrice,uint8 order,"
        "uint256 nonce,uint256 deadline)"
    );
    uint256 private constant MAX_AMOUNT = uint64(type(int64).max);
    uint256 private constant MAX_BPS = 10_000;
    uint256 private constant MAX_TENOR = 3_660 days;

    ICollateral public immutable collateral;
    IEnforcement public immutable enforcement;
    IWarehouseReceipts public immutable receipts;
    address public immutable receivables;

    uint256 public loanCount;
    mapping(uint256 loanId => Loan) private _loans;

    constructor(
        IParticipants participants_,
        IPolicy policy_,
        ICollateral collateral_,
        IEnforcement enforcement_,
        IWarehouseReceipts receipts_,
        address receivables_
    ) SignedDocuments("Feiqian Loans") Payouts(participants_, policy_) {
        collateral = collateral_;
        enforcement = enforcement_;
        receipts = receipts_;
        receivables = receivables_;
    }

    modifier onlyEnforcement() {
        if (msg.sender != address(enforcement)) revert NotEnforcement(msg.sender);
        _;
    }

    // ---- lending

    function originate(
        Quote calldata quote,
        bytes calldata signature,
        uint256 tokenId,
        ICollateral.Count calldata count,
        bytes calldata countSignature,
        uint64 amount
    ) external nonReentrant returns (uint256 loanId) {
        if (msg.sender != quote.borrower) revert NotTheBorrower(0, msg.sender);
        _requireSensible(quote);
        participants.requireRole(quote.financier, Roles.FINANCIER);
        participants.requireActive(quote.borrower);
        _useDocument(quote.financier, _hash(quote), quote.nonce, quote.deadline, signature);

        loanId = _open(quote);
        emit LoanOriginated(loanId, quote.financier, quote.borrower, address(quote.asset), quote);
        ICollateral.Pledge memory title =
            ICollateral.Pledge(tokenId, quote.assetKey, quote.documentHash, quote.value);
        collateral.pledge(_purpose(loanId), title, count, countSignature);
        _draw(loanId, amount);
    }

    function draw(uint256 loanId, uint64 amount) external nonReentrant {
        Loan storage loan = _inStatus(loanId, Status.Live);
        if (msg.sender != loan.borrower) revert NotTheBorrower(loanId, msg.sender);
        participants.requireActive(loan.borrower);
        if (loan.callBy != 0) revert CallOpen(loanId, loan.callBy);
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp >= loan.maturityAt) revert Matured(loanId, loan.maturityAt);
        _draw(loanId, amount);
    }

    // ---- paying

    function repay(uint256 loanId, uint256 amount) external nonReentrant returns (uint256 taken) {
        Loan storage loan = _owing(loanId);
        if (amount == 0) revert InvalidAmount(0, 0);
        Due memory split = _allocate(loan, amount);
        taken = split.total();
        emit LoanRepaid(loanId, msg.sender, split, amount - taken);
        _payFrom(msg.sender, loan.lender, loan.currency, taken);
        _afterPayment(loanId, loan);
    }

    function advanceStorage(uint256 loanId, uint256 tokenId) external nonReentrant returns (uint256 amount) {
        Loan storage loan = _owing(loanId);
        if (msg.sender != loan.lender) revert NotTheLender(loanId, msg.sender);
        if (collateral.loanIdOf(address(receipts), tokenId) != loanId) {
            revert ICollateral.NotPledged(loanId, tokenId);
        }
        (amount,) = receipts.storageOf(tokenId);
        loan.debt.costs += SafeCast.toUint64(amount);
        emit CostsAdvanced(loanId, tokenId, amount);
        _cash(loan.currency).safeTransferFrom(msg.sender, address(this), amount);
        _cash(loan.currency).forceApprove(address(receipts), amount);
        receipts.payStorage(tokenId);
    }

    function applyProceeds(uint256 loanId) external nonReentrant {
        Loan storage loan = _existing(loanId);
        uint256 amount = collateral.takeProceeds(loanId);
        if (amount == 0) revert NothingToApply(loanId);
        Due memory split = _allocate(loan, amount);
        uint256 toLender = split.total();
        emit ProceedsApplied(loanId, split, amount - toLender);
        _payOut(loan.lender, loan.currency, toLender);
        _payOut(loan.borrower, loan.currency, amount - toLender);
        if (loan.status != Status.Ended) _afterPayment(loanId, loan);
    }

    function waive(uint256 loanId) external nonReentrant {
        Loan storage loan = _owing(loanId);
        if (msg.sender != loan.lender) revert NotTheLender(loanId, msg.sender);
        emit LoanWaived(loanId, _allocate(loan, type(uint256).max));
        _end(loanId, loan);
    }

    // ---- margin

    function callMargin(uint256 loanId) external {
        Loan storage loan = _inStatus(loanId, Status.Live);
        if (loan.callBy != 0) revert CallOpen(loanId, loan.callBy);
        uint256 price = _goodPrice(loanId);
        uint256 ltv = _ltv(loanId, loan, price);
        if (ltv < loan.callBps) revert LtvBelowCall(ltv, loan.callBps);
        // solhint-disable-next-line not-rely-on-time
        uint256 callBy = block.timestamp + loan.cureSeconds;
        loan.callBy = uint40(callBy);
        loan.callPrice = SafeCast.toUint64(price);
        emit MarginCalled(loanId, ltv, price, callBy);
    }

    function reviewCall(uint256 loanId) external {
        Loan storage loan = _inStatus(loanId, Status.Live);
        if (loan.callBy == 0) revert NoCall(loanId);
        _askCure(loanId, loan);
    }

    function topUp(
        uint256 loanId,
        ICollateral.Pledge calldata title,
        ICollateral.Count calldata count,
        bytes calldata countSignature
    ) external nonReentrant {
        Loan storage loan = _owing(loanId);
        if (loan.status == Status.Uncovered) revert WrongLoanStatus(loanId, loan.status);
        if (msg.sender != loan.borrower) revert NotTheBorrower(loanId, msg.sender);
        collateral.pledge(_purpose(loanId), title, count, countSignature);
        _askCure(loanId, loan);
    }

    function release(uint256 loanId, uint256 tokenId, uint256 value)
        external
        nonReentrant
        returns (uint256 releasedId)
    {
        Loan storage loan = _inStatus(loanId, Status.Live);
        if (msg.sender != loan.borrower) revert NotTheBorrower(loanId, msg.sender);
        if (loan.callBy != 0) revert CallOpen(loanId, loan.callBy);
        releasedId = collateral.release(loanId, msg.sender, tokenId, value);
        _requireAdvance(loanId, loan);
    }

    // ---- default

    function enterSale(uint256 loanId) external onlyEnforcement nonReentrant {
        Loan storage loan = _inStatus(loanId, Status.Live);
        (Cause cause, uint256 ltv) = _default(loanId, loan);
        if (cause == Cause.None) revert LoanNotInDefault(loanId);
        loan.status = Status.InSale;
        emit LoanDefaulted(loanId, cause, _debtNow(loan).due().total(), ltv);
    }

    function leaveSale(uint256 loanId) external onlyEnforcement nonReentrant {
        _inStatus(loanId, Status.InSale).status = Status.Live;
    }

    function settleSale(uint256 loanId, uint256 amount)
        external
        onlyEnforcement
        nonReentrant
        returns (Due memory split, uint256 toBorrower, uint256 shortfall)
    {
        Loan storage loan = _inStatus(loanId, Status.InSale);
        split = _allocate(loan, amount);
        toBorrower = amount - split.total();
        shortfall = _debtNow(loan).due().total();
        loan.status = shortfall == 0 ? Status.Ended : Status.Uncovered;
        loan.callBy = 0;
        if (shortfall == 0) emit LoanEnded(loanId);
    }

    function returnTitle(uint256 loanId) external nonReentrant {
        collateral.returnTitles(loanId, _inStatus(loanId, Status.Ended).borrower);
    }

    // ---- views

    function loanOf(uint256 loanId) external view returns (LoanView memory) {
        Loan storage loan = _existing(loanId);
        return LoanView({
            lender: loan.lender,
            borrower: loan.borrower,
            status: loan.status,
            overNotes: loan.overNotes,
            order: loan.order,
            currency: loan.currency,
            limit: loan.limit,
            drawn: loan.limit - loan.debt.undrawn,
            rateBps: loan.rateBps,
            penaltyBps: loan.penaltyBps,
            startedAt: loan.startedAt,
            maturityAt: loan.maturityAt,
            graceEndsAt: _graceEndsAt(loan),
            advanceBps: loan.advanceBps,
            callBps: loan.callBps,
            liquidationBps: loan.liquidationBps,
            cureSeconds: loan.cureSeconds,
            reservePrice: loan.reservePrice,
            callBy: loan.callBy,
            callPrice: loan.callPrice
        });
    }

    function debtOf(uint256 loanId) external view returns (Due memory) {
        return _debtNow(_existing(loanId)).due();
    }

    function ltvAt(uint256 loanId, uint256 price) external view returns (uint256) {
        return _ltv(loanId, _existing(loanId), price);
    }

    function defaultOf(uint256 loanId) external view returns (Cause cause) {
        Loan storage loan = _existing(loanId);
        if (loan.status == Status.Live) (cause,) = _default(loanId, loan);
    }

    function quoteDigest(Quote calldata quote) external view returns (bytes32) {
        return _hashTypedDataV4(_hash(quote));
    }

    // ---- inside

    function _open(Quote calldata quote) private returns (uint256 loanId) {
        loanId = ++loanCount;
        Loan storage loan = _loans[loanId];
        loan.borrower = quote.borrower;
        // solhint-disable-next-line not-rely-on-time
        loan.startedAt = uint40(block.timestamp);
        loan.rateBps = quote.rateBps;
        loan.status = Status.Live;
        loan.order = quote.order;
        loan.overNotes = address(quote.asset) == receivables;
        loan.lender = quote.financier;
        loan.maturityAt = quote.maturityAt;
        loan.penaltyBps = quote.penaltyBps;
        loan.graceDays = quote.graceDays;
        loan.currency = quote.currency;
        loan.advanceBps = quote.advanceBps;
        loan.callBps = quote.callBps;
        loan.liquidationBps = quote.liquidationBps;
        loan.cureSeconds = quote.cureSeconds;
        loan.reservePrice = quote.reservePrice;
        loan.limit = quote.limit;
        loan.debt.undrawn = quote.limit;
    }

    function _draw(uint256 loanId, uint64 amount) private {
        Loan storage loan = _loans[loanId];
        if (amount == 0) revert InvalidAmount(0, loan.debt.undrawn);
        Debts.Debt memory debt = _debtNow(loan);
        debt.draw(loan.rateBps, amount);
        loan.debt = debt;
        _requireAdvance(loanId, loan);
        emit LoanDrawn(loanId, loan.borrower, amount, debt.principal);
        _cash(loan.currency).safeTransferFrom(loan.lender, loan.borrower, amount);
    }

    function _allocate(Loan storage loan, uint256 amount) private returns (Due memory split) {
        Debts.Debt memory debt = _debtNow(loan);
        split = debt.pay(amount, loan.order);
        loan.debt = debt;
    }

    function _afterPayment(uint256 loanId, Loan storage loan) private {
        if (_debtNow(loan).due().total() == 0) {
            _end(loanId, loan);
        } else {
            _askCure(loanId, loan);
        }
    }

    /// @dev K18. Whatever runs ends with it.
    function _end(uint256 loanId, Loan storage loan) private {
        bool inSale = loan.status == Status.InSale;
        loan.status = Status.Ended;
        loan.callBy = 0;
        emit LoanEnded(loanId);
        if (inSale) enforcement.callOff(loanId);
        collateral.returnTitles(loanId, loan.borrower);
    }

    /// @dev K9. At the price of the call or, where that is better for the borrower, a good one of now: who falls at the
    /// last moment below what was asked for has a new call, not a missed one.
    function _askCure(uint256 loanId, Loan storage loan) private {
        if (loan.callBy == 0) return;
        uint256 price = Math.max(loan.callPrice, collateral.priceOf(loanId));
        uint256 ltv = _ltv(loanId, loan, price);
        if (ltv > loan.advanceBps) return;
        loan.callBy = 0;
        loan.callPrice = 0;
        emit MarginCured(loanId, ltv, price);
    }

    /// @dev K13. Only what is overdue needs no good price.
    function _default(uint256 loanId, Loan storage loan) private view returns (Cause cause, uint256 ltv) {
        uint256 price = collateral.priceOf(loanId);
        ltv = price == 0 ? 0 : _ltv(loanId, loan, price);
        // solhint-disable-next-line not-rely-on-time
        uint256 nowAt = block.timestamp;
        if (nowAt > _graceEndsAt(loan)) return (Cause.Overdue, ltv);
        if (price == 0) return (Cause.None, 0);
        if (ltv >= loan.liquidationBps) return (Cause.Liquidation, ltv);
        bool missed = loan.callBy != 0 && nowAt > loan.callBy && ltv > loan.advanceBps;
        if (missed) return (Cause.CallNotCured, ltv);
    }

    function _requireAdvance(uint256 loanId, Loan storage loan) private view {
        uint256 ltv = _ltv(loanId, loan, _goodPrice(loanId));
        if (ltv > loan.advanceBps) revert LtvTooHigh(ltv, loan.advanceBps);
    }

    function _goodPrice(uint256 loanId) private view returns (uint256 price) {
        price = collateral.priceOf(loanId);
        if (price == 0) revert NoGoodPrice(loanId);
    }

    /// @dev K4. Rounded against the borrower; without value any debt is beyond every band. Cash that came for the title
    /// counts before it is applied: else whoever waits with that would have a default.
    function _ltv(uint256 loanId, Loan storage loan, uint256 price) private view returns (uint256) {
        uint256 value = collateral.valueAt(loanId, price);
        uint256 came = collateral.proceedsOf(loanId);
        uint256 debt = _debtNow(loan).due().total();
        if (debt <= came) return 0;
        return value == 0 ? type(uint256).max : Math.ceilDiv((debt - came) * 10_000, value);
    }

    function _debtNow(Loan storage loan) private view returns (Debts.Debt memory debt) {
        debt = loan.debt;
        // solhint-disable-next-line not-rely-on-time
        uint256 nowAt = block.timestamp;
        uint256 daysBegun = Math.max(1, Math.ceilDiv(nowAt - loan.startedAt, 1 days));
        uint256 graceEndsAt = _graceEndsAt(loan);
        uint256 lateDays = nowAt <= graceEndsAt ? 0 : Math.ceilDiv(nowAt - graceEndsAt, 1 days);
        debt.accrue(loan.rateBps, loan.penaltyBps, daysBegun, lateDays);
    }

    function _graceEndsAt(Loan storage loan) private view returns (uint40) {
        return loan.maturityAt + uint40(loan.graceDays) * 1 days;
    }

    function _requireSensible(Quote calldata quote) private view {
        // solhint-disable-next-line not-rely-on-time
        uint256 nowAt = block.timestamp;
        bool known = address(quote.asset) == receivables || address(quote.asset) == address(receipts);
        if (!known) revert ICollateral.UnknownAsset(address(quote.asset));
        if (quote.maturityAt <= nowAt || quote.maturityAt > nowAt + MAX_TENOR) revert InvalidTerms("maturityAt");
        if (quote.limit == 0 || quote.limit > MAX_AMOUNT) revert InvalidTerms("limit");
        if (quote.rateBps > MAX_BPS) revert InvalidTerms("rateBps");
        if (quote.penaltyBps > MAX_BPS) revert InvalidTerms("penaltyBps");
        if (quote.advanceBps == 0 || quote.advanceBps >= quote.callBps) revert InvalidTerms("advanceBps");
        if (quote.callBps >= quote.liquidationBps) revert InvalidTerms("callBps");
        if (quote.liquidationBps > MAX_BPS) revert InvalidTerms("liquidationBps");
        if (quote.cureSeconds == 0) revert InvalidTerms("cureSeconds");
        if (quote.reservePrice == 0) revert InvalidTerms("reservePrice");
        if (policy.settlementTokenOf(quote.currency) == address(0)) revert InvalidTerms("currency");
    }

    function _purpose(uint256 loanId) private view returns (ICollateral.Purpose memory) {
        Loan storage loan = _loans[loanId];
        address asset = loan.overNotes ? receivables : address(receipts);
        return ICollateral.Purpose(loanId, asset, loan.lender, loan.borrower, loan.maturityAt, loan.currency);
    }

    function _owing(uint256 loanId) private view returns (Loan storage loan) {
        loan = _existing(loanId);
        if (loan.status == Status.Ended) revert WrongLoanStatus(loanId, loan.status);
    }

    function _existing(uint256 loanId) private view returns (Loan storage loan) {
        loan = _loans[loanId];
        if (loan.status == Status.None) revert UnknownLoan(loanId);
    }

    function _inStatus(uint256 loanId, Status wanted) private view returns (Loan storage loan) {
        loan = _existing(loanId);
        if (loan.status != wanted) revert WrongLoanStatus(loanId, loan.status);
    }

    /// @dev Every member of Quote is one word in declaration order, as EIP-712 encodes it.
    function _hash(Quote calldata quote) private pure returns (bytes32) {
        return keccak256(abi.encode(QUOTE_TYPEHASH, quote));
    }
}
