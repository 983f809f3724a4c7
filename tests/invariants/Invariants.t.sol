// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IPolicy} from "../../contracts/interfaces/IPolicy.sol";
import {Handler} from "./Handler.sol";
import {LoanRules} from "./LoanRules.sol";
import {Vm} from "./Vm.sol";
import {Witness} from "./Witness.sol";

/// @notice Plays random sequences of all acts, checks all rules after every step, and brings everything to its end
/// after the last one. The worlds differ in their limits; forge plays them side by side.
abstract contract Invariants is LoanRules {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function setUp() external {
        _meetLoans(new Handler(_limits()));
    }

    function _limits() internal pure virtual returns (IPolicy.Limits memory);
    function _log() internal pure virtual returns (string memory path);

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        (, bytes4[] memory acts) = _acts();
        bytes4[] memory selectors = new bytes4[](acts.length);
        // Turned round, so that one seed plays other acts in each world.
        uint256 turn = _limits().maxNotes;
        for (uint256 i = 0; i < acts.length; i++) {
            selectors[i] = acts[(i + turn) % acts.length];
        }
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), selectors);
    }

    function invariant_allRules() external view {
        _requireAll(_handler.watched());
        _requireLoans();
    }

    /// @notice Writes how often each act was called and succeeded (scripts/run_invariants.py adds it up), ends all.
    function afterInvariant() external {
        (string[] memory names,) = _acts();
        string memory line = "";
        for (uint256 i = 0; i < names.length - 1; i++) {
            Witness.Act act = Witness.Act(i);
            line = string.concat(line, names[i], " ", VM.toString(_handler.calls(act)), " ");
            line = string.concat(line, VM.toString(_handler.successes(act)), " ");
        }
        VM.writeLine(_log(), line);
        _handler.endLoans(_receivables.noteCount());
        _handler.endAll(_receivables.noteCount() * 7919);
        _handler.clearLoans();
        uint256[] memory all = new uint256[](_receivables.receivableCount());
        for (uint256 i = 0; i < all.length; i++) {
            all[i] = i + 1;
        }
        _requireAll(all);
        _requireLoans();
    }

    /// @dev In the order of Witness.Act; `wait` at the end is none.
    function _acts() private view returns (string[] memory names, bytes4[] memory selectors) {
        uint256 count = uint256(type(Witness.Act).max) + 2;
        names = new string[](count);
        selectors = new bytes4[](count);
        (names[0], selectors[0]) = ("register", _handler.register.selector);
        (names[1], selectors[1]) = ("confirm", _handler.confirm.selector);
        (names[2], selectors[2]) = ("reject", _handler.reject.selector);
        (names[3], selectors[3]) = ("withdraw", _handler.withdraw.selector);
        (names[4], selectors[4]) = ("expire", _handler.expire.selector);
        (names[5], selectors[5]) = ("lowerFace", _handler.lowerFace.selector);
        (names[6], selectors[6]) = ("endorse", _handler.endorse.selector);
        (names[7], selectors[7]) = ("endorseMany", _handler.endorseMany.selector);
        (names[8], selectors[8]) = ("split", _handler.split.selector);
        (names[9], selectors[9]) = ("merge", _handler.merge.selector);
        (names[10], selectors[10]) = ("transfer", _handler.transfer.selector);
        (names[11], selectors[11]) = ("accept", _handler.accept.selector);
        (names[12], selectors[12]) = ("decline", _handler.decline.selector);
        (names[13], selectors[13]) = ("settle", _handler.settle.selector);
        (names[14], selectors[14]) = ("confirmAndSettle", _handler.confirmAndSettle.selector);
        (names[15], selectors[15]) = ("giveNotice", _handler.giveNotice.selector);
        (names[16], selectors[16]) = ("payAssignor", _handler.payAssignor.selector);
        (names[17], selectors[17]) = ("dilute", _handler.dilute.selector);
        (names[18], selectors[18]) = ("setOff", _handler.setOff.selector);
        (names[19], selectors[19]) = ("absorb", _handler.absorb.selector);
        (names[20], selectors[20]) = ("dispute", _handler.dispute.selector);
        (names[21], selectors[21]) = ("resolve", _handler.resolve.selector);
        (names[22], selectors[22]) = ("resolveByOrder", _handler.resolveByOrder.selector);
        (names[23], selectors[23]) = ("repay", _handler.repay.selector);
        (names[24], selectors[24]) = ("repayLate", _handler.repayLate.selector);
        (names[25], selectors[25]) = ("makeGood", _handler.makeGood.selector);
        (names[26], selectors[26]) = ("allot", _handler.allot.selector);
        (names[27], selectors[27]) = ("redeem", _handler.redeem.selector);
        (names[28], selectors[28]) = ("redeemMany", _handler.redeemMany.selector);
        (names[29], selectors[29]) = ("freeze", _handler.freeze.selector);
        (names[30], selectors[30]) = ("unfreeze", _handler.unfreeze.selector);
        (names[31], selectors[31]) = ("payWithheld", _handler.payWithheld.selector);
        (names[32], selectors[32]) = ("claimRecourse", _handler.claimRecourse.selector);
        (names[33], selectors[33]) = ("buyBack", _handler.buyBack.selector);
        (names[34], selectors[34]) = ("writeOff", _handler.writeOff.selector);
        (names[35], selectors[35]) = ("cover", _handler.cover.selector);
        (names[36], selectors[36]) = ("takeIn", _handler.takeIn.selector);
        (names[37], selectors[37]) = ("splitReceipt", _handler.splitReceipt.selector);
        (names[38], selectors[38]) = ("mergeReceipts", _handler.mergeReceipts.selector);
        (names[39], selectors[39]) = ("transferReceipt", _handler.transferReceipt.selector);
        (names[40], selectors[40]) = ("sellReceipt", _handler.sellReceipt.selector);
        (names[41], selectors[41]) = ("requestReplacement", _handler.requestReplacement.selector);
        (names[42], selectors[42]) = ("replace", _handler.replace.selector);
        (names[43], selectors[43]) = ("deliverGoods", _handler.deliverGoods.selector);
        (names[44], selectors[44]) = ("payStorage", _handler.payStorage.selector);
        (names[45], selectors[45]) = ("reportLoss", _handler.reportLoss.selector);
        (names[46], selectors[46]) = ("insure", _handler.insure.selector);
        (names[47], selectors[47]) = ("extendLot", _handler.extendLot.selector);
        (names[48], selectors[48]) = ("freezeReceipt", _handler.freezeReceipt.selector);
        (names[49], selectors[49]) = ("unfreezeReceipt", _handler.unfreezeReceipt.selector);
        (names[50], selectors[50]) = ("lockLot", _handler.lockLot.selector);
        (names[51], selectors[51]) = ("unlockLot", _handler.unlockLot.selector);
        (names[52], selectors[52]) = ("publishPrice", _handler.publishPrice.selector);
        (names[53], selectors[53]) = ("lendOnReceipt", _handler.lendOnReceipt.selector);
        (names[54], selectors[54]) = ("lendOnNote", _handler.lendOnNote.selector);
        (names[55], selectors[55]) = ("drawLoan", _handler.drawLoan.selector);
        (names[56], selectors[56]) = ("repayLoan", _handler.repayLoan.selector);
        (names[57], selectors[57]) = ("topUp", _handler.topUp.selector);
        (names[58], selectors[58]) = ("releaseTitle", _handler.releaseTitle.selector);
        (names[59], selectors[59]) = ("advanceStorage", _handler.advanceStorage.selector);
        (names[60], selectors[60]) = ("applyProceeds", _handler.applyProceeds.selector);
        (names[61], selectors[61]) = ("waive", _handler.waive.selector);
        (names[62], selectors[62]) = ("returnTitle", _handler.returnTitle.selector);
        (names[63], selectors[63]) = ("callMargin", _handler.callMargin.selector);
        (names[64], selectors[64]) = ("reviewCall", _handler.reviewCall.selector);
        (names[65], selectors[65]) = ("openSale", _handler.openSale.selector);
        (names[66], selectors[66]) = ("bid", _handler.bid.selector);
        (names[67], selectors[67]) = ("closeSale", _handler.closeSale.selector);
        (names[68], selectors[68]) = ("payWithheldOfLoan", _handler.payWithheldOfLoan.selector);
        (names[69], selectors[69]) = ("wait", _handler.wait.selector);
    }
}

contract UsualInvariants is Invariants {
    function _limits() internal pure override returns (IPolicy.Limits memory) {
        return IPolicy.Limits({
            maxFaceValue: 1e13,
            minTenorDays: 1,
            maxTenorDays: 366,
            confirmationDays: 30,
            maxDepth: 4,
            maxNotes: 12,
            cutOffDays: 2,
            acceptanceDays: 5,
            graceDays: 3,
            penaltyBpsPerDay: 5,
            levyBps: 50,
            priceAgeHours: 96,
            countAgeHours: 48
        });
    }

    function _log() internal pure override returns (string memory) {
        return "build/invariants/usual.log";
    }
}

/// @notice No cut-off and no grace, a penalty and a levy as high as they may be, and payees that answer after maturity.
contract HarshInvariants is Invariants {
    function _limits() internal pure override returns (IPolicy.Limits memory) {
        return IPolicy.Limits({
            maxFaceValue: 1e13,
            minTenorDays: 1,
            maxTenorDays: 366,
            confirmationDays: 10,
            maxDepth: 2,
            maxNotes: 8,
            cutOffDays: 0,
            acceptanceDays: 60,
            graceDays: 0,
            penaltyBpsPerDay: 1_000,
            levyBps: 1_000,
            priceAgeHours: 24,
            countAgeHours: 24
        });
    }

    function _log() internal pure override returns (string memory) {
        return "build/invariants/harsh.log";
    }
}
