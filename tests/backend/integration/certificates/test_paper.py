"""A certificate on paper (rule Z8)."""

from __future__ import annotations

import pypdfium2
import pytest
import zxingcpp

from backend.certificates import canonical, paper
from backend.testing import Network
from tests.backend.integration.api.test_loans import feed_of, lent

from .maker import made, parsed

URL = "https://feiqian.example"


@pytest.mark.parametrize("kind", ["receivable", "note", "receipt", "loan"])
def test_one_page_in_both_languages_with_its_file(feiqian: Network, kind: str) -> None:
    """Rule Z8."""
    claim, note = feiqian.confirmed(amount=1_234_567_89)
    _, receipt = feiqian.stored("1250.75")
    feed_of(feiqian)
    things = {"receivable": claim, "note": note, "receipt": receipt, "loan": lent(feiqian)[0]}
    file = made(feiqian, kind, things[kind])
    certificate = parsed(file)
    pdf = pypdfium2.PdfDocument(paper.page(file, URL))
    assert len(pdf) == 1
    assert [round(side) for side in pdf[0].get_size()] == [595, 842], "A4"
    text = " ".join(pdf[0].get_textpage().get_text_range().split())
    shown = {
        "receivable": ["应收账款证书", "Certificate of receivable", "1,234,567.89 CNY", "TEST-00001"],
        "note": ["凭证证书", "Certificate of note", "1,234,567.89 CNY", "持有人 Holder"],
        "receipt": ["仓单证书", "Certificate of warehouse receipt", "1250.750 BBL", "Yangshan Port, Tank 7"],
        "loan": ["贷款证书", "Certificate of loan", "未还本金", "250,000.00 CNY", "6.00 %"],
    }[kind]
    for words in [*shown, certificate["block"]["hash"], certificate["issuer"], "† A name is the issuer's word"]:
        assert words in text, words
    assert pdf.count_attachments() == 1
    attached = pdf.get_attachment(0)
    assert bytes(attached.get_data()) == file, "byte for byte"
    (code,) = zxingcpp.read_barcodes(pdf[0].render(scale=3).to_pil())
    assert code.text == paper.code(certificate, URL)
    assert f"digest 0x{canonical.digest(certificate).hex()}" in code.text and f"{URL}/verify" in code.text


def test_the_longest_names_stay_on_one_page(feiqian: Network) -> None:
    party = feiqian.operator.register("宁波锂电芯供应链科技股份有限公司" * 12, "LONG-1", ["supplier"])
    _, root = feiqian.confirmed()
    child = int(feiqian.tier1.endorse(root, party, 100)["result"]["noteId"])
    pdf = pypdfium2.PdfDocument(paper.page(made(feiqian, "note", child)))
    assert len(pdf) == 1 and "宁波锂电芯" in pdf[0].get_textpage().get_text_range()


def test_long_words_are_written_smaller_and_stay_on_one_page(feiqian: Network) -> None:
    """Rule Z8."""
    words = {name: f"{name} " + "洋山港石油储运基地" * 21 for name in ("location", "lot", "inspection", "insurance")}
    _, receipt = feiqian.stored(**words)
    pdf = pypdfium2.PdfDocument(paper.page(made(feiqian, "receipt", receipt)))
    assert len(pdf) == 1
    text = "".join(pdf[0].get_textpage().get_text_range().split())
    for one in words.values():
        assert "".join(one.split()) in text
