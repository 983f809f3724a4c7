"""The events the platform acts on. Fields are the contract's own, in snake case: amounts in minor units (fen),
times in UTC seconds, addresses with checksum, hashes as 0x-hex."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple


class Place(NamedTuple):
    """Where and when: the block's number, hash and time, the transaction, the log, the emitting contract."""

    block_number: int
    block_hash: str
    at: int
    tx_hash: str
    log_index: int
    contract: str
    address: str


@dataclass(frozen=True)
class Event:
    """An event of `source` (contract, event name), which the contracts in `also_from` have too."""

    source: ClassVar[tuple[str, str]]
    also_from: ClassVar[tuple[str, ...]] = ()
    place: Place


@dataclass(frozen=True)
class ParticipantRegistered(Event):
    source = ("Participants", "ParticipantRegistered")
    participant_id: int
    account: str
    identity_hash: str
    roles: int
    kyc_valid_until: int
    name: str


@dataclass(frozen=True)
class ParticipantRenewed(Event):
    source = ("Participants", "ParticipantRenewed")
    participant_id: int
    roles: int
    kyc_valid_until: int


@dataclass(frozen=True)
class ParticipantFrozen(Event):
    source = ("Participants", "ParticipantFrozen")
    participant_id: int
    order_hash: str


@dataclass(frozen=True)
class ParticipantUnfrozen(Event):
    source = ("Participants", "ParticipantUnfrozen")
    participant_id: int
    order_hash: str


@dataclass(frozen=True)
class AcceptanceWanted(Event):
    source = ("Participants", "AcceptanceWanted")
    participant_id: int
    wanted: bool


@dataclass(frozen=True)
class ConfirmationLimitSet(Event):
    source = ("Participants", "ConfirmationLimitSet")
    participant_id: int
    currency: int
    limit: int


@dataclass(frozen=True)
class SettlementTokenSet(Event):
    source = ("Policy", "SettlementTokenSet")
    currency: int
    token: str


@dataclass(frozen=True)
class FingerprintClaimed(Event):
    source = ("Fingerprints", "FingerprintClaimed")
    fingerprint: str
    asset_contract: str
    id: int


@dataclass(frozen=True)
class CashTransferred(Event):
    """Also issue (from the zero address) and redemption (to it)."""

    source = ("SettlementToken", "Transfer")
    from_: str
    to: str
    value: int


@dataclass(frozen=True)
class ReserveAttested(Event):
    source = ("SettlementToken", "ReserveAttested")
    reserve: int
    evidence: str


@dataclass(frozen=True)
class CashRedeemed(Event):
    source = ("SettlementToken", "Redeemed")
    holder: str
    amount: int
    payout_reference: str


@dataclass(frozen=True)
class CashFrozen(Event):
    source = ("SettlementToken", "Frozen")
    account: str
    amount: int


@dataclass(frozen=True)
class ReceivableRegistered(Event):
    source = ("Receivables", "ReceivableRegistered")
    receivable_id: int
    supplier: str
    obligor: str
    currency: int
    face_value: int
    maturity_at: int
    confirm_by: int
    cut_off_at: int
    document_hash: str
    fingerprint: str


@dataclass(frozen=True)
class ReceivableConfirmed(Event):
    source = ("Receivables", "ReceivableConfirmed")
    receivable_id: int
    obligor: str
    note_id: int
    amount: int
    set_off_waived: bool
    grace_ends_at: int
    penalty_bps_per_day: int


@dataclass(frozen=True)
class ReceivableRejected(Event):
    source = ("Receivables", "ReceivableRejected")
    receivable_id: int
    obligor: str
    reason: str


@dataclass(frozen=True)
class ReceivableWithdrawn(Event):
    source = ("Receivables", "ReceivableWithdrawn")
    receivable_id: int
    supplier: str


@dataclass(frozen=True)
class ReceivableExpired(Event):
    source = ("Receivables", "ReceivableExpired")
    receivable_id: int


@dataclass(frozen=True)
class ReceivableStatusChanged(Event):
    """Disputed, confirmed again, or repaid; `status` is the contract's number."""

    source = ("Receivables", "ReceivableStatusChanged")
    receivable_id: int
    status: int


@dataclass(frozen=True)
class FaceValueLowered(Event):
    source = ("Receivables", "FaceValueLowered")
    receivable_id: int
    face_value: int


@dataclass(frozen=True)
class ReceivableRepaid(Event):
    """`excess` was offered and not taken."""

    source = ("Repayments", "ReceivableRepaid")
    receivable_id: int
    payer: str
    principal: int
    penalty: int
    excess: int


@dataclass(frozen=True)
class DilutionMadeGood(Event):
    """The supplier's debt was paid by or for it."""

    source = ("Repayments", "DilutionMadeGood")
    receivable_id: int
    payer: str
    amount: int
    excess: int


@dataclass(frozen=True)
class RepaymentAllotted(Event):
    """What had come in was divided among `notes` notes; each is still to be paid its share."""

    source = ("Repayments", "RepaymentAllotted")
    receivable_id: int
    round: int
    principal: int
    penalty: int
    weight: int
    notes: int


@dataclass(frozen=True)
class LeftPenaltyPaid(Event):
    """A penalty was left when no note had value any more."""

    source = ("Repayments", "LeftPenaltyPaid")
    receivable_id: int
    supplier: str
    amount: int


@dataclass(frozen=True)
class PaymentWithheld(Event):
    source = ("Repayments", "PaymentWithheld")
    also_from = ("Loans", "Enforcement", "WarehouseReceipts")
    holder: str
    currency: int
    amount: int


@dataclass(frozen=True)
class WithheldPaid(Event):
    source = ("Repayments", "WithheldPaid")
    also_from = ("Loans", "Enforcement", "WarehouseReceipts")
    holder: str
    currency: int
    amount: int


@dataclass(frozen=True)
class NoticeGiven(Event):
    source = ("Adjustments", "NoticeGiven")
    receivable_id: int
    note_id: int
    by: str
    holder: str


@dataclass(frozen=True)
class ReceivableDisputed(Event):
    source = ("Adjustments", "ReceivableDisputed")
    receivable_id: int
    dispute_id: int
    obligor: str
    amount: int
    reason: str


@dataclass(frozen=True)
class NoteLockedByDispute(Event):
    source = ("Adjustments", "NoteLockedByDispute")
    note_id: int
    receivable_id: int
    amount: int


@dataclass(frozen=True)
class DisputeResolved(Event):
    source = ("Adjustments", "DisputeResolved")
    receivable_id: int
    dispute_id: int
    upheld: int
    refused: int
    order_hash: str


@dataclass(frozen=True)
class ReceivableDiluted(Event):
    """The obligor owes `amount` less, for a `cause` (the contract's number)."""

    source = ("Adjustments", "ReceivableDiluted")
    receivable_id: int
    cause: int
    amount: int
    document_hash: str
    by: str


@dataclass(frozen=True)
class DilutionAbsorbed(Event):
    source = ("Adjustments", "DilutionAbsorbed")
    receivable_id: int
    note_id: int
    supplier: str
    amount: int


@dataclass(frozen=True)
class NoteTransferred(Event):
    """A note appeared (from the zero address) or changed its holder."""

    source = ("Receivables", "Transfer")
    from_: str
    to: str
    token_id: int


@dataclass(frozen=True)
class NoteSlotChanged(Event):
    source = ("Receivables", "SlotChanged")
    token_id: int
    old_slot: int
    new_slot: int


@dataclass(frozen=True)
class NoteValueTransferred(Event):
    """Value moved between notes; note 0 is outside."""

    source = ("Receivables", "TransferValue")
    from_token_id: int
    to_token_id: int
    value: int


@dataclass(frozen=True)
class NoteEndorsed(Event):
    source = ("Receivables", "NoteEndorsed")
    note_id: int
    child_id: int
    endorser: str
    endorsee: str
    value: int
    with_recourse: bool


@dataclass(frozen=True)
class AcceptanceAwaited(Event):
    source = ("Receivables", "AcceptanceAwaited")
    note_id: int
    accept_by: int


@dataclass(frozen=True)
class EndorsementAccepted(Event):
    source = ("Receivables", "EndorsementAccepted")
    note_id: int
    holder: str


@dataclass(frozen=True)
class EndorsementDeclined(Event):
    source = ("Receivables", "EndorsementDeclined")
    note_id: int
    parent_id: int
    endorser: str
    value: int


@dataclass(frozen=True)
class NotePlaceTaken(Event):
    """`to` took the place of `holder` for `value`: in a note that was endorsed, in the note itself, or in a new one."""

    source = ("Receivables", "NotePlaceTaken")
    note_id: int
    to_note_id: int
    to: str
    holder: str
    value: int
    ancestor_id: int


@dataclass(frozen=True)
class NotesMerged(Event):
    source = ("Receivables", "NotesMerged")
    from_note_id: int
    to_note_id: int
    value: int


@dataclass(frozen=True)
class NoteRedeemed(Event):
    source = ("Repayments", "NoteRedeemed")
    note_id: int
    receivable_id: int
    holder: str
    principal: int
    penalty: int


@dataclass(frozen=True)
class RecourseClaimed(Event):
    source = ("Repayments", "RecourseClaimed")
    note_id: int
    receivable_id: int
    endorser: str
    holder: str
    amount: int


@dataclass(frozen=True)
class NoteBoughtBack(Event):
    source = ("Repayments", "NoteBoughtBack")
    note_id: int
    receivable_id: int
    endorser: str
    holder: str
    to_note_id: int
    amount: int


@dataclass(frozen=True)
class NoteWrittenOff(Event):
    source = ("Repayments", "NoteWrittenOff")
    note_id: int
    receivable_id: int
    holder: str
    amount: int


@dataclass(frozen=True)
class NoteInsured(Event):
    """A levy was paid for it; `amount` is 0 where it was paid in other money than the note's."""

    source = ("Reserve", "NoteInsured")
    note_id: int
    cash: str
    amount: int
    levy: int


@dataclass(frozen=True)
class NoteCovered(Event):
    source = ("Reserve", "NoteCovered")
    note_id: int
    receivable_id: int
    holder: str
    to_note_id: int
    amount: int


@dataclass(frozen=True)
class ConfirmationUsed(Event):
    """A confirmation's nonce was spent, by execution or by cancellation."""

    source = ("Receivables", "NonceUsed")
    signer: str
    nonce: int


@dataclass(frozen=True)
class AgreementUsed(Event):
    """The nonce of a resolution or of an acknowledged counterclaim was spent, by execution or by cancellation."""

    source = ("Adjustments", "NonceUsed")
    signer: str
    nonce: int


@dataclass(frozen=True)
class QuoteUsed(Event):
    """A quote's nonce was spent, by execution or by cancellation."""

    source = ("Settlement", "NonceUsed")
    signer: str
    nonce: int


@dataclass(frozen=True)
class Settled(Event):
    source = ("Settlement", "Settled")
    financier: str
    seller: str
    asset_key: int
    asset: str
    delivered_id: int
    value: int
    cash: str
    price: int
    with_recourse: bool
    nonce: int
    levy: int


@dataclass(frozen=True)
class LoanOriginated(Event):
    """`quote` is the document as the financier signed it, its members in the contract's spelling."""

    source = ("Loans", "LoanOriginated")
    loan_id: int
    lender: str
    borrower: str
    asset: str
    quote: dict[str, Any]


@dataclass(frozen=True)
class LoanDrawn(Event):
    source = ("Loans", "LoanDrawn")
    loan_id: int
    borrower: str
    amount: int
    principal: int


@dataclass(frozen=True)
class LoanRepaid(Event):
    """`split`: costs, penalty, interest and principal. `excess` was offered and not taken."""

    source = ("Loans", "LoanRepaid")
    loan_id: int
    payer: str
    split: dict[str, int]
    excess: int


@dataclass(frozen=True)
class CostsAdvanced(Event):
    source = ("Loans", "CostsAdvanced")
    loan_id: int
    token_id: int
    amount: int


@dataclass(frozen=True)
class MarginCalled(Event):
    source = ("Loans", "MarginCalled")
    loan_id: int
    ltv_bps: int
    price: int
    call_by: int


@dataclass(frozen=True)
class MarginCured(Event):
    source = ("Loans", "MarginCured")
    loan_id: int
    ltv_bps: int
    price: int


@dataclass(frozen=True)
class ProceedsApplied(Event):
    source = ("Loans", "ProceedsApplied")
    loan_id: int
    split: dict[str, int]
    to_borrower: int


@dataclass(frozen=True)
class LoanDefaulted(Event):
    source = ("Loans", "LoanDefaulted")
    loan_id: int
    cause: int
    debt: int
    ltv_bps: int


@dataclass(frozen=True)
class LoanWaived(Event):
    source = ("Loans", "LoanWaived")
    loan_id: int
    waived: dict[str, int]


@dataclass(frozen=True)
class LoanEnded(Event):
    source = ("Loans", "LoanEnded")
    loan_id: int


@dataclass(frozen=True)
class TitlePledged(Event):
    source = ("Collateral", "TitlePledged")
    loan_id: int
    asset: str
    token_id: int
    asset_key: int
    value: int


@dataclass(frozen=True)
class TitleReleased(Event):
    source = ("Collateral", "TitleReleased")
    loan_id: int
    asset: str
    token_id: int
    released_id: int
    value: int


@dataclass(frozen=True)
class TitleReturned(Event):
    source = ("Collateral", "TitleReturned")
    loan_id: int
    asset: str
    token_id: int


@dataclass(frozen=True)
class TitleSold(Event):
    source = ("Collateral", "TitleSold")
    loan_id: int
    asset: str
    token_id: int
    buyer: str


@dataclass(frozen=True)
class TitleKept(Event):
    """It cannot move now and waits for the borrower."""

    source = ("Collateral", "TitleKept")
    loan_id: int
    asset: str
    token_id: int


@dataclass(frozen=True)
class ProceedsReceived(Event):
    source = ("Collateral", "ProceedsReceived")
    loan_id: int
    asset: str
    token_id: int
    amount: int


@dataclass(frozen=True)
class SaleOpened(Event):
    source = ("Enforcement", "SaleOpened")
    loan_id: int
    round: int
    minimum: int
    ends_at: int


@dataclass(frozen=True)
class BidPlaced(Event):
    source = ("Enforcement", "BidPlaced")
    loan_id: int
    bidder: str
    amount: int


@dataclass(frozen=True)
class BidReturned(Event):
    source = ("Enforcement", "BidReturned")
    loan_id: int
    bidder: str
    amount: int


@dataclass(frozen=True)
class CollateralSold(Event):
    source = ("Enforcement", "CollateralSold")
    loan_id: int
    buyer: str
    amount: int
    storage_paid: int
    split: dict[str, int]
    to_borrower: int
    shortfall: int


@dataclass(frozen=True)
class SaleFailed(Event):
    source = ("Enforcement", "SaleFailed")
    loan_id: int
    round: int


@dataclass(frozen=True)
class SaleCalledOff(Event):
    source = ("Enforcement", "SaleCalledOff")
    loan_id: int
    round: int


@dataclass(frozen=True)
class LoanQuoteUsed(Event):
    source = ("Loans", "NonceUsed")
    signer: str
    nonce: int


@dataclass(frozen=True)
class CountUsed(Event):
    source = ("Collateral", "NonceUsed")
    signer: str
    nonce: int


@dataclass(frozen=True)
class BidUsed(Event):
    source = ("Enforcement", "NonceUsed")
    signer: str
    nonce: int


# ---- warehouse receipts: quantities are whole numbers of 10^-decimals of the lot's unit


@dataclass(frozen=True)
class LotTakenIn(Event):
    """`intake` is the custodian's document, under the contract's own names."""

    source = ("WarehouseReceipts", "LotTakenIn")
    lot_id: int
    custodian: str
    receipt_id: int
    intake: dict[str, Any]


@dataclass(frozen=True)
class ReceiptTransferred(Event):
    """A receipt appeared (from the zero address), changed its holder, or ended (to it)."""

    source = ("WarehouseReceipts", "Transfer")
    from_: str
    to: str
    token_id: int


@dataclass(frozen=True)
class ReceiptIssued(Event):
    source = ("WarehouseReceipts", "ReceiptIssued")
    receipt_id: int
    lot_id: int
    holder: str
    quantity: int


@dataclass(frozen=True)
class ReceiptSplit(Event):
    source = ("WarehouseReceipts", "ReceiptSplit")
    receipt_id: int
    child_id: int
    to: str
    quantity: int


@dataclass(frozen=True)
class ReceiptsMerged(Event):
    source = ("WarehouseReceipts", "ReceiptsMerged")
    from_receipt_id: int
    to_receipt_id: int
    quantity: int


@dataclass(frozen=True)
class GoodsDelivered(Event):
    source = ("WarehouseReceipts", "GoodsDelivered")
    receipt_id: int
    lot_id: int
    holder: str
    quantity: int
    recipient_hash: str


@dataclass(frozen=True)
class StoragePaid(Event):
    source = ("WarehouseReceipts", "StoragePaid")
    receipt_id: int
    lot_id: int
    payer: str
    amount: int
    charged_until: int


@dataclass(frozen=True)
class MisfortuneReported(Event):
    """`kind` is the contract's number."""

    source = ("WarehouseReceipts", "MisfortuneReported")
    lot_id: int
    kind: int
    quantity: int
    evidence: str


@dataclass(frozen=True)
class GoodsLost(Event):
    source = ("WarehouseReceipts", "GoodsLost")
    receipt_id: int
    lot_id: int
    holder: str
    quantity: int


@dataclass(frozen=True)
class InsurancePaid(Event):
    source = ("WarehouseReceipts", "InsurancePaid")
    receipt_id: int
    payer: str
    to: str
    amount: int


@dataclass(frozen=True)
class LotLocked(Event):
    source = ("WarehouseReceipts", "LotLocked")
    lot_id: int
    evidence: str


@dataclass(frozen=True)
class LotUnlocked(Event):
    source = ("WarehouseReceipts", "LotUnlocked")
    lot_id: int
    order_hash: str


@dataclass(frozen=True)
class LotExtended(Event):
    source = ("WarehouseReceipts", "LotExtended")
    lot_id: int
    insured_until: int
    expires_at: int


@dataclass(frozen=True)
class ReceiptFrozen(Event):
    source = ("WarehouseReceipts", "ReceiptFrozen")
    receipt_id: int
    order_hash: str


@dataclass(frozen=True)
class ReceiptUnfrozen(Event):
    source = ("WarehouseReceipts", "ReceiptUnfrozen")
    receipt_id: int
    order_hash: str


@dataclass(frozen=True)
class ReplacementRequested(Event):
    source = ("WarehouseReceipts", "ReplacementRequested")
    receipt_id: int
    to: str
    effective_at: int
    evidence: str


@dataclass(frozen=True)
class ReplacementEnded(Event):
    source = ("WarehouseReceipts", "ReplacementEnded")
    receipt_id: int
    to: str
    done: bool


@dataclass(frozen=True)
class GoodsDocumentUsed(Event):
    """The nonce of an intake or a delivery order was spent, by execution or by cancellation."""

    source = ("WarehouseReceipts", "NonceUsed")
    signer: str
    nonce: int


# ---- prices: minor units for one whole unit


@dataclass(frozen=True)
class FeedAssigned(Event):
    source = ("Prices", "FeedAssigned")
    feed: str
    oracle: str


@dataclass(frozen=True)
class PricePublished(Event):
    source = ("Prices", "PricePublished")
    feed: str
    oracle: str
    price: int
    observed_at: int


@dataclass(frozen=True)
class PriceDocumentUsed(Event):
    """The nonce of a price was spent, by publication or by cancellation."""

    source = ("Prices", "NonceUsed")
    signer: str
    nonce: int


# ---- evidence


@dataclass(frozen=True)
class WatchSet(Event):
    source = ("Attestations", "WatchSet")
    lot_id: int
    watch: dict[str, int]


@dataclass(frozen=True)
class DeviceRegistered(Event):
    """`kind` is the contract's number."""

    source = ("Attestations", "DeviceRegistered")
    device: str
    lot_id: int
    owner_id: int
    kind: int
    simulated: bool
    calibrated_until: int


@dataclass(frozen=True)
class DeviceCalibrated(Event):
    source = ("Attestations", "DeviceCalibrated")
    device: str
    calibrated_until: int


@dataclass(frozen=True)
class DeviceRevoked(Event):
    source = ("Attestations", "DeviceRevoked")
    device: str
    order_hash: str


@dataclass(frozen=True)
class ReadingsAnchored(Event):
    source = ("Attestations", "ReadingsAnchored")
    device: str
    root: str
    first_sequence: int
    last_sequence: int


@dataclass(frozen=True)
class ContradictionSeen(Event):
    source = ("Attestations", "ContradictionSeen")
    lot_id: int
    device: str
    kind: int
    value: int
    limit: int
    evidence: str


@dataclass(frozen=True)
class SilenceSeen(Event):
    source = ("Attestations", "SilenceSeen")
    lot_id: int
    device: str
    last_seen_at: int
    allowed_until: int
