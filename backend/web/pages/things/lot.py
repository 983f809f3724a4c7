"""A lot of goods: how much of it there is and whose, how it is watched, what devices said, what befell it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import render_template
from sqlalchemy import Engine

from backend.errors import NotFound
from backend.queries import devices as evidence
from backend.queries import warehouse_receipts as goods
from backend.web import context
from backend.web.pages import people, visibility
from backend.web.pages.evidence import KINDS, MISFORTUNES, degrees, measured
from backend.web.pages.rows import LIMIT, named, names_of, place, place_in_chain

DRAWN = 120
"""So many of a device's last readings are drawn."""


def page(number: int) -> str:
    engine, viewer, now = context.desk().engine, people.reader().viewer, context.desk().now()
    watched = visibility.hidden(lambda: evidence.evidence_of_lot(engine, number, viewer))
    lot = _lot(engine, number, viewer)
    after = place_in_chain("contradictions")
    contradictions = evidence.contradictions(engine, number, viewer, after, LIMIT)
    readings = {one["device"]: evidence.last_readings(engine, one["device"], DRAWN) for one in watched["devices"]}
    return render_template(
        "things/lot.html",
        lot=lot,
        names=names_of((lot["custodian"], lot["depositor"])),
        receipts=named(goods.receipts(engine, viewer, number, place("receipts"), LIMIT, now), "holder"),
        watch=watched["watch"],
        devices=named({"items": watched["devices"]}, "owner")["items"],
        readings=readings,
        contradictions=contradictions,
        pictures=[_picture(lot, one, readings[one["device"]]) for one in watched["devices"] if readings[one["device"]]],
        kinds=KINDS,
        misfortunes=MISFORTUNES,
        measured=measured,
        now=now,
    )


def _lot(engine: Engine, number: int, viewer: str | None) -> dict[str, Any]:
    """The lot; without the words of its papers for those whose business its evidence alone is, such as a lender."""
    try:
        return goods.lot_details(engine, number, viewer)
    except NotFound:
        return goods.lot_details(engine, number, None) | dict.fromkeys(("location", "lot", "inspection", "insurance"))


def _picture(lot: dict[str, Any], device: dict[str, Any], readings: list[dict[str, Any]]) -> dict[str, Any]:
    """A line for a script to draw: points of milliseconds and a number that people read."""
    return {
        "device": device["device"],
        "kind": device["kind"],
        "unit": {"weight": lot["unit"], "temperature": "°C", "position": "m"}.get(device["kind"], ""),
        "points": [[one["takenAt"] * 1_000, float(_value(lot, one))] for one in readings],
    }


def _value(lot: dict[str, Any], reading: dict[str, Any]) -> Decimal:
    if reading["kind"] == "weight":
        return Decimal(reading["value"]).scaleb(-lot["decimals"])
    return degrees(reading["value"]) if reading["kind"] == "temperature" else Decimal(reading["value"])
