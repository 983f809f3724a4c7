"""Every sample gives the facts it was written to give."""

from __future__ import annotations

from typing import Any

import pytest
from Crypto.Hash import keccak

from backend.invoices import read_invoice, to_json

from .documents import SAMPLES

NINGBO = ("91330200MA2CELL001", "Ningbo Lithium Cells Co., Ltd. / 宁波锂电芯有限公司")
HUAXIA = ("91310000MA1AUTO001", "Huaxia Motors / 华夏汽车股份有限公司")
ISARTAL = ("HRB184422", "Isartal Präzisionsteile GmbH")
RHONE = ("552081317", "Ateliers du Rhône SAS")

# file: seller, buyer, number, issue date, due date, currency, payable in minor units
FACTS: dict[str, tuple[tuple[str, str], tuple[str, str], str, str, str | None, str, str]] = {
    "demo-battery-cny": (NINGBO, HUAXIA, "BAT-2026-0117", "2026-01-05", "2026-04-05", "CNY", "100000000"),
    "battery-cny-chinese": (
        ("91430100MA4PACK007", "湘江动力电池有限公司"),
        ("91440300MA5AUTO009", "长风新能源汽车有限公司"),
        *("XJ2026-000381", "2026-02-10", "2026-05-11", "CNY", "533728380"),
    ),
    "battery-cny-gb18030": (
        ("91330400MA2CATH002", "浙江正极材料有限公司"),
        NINGBO,
        *("ZJ-2026/0009", "2026-03-02", "2026-06-30", "CNY", "111734400"),
    ),
    "parts-eur-two-rates": (ISARTAL, RHONE, "RE-2026-1093", "2026-01-20", "2026-03-21", "EUR", "2651010"),
    "parts-eur-credit-note": (ISARTAL, RHONE, "GS-2026-0031", "2026-02-03", "2026-03-05", "EUR", "97669"),
    "tooling-usd-prepaid": (
        ("079812345", "Great Lakes Tooling, Inc."),
        ("SST-0091", "Sonora Stamping S.A. de C.V."),
        *("INV 20260212-A", "2026-02-12", "2026-04-13", "USD", "12972000"),
    ),
    "ceramics-jpy": (
        ("7180001099999", "株式会社瀬戸セラミックス"),
        ("3180001088888", "中部精密工業株式会社"),
        *("請求-2026-0415", "2026-04-15", "2026-06-30", "JPY", "3266060"),
    ),
    "logistics-sgd-gst": (
        ("201812345K", "Kallang Freight Pte. Ltd."),
        ("199904321Z", "Jurong Marine Parts Pte. Ltd."),
        *("TX-88213", "2026-01-31", "2026-03-02", "SGD", "1887180"),
    ),
    "castings-gbp-rounding": (
        ("04411223", "Black Country Castings Ltd"),
        ("00998877", "Severn Pumps plc"),
        *("SI/26/00417", "2026-02-27", "2026-03-29", "GBP", "537600"),
    ),
    "valves-kwd": (
        ("CR338812", "Shuwaikh Valve Trading W.L.L. / شركة الشويخ لتجارة الصمامات"),
        ("CR104477", "Gulf Desalination K.S.C."),
        *("KW-2026-77", "2026-03-10", "2026-05-09", "KWD", "5158125"),
    ),
    "milk-eur-self-billed": (
        ("61234567", "Boerderij De Vries"),
        ("01001122", "Friese Zuivel Coöperatie U.A."),
        *("SB-2026-02-0056", "2026-02-28", "2026-03-20", "EUR", "3103230"),
    ),
    "design-eur-endpoint-only": (
        ("FAKTURA@STUDIO-LIND.EXAMPLE", "Studio Lind"),
        ("212000-1234", "Norrbro Kommun"),
        *("2026-14", "2026-03-15", None, "EUR", "504000"),
    ),
}

NINE = [
    *("seller", "buyer", "number", "issueDate", "dueDate"),
    *("currency", "payable", "documentHash", "fingerprint"),
]


def facts_of(name: str) -> dict[str, Any]:
    return to_json(read_invoice((SAMPLES / f"{name}.xml").read_bytes()))


def test_every_sample_is_in_the_table() -> None:
    assert {path.stem for path in SAMPLES.glob("*.xml")} == set(FACTS)
    assert len(FACTS) >= 10


@pytest.mark.parametrize("name", FACTS)
def test_a_sample_has_its_facts(name: str) -> None:
    found = facts_of(name)
    seller, buyer, number, issued, due, currency, payable = FACTS[name]
    document = (SAMPLES / f"{name}.xml").read_bytes()
    assert found["seller"] == {"identifier": seller[0], "name": seller[1]}
    assert found["buyer"] == {"identifier": buyer[0], "name": buyer[1]}
    assert [found["number"], found["issueDate"], found["dueDate"]] == [number, issued, due]
    assert [found["currency"], found["payable"]] == [currency, payable]
    assert found["documentHash"] == "0x" + keccak.new(data=document, digest_bits=256).hexdigest()


@pytest.mark.parametrize("name", sorted(FACTS))
def test_the_keys_are_the_nine_then_the_kind(name: str) -> None:
    credit = name == "parts-eur-credit-note"
    assert list(facts_of(name)) == [*NINE, "kind", *(["originalNumber"] if credit else [])]


def test_only_the_credit_note_is_one_and_names_its_invoice() -> None:
    kinds = {name: facts_of(name)["kind"] for name in FACTS}
    assert {name for name, kind in kinds.items() if kind == "credit-note"} == {"parts-eur-credit-note"}
    assert set(kinds.values()) == {"invoice", "credit-note"}
    assert facts_of("parts-eur-credit-note")["originalNumber"] == facts_of("parts-eur-two-rates")["number"]


def test_all_fingerprints_differ() -> None:
    assert len({facts_of(name)["fingerprint"] for name in FACTS}) == len(FACTS)


def test_the_fingerprint_of_the_demo_is_fixed() -> None:
    written = (
        '["feiqian.invoice.v1","91330200ma2cell001","91310000ma1auto001","bat-2026-0117",'
        '"2026-01-05","CNY","100000000"]'
    )
    expected = "0x" + keccak.new(data=written.encode(), digest_bits=256).hexdigest()
    assert facts_of("demo-battery-cny")["fingerprint"] == expected
    assert expected == "0x93a7c118f692f4b720c32b9733eaa80751cfb45d65d5e4c38897164a9d14a097"
