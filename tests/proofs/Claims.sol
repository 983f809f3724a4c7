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

    function _isNote(uint256 noteId) internal pure returns (bool) {
        return noteId != 0 && noteId <= NOTES;
    }

    /// @dev What all notes there are come to.
    function _total() internal view returns (uint256 total) {
        uint256 count = receivables.noteCount();
        for (uint256 id = 1; id <= count; id++) {
            total += receivables.balanceOf(id);
        }
    }
}
