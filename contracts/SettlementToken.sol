// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC7943Fungible} from "./interfaces/IERC7943Fungible.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {ISettlementToken} from "./interfaces/ISettlementToken.sol";
import {Bulk} from "./Bulk.sol";

/// @notice See ISettlementToken. Cash stays among participants; frozen cash stays where it is.
contract SettlementToken is ISettlementToken, ERC20Permit, AccessManaged, IERC165, Bulk {
    IParticipants public immutable participants;
    uint16 public immutable currency;
    uint8 private immutable _decimals;

    uint256 public reserve;
    uint256 public cap;
    mapping(address account => uint256) private _frozen;

    constructor(
        address authority,
        IParticipants participants_,
        string memory name_,
        string memory symbol_,
        uint16 currency_,
        uint8 decimals_
    ) ERC20(name_, symbol_) ERC20Permit(name_) AccessManaged(authority) {
        participants = participants_;
        currency = currency_;
        _decimals = decimals_;
    }

    function attestReserve(uint256 newReserve, bytes32 evidence) external restricted {
        if (evidence == 0) revert EvidenceMissing();
        reserve = newReserve;
        emit ReserveAttested(newReserve, evidence);
    }

    function setCap(uint64 newCap) external restricted {
        cap = newCap;
        emit CapSet(newCap);
    }

    function mint(address to, uint256 amount) external restricted {
        uint256 supply = totalSupply() + amount;
        if (supply > reserve) revert ExceedsReserve(supply, reserve);
        if (supply > cap) revert ExceedsCap(supply, cap);
        emit Issued(to, amount);
        _mint(to, amount);
    }

    function redeem(uint256 amount, bytes32 payoutReference) external {
        if (amount > reserve) revert ExceedsReserve(amount, reserve);
        reserve -= amount;
        emit Redeemed(msg.sender, amount, payoutReference);
        _burn(msg.sender, amount);
    }

    /// @notice C6. By a regulator's order: the frozen part of a balance cannot leave.
    function setFrozenTokens(address account, uint256 amount) external restricted returns (bool) {
        _frozen[account] = amount;
        emit Frozen(account, amount);
        return true;
    }

    /// @notice C7. By a regulator's order: moves cash whatever its owner says, frozen or not.
    function forcedTransfer(address from, address to, uint256 amount) external restricted returns (bool) {
        // From nobody would be an issue of money that no reserve stands behind.
        if (from == address(0)) revert ERC20InvalidSender(from);
        if (!canTransact(to)) revert ERC7943CannotTransact(to);
        uint256 remaining = balanceOf(from) < amount ? 0 : balanceOf(from) - amount;
        if (_frozen[from] > remaining) {
            _frozen[from] = remaining;
            emit Frozen(from, remaining);
        }
        super._update(from, to, amount);
        emit ForcedTransfer(from, to, amount);
        return true;
    }

    function canTransfer(address from, address to, uint256 amount) external view returns (bool) {
        return canTransact(from) && canTransact(to) && amount <= _unfrozen(from);
    }

    function getFrozenTokens(address account) external view returns (uint256) {
        return _frozen[account];
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC7943Fungible).interfaceId || interfaceId == type(IERC165).interfaceId;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function canTransact(address account) public view returns (bool) {
        return participants.mayHold(account);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0)) {
            if (!canTransact(from)) revert ERC7943CannotTransact(from);
            uint256 unfrozen = _unfrozen(from);
            // Too small a balance is ERC-20's own error; this one is for cash that is there but frozen.
            if (amount > unfrozen && amount <= balanceOf(from)) {
                revert ERC7943InsufficientUnfrozenBalance(from, amount, unfrozen);
            }
        }
        if (to != address(0) && !canTransact(to)) revert ERC7943CannotTransact(to);
        super._update(from, to, amount);
    }

    function _unfrozen(address account) private view returns (uint256) {
        uint256 balance = balanceOf(account);
        uint256 frozen = _frozen[account];
        return frozen < balance ? balance - frozen : 0;
    }
}
