"""Acts on price feeds (rules O)."""

from __future__ import annotations

from backend.chain.outbox import Row
from backend.chain.typed import Price, fresh_nonce
from backend.commands.acts import act
from backend.commands.desk import Desk, Request, require_named, require_operator, require_participant
from backend.commands.signatures import OwnSignature, require_signed_terms, signed
from backend.database import insert_new
from backend.documents import tables
from backend.errors import Forbidden, InvalidInput, both
from backend.goods import feed_of, to_word
from backend.invoices.currencies import currency
from backend.queries import prices as queries


@act("feed.assign")
def assign_feed(
    desk: Desk, request: Request, *, commodity: str, grade: str, unit: str, currency_code: str, oracle: str
) -> Row:
    """O1. The registrar names the one oracle of the feed for these goods in this money."""
    require_operator(request)
    require_named(desk, oracle, "oracle", "oracle")
    number = currency(currency_code, field="currency").numeric
    feed = feed_of(to_word(commodity), to_word(grade), to_word(unit), number)
    call = desk.contracts.call_data("Prices", "assignFeed", feed, oracle)
    desk.outbox.simulate(desk.power("registrar"), call)
    with desk.engine.begin() as db:
        words = {"commodity": commodity, "grade": grade, "unit": unit, "currency": number}
        insert_new(db, tables.feed_words, feed=feed, **words)
    return desk.outbox.send(request.intent, desk.power("registrar"), call, result={"feed": feed})


@act("price.publish")
def publish_price(
    desk: Desk,
    request: Request,
    *,
    feed: str,
    price: int,
    observed_at: int,
    valid_seconds: int | None,
    own: OwnSignature | None,
) -> Row:
    """O2. The feed's oracle signs a price, in minor units for a whole unit, observed at `observed_at` (UTC seconds).
    What it signed itself any participant may carry."""
    caller = require_participant(desk, request)
    require_signed_terms(own, validSeconds=valid_seconds)
    oracle = str(queries.feed(desk.engine, feed, field="feed")["oracle"])
    if own is None and caller != oracle:
        raise Forbidden(reason=both("you are not the oracle of feed {feed}", "您不是价格源 {feed} 的预言机", feed=feed))
    now = desk.now()
    if observed_at > now:
        raise InvalidInput(
            field="observedAt",
            reason=both(
                "{given} is in the future; the chain's clock says {now}",
                "{given} 尚未到来;链上时间为 {now}",
                given=observed_at,
                now=now,
            ),
        )
    document = Price(
        feed=feed,
        price=price,
        observedAt=observed_at,
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    signature = signed(desk, oracle, document.typed(desk.contracts), own, now)
    carrier = caller if desk.keystore.holds(caller) else desk.power("registrar")
    call = desk.contracts.call_data("Prices", "publish", document.arguments(), signature)
    return desk.outbox.send(request.intent, carrier, call)
