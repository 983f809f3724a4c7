"""Settlement runs: one day, all holders."""

from __future__ import annotations

from flask import Response

from backend.commands import settlement_runs as commands
from backend.queries import settlement_runs as queries
from backend.web import context
from backend.web.api.shared import IDENTIFIER, documents_read, documents_write, topic
from backend.web.schemas import SettlementRunBody

blueprint = topic("settlement-runs")


@blueprint.post("/settlement-runs")
@blueprint.input(SettlementRunBody, arg_name="body")
@documents_write(blueprint)
def open_run(body: SettlementRunBody) -> Response:
    """Pay all current holders of all receivables that mature on a day (operator)."""
    return context.write(commands.open_run, body.day)


@blueprint.get(f"/settlement-runs/<{IDENTIFIER}:run_id>")
@documents_read(blueprint, 403)
def run(run_id: str) -> Response:
    """How far a run is (operator)."""
    context.require_operator()
    return context.answer(queries.run(context.desk().engine, run_id))
