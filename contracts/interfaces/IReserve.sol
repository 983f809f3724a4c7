// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title The reserve (docs/SPECIFICATION.md, rules V)
/// @notice A levy on each financing feeds it; on default it pays holders up to what it has and takes their place.
interface IReserve {
    /// @notice A levy was paid in `cash`; `amount` is what the note is insured up to, 0 where it is owed in other money.
    event NoteInsured(uint256 indexed noteId, address indexed cash, uint256 amount, uint256 levy);
    event NoteCovered(
        uint256 indexed noteId, uint256 indexed receivableId, address indexed holder, uint256 toNoteId, uint256 amount
    );

    error NotSettlement(address caller);
    error NotInsured(uint256 noteId);
    error NothingToCover(uint256 noteId);
    error NotAbsorbed(uint256 noteId, uint256 owed);
    error NotInDefault(uint256 receivableId, uint256 graceEndsAt);
    error WrongStatus(uint256 receivableId, uint8 status);

    /// @notice V2. Settlement: a levy on `price` was paid, so the note is covered up to it, if it was paid in the money of
    /// the receivable.
    function insure(uint256 noteId, uint256 receivableId, address cash, uint256 price, uint256 levy) external;

    /// @notice V3. After grace anyone has an insured note covered.
    function cover(uint256 noteId) external returns (uint256 amount);

    function insuredOf(uint256 noteId) external view returns (uint64);
}
