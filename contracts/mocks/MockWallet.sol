// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {IERC3525Receiver} from "../interfaces/IERC3525.sol";

/// @notice For tests: an account with code. It signs through its owner's key (ERC-1271), does what it is told,
/// and, when armed, calls back in the middle of a transfer to it.
contract MockWallet is IERC1271, IERC721Receiver, IERC3525Receiver, IERC165 {
    address public immutable owner;
    bool public polite = true;
    bool public knows3525 = true;
    bool public calledBack;
    bytes public answer;

    address private _target;
    bytes private _call;

    constructor(address owner_) {
        owner = owner_;
    }

    function setPolite(bool polite_) external {
        polite = polite_;
    }

    function setKnows3525(bool knows) external {
        knows3525 = knows;
    }

    /// @notice The next transfer to this account is answered with this call.
    function arm(address target, bytes calldata call_) external {
        _target = target;
        _call = call_;
    }

    function execute(address target, bytes calldata call_) external payable returns (bytes memory) {
        (bool done, bytes memory result) = target.call{value: msg.value}(call_);
        if (!done) _revertWith(result);
        return result;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address signer,,) = ECDSA.tryRecover(digest, signature);
        return polite && signer == owner ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        _callBack();
        return polite ? IERC721Receiver.onERC721Received.selector : bytes4(0);
    }

    function onERC3525Received(address, uint256, uint256, uint256, bytes calldata) external returns (bytes4) {
        _callBack();
        return polite ? IERC3525Receiver.onERC3525Received.selector : bytes4(0);
    }

    function supportsInterface(bytes4 interfaceId) external view returns (bool) {
        return interfaceId == type(IERC165).interfaceId
            || (knows3525 && interfaceId == type(IERC3525Receiver).interfaceId);
    }

    function _callBack() private {
        calledBack = true;
        if (_target == address(0)) return;
        (bool done, bytes memory result) = _target.call(_call);
        answer = result;
        if (!done) _revertWith(result);
    }

    function _revertWith(bytes memory result) private pure {
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }
}
