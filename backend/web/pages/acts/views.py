"""The pages of an act: the form, what it will do in words, and what came of it (rules G6, G7)."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from backend.errors import FeiqianError, Forbidden, InvalidInput, NotFound, both
from backend.web import problems
from backend.web.pages import people, visibility
from backend.web.pages.acts import catalogue, forms, inward, subjects
from backend.web.pages.acts.act import Act
from backend.web.pages.shared import pages

blueprint = pages("acts")

WAIT = 20
"""Seconds that a page waits for its block; then the operation's own page goes on waiting."""


@blueprint.get("/acts/<name>")
@blueprint.get("/acts/<name>/<identifier>")
def form(name: str, identifier: str = "") -> str:
    """What is asked."""
    act, about = _act(name, identifier)
    return _form(forms.usual(act, about))


@blueprint.post("/acts/<name>")
@blueprint.post("/acts/<name>/<identifier>")
def act(name: str, identifier: str = "") -> ResponseReturnValue:
    """Says back what will happen; then does it."""
    found, about = _act(name, identifier)
    filled = forms.written(found, about)
    try:
        body = filled.body()
        if request.form.get("step") != "do":
            return _review(filled, secrets.token_urlsafe(18))
        filled.require_consent()
    except InvalidInput as refusal:
        return _form(filled, refusal), 422
    return _do(filled, body, identifier)


def _do(filled: forms.Filled, body: dict[str, Any], identifier: str) -> ResponseReturnValue:
    key = _key()
    if "signature" in request.form:
        body = _signed(body)
    answer = inward.post(filled.act.path.format(id=identifier), body, key=key, wait=WAIT)
    if not answer.is_refused:
        return _done(filled, answer)
    if answer.body.get("type") == "/problems/key-not-held" and {"document", "transaction"} & answer.body.keys():
        return render_template("acts/sign.html", filled=filled, problem=answer.body, key=key)
    page = render_template(
        "acts/form.html", filled=filled, parties=forms.parties, problem=_problem(filled, answer.body)
    )
    return page, answer.status


def _signed(body: dict[str, Any]) -> dict[str, Any]:
    """The same with the signature of the reader's wallet, whose document has terms of its own."""
    own = {name: request.form.get(name, "") for name in ("signature", "nonce", "deadline")}
    left = {"validSeconds"} | ({"rateBps"} if "price" in request.form else set())
    rest = {name: value for name, value in body.items() if name not in left}
    return {**rest, **({"priceFen": request.form["price"]} if "price" in request.form else {}), "own": own}


def _done(filled: forms.Filled, answer: inward.Answer) -> Response:
    if "history" in answer.body:
        return make_response(redirect(f"/operations/{answer.body['id']}", 303))
    return make_response(redirect(f"{filled.about.page}?did={filled.act.name}", 303))


def _form(filled: forms.Filled, refusal: FeiqianError | None = None) -> str:
    problem = None
    if refusal is not None:
        problem = _problem(filled, {"field": refusal.field, "detail": refusal.describe(problems.language())})
    return render_template("acts/form.html", filled=filled, parties=forms.parties, problem=problem)


def _review(filled: forms.Filled, key: str) -> str:
    return render_template("acts/review.html", filled=filled, key=key, sentence=filled.sentence())


def _problem(filled: forms.Filled, body: dict[str, Any]) -> dict[str, Any]:
    """A refusal with the words of the form for its field, which then stands beside it."""
    name = str(body.get("field") or "").partition(".")[0]
    detail = re.sub(rf"^{re.escape(str(body.get('field')))}: ", "", str(body["detail"]))
    is_asked = any(field.name == name for field in filled.act.fields)
    return {"field": name if is_asked else "", "label": forms.label_of(filled.act, name), "detail": detail}


def _act(name: str, identifier: str) -> tuple[Act, subjects.About]:
    """The act, open to the reader, and what it is about. Raises Forbidden or NotFound."""
    found = catalogue.find(name)
    if not found.is_open_to(people.reader().roles):
        raise Forbidden(reason=both("this is for others to do", "您的角色不能执行此操作"))
    if found.subject is None:
        if identifier:
            raise NotFound(what=both("act", "操作"), id=f"{name}/{identifier}")
        return found, subjects.About()
    return found, visibility.hidden(lambda: subjects.about(found.subject or "", identifier))


def _key() -> str:
    key = request.form.get("key", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{20,40}", key):
        raise InvalidInput(field="key", reason=both("is not of a form of ours", "不是本站表单的键"))
    return f"page-{key}"
