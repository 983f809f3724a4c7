// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice For tests: money of another maker, that anybody prints and that, when armed, calls back as it moves.
contract MockCash is ERC20 {
    uint16 public immutable currency;
    address private _target;
    bytes private _call;

    constructor(uint16 currency_) ERC20("Mock Cash", "MOCK") {
        currency = currency_;
    }

    function print(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function arm(address target, bytes calldata call_) external {
        _target = target;
        _call = call_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        address target = _target;
        if (target == address(0)) return;
        _target = address(0); // once: else its own second call is refused, whatever the first would have come to
        (bool done, bytes memory result) = target.call(_call);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
    }
}
