"""What kind of document it is: an invoice to lend against, a credit note, or neither (BT-3, rule R11)."""

from __future__ import annotations

from backend.errors import InvalidInput, Phrase, both
from backend.invoices.model import Kind
from backend.invoices.normalise import normalise, quoted
from backend.invoices.ubl import CREDIT_NOTE, text
from backend.invoices.xmltree import Node

# UNTDID 1001, as EN 16931 has it: the seller's own claim on the buyer for what was delivered or done.
_INVOICES = frozenset(map(str, [80, 82, 295, 331, 380, 383, 384, 387, 388, 389, 394, 471, 575, 623, 780, 876, 877]))

# Types that give money back, for an Invoice that is a credit note all the same.
_CREDIT_NOTES = frozenset(map(str, [81, 83, 261, 262, 296, 308, 381, 396, 420, 458, 502, 503, 532]))

_ASSIGNED = both("a factored invoice, whose claim belongs to the factor already", "保理发票,其债权已属于保理人")
_IN_ADVANCE = both("a prepayment invoice, which the final invoice claims once more", "预付款发票,最终发票会再次主张")
_IN_PART = both("a partial invoice, which the final invoice claims once more", "部分发票,最终发票会再次主张")
_OF_SEVERAL = both("an invoice for several sellers or buyers", "涉及多个卖方或买方的发票")

# Why not, for the types that are most often taken for an invoice.
_REASONS: dict[str, Phrase] = {
    **dict.fromkeys(["393", "472", "473", "501"], _ASSIGNED),
    **dict.fromkeys(["386", "500"], _IN_ADVANCE),
    **dict.fromkeys(["326", "875"], _IN_PART),
    **dict.fromkeys(["385", "390"], _OF_SEVERAL),
    "325": both("a pro forma invoice, which claims nothing", "形式发票,不主张任何款项"),
    "395": both("a consignment invoice, where nothing is sold yet", "寄售发票,货物尚未售出"),
    "751": both("information for accounting, which claims nothing", "会计用发票信息,不主张任何款项"),
}
_NO_INVOICE = both("not a commercial invoice (UNTDID 1001)", "不是商业发票 (UNTDID 1001)")


def kind_of(root: Node) -> Kind:
    """Credit note by its root, or by its type code (BT-3) in any spelling; otherwise an invoice, which a document
    without a code is, too. Raises InvalidInput on invoice.kind for a type that is neither."""
    field = "invoice.kind"
    code = normalise(text(root, "cbc:InvoiceTypeCode", field) or "")
    if root.tag == CREDIT_NOTE or code in _CREDIT_NOTES:
        return "credit-note"
    if code and code not in _INVOICES:
        reason = both(
            "a document of type {code} is no claim to register: it is {what}",
            "类型为 {code} 的单据不是可登记的债权:{what}",
            code=quoted(code),
            what=_REASONS.get(code, _NO_INVOICE),
        )
        raise InvalidInput(field=field, reason=reason)
    return "invoice"
