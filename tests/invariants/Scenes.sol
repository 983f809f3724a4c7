// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IWarehouseReceipts} from "../../contracts/interfaces/IWarehouseReceipts.sol";
import {Broken, requireAtMost} from "./Checks.sol";
import {LoanBooks} from "./LoanBooks.sol";

/// @notice Sees every act of goods and loans: what everybody had before it and after it, withheld cash included. Cash
/// goes only from who pays, goods only from who gives them.
abstract contract Scenes is LoanBooks {
    struct Scene {
        uint256[HOLDERS] cash;
        uint256[HOLDERS] goods;
        bool goodsMayFall;
    }

    function _scene() internal view returns (Scene memory scene) {
        bool anyWithheld = cash.balanceOf(address(loans)) + cash.balanceOf(address(enforcement))
            + cash.balanceOf(address(receipts)) != 0;
        for (uint256 i = 0; i < HOLDERS; i++) {
            address account = holder(i);
            scene.cash[i] = cash.balanceOf(account);
            if (anyWithheld) scene.cash[i] += _withheldAtLoans(account);
        }
        uint256[] memory ids = lots();
        for (uint256 i = 0; i < ids.length; i++) {
            uint256[] memory all = receiptsOf(ids[i]);
            for (uint256 k = 0; k < all.length; k++) {
                IWarehouseReceipts.ReceiptView memory r = receipts.receiptOf(all[k]);
                scene.goods[placeOf(r.holder)] += r.quantity;
            }
        }
    }

    /// @param giver whose goods may become less.
    function _seen(Act act, Scene memory first, address payer, address giver) internal returns (Scene memory second) {
        _learnNotes();
        _learnReceipts();
        second = _scene();
        for (uint256 i = 0; i < HOLDERS; i++) {
            address account = holder(i);
            if (account != payer && !(i == ESCROW && act == Act.ApplyProceeds)) {
                requireAtMost("K cash goes by its owner's will", i, first.cash[i], second.cash[i]);
            }
            if (account != giver && !first.goodsMayFall) {
                requireAtMost("W5 goods go by their holder's will", i, first.goods[i], second.goods[i]);
            }
        }
        _did(act);
    }

    function _withheldAtLoans(address account) internal view returns (uint256) {
        uint256 ofSales = enforcement.withheldOf(account, CNY);
        return loans.withheldOf(account, CNY) + ofSales + receipts.withheldOf(account, CNY);
    }

    /// @dev Whether it happened; refused exactly where the rules refuse it.
    function _try(string memory rule, uint256 id, address from, address target, bytes memory data, bool allowed)
        internal
        returns (bool done)
    {
        if (from != address(0)) VM.prank(from);
        (done,) = target.call(data);
        if (done != allowed) revert Broken(rule, id, done ? 1 : 0, allowed ? 1 : 0);
    }
}
