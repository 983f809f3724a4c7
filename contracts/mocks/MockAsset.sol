// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IDeliverable} from "../interfaces/IDeliverable.sol";
import {IFingerprinted, IFingerprints} from "../interfaces/IFingerprints.sol";

/// @notice For tests: another kind of title beside receivables. Its things live until somebody says otherwise,
/// and, when armed, a delivery calls back.
contract MockAsset is IFingerprinted, IDeliverable {
    mapping(uint256 id => bool) private _fallen;
    address private _target;
    bytes private _call;

    function claim(IFingerprints registry, bytes32 fingerprint, uint96 id) external {
        registry.claim(fingerprint, id);
    }

    function fell(uint256 id) external {
        _fallen[id] = true;
    }

    function arm(address target, bytes calldata call_) external {
        _target = target;
        _call = call_;
    }

    function isLive(uint256 id) external view returns (bool) {
        return !_fallen[id];
    }

    function deliver(uint256 tokenId, uint256, bytes32, address, address, uint256, bool)
        external
        returns (uint256)
    {
        if (_target != address(0)) {
            (bool done, bytes memory result) = _target.call(_call);
            if (!done) {
                assembly ("memory-safe") {
                    revert(add(result, 32), mload(result))
                }
            }
        }
        return tokenId;
    }
}
