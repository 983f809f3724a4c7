"""Books: the statement of a participant, and the books of all."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from backend.books import beancount
from backend.errors import Forbidden, both
from backend.invoices.currencies import currency
from backend.queries import books as queries
from backend.queries.participants import participant
from backend.web import context
from backend.web.api.participants import _account
from backend.web.api.shared import documents_read, topic
from backend.web.schemas import Code, Limit, RowNumber

blueprint = topic("books")


class StatementQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False)
    currency: Code | None = None
    after: Annotated[str | None, Field(max_length=8_192, description="The `next` of the page before")] = None
    after_block: Annotated[RowNumber, Field(description="Instead of `after`: what came later")] = 0
    after_log: RowNumber | None = None
    limit: Limit = 100


@blueprint.get("/participants/<account>/statement")
@blueprint.input(StatementQuery, location="query", arg_name="query")
@documents_read(blueprint, 403)
def statement(account: str, query: StatementQuery) -> Response:
    """A page of a participant's books, line by line, with the event behind each (itself, or the operator)."""
    account = _account(account)
    if context.viewer() not in (None, account):
        raise Forbidden(reason=both("a statement is its owner's business", "仅本人可查看其对账单"))
    engine = context.desk().engine
    participant(engine, account)
    number = currency(query.currency, field="currency").numeric if query.currency else None
    behind = query.after_block, query.after_log
    page = queries.statement(engine, account, currency=number, behind=behind, after=query.after, limit=query.limit)
    return context.answer(page)


@blueprint.get("/books")
@documents_read(blueprint, 403, media="text/plain")
def books() -> Response:
    """The books of all participants and contracts, for Beancount (operator)."""
    context.require_operator()
    return Response("".join(beancount(context.desk().engine)), content_type="text/plain; charset=utf-8")
