// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Enforcement} from "../../../contracts/Enforcement.sol";
import {Loans} from "../../../contracts/Loans.sol";
import {ICollateral} from "../../../contracts/interfaces/ICollateral.sol";
import {IEnforcement} from "../../../contracts/interfaces/IEnforcement.sol";
import {ILoans} from "../../../contracts/interfaces/ILoans.sol";
import {IParticipants} from "../../../contracts/interfaces/IParticipants.sol";
import {IPolicy} from "../../../contracts/interfaces/IPolicy.sol";
import {IWarehouseReceipts} from "../../../contracts/interfaces/IWarehouseReceipts.sol";

/// @notice Loans as they are, of which one can be made older: within a call the clock stands, so what a loan remembers
/// is put back instead. The places in storage are held against the compiler's layout by lives/bench.py.
contract ElapsingLoans is Loans {
    uint256 internal constant LOANS = 6;

    constructor(
        IParticipants participants_,
        IPolicy policy_,
        ICollateral collateral_,
        IEnforcement enforcement_,
        IWarehouseReceipts receipts_,
        address receivables_
    ) Loans(participants_, policy_, collateral_, enforcement_, receipts_, receivables_) {}

    function elapse(uint256 loanId, uint256 time) external {
        bytes32 at = keccak256(abi.encode(loanId, LOANS));
        assembly {
            sstore(at, sub(sload(at), shl(160, time))) // startedAt
            sstore(add(at, 1), sub(sload(add(at, 1)), shl(160, time))) // maturityAt
        }
    }

    /// @dev What loanOf tells among much else.
    function statusOf(uint256 loanId) external view returns (uint256 status) {
        bytes32 at = keccak256(abi.encode(loanId, LOANS));
        assembly {
            status := and(shr(216, sload(at)), 0xff)
        }
    }
}

/// @notice Enforcement as it is, whose sales can be made older.
contract ElapsingEnforcement is Enforcement {
    uint256 internal constant SALES = 5;

    constructor(
        IParticipants participants_,
        IPolicy policy_,
        ILoans loans_,
        ICollateral collateral_,
        IWarehouseReceipts receipts_
    ) Enforcement(participants_, policy_, loans_, collateral_, receipts_) {}

    function elapse(uint256 loanId, uint256 time) external {
        bytes32 at = keccak256(abi.encode(loanId, SALES));
        assembly {
            sstore(at, sub(sload(at), shl(160, time))) // endsAt
        }
    }
}
