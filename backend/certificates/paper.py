"""A certificate on paper: one A4 page in both languages, with a QR code that says which file it is, and the file
attached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import segno
from fpdf import FPDF, FontFace
from fpdf.enums import TableBordersLayout
from pylopdf_fonts_zh_cn import sans_path

from backend.certificates import canonical, headers
from backend.certificates.facts import MAIN, PARTIES, WORDS
from backend.certificates.words import LABELS, behind, plain, told
from backend.errors import Phrase, both

_FONT = "Noto Sans SC"
_INK, _GREY, _LINE = (20, 30, 45), (105, 115, 130), (215, 220, 228)
_MARGIN, _WIDTH, _QR = 16, 178, 40
_SIZES = (8.5, 7.5, 6.5, 5.5)
_LONGEST = 110
_SKIPPED = ("currency", "unit")
"""They stand beside the amounts and the quantity."""


def page(file: bytes, public_url: str = "") -> bytes:
    """The PDF of a certificate that holds. `public_url` is where its /verify is, if anywhere."""
    certificate = canonical.parse(file)
    for size in _SIZES:
        pdf = _drawn(certificate, file, public_url, size)
        if pdf.page == 1:
            break
    return bytes(pdf.output())


def code(certificate: dict[str, Any], public_url: str = "") -> str:
    """What the QR code says: which thing, on which chain, in which block, and the digest of the file."""
    lines = [
        f"{certificate['format']} {certificate['kind']} {certificate['id']}",
        f"chain {certificate['chainId']} {certificate['contracts'][MAIN[certificate['kind']]]['address']}",
        f"block {certificate['block']['hash']}",
        f"digest 0x{canonical.digest(certificate).hex()}",
    ]
    return "\n".join([*lines, f"{public_url.rstrip('/')}/verify"] if public_url else lines)


def file_name(certificate: dict[str, Any], ending: str) -> str:
    return f"feiqian-{certificate['kind']}-{certificate['id']}-block-{certificate['block']['number']}.{ending}"


def _drawn(certificate: dict[str, Any], file: bytes, public_url: str, size: float) -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_margins(_MARGIN, 14)
    pdf.set_auto_page_break(True, 12)
    pdf.add_font(_FONT, fname=sans_path())
    pdf.set_creation_date(datetime.fromtimestamp(_block_time(certificate), UTC))
    what = WORDS[certificate["kind"]]
    pdf.set_title(f"Feiqian 飞钱 · {what} {certificate['id']} · {what.zh}")
    pdf.add_page()
    _head(pdf, certificate, public_url)
    _table(pdf, _facts(certificate), size, both("Proven by the chain", "链上可证"))
    if certificate["documents"]:
        words = behind(certificate["documents"])
        _table(pdf, words, size, both("Proven by a hash on the chain", "经链上哈希可证"))
    _table(pdf, _block(certificate), size, both("Where it is proven", "证明所在"))
    _foot(pdf, size)
    pdf.embed_file(basename=file_name(certificate, "json"), bytes=file, desc="The certificate 证书", compress=True)
    return pdf


def _head(pdf: FPDF, certificate: dict[str, Any], public_url: str) -> None:
    what = WORDS[certificate["kind"]]
    top = pdf.get_y()
    _qr(pdf, code(certificate, public_url), _MARGIN + _WIDTH - _QR, top)
    pdf.set_y(top + 3)
    _line(pdf, "Feiqian 飞钱", 10, _GREY, 7)
    _line(pdf, f"{what.zh}证书 · 编号 {certificate['id']}", 19, _INK, 10)
    _line(pdf, f"Certificate of {what} {certificate['id']}", 13, _INK, 8)
    at = datetime.fromtimestamp(_block_time(certificate), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    _line(pdf, f"截至 As of {at}", 9, _GREY, 6)
    pdf.set_y(top + _QR + 3)


def _facts(certificate: dict[str, Any]) -> list[tuple[Phrase, str]]:
    facts = certificate["facts"]
    rows = []
    for name in facts:
        if name in _SKIPPED:
            continue
        value = told(name, facts)
        text = str(value) if value == value.zh else f"{value} {value.zh}"
        if name in PARTIES and facts[name] in certificate["names"]:
            text = f"{_cut(plain(certificate['names'][facts[name]]))} †\n{text}"
        if name == "quantity":
            text = f"{text} {told('unit', facts)}"
        rows.append((name, text))
    order = list(LABELS)
    return [(LABELS[name], text) for name, text in sorted(rows, key=lambda row: order.index(row[0]))]


def _block(certificate: dict[str, Any]) -> list[tuple[Phrase, str]]:
    main = MAIN[certificate["kind"]]
    block = certificate["block"]
    return [
        (both("Chain", "链"), certificate["chainId"]),
        (both("Contract", "合约"), f"{main} {certificate['contracts'][main]['address']}"),
        (both("Block", "区块"), f"{block['number']}\n{block['hash']}"),
        (both("Issuer", "签发人"), certificate["issuer"]),
        (both("Digest of the file", "文件摘要"), f"0x{canonical.digest(certificate).hex()}"),
    ]


def _table(pdf: FPDF, rows: list[tuple[Phrase, str]], size: float, title: Phrase) -> None:
    pdf.ln(size / 3)
    _line(pdf, f"{title.zh}  {title}", size + 1, _GREY, size / 1.5)
    pdf.set_font(_FONT, size=size)
    pdf.set_text_color(*_INK)
    pdf.set_draw_color(*_LINE)
    with pdf.table(
        col_widths=(26, 37, 115),
        first_row_as_headings=False,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        line_height=size * 0.52,
        padding=(0.55, 1),
        align="LEFT",
    ) as table:
        for label, value in rows:
            row = table.row()
            row.cell(label.zh, style=FontFace(color=_GREY))
            row.cell(str(label), style=FontFace(color=_GREY))
            row.cell(value)


def _foot(pdf: FPDF, size: float) -> None:
    pdf.ln(size / 3)
    pdf.set_text_color(*_GREY)
    pdf.set_font(_FONT, size=size - 1)
    for text in (
        "† 名称由签发人陈述,未经链上证明。本页本身不构成证明:请核验附件中的 JSON 文件"
        "(飞钱核验页面,或 feiqian verify 文件 --rpc 节点)。",
        "† A name is the issuer's word, not proven by the chain. This page proves nothing by itself: check the JSON "
        "file that is attached to it, on the verify page or with: feiqian verify FILE --rpc URL",
    ):
        pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")


def _line(pdf: FPDF, text: str, size: float, colour: tuple[int, int, int], height: float) -> None:
    pdf.set_font(_FONT, size=size)
    pdf.set_text_color(*colour)
    pdf.cell(0, height, text, new_x="LMARGIN", new_y="NEXT")


def _qr(pdf: FPDF, text: str, left: float, top: float) -> None:
    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    module = _QR / len(matrix)
    pdf.set_fill_color(0, 0, 0)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                pdf.rect(left + x * module, top + y * module, module, module, style="F")


def _block_time(certificate: dict[str, Any]) -> int:
    return headers.number_in(certificate["block"]["header"], "timestamp")


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
