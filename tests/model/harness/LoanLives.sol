// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ICollateral} from "../../../contracts/interfaces/ICollateral.sol";
import {IDeliverable} from "../../../contracts/interfaces/IDeliverable.sol";
import {IEnforcement} from "../../../contracts/interfaces/IEnforcement.sol";
import {ILoans} from "../../../contracts/interfaces/ILoans.sol";
import {ElapsingEnforcement, ElapsingLoans} from "./Elapsing.sol";
import {Surroundings} from "./Surroundings.sol";

/// @notice A party that signs whatever it is shown, and does what it is told.
contract Party {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }

    function act(address target, bytes calldata call_) external returns (bool done) {
        (done,) = target.call(call_);
    }
}

/// @notice Plays whole lives of loans on Loans and Enforcement as they are, in one call: borrower, collateral, custodian
/// and the world around them are this contract. What the words say and what comes back: lives/loans.py.
contract LoanLives is Surroundings {
    ElapsingLoans private _loans;
    ElapsingEnforcement private _enforcement;
    Party private immutable _lender = new Party();
    Party private immutable _bidder = new Party();

    uint256 private _nonce;
    uint256 private _value;
    uint256 private _proceeds;
    uint256 private _custodianGot;
    mapping(uint256 tokenId => uint256) private _storageOwed;

    function connect(ElapsingLoans loans, ElapsingEnforcement enforcement) external {
        (_loans, _enforcement) = (loans, enforcement);
    }

    function play(uint256[] calldata words) external returns (uint256[] memory said) {
        said = new uint256[](4 * words.length);
        uint256 at;
        uint256 told;
        while (at < words.length) {
            uint256 first = words[at];
            uint256 steps = _bits(first, 216, 16);
            uint256 loanId = _originate(first, words[at + 1]);
            at += 2;
            told = _tell(said, told, loanId, loanId == 0 ? 0 : 1);
            for (uint256 i = 0; i < steps; i++) {
                uint256 step = words[at++];
                if (loanId == 0) continue;
                _forget();
                uint256 done = _step(loanId, step);
                told = _tell(said, told, loanId, done);
            }
        }
        assembly {
            mstore(said, told)
        }
    }

    function _originate(uint256 first, uint256 second) private returns (uint256 loanId) {
        _forget();
        _proceeds = 0;
        _value = _bits(second, 0, 128);
        ILoans.Quote memory quote;
        quote.financier = address(_lender);
        quote.borrower = address(this);
        quote.asset = IDeliverable(address(this));
        quote.limit = uint64(_bits(first, 88, 64));
        quote.rateBps = uint16(_bits(first, 0, 16));
        quote.penaltyBps = uint16(_bits(first, 16, 16));
        quote.maturityAt = uint40(block.timestamp + _bits(first, 48, 40));
        quote.graceDays = uint8(_bits(first, 32, 8));
        quote.order = ILoans.Order(_bits(first, 40, 8));
        quote.advanceBps = uint16(_bits(second, 128, 16));
        quote.callBps = uint16(_bits(second, 144, 16));
        quote.liquidationBps = uint16(_bits(second, 160, 16));
        (quote.cureSeconds, quote.reservePrice) = (1, 1);
        (quote.nonce, quote.deadline) = (++_nonce, type(uint256).max);
        ICollateral.Count memory count;
        try _loans.originate(quote, "", 1, count, "", uint64(_bits(first, 152, 64))) returns (uint256 made) {
            loanId = made;
        } catch {}
    }

    function _step(uint256 loanId, uint256 step) private returns (uint256 done) {
        uint256 kind = _bits(step, 0, 8);
        uint256 amount = _bits(step, 40, 64);
        _loans.elapse(loanId, _bits(step, 8, 32));
        if (kind == 0) return 1;
        if (kind == 1) return _tried(_loans.draw.selector, loanId, amount);
        if (kind == 2) return _tried(_loans.repay.selector, loanId, amount);
        if (kind == 3) {
            _storageOwed[1] = amount;
            return _byLender(address(_loans), abi.encodeCall(_loans.advanceStorage, (loanId, 1)));
        }
        if (kind == 4) {
            _proceeds += amount;
            return 1;
        }
        if (kind == 5) return _tried(_loans.applyProceeds.selector, loanId, 0);
        if (kind == 6) return _byLender(address(_loans), abi.encodeCall(_loans.waive, (loanId)));
        return _sell(loanId, amount, _bits(step, 104, 64), _bits(step, 168, 64));
    }

    /// @dev 0: no sale was opened; 1: nobody came; 3: a bid was taken.
    function _sell(uint256 loanId, uint256 amount, uint256 firstOwed, uint256 secondOwed) private returns (uint256 done) {
        done = _byLender(address(_enforcement), abi.encodeCall(_enforcement.openSale, (loanId, 1 days)));
        if (done == 0) return 0;
        (_storageOwed[1], _storageOwed[2]) = (firstOwed, secondOwed);
        IEnforcement.Bid memory bid =
            IEnforcement.Bid(loanId, address(_bidder), uint64(amount), ++_nonce, type(uint256).max);
        try _enforcement.bid(bid, "") {
            done = 3;
        } catch {}
        _loans.elapse(loanId, 1 days + 1);
        _enforcement.elapse(loanId, 1 days + 1);
        _enforcement.closeSale(loanId);
    }

    function _tried(bytes4 selector, uint256 loanId, uint256 amount) private returns (uint256) {
        (bool done,) = address(_loans).call(abi.encodeWithSelector(selector, loanId, amount));
        return done ? 1 : 0;
    }

    function _byLender(address target, bytes memory call_) private returns (uint256) {
        return _lender.act(target, call_) ? 1 : 0;
    }

    function _forget() private {
        _got[address(this)] = 0;
        _got[address(_lender)] = 0;
        _custodianGot = 0;
    }

    function _tell(uint256[] memory said, uint256 told, uint256 loanId, uint256 done) private view returns (uint256) {
        if (loanId == 0) return told + 1;
        ILoans.Due memory due = _loans.debtOf(loanId);
        said[told] = done | (_loans.statusOf(loanId) << 8) | (_got[address(_lender)] << 16)
            | (_got[address(this)] << 112);
        said[told + 1] = _custodianGot | (due.costs << 64) | (due.principal << 128);
        said[told + 2] = due.penalty | (due.interest << 128);
        said[told + 3] = _loans.ltvAt(loanId, 1);
        return told + 4;
    }

    // ---- participants

    function requireRole(address, uint32) external pure returns (uint32) {
        return 1;
    }

    // ---- collateral: two titles of one value, whatever the price

    function pledge(ICollateral.Purpose calldata, ICollateral.Pledge calldata, ICollateral.Count calldata, bytes calldata)
        external {}

    function returnTitles(uint256, address) external {}

    function sell(uint256, address) external {}

    function priceOf(uint256) external pure returns (uint256) {
        return 1;
    }

    function valueAt(uint256, uint256) external view returns (uint256) {
        return _value;
    }

    function proceedsOf(uint256) external view returns (uint256) {
        return _proceeds;
    }

    function takeProceeds(uint256) external returns (uint256 amount) {
        amount = _proceeds;
        _proceeds = 0;
    }

    function loanIdOf(address, uint256) external view returns (uint256) {
        return _loans.loanCount();
    }

    function titlesOf(uint256) external view returns (address asset, uint256[] memory tokenIds) {
        tokenIds = new uint256[](2);
        (asset, tokenIds[0], tokenIds[1]) = (address(this), 1, 2);
    }

    // ---- receipts

    function storageOf(uint256 tokenId) external view returns (uint256, uint256) {
        return (_storageOwed[tokenId], 0);
    }

    function payStorage(uint256 tokenId) external returns (uint256 amount) {
        amount = _storageOwed[tokenId];
        _storageOwed[tokenId] = 0;
        _custodianGot += amount;
    }
}
