// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721Utils} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Utils.sol";
import {IAdjustments} from "./interfaces/IAdjustments.sol";
import {IERC3525Receiver} from "./interfaces/IERC3525.sol";
import {IParticipants} from "./interfaces/IParticipants.sol";
import {IPolicy} from "./interfaces/IPolicy.sol";
import {IReceivables} from "./interfaces/IReceivables.sol";
import {Bulk} from "./Bulk.sol";
import {SignedDocuments} from "./SignedDocuments.sol";

/// @notice The notes of Receivables: who holds what, where it came from, and how it moves. A note is two words:
/// the first says who is owed how much of which receivable, the second (none for a root) how it came to be.
abstract contract Notes is IReceivables, SignedDocuments, Bulk {
    struct Receivable {
        uint32 supplierId;
        uint32 obligorId;
        uint64 faceValue;
        uint40 confirmBy;
        uint40 maturityAt;
        uint16 currency;
        Status status;
        uint16 noteCount; // beside the status, so that an endorsement touches one word
        uint8 cutOffDays;
        // second word, from the confirmation on
        uint64 confirmed;
        bool setOffWaived;
        uint8 graceDays;
        uint16 penaltyBpsPerDay;
        bytes32 documentHash;
    }

    struct Note {
        address holder;
        uint64 value;
        uint32 receivableId;
    }

    struct Origin {
        uint64 parentId;
        uint32 endorserId;
        uint16 depth;
        bool withRecourse;
        uint40 acceptBy; // 0: nothing is awaited
    }

    /// @dev The contracts around this one: where money comes in, where claims change, who covers defaults, who
    /// keeps title for lenders. Each is deployed after this one, at an address known beforehand.
    struct Siblings {
        address repayments;
        IAdjustments adjustments;
        address reserve;
        address escrow;
    }

    string public constant name = "Feiqian Notes";
    string public constant symbol = "FQN";
    uint8 public constant valueDecimals = 0; // value counts minor units, whatever the currency

    IParticipants public immutable participants;
    IPolicy public immutable policy;
    address public immutable repayments;
    IAdjustments public immutable adjustments;
    address public immutable reserve;
    address public immutable escrow;

    mapping(uint256 receivableId => Receivable) internal _receivables;
    uint32 internal _lastReceivableId;
    uint64 private _lastNoteId;
    mapping(uint256 noteId => Note) private _notes;
    mapping(uint256 noteId => Origin) private _origins;
    mapping(address holder => uint256) private _holdings;
    mapping(uint256 noteId => address) private _approved;
    mapping(address holder => mapping(address operator => bool)) private _operators;
    // An allowance is its giver's word: it sleeps while someone else holds the note.
    mapping(uint256 noteId => mapping(address giver => mapping(address operator => uint256))) private _allowances;

    modifier onlySibling() {
        _requireSibling();
        _;
    }

    constructor(IParticipants participants_, IPolicy policy_, Siblings memory siblings)
        SignedDocuments("Feiqian Receivables")
    {
        participants = participants_;
        policy = policy_;
        repayments = siblings.repayments;
        adjustments = siblings.adjustments;
        reserve = siblings.reserve;
        escrow = siblings.escrow;
    }

    // ---- title moves

    function endorse(uint256 noteId, address to, uint256 value, bool withRecourse) external returns (uint256) {
        _requireAuthorised(noteId, msg.sender);
        return _endorse(noteId, to, value, withRecourse, false);
    }

    function endorseMany(uint256 noteId, Endorsement[] calldata endorsements)
        external
        returns (uint256[] memory childIds)
    {
        _requireAuthorised(noteId, msg.sender);
        childIds = new uint256[](endorsements.length);
        for (uint256 i = 0; i < endorsements.length; i++) {
            Endorsement calldata e = endorsements[i];
            childIds[i] = _endorse(noteId, e.to, e.value, e.withRecourse, false);
        }
    }

    function accept(uint256 noteId) external {
        Note storage note = _note(noteId);
        if (note.holder != msg.sender) revert NotAuthorised(noteId, msg.sender);
        Origin storage origin = _awaited(noteId);
        participants.requireActive(msg.sender);
        if (_isPast(origin.acceptBy)) revert AcceptanceTooLate(noteId, origin.acceptBy);
        origin.acceptBy = 0;
        emit EndorsementAccepted(noteId, msg.sender);
    }

    function decline(uint256 noteId) external {
        Note storage note = _note(noteId);
        Origin storage origin = _awaited(noteId);
        if (note.holder != msg.sender && !_isPast(origin.acceptBy)) revert AcceptancePending(noteId, origin.acceptBy);
        uint64 value = note.value;
        uint256 parentId = origin.parentId;
        address endorser = participants.accountOf(origin.endorserId);
        address payee = note.holder;
        origin.acceptBy = 0;
        emit EndorsementDeclined(noteId, parentId, endorser, value);
        if (_lockedIn(noteId, note) == 0) {
            _takePlace(noteId, parentId, endorser, value);
        } else {
            // A lock is in this note, which has no child yet, so it can begin anew.
            _origins[noteId] = _origins[parentId];
            _handOver(noteId, note, payee, endorser);
            emit NotePlaceTaken(noteId, noteId, endorser, payee, value, parentId);
        }
    }

    function deliver(
        uint256 tokenId,
        uint256 assetKey,
        bytes32 documentHash,
        address from,
        address to,
        uint256 value,
        bool withRecourse
    ) external returns (uint256) {
        _requireAuthorised(tokenId, msg.sender);
        Note storage note = _note(tokenId);
        if (note.holder != from) revert WrongHolder(tokenId, note.holder, from);
        bytes32 document = _receivables[note.receivableId].documentHash;
        if (note.receivableId != assetKey || document != documentHash) {
            revert WrongClaim(tokenId, note.receivableId, document);
        }
        if (withRecourse || value != note.value) return _endorse(tokenId, to, value, withRecourse, true);
        _assign(from, to, tokenId);
        return tokenId;
    }

    function transferFrom(uint256 fromTokenId, address to, uint256 value) external payable returns (uint256) {
        _spendAllowance(fromTokenId, value);
        uint256 childId = _endorse(fromTokenId, to, value, false, false);
        _checkReceiver(fromTokenId, childId, to, value);
        return childId;
    }

    /// @notice N4. Merges: one holder, one receivable, and no claim on an endorser lost by it.
    function transferFrom(uint256 fromTokenId, uint256 toTokenId, uint256 value) external payable {
        _spendAllowance(fromTokenId, value);
        Note storage from = _note(fromTokenId);
        Note storage to = _note(toTokenId);
        Origin memory fromOrigin = _origins[fromTokenId];
        Origin memory toOrigin = _origins[toTokenId];
        bool sameOrigin = fromOrigin.parentId == toOrigin.parentId && fromOrigin.endorserId == toOrigin.endorserId
            && fromOrigin.withRecourse == toOrigin.withRecourse;
        bool free = !fromOrigin.withRecourse && !toOrigin.withRecourse;
        bool mergeable = fromTokenId != toTokenId && from.holder == to.holder
            && from.receivableId == to.receivableId && (sameOrigin || free);
        _requireAccepted(fromTokenId, fromOrigin.acceptBy);
        _requireAccepted(toTokenId, toOrigin.acceptBy);
        if (!mergeable) revert NotMergeable(fromTokenId, toTokenId);
        participants.requireActive(from.holder);
        _requireMovable(fromTokenId, from, value);

        _take(fromTokenId, from, value);
        to.value += uint64(value);
        emit TransferValue(fromTokenId, toTokenId, value);
        emit NotesMerged(fromTokenId, toTokenId, value);
    }

    function transferFrom(address from, address to, uint256 tokenId) public {
        _requireAuthorised(tokenId, msg.sender);
        _assign(from, to, tokenId);
    }

    function safeTransferFrom(address from, address to, uint256 tokenId) external {
        safeTransferFrom(from, to, tokenId, "");
    }

    function safeTransferFrom(address from, address to, uint256 tokenId, bytes memory data) public {
        transferFrom(from, to, tokenId);
        ERC721Utils.checkOnERC721Received(msg.sender, from, to, tokenId, data);
    }

    // ---- permissions

    function approve(address to, uint256 tokenId) external {
        address holder = ownerOf(tokenId);
        if (msg.sender != holder && !_operators[holder][msg.sender]) revert NotAuthorised(tokenId, msg.sender);
        _approved[tokenId] = to;
        emit Approval(holder, to, tokenId);
    }

    function setApprovalForAll(address operator, bool approved) external {
        _operators[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function approve(uint256 tokenId, address operator, uint256 value) external payable {
        _requireAuthorised(tokenId, msg.sender);
        _allowances[tokenId][ownerOf(tokenId)][operator] = value;
        emit ApprovalValue(tokenId, operator, value);
    }

    // ---- views

    function noteOf(uint256 noteId) external view returns (NoteView memory) {
        Note storage note = _note(noteId);
        Origin storage origin = _origins[noteId];
        return NoteView({
            holder: note.holder,
            value: note.value,
            receivableId: note.receivableId,
            parentId: origin.parentId,
            depth: origin.depth,
            endorserId: origin.endorserId,
            withRecourse: origin.withRecourse,
            acceptBy: origin.acceptBy
        });
    }

    function balanceOf(address holder) external view returns (uint256) {
        return _holdings[holder];
    }

    function balanceOf(uint256 tokenId) external view returns (uint256) {
        return _note(tokenId).value;
    }

    function slotOf(uint256 tokenId) external view returns (uint256) {
        return _note(tokenId).receivableId;
    }

    function ownerOf(uint256 tokenId) public view returns (address) {
        return _note(tokenId).holder;
    }

    function getApproved(uint256 tokenId) external view returns (address) {
        _note(tokenId);
        return _approved[tokenId];
    }

    function isApprovedForAll(address holder, address operator) external view returns (bool) {
        return _operators[holder][operator];
    }

    function allowance(uint256 tokenId, address operator) external view returns (uint256) {
        return _allowances[tokenId][ownerOf(tokenId)][operator];
    }

    function noteCount() external view returns (uint256) {
        return _lastNoteId;
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == type(IERC721).interfaceId
            || interfaceId == ERC3525_ID;
    }

    // ---- inside

    /// @dev The id that ERC-3525 itself gives; solc counts only what is declared in the interface, less ERC-721.
    bytes4 private constant ERC3525_ID = 0xd5358140;

    function _mint(address to, uint256 receivableId, uint64 value) internal returns (uint256 noteId) {
        noteId = ++_lastNoteId;
        _create(noteId, 0, Note(to, value, uint32(receivableId)));
    }

    /// @dev A new note, with value from another one or (0) from outside.
    function _create(uint256 noteId, uint256 fromNoteId, Note memory note) private {
        _notes[noteId] = note;
        _holdings[note.holder] += 1;
        emit Transfer(address(0), note.holder, noteId);
        emit SlotChanged(noteId, 0, note.receivableId);
        emit TransferValue(fromNoteId, noteId, note.value);
    }

    /// @dev `agreed`: the payee signed for it, so it is not asked (N8).
    function _endorse(uint256 noteId, address to, uint256 value, bool withRecourse, bool agreed)
        internal
        returns (uint256 childId)
    {
        Note storage note = _note(noteId);
        address holder = note.holder;
        Receivable storage receivable = _requireMovable(noteId, note, value);
        Origin memory origin = _nextOrigin(noteId, receivable, holder, to, agreed);
        origin.withRecourse = withRecourse;
        childId = ++_lastNoteId;
        _origins[childId] = origin;
        _take(noteId, note, value);
        _create(childId, noteId, Note(to, uint64(value), note.receivableId));
        emit NoteEndorsed(noteId, childId, holder, to, value, withRecourse);
        if (origin.acceptBy != 0) emit AcceptanceAwaited(childId, origin.acceptBy);
    }

    /// @dev Whether the note may have a child, and what the child will say of where it came from.
    function _nextOrigin(uint256 noteId, Receivable storage receivable, address holder, address to, bool agreed)
        private
        returns (Origin memory next)
    {
        bool awaits;
        _requireTaker(to);
        (next.endorserId, awaits) = participants.requireBothActive(holder, to);
        Origin storage origin = _origins[noteId];
        _requireAccepted(noteId, origin.acceptBy);
        uint16 count = receivable.noteCount + 1;
        next.depth = origin.depth + 1;
        uint256 acceptanceDays = policy.checkEndorsement(next.depth, count);
        receivable.noteCount = count;
        next.parentId = uint64(noteId);
        if (awaits && !agreed) {
            // solhint-disable-next-line not-rely-on-time
            uint256 waitsUntil = block.timestamp + acceptanceDays * 1 days;
            next.acceptBy = uint40(Math.min(waitsUntil, _cutOffOf(receivable)));
        }
    }

    /// @dev N3. The whole token changes hands: assignment without recourse; claims on earlier endorsers go along.
    function _assign(address from, address to, uint256 noteId) internal {
        Note storage note = _note(noteId);
        if (note.holder != from) revert WrongHolder(noteId, note.holder, from);
        if (note.value == 0) revert InsufficientValue(noteId, 0, 1);
        _requireTaker(to);
        participants.requireBothActive(from, to);
        _requireMovable(noteId, note, note.value);
        _requireAccepted(noteId, _origins[noteId].acceptBy);
        _handOver(noteId, note, from, to);
    }

    function _handOver(uint256 noteId, Note storage note, address from, address to) private {
        if (_approved[noteId] != address(0)) delete _approved[noteId];
        note.holder = to;
        _holdings[from] -= 1;
        _holdings[to] += 1;
        emit Transfer(from, to, noteId);
    }

    /// @dev N9. See IReceivables.takePlace.
    function _takePlace(uint256 noteId, uint256 ancestorId, address to, uint64 value)
        internal
        returns (uint256 toNoteId)
    {
        Note storage note = _note(noteId);
        address holder = note.holder;
        if (ancestorId != 0 && _notes[ancestorId].holder == to) {
            toNoteId = ancestorId;
            _take(noteId, note, value);
            _notes[ancestorId].value += value;
            emit TransferValue(noteId, ancestorId, value);
        } else if (ancestorId == 0 && value == note.value) {
            toNoteId = noteId;
            _handOver(noteId, note, holder, to);
        } else {
            toNoteId = ++_lastNoteId;
            _receivables[note.receivableId].noteCount += 1;
            _take(noteId, note, value);
            _origins[toNoteId] = _origins[ancestorId == 0 ? noteId : ancestorId];
            _create(toNoteId, noteId, Note(to, value, note.receivableId));
        }
        emit NotePlaceTaken(noteId, toNoteId, to, holder, value, ancestorId);
    }

    function takePlace(uint256 noteId, uint256 ancestorId, address to, uint64 value)
        external
        onlySibling
        returns (uint256)
    {
        return _takePlace(noteId, ancestorId, to, value);
    }

    function burn(uint256 noteId, uint64 value) external onlySibling {
        _take(noteId, _note(noteId), value);
        emit TransferValue(noteId, 0, value);
    }

    function _take(uint256 noteId, Note storage note, uint256 value) private {
        uint256 held = note.value;
        if (value == 0) revert InvalidAmount(value, held);
        if (value > held) revert InsufficientValue(noteId, held, value);
        note.value = uint64(held - value);
    }

    function _spendAllowance(uint256 noteId, uint256 value) private {
        if (_isAuthorised(noteId, msg.sender)) return;
        address holder = ownerOf(noteId);
        uint256 allowed = _allowances[noteId][holder][msg.sender];
        if (allowed == type(uint256).max) return;
        if (value > allowed) revert InsufficientAllowance(noteId, msg.sender, allowed, value);
        _allowances[noteId][holder][msg.sender] = allowed - value;
    }

    function _requireAuthorised(uint256 noteId, address caller) private view {
        if (!_isAuthorised(noteId, caller)) revert NotAuthorised(noteId, caller);
    }

    function _isAuthorised(uint256 noteId, address caller) private view returns (bool) {
        address holder = ownerOf(noteId);
        return caller == holder || _operators[holder][caller] || _approved[noteId] == caller;
    }

    /// @dev N1. Title moves only while the receivable is confirmed and before its cut-off.
    /// What is locked by a dispute (J5) stays where it is.
    function _requireMovable(uint256 noteId, Note storage note, uint256 value)
        private
        view
        returns (Receivable storage receivable)
    {
        receivable = _receivables[note.receivableId];
        Status status = receivable.status;
        uint256 cutOffAt = _cutOffOf(receivable);
        if (status == Status.Disputed) {
            uint256 locked = adjustments.lockedOf(noteId);
            if (value <= note.value && value + locked > note.value) revert NoteLocked(noteId, locked);
        } else if (status != Status.Confirmed) {
            revert WrongStatus(note.receivableId, status);
        }
        // solhint-disable-next-line not-rely-on-time
        if (block.timestamp >= cutOffAt) revert AfterCutOff(note.receivableId, cutOffAt);
    }

    function _cutOffOf(Receivable storage receivable) internal view returns (uint256) {
        return receivable.maturityAt - uint256(receivable.cutOffDays) * 1 days;
    }

    function _lockedIn(uint256 noteId, Note storage note) private view returns (uint256) {
        return _receivables[note.receivableId].status == Status.Disputed ? adjustments.lockedOf(noteId) : 0;
    }

    /// @dev R10. What pays the notes cannot hold one: it would pay itself. What keeps title for others takes it itself.
    function _requireTaker(address to) private view {
        if (to == repayments || (to == escrow && msg.sender != to)) revert ReceiverRefused(to);
    }

    function _requireSibling() private view {
        if (msg.sender != repayments && msg.sender != address(adjustments) && msg.sender != reserve) {
            revert NotASibling(msg.sender);
        }
    }

    function _requireAccepted(uint256 noteId, uint40 acceptBy) private pure {
        if (acceptBy != 0) revert AcceptancePending(noteId, acceptBy);
    }

    function _awaited(uint256 noteId) private view returns (Origin storage origin) {
        origin = _origins[noteId];
        if (origin.acceptBy == 0) revert AcceptanceNotAwaited(noteId);
    }

    function _inStatus(uint256 receivableId, Status wanted) internal view returns (Receivable storage receivable) {
        receivable = _existing(receivableId);
        if (receivable.status != wanted) revert WrongStatus(receivableId, receivable.status);
    }

    function _existing(uint256 receivableId) internal view returns (Receivable storage receivable) {
        receivable = _receivables[receivableId];
        if (receivable.status == Status.None) revert UnknownReceivable(receivableId);
    }

    function _note(uint256 noteId) internal view returns (Note storage note) {
        note = _notes[noteId];
        if (note.holder == address(0)) revert UnknownNote(noteId);
    }

    function _isPast(uint256 deadline) internal view returns (bool) {
        // solhint-disable-next-line not-rely-on-time
        return block.timestamp > deadline;
    }

    /// @dev ERC-3525: a contract that says it understands value transfers is asked.
    function _checkReceiver(uint256 fromTokenId, uint256 toTokenId, address to, uint256 value) private {
        if (to.code.length == 0) return;
        if (!ERC165Checker.supportsInterface(to, type(IERC3525Receiver).interfaceId)) return;
        bytes4 answer = IERC3525Receiver(to).onERC3525Received(msg.sender, fromTokenId, toTokenId, value, "");
        if (answer != IERC3525Receiver.onERC3525Received.selector) revert ReceiverRefused(to);
    }
}
