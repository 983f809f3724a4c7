"""The shapes of requests and answers, and the types of their fields. Unknown fields are refused."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from web3 import Web3

from backend.config import MAX_AMOUNT_FEN
from backend.errors import both

MAX_TIME = 2**40 - 1
BULK_ITEMS = 100
"""More of the dearest acts would not fit a block of 30 million gas."""
MAX_WORD = 2**256 - 1

_BIDI_CONTROLS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They make text look like what it is not."""


def parse_amount(value: Any) -> int:
    """A whole number of minor units from a string of digits or an integer. Raises ValueError saying what it wants."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(
            both(
                "must be a whole number of fen, as a string or an integer, never a fraction",
                "应为以分为单位的整数(字符串或整数),不能是小数",
            )
        )
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,40}", value, re.ASCII):
        raise ValueError(both("must be digits only: a whole number of fen", "只能是数字:以分为单位的整数"))
    amount = int(value)
    if amount <= 0:
        raise ValueError(both("must be more than zero", "必须大于零"))
    if amount > MAX_AMOUNT_FEN:
        raise ValueError(
            both("is more than {limit}, the most that is believable", "超过可信上限 {limit}", limit=MAX_AMOUNT_FEN)
        )
    return amount


def parse_part(value: Any) -> int:
    """An amount, or zero. Raises ValueError as parse_amount does."""
    return (
        0
        if (value == 0 and value is not False and not isinstance(value, float)) or value == "0"
        else parse_amount(value)
    )


def parse_integer(value: Any) -> int:
    """An integer, or its digits: JSON's own numbers are not exact past 2^53. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(both("must be an integer", "应为整数"))
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,78}", value, re.ASCII):
        raise ValueError(both("must be digits only", "只能是数字"))
    return int(value)


def check_address(value: str) -> str:
    """An account with its checksum. Raises ValueError for a wrong checksum and for the zero address."""
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", value, re.ASCII):
        raise ValueError(both("must be 0x and 40 hexadecimal digits", "应为 0x 加 40 位十六进制数字"))
    digits = value[2:]
    if digits not in (digits.lower(), digits.upper()) and not Web3.is_checksum_address(value):
        raise ValueError(both("has a wrong checksum: a character is mistyped", "校验和错误:有字符输入错误"))
    if int(digits, 16) == 0:
        raise ValueError(both("is the zero address", "是零地址"))
    return Web3.to_checksum_address(value)


def check_text(value: str) -> str:
    """Text that can be stored and that shows what it says. Raises ValueError."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(both("has half of a character in it", "含有不完整的字符")) from None
    if any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n" for letter in value):
        raise ValueError(both("has control characters in it", "含有控制字符"))
    if not _BIDI_CONTROLS.isdisjoint(value):
        raise ValueError(both("has characters in it that turn the direction of writing", "含有改变书写方向的字符"))
    if not value.strip():
        raise ValueError(both("is empty", "为空"))
    return value


Amount = Annotated[
    int,
    BeforeValidator(parse_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^[0-9]{1,16}$"},
                {"type": "integer", "minimum": 1, "maximum": MAX_AMOUNT_FEN},
            ],
            "description": "minor units (fen)",
        }
    ),
]
Word = Annotated[
    int,
    BeforeValidator(parse_integer),
    Field(ge=0, le=MAX_WORD),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": "^[0-9]{1,78}$"}, {"type": "integer", "minimum": 0}]}),
]
Time = Annotated[
    int,
    BeforeValidator(parse_integer),
    Field(ge=1, le=MAX_TIME, description="UTC seconds"),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_TIME, "description": "UTC seconds"}),
]
Seconds = Annotated[
    int,
    BeforeValidator(parse_integer),
    Field(ge=1, le=366 * 86_400),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 366 * 86_400}),
]
Account = Annotated[str, AfterValidator(check_address), Field(json_schema_extra={"pattern": "^0x[0-9a-fA-F]{40}$"})]
Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(check_text)]
Code = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217 code")]
Part = Annotated[
    int,
    BeforeValidator(parse_part),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^[0-9]{1,16}$"},
                {"type": "integer", "minimum": 0, "maximum": MAX_AMOUNT_FEN},
            ],
            "description": "minor units (fen), or none of them",
        }
    ),
]
RowNumber = Annotated[
    int,
    BeforeValidator(parse_integer),
    Field(ge=0, le=2**63 - 1),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 2**63 - 1}),
]
Limit = Annotated[
    int,
    BeforeValidator(parse_integer),
    Field(ge=1, le=500),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 500}),
]
Signature = Annotated[str, Field(pattern="^0x([0-9a-fA-F]{2}){1,4096}$")]
RoleName = Literal["supplier", "obligor", "financier", "custodian", "carrier", "oracle", "registrar", "regulator"]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False, strict=True)


class SignInBody(Body):
    message: Annotated[str, Field(min_length=1, max_length=4000)]
    signature: Signature


class ParticipantBody(Body):
    name: Text
    identifier: Annotated[Text, Field(description="Legal identifier, such as a social credit code or a VAT number")]
    roles: Annotated[list[RoleName], Field(min_length=1, max_length=8)]
    account: Annotated[Account | None, Field(description="Its own wallet; without it the keystore makes a key")] = None
    kyc_valid_until: Time | None = None
    confirmation_limits: Annotated[dict[Code, Amount], Field(max_length=20)] = {}


class RenewalBody(Body):
    roles: Annotated[list[RoleName] | None, Field(min_length=1, max_length=8, description="As before, without it")] = (
        None
    )
    kyc_valid_until: Annotated[Time | None, Field(description="UTC seconds; a year from now without it")] = None


class LimitBody(Body):
    currency: Code
    limit_fen: Amount


class OrderBody(Body):
    order: Annotated[Text, Field(description="The regulator's order; the chain keeps its hash")]


class AttestationBody(Body):
    currency: Code
    reserve_fen: Amount
    statement: Annotated[Text, Field(description="The bank's statement; the chain keeps its hash")]


class IssueBody(Body):
    currency: Code
    to: Account
    amount_fen: Amount


class CashRedemptionBody(Body):
    currency: Code
    amount_fen: Amount
    payout_reference: Text


class ReceivableBody(Body):
    invoice: Annotated[str, Field(min_length=1, max_length=6_000_000, description="UBL 2.1 XML, base64")]
    maturity_at: Time | None = None


class OwnSignatureBody(Body):
    signature: Signature
    nonce: Word
    deadline: Time


class ConfirmationBody(Body):
    amount_fen: Amount
    set_off_waived: StrictBool = True
    carry: Annotated[StrictBool, Field(description="Send it now; else it waits to be carried with a sale")] = True
    valid_seconds: Seconds | None = None
    own: Annotated[OwnSignatureBody | None, Field(description="Made with the party's own wallet")] = None


class ReasonBody(Body):
    reason: Text


class EmptyBody(Body):
    pass


class AmountBody(Body):
    amount_fen: Amount


class EndorsementBody(Body):
    to: Account
    value_fen: Amount
    with_recourse: StrictBool = True


class EndorsementListBody(Body):
    endorsements: Annotated[list[EndorsementBody], Field(min_length=1, max_length=50)]


class MergeBody(Body):
    into: RowNumber
    value_fen: Annotated[Amount | None, Field(description="A part; without it, all")] = None


Level = Annotated[
    int,
    BeforeValidator(parse_integer),
    Field(ge=0, le=65_535),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 65_535}),
]


class RecourseBody(Body):
    level: Annotated[Level, Field(description="How many endorsements up; 0 is the last endorser")] = 0


class AcceptanceWishBody(Body):
    wanted: StrictBool


class CurrencyBody(Body):
    currency: Code


class DisputeBody(Body):
    amount_fen: Amount
    reason: Text


class ResolutionBody(Body):
    upheld_fen: Annotated[Part, Field(description="What of the disputed amount is not owed")]
    valid_seconds: Seconds | None = None
    own: OwnSignatureBody | None = None


class ResolutionAcceptanceBody(Body):
    own: OwnSignatureBody | None = None


class ResolutionOrderBody(Body):
    upheld_fen: Part
    order: Annotated[Text, Field(description="The regulator's order; the chain keeps its hash")]


class CreditNoteBody(Body):
    credit_note: Annotated[str, Field(min_length=1, max_length=6_000_000, description="UBL 2.1 XML, base64")]


class CounterclaimBody(Body):
    amount_fen: Amount
    statement: Annotated[Text, Field(description="What the counterclaim is; the chain keeps its hash")]
    arisen_at: Time
    due_at: Time
    valid_seconds: Seconds | None = None
    own: OwnSignatureBody | None = None


class SettlementRunBody(Body):
    day: Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="UTC day of maturity")]


class AssignmentBody(Body):
    to: Account


class QuoteRequestBody(Body):
    receivable_id: RowNumber
    value_fen: Amount
    financiers: Annotated[list[Account], Field(min_length=1, max_length=50)]
    with_recourse: StrictBool = False


class QuoteBody(Body):
    receivable_id: RowNumber
    seller: Account
    value_fen: Amount
    price_fen: Amount | None = None
    rate_bps: Annotated[int | None, Field(ge=0, le=100_000, description="A year, ACT/360")] = None
    with_recourse: StrictBool = False
    valid_seconds: Seconds | None = None
    own: OwnSignatureBody | None = None


class AcceptanceBody(Body):
    note_id: RowNumber | None = None


Quantity = Annotated[
    str, Field(pattern="^[0-9]{1,19}([.][0-9]{1,18})?$", description="A decimal number of the lot's unit, exact")
]
Bps = Annotated[int, Field(ge=0, le=10_000, description="Basis points")]
Asset = Literal["receipt", "note"]
PaymentOrder = Literal["penalty-interest-principal", "interest-penalty-principal", "principal-interest-penalty"]


class LoanRequestBody(Body):
    asset: Asset
    token_id: RowNumber
    value: Annotated[Quantity | None, Field(description="A part; without it, all")] = None
    limit_fen: Annotated[Amount, Field(description="The most that is wanted over all")]
    financiers: Annotated[list[Account], Field(min_length=1, max_length=50)]


class LoanQuoteBody(Body):
    limit_fen: Amount
    rate_bps: Annotated[Bps, Field(description="A year, ACT/360")]
    penalty_bps: Annotated[Bps, Field(description="A year, after grace, beside the rate")]
    maturity_at: Time
    grace_days: Annotated[int, Field(ge=0, le=255)] = 3
    advance_bps: Annotated[Bps, Field(description="LTV up to which is lent")]
    call_bps: Annotated[Bps, Field(description="LTV from which margin is called")]
    liquidation_bps: Annotated[Bps, Field(description="LTV from which the title may be sold")]
    cure_seconds: Annotated[Seconds, Field(description="How long a margin call may wait")]
    reserve_price_fen: Annotated[
        Amount, Field(description="Least price of a whole unit of goods; basis points of a note's value")
    ]
    order: PaymentOrder = "penalty-interest-principal"
    valid_seconds: Seconds | None = None
    own: OwnSignatureBody | None = None


class CountBody(Body):
    receipt_id: RowNumber
    pledgee: Account
    quantity: Quantity
    counted_at: Time | None = None
    valid_seconds: Seconds | None = None
    own: OwnSignatureBody | None = None


class TopUpBody(Body):
    token_id: RowNumber
    value: Annotated[Quantity | None, Field(description="A part; without it, all")] = None


class ReleaseBody(Body):
    token_id: RowNumber
    value: Quantity


class TokenBody(Body):
    token_id: RowNumber


class SaleBody(Body):
    window_seconds: Annotated[Seconds, Field(description="1 to 30 days")] = 86_400


class BidBody(Body):
    amount_fen: Amount
    valid_seconds: Seconds | None = None
    own: OwnSignatureBody | None = None


class TravelBody(Body):
    seconds: Seconds


class PageQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False)
    after: RowNumber = 0
    limit: Limit = 100


class ReceivablesQuery(PageQuery):
    status: Literal["submitted", "confirmed", "rejected", "withdrawn", "expired", "repaid", "disputed"] | None = None


class NotesQuery(PageQuery):
    receivable_id: RowNumber | None = None


class LoansQuery(PageQuery):
    status: Literal["live", "in_sale", "uncovered", "ended"] | None = None


class IdPageQuery(BaseModel):
    """A page of what has ids, the latest first."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False)
    after: Annotated[str | None, Field(pattern="^[0-9a-f]{32}$", description="The `next` of the page before")] = None
    limit: Limit = 100


class PlacePageQuery(BaseModel):
    """A page whose `after` is nobody's business but the API's."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False)
    after: Annotated[
        str | None,
        Field(pattern=r"^(0|[1-9][0-9]{0,17})-(0|[1-9][0-9]{0,17})$", description="The `next` of the page before"),
    ] = None
    limit: Limit = 100


class FeedsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False)
    after: Annotated[str | None, Field(pattern="^0x[0-9a-f]{64}$", description="The `next` of the page before")] = None
    limit: Limit = 100


class QuotesQuery(IdPageQuery):
    receivable_id: RowNumber | None = None


class EventsQuery(PlacePageQuery):
    after_block: Annotated[RowNumber | None, Field(description="Instead of `after`: what came later")] = None
    after_log: RowNumber | None = None


class ParticipantsQuery(PageQuery):
    role: RoleName | None = None


# ---- warehouse receipts and prices

GoodsWord = Annotated[
    str,
    Field(pattern="^[A-Z0-9]([A-Z0-9 ._/-]{0,29}[A-Z0-9])?$", description="A short word in capitals, such as BRENT"),
]
Tariff = Annotated[
    int,
    BeforeValidator(parse_integer),
    Field(ge=0, le=2**32 - 1),
    WithJsonSchema(
        {
            "type": "integer",
            "minimum": 0,
            "maximum": 2**32 - 1,
            "description": "thousandths of a minor unit for a whole unit a day",
        }
    ),
]
Feed = Annotated[str, Field(pattern="^0x[0-9a-f]{64}$", description="Which goods in which money, see /feeds")]
Misfortune = Literal["damage", "shortage", "contamination", "loss"]


class IntakeBody(Body):
    depositor: Account
    commodity: GoodsWord
    grade: GoodsWord
    unit: GoodsWord
    decimals: Annotated[int, Field(ge=0, le=18, description="So many decimals the unit is counted in")] = 3
    quantity: Quantity
    location: Annotated[Text, Field(description="The place, in words")]
    lot: Annotated[Text, Field(description="The number of the lot in that place")]
    inspection: Annotated[Text, Field(description="Reference of the inspection; the chain keeps a hash")]
    insurance: Annotated[Text, Field(description="Reference of the insurance; the chain keeps a hash")]
    insured_until: Time
    expires_at: Time
    currency: Annotated[Code, Field(description="Of the storage tariff, and of the price")] = "CNY"
    storage_milli_fen_per_unit_day: Tariff
    carry: Annotated[StrictBool, Field(description="Send it now; else it waits to be carried")] = True
    valid_seconds: Seconds | None = None
    own: OwnSignatureBody | None = None


class ReceiptSplitBody(Body):
    quantity: Quantity
    to: Annotated[Account | None, Field(description="Without it, the holder itself")] = None


class ReceiptMergeBody(Body):
    into: RowNumber


class DeliveryOrderBody(Body):
    quantity: Quantity
    recipient: Annotated[Text, Field(description="Who fetches the goods; the chain keeps a hash")]
    valid_seconds: Seconds | None = None
    own: OwnSignatureBody | None = None


class MisfortuneBody(Body):
    kind: Misfortune
    quantity: Annotated[Quantity, Field(description="What is lost; 0 for damage or contamination locks the lot")]
    evidence: Annotated[Text, Field(description="The report; the chain keeps its hash")]


class ExtensionBody(Body):
    insured_until: Time | None = None
    expires_at: Time | None = None


class ReplacementBody(Body):
    to: Account
    evidence: Annotated[Text, Field(description="The report; the chain keeps its hash")]


class ReceiptQuoteRequestBody(Body):
    quantity: Quantity
    financiers: Annotated[list[Account], Field(min_length=1, max_length=50)]


class ReceiptQuoteBody(Body):
    quantity: Quantity
    price_fen: Annotated[Amount, Field(description="For the whole quantity")]
    valid_seconds: Seconds | None = None
    own: OwnSignatureBody | None = None


class ReceiptQuoteAcceptanceBody(Body):
    receipt_id: Annotated[RowNumber | None, Field(description="Without it, the one that was asked about")] = None


class FeedBody(Body):
    commodity: GoodsWord
    grade: GoodsWord
    unit: GoodsWord
    currency: Code = "CNY"
    oracle: Account


class PriceBody(Body):
    feed: Feed
    price_fen: Annotated[Amount, Field(description="Minor units for one whole unit")]
    observed_at: Time
    valid_seconds: Seconds | None = None
    own: OwnSignatureBody | None = None


class ReceiptsQuery(PageQuery):
    lot_id: RowNumber | None = None


class ReceiptQuotesQuery(IdPageQuery):
    receipt_id: RowNumber | None = None


# ---- evidence

DeviceKind = Literal["weight", "position", "door", "temperature"]
Small = Annotated[
    int,
    BeforeValidator(parse_integer),
    Field(ge=0, le=2**32 - 1),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 2**32 - 1}),
]


class WatchBody(Body):
    tolerance_bps: Annotated[int, Field(ge=0, le=9_999, description="Of the quantity that the receipts stand for")]
    max_silence_seconds: Annotated[Seconds, Field(description="Longest between two batches or readings of a device")]
    quorum: Annotated[int, Field(ge=1, le=255, description="Devices that must contradict before the lot is locked")]
    max_milli_kelvin: Annotated[
        Small, Field(description="Warmest, in thousandths of a degree above absolute zero; 0: no limit")
    ] = 0
    max_metres: Annotated[Small, Field(description="Furthest from the place of the lot")]


class DeviceBody(Body):
    device: Annotated[Account, Field(description="The address of the device's own key")]
    kind: DeviceKind
    calibrated_until: Time
    simulated: Annotated[StrictBool, Field(description="No sensor measures: for good")]


class CalibrationBody(Body):
    calibrated_until: Time


class BatchBody(Body):
    last_sequence: Annotated[RowNumber, Field(description="Of the batch that was signed")]
    signature: Annotated[str, Field(pattern="^0x[0-9a-f]{130}$", description="Of the device")]


class Step(BaseModel):
    state: str
    at: int
    note: str | None = None


class ContractError(BaseModel):
    error: str
    arguments: dict[str, Any]
    contract: str | None
    detail: str


# ---- bulk acts: each item says what its own request would, with the number it would have in its path


class BulkNote(Body):
    note_id: RowNumber


class BulkEndorsement(EndorsementBody):
    note_id: RowNumber


class BulkConfirmation(Body):
    receivable_id: RowNumber
    amount_fen: Amount
    set_off_waived: StrictBool = True


class BulkRepayment(AmountBody):
    receivable_id: RowNumber


class BulkNotesBody(Body):
    items: Annotated[list[BulkNote], Field(min_length=1, max_length=BULK_ITEMS)]


class BulkEndorsementsBody(Body):
    items: Annotated[list[BulkEndorsement], Field(min_length=1, max_length=BULK_ITEMS)]


class BulkConfirmationsBody(Body):
    items: Annotated[list[BulkConfirmation], Field(min_length=1, max_length=BULK_ITEMS)]


class BulkRepaymentsBody(Body):
    items: Annotated[list[BulkRepayment], Field(min_length=1, max_length=BULK_ITEMS)]


class BulkIssuesBody(Body):
    items: Annotated[list[IssueBody], Field(min_length=1, max_length=BULK_ITEMS)]


class Operation(BaseModel):
    """What became of a write. Final states: succeeded, failed."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
    id: str
    kind: str
    state: Literal["pending", "submitted", "succeeded", "failed", "suspended"]
    actor: str
    signer: str | None
    contract: str | None
    function: str | None
    nonce: int | None
    tx: str | None
    block: int | None
    gas: int | None
    result: dict[str, Any]
    events: list[dict[str, Any]]
    error: ContractError | None
    history: list[Step]


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    field: str | None = None
    contract_error: dict[str, Any] | None = Field(default=None, alias="contractError")
