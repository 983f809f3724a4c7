// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Roles} from "../../contracts/libraries/Roles.sol";
import {Proof} from "./Proof.sol";
import {Signer} from "./Signer.sol";

/// @notice A claim of any face in six notes of any values: 1 is the supplier's, 2 and 4 are the financier's from it, with
/// recourse, 3 is the buyer's from 2, with recourse, 5 waits for somebody who wants to be asked, and 6 is the financier's
/// from 1, without recourse.
abstract contract Claims is Proof {
    uint256 internal constant NOTES = 6;
    uint256 internal constant AWAITED = 5;

    Signer internal careful;
    uint256 internal receivableId;

    function setUp() public virtual override {
        super.setUp();
        careful = _enter(Roles.FINANCIER);
        VM.prank(address(careful));
        participants.wantAcceptance(true);
        receivableId = _confirm(_any(5, MOST));
        _endorse(supplier, 1, financier, true);
        _endorse(financier, 2, buyer, true);
        _endorse(supplier, 1, financier, true);
        _endorse(supplier, 1, careful, false);
        _endorse(supplier, 1, financier, false);
    }

    function _endorse(Signer from, uint256 noteId, Signer to, bool withRecourse) private {
        uint64 value = _any(1, MOST);
        VM.prank(address(from));
        receivables.endorse(noteId, address(to), value, withRecourse);
    }

    /// @dev That note, one path for each: a number that the solver need not look for.
    function _pick(uint256 noteId) internal pure returns (uint256 id) {
        for (id = 1; id <= NOTES; id++) {
            if (id == noteId) return id;
        }
        VM.assume(false);
    }

    /// @dev Of each note, by its number.
    function _values() internal view returns (uint256[] memory values) {
        values = new uint256[](receivables.noteCount() + 1);
        for (uint256 id = 1; id < values.length; id++) {
            values[id] = receivables.balanceOf(id);
        }
    }

    /// @dev So much went from one note into the other (0: out of all notes), and nothing else changed: the sum stayed.
    function _requireMoved(uint256[] memory before, uint256 fromId, uint256 toId, uint256 value) internal view {
        uint256 count = receivables.noteCount();
        for (uint256 id = 1; id <= count; id++) {
            uint256 had = id < before.length ? before[id] : 0;
            uint256 has = receivables.balanceOf(id);
            if (id == fromId && id != toId) assert(value <= had && has == had - value);
            else if (id == toId && id != fromId) assert(has >= value && has - value == had);
            else assert(has == had);
        }
    }
}
