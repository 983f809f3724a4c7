"""The sums of EN 16931: where given they must hold, to the last digit."""

from __future__ import annotations

import pytest

from backend.errors import InvalidInput

from .documents import LINES_TOTAL, PAYABLE, TAX, WITH_TAX, WITHOUT_TAX, edited, read, refused

FIELD = "invoice.totals"
LINE_1 = '<cbc:LineExtensionAmount currencyID="CNY">600.00</cbc:LineExtensionAmount>'
LINE_2 = '<cbc:LineExtensionAmount currencyID="CNY">400.00</cbc:LineExtensionAmount>'


def amount(name: str, written: str, currency: str = "CNY") -> str:
    return f'<cbc:{name} currencyID="{currency}">{written}</cbc:{name}>'


def allowance(written: str, indicator: str = "false") -> str:
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{indicator}</cbc:ChargeIndicator>"
        f"{amount('Amount', written)}</cac:AllowanceCharge>"
    )


def says(document: str, *figures: str) -> None:
    reason = refused(InvalidInput, FIELD, document)
    for figure in figures:
        assert figure in reason


def test_payable_is_with_tax_less_prepaid_plus_rounding() -> None:
    extra = amount("PrepaidAmount", "130.25") + amount("PayableRoundingAmount", "0.25")
    due = amount("PayableAmount", "1000.00")
    assert read(edited((PAYABLE, extra + due))).payable == 100000
    says(edited((PAYABLE, extra + PAYABLE)), "1130.00", "1000.00", "PayableAmount")
    says(edited((PAYABLE, amount("PrepaidAmount", "130.00") + PAYABLE)), "1130.00", "1000.00")
    says(edited((PAYABLE, amount("PayableAmount", "1130.01"))), "1130.01", "1130.00")
    down = amount("PayableRoundingAmount", "-0.30") + amount("PayableAmount", "1129.70")
    assert read(edited((PAYABLE, down))).payable == 112970


def test_with_tax_is_without_tax_plus_tax() -> None:
    says(edited((TAX, TAX.replace("130.00", "130.01"))), "1130.00", "1130.01", "TaxInclusiveAmount")
    says(edited((WITHOUT_TAX, amount("TaxExclusiveAmount", "999.99")), (LINES_TOTAL, "")), "999.99", "1000.00")
    assert read(edited((TAX, ""))).payable == 113000


def test_several_taxes_add_up() -> None:
    two = "".join(f"<cac:TaxTotal>{amount('TaxAmount', written)}</cac:TaxTotal>" for written in ("100", "30.0"))
    assert read(edited((TAX, two))).payable == 113000
    says(edited((TAX, TAX + two)), "1130.00", "1260.00")


@pytest.mark.parametrize("currency", ["EUR", "eur", "JPY"])
def test_tax_in_the_accounting_currency_is_not_added(currency: str) -> None:
    other = f"<cac:TaxTotal>{amount('TaxAmount', '17.11', currency)}</cac:TaxTotal>"
    assert read(edited((TAX, TAX + other))).payable == 113000
    assert read(edited((TAX, other + TAX))).payable == 113000


def test_subtotals_of_tax_are_not_added() -> None:
    inner = f"<cac:TaxSubtotal>{amount('TaxAmount', '130.00')}</cac:TaxSubtotal></cac:TaxTotal>"
    assert read(edited((TAX, TAX.replace("</cac:TaxTotal>", inner)))).payable == 113000


def test_without_tax_is_lines_less_allowances_plus_charges() -> None:
    totals = amount("AllowanceTotalAmount", "50.00") + amount("ChargeTotalAmount", "20.00")
    says(edited((LINES_TOTAL, LINES_TOTAL + totals)), "1000.00", "970.00", "TaxExclusiveAmount")
    fair = edited(
        (LINES_TOTAL, LINES_TOTAL + totals),
        (WITHOUT_TAX, amount("TaxExclusiveAmount", "970.00")),
        (WITH_TAX, amount("TaxInclusiveAmount", "1100")),
        (PAYABLE, amount("PayableAmount", "1100.00")),
    )
    assert read(fair).payable == 110000
    says(edited((WITHOUT_TAX, amount("TaxExclusiveAmount", "1000.01")), (TAX, "")), "1000.01", "1000.00")


def test_allowances_and_charges_count_without_their_totals() -> None:
    both = allowance("50.00") + allowance("20.00", "true")
    says(edited((TAX, both + TAX)), "1000.00", "970.00")
    balanced = allowance("50.00", "0") + allowance("20.00", "1") + allowance("30.00", "true")
    assert read(edited((TAX, balanced + TAX))).payable == 113000


@pytest.mark.parametrize("indicator", ["TRUE", " True ", "ｔｒｕｅ", "t\u200brue", "１"])
def test_a_charge_is_one_however_that_is_spelled(indicator: str) -> None:
    """A charge in no sum would hide a total that is wrong."""
    says(edited((TAX, allowance("50.00", indicator) + TAX)), "1000.00", "1050.00")
    assert read(edited((TAX, allowance("50.00", indicator) + allowance("50.00", "FALSE") + TAX))).payable == 113000


@pytest.mark.parametrize("indicator", ["yes", "", " ", "tru", "2", "-1"])
def test_an_amount_that_is_neither_allowance_nor_charge_is_refused(indicator: str) -> None:
    says(edited((TAX, allowance("50.00", indicator) + TAX)), "ChargeIndicator")
    missing = allowance("50.00").replace("<cbc:ChargeIndicator>false</cbc:ChargeIndicator>", "")
    says(edited((TAX, missing + TAX)), "ChargeIndicator")


def test_an_allowance_without_an_amount_is_in_no_sum() -> None:
    reason = "<cac:AllowanceCharge><cbc:AllowanceChargeReason>volume</cbc:AllowanceChargeReason></cac:AllowanceCharge>"
    assert read(edited((TAX, reason + TAX))).payable == 113000
    says(edited((TAX, reason + allowance("50.00") + TAX)), "1000.00", "950.00")


@pytest.mark.parametrize(("name", "indicator"), [("AllowanceTotalAmount", "false"), ("ChargeTotalAmount", "true")])
def test_the_totals_of_allowances_and_charges_are_their_sums(name: str, indicator: str) -> None:
    document = edited(
        (TAX, allowance("10.00", indicator) + allowance("5.55", indicator) + TAX),
        (LINES_TOTAL, LINES_TOTAL + amount(name, "15.54")),
    )
    says(document, name, "15.54", "15.55")


def test_a_charge_inside_a_line_is_not_of_the_document() -> None:
    assert read(edited((LINE_1, LINE_1 + allowance("50.00")))).payable == 113000


def test_the_lines_add_up() -> None:
    says(edited((LINE_2, LINE_2.replace("400.00", "400.01"))), "1000.00", "1000.01", "LineExtensionAmount")
    negative = edited((LINE_1, LINE_1.replace("600.00", "1400.000")), (LINE_2, LINE_2.replace("400.00", "-400")))
    assert read(negative).payable == 113000


def test_lines_count_without_their_total() -> None:
    document = edited((LINES_TOTAL, ""), (LINE_2, LINE_2.replace("400.00", "399.00")))
    says(document, "TaxExclusiveAmount", "1000.00", "999.00")


@pytest.mark.parametrize("line", ["", LINE_2.replace("400.00", "four hundred"), LINE_2.replace("CNY", "USD")])
def test_lines_that_cannot_be_read_are_not_added(line: str) -> None:
    assert read(edited((LINE_2, line))).payable == 113000


def test_sums_are_exact_where_floats_are_not() -> None:
    thousand = "".join(
        f"<cac:InvoiceLine>{amount('LineExtensionAmount', '0.1')}</cac:InvoiceLine>" for _ in range(1000)
    )
    document = edited((LINE_1, LINE_1.replace("600.00", "500")), ("</Invoice>", thousand + "</Invoice>"))
    assert read(document).payable == 113000
    tiny = LINE_1.replace("600.00", "599." + "9" * 30)
    says(edited((LINE_1, tiny)), "999." + "9" * 30)


def test_huge_totals_are_compared_exactly() -> None:
    huge = "9" * 35 + ".00"
    says(edited((LINES_TOTAL, amount("LineExtensionAmount", huge))), huge)


@pytest.mark.parametrize(
    "name",
    ["LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "AllowanceTotalAmount"]
    + ["ChargeTotalAmount", "PrepaidAmount", "PayableRoundingAmount"],
)
@pytest.mark.parametrize("written", [("1E3", "CNY"), ("1000", "USD"), ("", "CNY")])
def test_a_total_that_cannot_be_read_is_refused(name: str, written: tuple[str, str]) -> None:
    present = {
        "LineExtensionAmount": LINES_TOTAL,
        "TaxExclusiveAmount": WITHOUT_TAX,
        "TaxInclusiveAmount": WITH_TAX,
    }
    old = present.get(name, "<cac:LegalMonetaryTotal>")
    new = amount(name, *written)
    says(edited((old, new if name in present else old + new)), name)


@pytest.mark.parametrize("element", [LINES_TOTAL, WITHOUT_TAX, WITH_TAX])
def test_a_doubled_total_is_refused(element: str) -> None:
    says(edited((element, element + element)), "2")


def test_with_only_the_payable_amount_nothing_is_compared() -> None:
    bare = edited((LINES_TOTAL, ""), (WITHOUT_TAX, ""), (WITH_TAX, ""), (TAX, ""))
    assert read(bare).payable == 113000
