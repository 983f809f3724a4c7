// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Adjustments} from "../../../contracts/Adjustments.sol";
import {Repayments} from "../../../contracts/Repayments.sol";
import {IReceivables} from "../../../contracts/interfaces/IReceivables.sol";
import {Roles} from "../../../contracts/libraries/Roles.sol";
import {Surroundings} from "./Surroundings.sol";

/// @notice Plays whole lives of confirmed claims on Repayments and Adjustments as they are, in one call: supplier,
/// obligor, regulator, the notes and the world around them are this contract. What the words say and what comes back:
/// lives/claims.py.
contract ClaimLives is Surroundings {
    address private constant SUPPLIER = address(0x51);
    uint256 private constant DETAILED = 3; // from this kind on every note is told of

    Repayments private _repayments;
    Adjustments private _adjustments;

    uint256 private _claimId;
    IReceivables.Terms private _terms;
    uint256[] private _noteIds;
    mapping(uint256 noteId => IReceivables.NoteView) private _notes;
    uint256 private _lastNoteId;

    function connect(Repayments repayments, Adjustments adjustments) external {
        (_repayments, _adjustments) = (repayments, adjustments);
    }

    function play(uint256[] calldata words) external returns (uint256[] memory said) {
        said = new uint256[](64 * words.length);
        uint256 at;
        uint256 told;
        while (at < words.length) {
            uint256 first = words[at];
            uint256 steps = _bits(first, 144, 16);
            _confirm(words, at);
            at += 1 + _noteIds.length;
            for (uint256 i = 0; i < steps; i++) {
                told = _tell(said, told, _bits(words[at], 0, 8) >= DETAILED, _step(words[at]));
                at++;
            }
        }
        assembly {
            mstore(said, told)
        }
    }

    function _confirm(uint256[] calldata words, uint256 at) private {
        uint256 first = words[at];
        uint40 maturityAt = uint40(block.timestamp + _bits(first, 80, 40));
        uint40 graceEndsAt = maturityAt + uint40(_bits(first, 120, 8)) * 1 days;
        _terms = IReceivables.Terms(
            IReceivables.Status.Confirmed,
            1,
            2,
            156,
            uint64(_bits(first, 0, 64)),
            maturityAt,
            graceEndsAt,
            uint16(_bits(first, 64, 16)),
            false
        );
        _claimId++;
        delete _noteIds;
        _got[SUPPLIER] = 0;
        for (uint256 i = 0; i < _bits(first, 128, 16); i++) {
            uint256 noteId = ++_lastNoteId;
            uint256 word = words[at + 1 + i];
            address holder = word >> 64 == 0 ? address(uint160(0x1000 + noteId)) : SUPPLIER;
            _noteIds.push(noteId);
            _notes[noteId] = IReceivables.NoteView(holder, _bits(word, 0, 64), _claimId, 0, 0, 0, false, 0);
        }
    }

    function _step(uint256 step) private returns (uint256) {
        uint256 kind = _bits(step, 0, 8);
        uint256 amount = _bits(step, 40, 64);
        _terms.maturityAt -= uint40(_bits(step, 8, 32));
        _terms.graceEndsAt -= uint40(_bits(step, 8, 32));
        if (kind == 0) return 1;
        if (kind == 1) return _tried(address(_repayments), abi.encodeCall(_repayments.repay, (_claimId, amount)));
        if (kind == 2) return _tried(address(_repayments), abi.encodeCall(_repayments.makeGood, (_claimId, amount)));
        if (kind == 3) return _tried(address(_repayments), abi.encodeCall(_repayments.allot, (_claimId, _noteIds)));
        if (kind == 4) return _tried(address(_repayments), abi.encodeCall(_repayments.redeemMany, (_noteIds)));
        bytes memory call_;
        if (kind == 5) {
            bytes32 paper = bytes32(++_lastNoteId);
            call_ = abi.encodeCall(_adjustments.dilute, (_claimId, uint64(amount), paper, paper, _noteIds));
        } else if (kind == 6) {
            call_ = abi.encodeCall(_adjustments.payAssignor, (_claimId, uint64(amount)));
        } else if (kind == 7) {
            call_ = abi.encodeCall(_adjustments.dispute, (_claimId, uint64(amount), "", _noteIds));
        } else {
            call_ = abi.encodeCall(_adjustments.resolveByOrder, (_claimId, uint64(amount), bytes32("order"), _noteIds));
        }
        return _tried(address(_adjustments), call_);
    }

    /// @dev Whether it was done, and what it answered.
    function _tried(address target, bytes memory call_) private returns (uint256) {
        (bool done, bytes memory answer) = target.call(call_);
        uint256 amount = done && answer.length == 32 ? abi.decode(answer, (uint256)) : 0;
        return done ? 1 | (amount << 16) : 0;
    }

    function _tell(uint256[] memory said, uint256 told, bool detailed, uint256 done) private view returns (uint256) {
        (uint256 penalty, uint256 principal, uint256 supplierOwes) = _repayments.dueOf(_claimId);
        said[told++] = done | (uint256(_terms.status) << 8) | (penalty << 128);
        said[told++] = principal | (supplierOwes << 64) | (_repayments.liveOf(_claimId) << 128);
        bool everDisputed = detailed && _adjustments.adjustmentOf(_claimId).disputeId != 0;
        for (uint256 i = 0; detailed && i < _noteIds.length; i++) {
            IReceivables.NoteView storage note = _notes[_noteIds[i]];
            uint256 locked = everDisputed ? _adjustments.lockedOf(_noteIds[i]) : 0;
            said[told++] = note.value | (locked << 64) | (_got[note.holder] << 128);
        }
        return told;
    }

    // ---- participants, authority and fingerprints

    function requireRole(address, uint32 role) external pure returns (uint32) {
        return role == Roles.SUPPLIER ? 1 : 2;
    }

    function accountOf(uint32) external pure returns (address) {
        return SUPPLIER;
    }

    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }

    function claim(bytes32, uint96) external {}

    // ---- receivables

    function termsOf(uint256) external view returns (IReceivables.Terms memory) {
        return _terms;
    }

    function noteOf(uint256 noteId) external view returns (IReceivables.NoteView memory) {
        return _notes[noteId];
    }

    function relieve(uint256, uint64) external {}

    function setStatus(uint256, IReceivables.Status status) external {
        _terms.status = status;
    }

    function burn(uint256 noteId, uint64 value) external {
        _notes[noteId].value -= value;
    }
}
