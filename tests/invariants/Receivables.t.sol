// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IReceivables} from "../../contracts/interfaces/IReceivables.sol";
import {Receivables} from "../../contracts/Receivables.sol";
import {SettlementToken} from "../../contracts/SettlementToken.sol";
import {Handler} from "./Handler.sol";
import {Vm} from "./Vm.sol";

/// @notice Rules R9, R10, P4, N2 and C3, after every step of every sequence of acts.
contract ReceivablesInvariants {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint16 private constant CNY = 156;
    string private constant LOG = "build/invariants/acts.log";

    Handler private _handler;
    Receivables private _receivables;
    SettlementToken private _cash;

    error Broken(string rule, uint256 id, uint256 found, uint256 wanted);

    function setUp() external {
        _handler = new Handler();
        _receivables = _handler.receivables();
        _cash = _handler.cash();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](14);
        selectors[0] = Handler.register.selector;
        selectors[1] = Handler.confirm.selector;
        selectors[2] = Handler.reject.selector;
        selectors[3] = Handler.withdraw.selector;
        selectors[4] = Handler.expire.selector;
        selectors[5] = Handler.endorse.selector;
        selectors[6] = Handler.split.selector;
        selectors[7] = Handler.merge.selector;
        selectors[8] = Handler.transfer.selector;
        selectors[9] = Handler.settle.selector;
        selectors[10] = Handler.confirmAndSettle.selector;
        selectors[11] = Handler.repay.selector;
        selectors[12] = Handler.redeem.selector;
        selectors[13] = Handler.wait.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), selectors);
    }

    function invariant_valueAndCashAreConserved() external view {
        uint256 count = _receivables.receivableCount();
        uint256[] memory live = _liveValues(count);
        uint256 held;
        uint256[2] memory unpaid;
        for (uint256 id = 1; id <= count; id++) {
            IReceivables.ReceivableView memory r = _receivables.receivableOf(id);
            _require("R9 live = confirmed - redeemed", id, live[id], r.confirmed - r.redeemed);
            _atMost("R9 redeemed <= repaid", id, r.redeemed, r.repaid);
            _atMost("R9 repaid <= confirmed", id, r.repaid, r.confirmed);
            _atMost("R9 confirmed <= face", id, r.confirmed, r.faceValue);
            held += r.repaid - r.redeemed;
            unpaid[r.obligor == _handler.person(3) ? 0 : 1] += r.confirmed - r.repaid;
        }
        _require("R10 cash kept = cash owed to holders", 0, _cash.balanceOf(address(_receivables)), held);
        for (uint256 i = 0; i < 2; i++) {
            (uint32 obligorId,,,) = _handler.participants().participantOf(_handler.person(3 + i));
            _require("P4 owed = confirmed - repaid", obligorId, _receivables.owedBy(obligorId, CNY), unpaid[i]);
        }
        _requireCashConserved();
    }

    /// @notice Writes how often each act was called and succeeded; scripts/run_invariants.py adds it up.
    function afterInvariant() external {
        for (uint256 i = 0; i < _handler.actCount(); i++) {
            string memory act = _handler.acts(i);
            string memory numbers =
                string.concat(VM.toString(_handler.calls(act)), " ", VM.toString(_handler.successes(act)));
            VM.writeLine(LOG, string.concat(act, " ", numbers));
        }
    }

    function _liveValues(uint256 count) private view returns (uint256[] memory live) {
        live = new uint256[](count + 1);
        uint256[] memory found = new uint256[](count + 1);
        uint256 notes = _receivables.noteCount();
        for (uint256 id = 1; id <= notes; id++) {
            IReceivables.NoteView memory note = _receivables.noteOf(id);
            live[note.receivableId] += note.value;
            found[note.receivableId]++;
            if (note.parentId == 0) {
                _require("N2 a root has no depth", id, note.depth, 0);
                continue;
            }
            IReceivables.NoteView memory parent = _receivables.noteOf(note.parentId);
            _require("N2 a child stays in its receivable", id, note.receivableId, parent.receivableId);
            _require("N2 a child is one deeper", id, note.depth, parent.depth + 1);
        }
        for (uint256 id = 1; id <= count; id++) {
            _require("L4 notes are counted", id, _receivables.receivableOf(id).noteCount, found[id]);
        }
    }

    function _requireCashConserved() private view {
        uint256 sum = _cash.balanceOf(address(_receivables));
        for (uint256 i = 0; i < 7; i++) {
            sum += _cash.balanceOf(_handler.person(i));
        }
        _require("C cash of all = supply", 0, sum, _cash.totalSupply());
        _atMost("C3 supply <= reserve", 0, _cash.totalSupply(), _cash.reserve());
        _require("D settlement keeps nothing", 0, _cash.balanceOf(address(_handler.settlement())), 0);
    }

    function _require(string memory rule, uint256 id, uint256 found, uint256 wanted) private pure {
        if (found != wanted) revert Broken(rule, id, found, wanted);
    }

    function _atMost(string memory rule, uint256 id, uint256 found, uint256 limit) private pure {
        if (found > limit) revert Broken(rule, id, found, limit);
    }
}
