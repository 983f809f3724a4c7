"""A form that was filled in: what was said, what the API is told, and how it is said back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from backend.errors import InvalidInput, Phrase, both
from backend.queries import participants
from backend.web import context
from backend.web.pages import readers
from backend.web.pages.acts.act import Act, Consent, Risk
from backend.web.pages.acts.fields import Choices, Field, File, Parties, Payees
from backend.web.pages.acts.subjects import About

MOST_PARTIES = 500
_Several = (Choices, Parties, Payees)


@dataclass(frozen=True)
class Filled:
    """`said` has, by the name of each field, all that was written there."""

    act: Act
    about: About
    said: Mapping[str, list[str]]

    @property
    def plain(self) -> dict[str, str]:
        found = {name: values[0] if values else "" for name, values in self.said.items()}
        for field in self.act.fields:
            if isinstance(field, Payees):  # one with recourse is enough for what goes with it
                found["withRecourse"] = "yes" if any(row[2] == "yes" for _, row in field.said_in(self.said)) else "no"
        return found

    def body(self) -> dict[str, Any]:
        """What the API is told. Raises InvalidInput, which names the field."""
        found = dict(self.act.given(self.about))
        for field in self.act.fields:
            said = self._written(field)
            if not said:
                if field.required:
                    raise field.wrong(both("is missing", "缺少该字段"))
                continue
            about = self._counted()
            found[field.name] = (
                field.read_all(said, about) if isinstance(field, _Several) else field.read(said[0], about)
            )
        return found

    def sentence(self) -> str:
        """What will happen, in the reader's language. Raises InvalidInput as `body` does."""
        words = {field.name: self._shown(field) for field in self.act.fields}
        return readers.said(self.act.does).format(**{"subject": readers.said(self.about.words), **words})

    def risks(self) -> list[Risk]:
        return [risk for risk in self.act.risks if risk.applies(self.plain, self.about.row)]

    def consents(self) -> list[Consent]:
        return [consent for consent in self.act.consents if consent.applies(self.plain, self.about.row)]

    def require_consent(self) -> None:
        """Raises InvalidInput for the first thing that was not agreed to."""
        for consent in self.consents():
            if request.form.get(f"consent-{consent.name}") != "yes":
                raise InvalidInput(field=f"consent-{consent.name}", reason=both("is yours to tick", "须由您勾选"))

    def _shown(self, field: Field) -> str:
        said = self._written(field)
        if isinstance(field, Payees):
            return field.sentence(said, self._counted())
        return readers.t(", ", "、").join(field.shown(value, self._counted()) for value in said) or "–"

    def _written(self, field: Field) -> list[Any]:
        if isinstance(field, Payees):
            return field.said_in(self.said)
        return [value for value in self.said.get(field.name, []) if value]

    def _counted(self) -> About:
        """The subject, counted in the currency or unit that the form itself names."""
        plain, given = self.plain, self.about
        code, unit = plain.get("currency", "").upper() or given.currency, plain.get("unit") or given.unit
        return About(given.words, given.page, code, unit, given.row, given.usual)


def usual(act: Act, about: About) -> Filled:
    """The form before anything was written: what the address says, what the subject suggests, what is usual."""
    said = {
        name: request.args.getlist(name) or _listed(about.usual.get(name, field.usual))
        for field in act.fields
        for name in field.controls
    }
    return Filled(act, about, said)


def _listed(said: str | Sequence[str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


def written(act: Act, about: About) -> Filled:
    """The form as it was sent."""
    said: dict[str, list[str]] = {}
    for field in act.fields:
        said |= {name: [value.strip() for value in request.form.getlist(name)] for name in field.controls}
        upload = request.files.get(field.name)
        if isinstance(field, File) and upload is not None and upload.filename:
            said[field.name] = [File.encoded(upload.read())]
    return Filled(act, about, said)


def parties(role: str | None) -> list[dict[str, Any]]:
    """Whom a form offers."""
    found = participants.participants(context.desk().engine, role, 0, MOST_PARTIES)["items"]
    return [one for one in found if one["roles"] and "protocol" not in one["roles"]]


def label_of(act: Act, name: str) -> Phrase | str:
    """What the form calls a field of the API."""
    return next((field.label for field in act.fields if field.name == name), name)
