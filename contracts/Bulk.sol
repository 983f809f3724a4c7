// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IBulk} from "./interfaces/IBulk.sol";

/// @notice See IBulk. Every act keeps its caller and its own checks: a delegate call to this contract by itself has the
/// same `msg.sender` and, as `msg.data`, the act alone. No act here takes ether.
abstract contract Bulk is IBulk {
    function bulk(bytes[] calldata calls) external {
        for (uint256 item; item < calls.length; ++item) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool done, bytes memory reason) = address(this).delegatecall(calls[item]);
            if (done) reason = "";
            else if (reason.length == 0) revert BulkItemWithoutReason(item);
            emit BulkItem(item, done, reason);
        }
    }
}
