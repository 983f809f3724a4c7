"""The words for how a title stands in a loan."""

from __future__ import annotations

from backend.errors import Phrase, both

TITLE_STATES: dict[str, Phrase] = {
    "pledged": both("pledged", "质押中"),
    "kept": both("waits in escrow", "托管待领"),
    "released": both("released", "已解押"),
    "returned": both("returned", "已返还"),
    "sold": both("sold", "已处置"),
    "gone": both("gone", "已灭失"),
}
