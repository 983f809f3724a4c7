// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Proof} from "./Proof.sol";

/// @notice C1 to C7: cash is neither made nor lost but by the issuer, within the reserve and the cap.
contract CashProof is Proof {
    /// @dev Any supply, with any reserve and cap, of which the financier has any part frozen.
    function setUp() public override {
        super.setUp();
        cash.mint(address(financier), _any(0, MOST / 2));
        cash.mint(address(buyer), _any(0, MOST / 2));
        cash.setFrozenTokens(address(financier), _any(0, MOST));
        cash.attestReserve(_any(0, MOST), "statement");
        cash.setCap(_any(0, MOST));
    }

    /// @dev C2, C3.
    function check_issueStaysWithinReserveAndCap(address to, uint256 amount, address bystander) external {
        uint256 supply = cash.totalSupply();
        uint256 had = cash.balanceOf(to);
        uint256 others = cash.balanceOf(bystander);
        cash.mint(to, amount);
        assert(cash.totalSupply() == supply + amount && cash.balanceOf(to) == had + amount);
        assert(cash.totalSupply() <= cash.reserve() && cash.totalSupply() <= cash.cap());
        assert(bystander == to || cash.balanceOf(bystander) == others);
    }

    /// @dev C4, C6. What is burnt was the caller's own and not frozen, and the reserve falls with it.
    function check_redemptionIsOneToOne(address caller, uint256 amount) external {
        uint256 supply = cash.totalSupply();
        uint256 backing = cash.reserve();
        uint256 had = cash.balanceOf(caller);
        _send(caller);
        cash.redeem(amount, "payout");
        assert(cash.totalSupply() + amount == supply && cash.reserve() + amount == backing);
        assert(cash.balanceOf(caller) + amount == had);
        _requireFrozenStays(caller, had);
    }

    /// @dev C5, C6. A transfer moves what it says, from who sent it, among who may hold cash.
    function check_transferMovesWhatItSays(address caller, address to, uint256 amount, address bystander) external {
        uint256 supply = cash.totalSupply();
        uint256 had = cash.balanceOf(caller);
        uint256 got = cash.balanceOf(to);
        uint256 others = cash.balanceOf(bystander);
        _send(caller);
        cash.transfer(to, amount);
        assert(cash.totalSupply() == supply);
        assert(caller == to || (cash.balanceOf(caller) + amount == had && cash.balanceOf(to) == got + amount));
        assert(bystander == caller || bystander == to || cash.balanceOf(bystander) == others);
        assert(participants.mayHold(caller) && participants.mayHold(to));
        _requireFrozenStays(caller, had);
    }

    /// @dev C5. Nobody takes another's cash without an allowance.
    function check_cashNeedsItsOwnersWord(address caller, address from, address to, uint256 amount) external {
        VM.assume(amount != 0);
        _refused(caller, address(cash), abi.encodeCall(cash.transferFrom, (from, to, amount)));
    }

    /// @dev C7. An order moves cash and makes none.
    function check_forcedTransferMakesNoCash(address from, address to, uint256 amount, address bystander) external {
        uint256 supply = cash.totalSupply();
        uint256 had = cash.balanceOf(from);
        uint256 got = cash.balanceOf(to);
        uint256 others = cash.balanceOf(bystander);
        cash.forcedTransfer(from, to, amount);
        assert(cash.totalSupply() == supply);
        assert(from == to || (cash.balanceOf(from) + amount == had && cash.balanceOf(to) == got + amount));
        assert(bystander == from || bystander == to || cash.balanceOf(bystander) == others);
        assert(participants.mayHold(to));
    }

    /// @dev C6. What is left is no less than what is frozen, as far as it was there.
    function _requireFrozenStays(address account, uint256 had) private view {
        uint256 frozen = cash.getFrozenTokens(account);
        uint256 left = cash.balanceOf(account);
        assert(left == had || left >= frozen);
    }
}
