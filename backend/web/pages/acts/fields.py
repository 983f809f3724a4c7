"""What a form asks for: how a person writes a value, what the API takes for it, and how it is said back before it is
done. Reading raises InvalidInput, which names the field."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from backend.config import DAY
from backend.errors import InvalidInput, Phrase, both
from backend.invoices import currency
from backend.web.pages import readers
from backend.web.pages.acts.subjects import About


@dataclass(frozen=True)
class Field:
    """A line of text. `name` is the field of the API's body."""

    name: str
    label: Phrase
    hint: Phrase | None = None
    required: bool = True
    usual: str = ""
    """What stands there at first; an act's subject may know better (`About.usual`)."""

    widget: ClassVar[str] = "text"

    @property
    def controls(self) -> tuple[str, ...]:
        """The names of what it is written into."""
        return (self.name,)

    def read(self, said: str, about: About) -> Any:
        return said

    def shown(self, said: str, about: About) -> str:
        """What was said, as a sentence has it."""
        return said

    def wrong(self, what: Phrase) -> InvalidInput:
        return InvalidInput(field=self.name, reason=what)


class LongText(Field):
    widget = "area"


class Amount(Field):
    """Money: written in whole units of the currency, as 1,234.56."""

    widget = "amount"

    def read(self, said: str, about: About) -> Any:
        return str(self._minor(said, about))

    def shown(self, said: str, about: About) -> str:
        return f"{readers.amount(self._minor(said, about), about.currency)} {about.currency}"

    def _minor(self, said: str, about: About) -> int:
        decimals = currency(about.currency).decimals
        exact = self.number(said).scaleb(decimals)
        if exact != exact.to_integral_value():
            raise self.wrong(
                both("{code} has {count} decimals", "{code} 只有 {count} 位小数", code=about.currency, count=decimals)
            )
        return int(exact)

    def number(self, said: str) -> Decimal:
        plain = said.replace(",", "").replace(" ", "")
        if not re.fullmatch(r"[0-9]{1,20}([.][0-9]{1,18})?", plain, re.ASCII):
            raise self.wrong(both("is a number such as 1,234.56", "应为 1,234.56 这样的数字"))
        return Decimal(plain)


class Percent(Amount):
    """Per cent, as 4.80; the API has basis points."""

    widget = "percent"

    def read(self, said: str, about: About) -> Any:
        exact = self.number(said).scaleb(2)
        if exact != exact.to_integral_value():
            raise self.wrong(both("has two decimals at most", "最多两位小数"))
        return int(exact)

    def shown(self, said: str, about: About) -> str:
        return readers.rate(self.read(said, about))


class Celsius(Amount):
    """A temperature in degrees; the API has thousandths of a kelvin."""

    widget = "text"

    def read(self, said: str, about: About) -> Any:
        warm = not said.startswith("-")
        exact = self.number(said.removeprefix("-")).scaleb(3)
        if exact != exact.to_integral_value():
            raise self.wrong(both("has three decimals at most", "最多三位小数"))
        return 273_150 + int(exact) if warm else max(1, 273_150 - int(exact))

    def shown(self, said: str, about: About) -> str:
        self.read(said, about)
        return f"{said} °C"


class PerUnit(Percent):
    """Basis points as digits: of a note's value, what a whole is for goods."""

    def read(self, said: str, about: About) -> Any:
        return str(super().read(said, about))


class Quantity(Amount):
    """Of a lot's own unit."""

    widget = "quantity"

    def read(self, said: str, about: About) -> Any:
        return format(self.number(said), "f")

    def shown(self, said: str, about: About) -> str:
        return f"{self.read(said, about)} {about.unit}".strip()


class Number(Field):
    widget = "number"

    def read(self, said: str, about: About) -> Any:
        if not re.fullmatch(r"[0-9]{1,18}", said, re.ASCII):
            raise self.wrong(both("is a whole number", "应为整数"))
        return int(said)


@dataclass(frozen=True)
class Span(Number):
    """A span of time, in `unit` seconds."""

    unit: int = DAY

    def read(self, said: str, about: About) -> Any:
        return super().read(said, about) * self.unit


class Day(Field):
    """A day of the calendar in UTC; the API has its first second."""

    widget = "day"

    def read(self, said: str, about: About) -> Any:
        try:
            return int(datetime.strptime(said, "%Y-%m-%d").replace(tzinfo=UTC).timestamp())
        except ValueError:
            raise self.wrong(both("is a day such as 2026-12-31", "应为 2026-12-31 这样的日期")) from None

    def shown(self, said: str, about: About) -> str:
        return readers.plain_day(self.read(said, about))


class CalendarDay(Day):
    """The same where the API has the day itself."""

    def read(self, said: str, about: About) -> Any:
        super().read(said, about)
        return said

    def shown(self, said: str, about: About) -> str:
        return readers.plain_day(super().read(said, about))


@dataclass(frozen=True)
class Flag(Field):
    """Yes or no, by the words for each."""

    yes: Phrase = field(default=both("yes", "是"))
    no: Phrase = field(default=both("no", "否"))

    widget: ClassVar[str] = "flag"

    def read(self, said: str, about: About) -> Any:
        return said == "yes"

    def shown(self, said: str, about: About) -> str:
        return readers.said(self.yes if said == "yes" else self.no)


@dataclass(frozen=True)
class Choice(Field):
    choices: Mapping[str, Phrase] = field(default_factory=dict)

    widget: ClassVar[str] = "choice"

    def read(self, said: str, about: About) -> Any:
        if said not in self.choices:
            raise self.wrong(both("is none of those that there are", "不在可选值之内"))
        return said

    def shown(self, said: str, about: About) -> str:
        return readers.said(self.choices[self.read(said, about)])


@dataclass(frozen=True)
class Choices(Choice):
    """Some of them."""

    widget: ClassVar[str] = "choices"

    def read_all(self, said: Sequence[str], about: About) -> Any:
        return [super(Choices, self).read(one, about) for one in said]


@dataclass(frozen=True)
class Party(Field):
    """A participant with `role`; without one, any."""

    role: str | None = None

    widget: ClassVar[str] = "party"

    def shown(self, said: str, about: About) -> str:
        return about.name_of(said)


@dataclass(frozen=True)
class Parties(Party):
    widget: ClassVar[str] = "parties"

    def read_all(self, said: Sequence[str], about: About) -> Any:
        return list(said)


@dataclass(frozen=True)
class Payees(Party):
    """Several parties, each with an amount and with or without recourse: rows of three controls, written as lists that
    stand side by side. A row without party and amount says nothing."""

    rows: int = 5

    widget: ClassVar[str] = "payees"

    @property
    def controls(self) -> tuple[str, ...]:
        return tuple(f"{self.name}.{part}" for part in ("to", "valueFen", "withRecourse"))

    def said_in(self, said: Mapping[str, list[str]]) -> list[tuple[int, tuple[str, ...]]]:
        """The rows that say something, each with its number. Raises InvalidInput for lists that differ in length."""
        columns = [said.get(name, []) for name in self.controls]
        if len({len(column) for column in columns}) != 1:
            raise self.wrong(both("has rows that lack something", "存在不完整的行"))
        rows = enumerate(zip(*columns, strict=True), 1)
        return [(number, row) for number, row in rows if row[0] or row[1]]

    def read_all(self, rows: Sequence[tuple[int, tuple[str, ...]]], about: About) -> list[dict[str, Any]]:
        found = [self._read(number, row, about) for number, row in rows]
        whole = int(about.row["valueFen"]) - int(about.row["lockedFen"])
        if sum(int(one["valueFen"]) for one in found) > whole:
            most = f"{readers.plain_amount(whole, about.currency)} {about.currency}"
            raise self.wrong(both("comes to more than there is: {most}", "合计超过可用金额 {most}", most=most))
        return found

    def sentence(self, rows: Sequence[tuple[int, tuple[str, ...]]], about: About) -> str:
        recourse = {"yes": readers.t("with recourse", "有追索权"), "no": readers.t("without recourse", "无追索权")}
        return readers.t("; ", ";").join(
            readers.t(
                "{amount} to {to}, {recourse}",
                "{amount} 转让给{to}({recourse})",
                amount=self._amount.shown(amount, about),
                to=about.name_of(to),
                recourse=recourse[answer],
            )
            for _, (to, amount, answer) in rows
        )

    def _read(self, number: int, row: tuple[str, ...], about: About) -> dict[str, Any]:
        to, amount, recourse = row
        if not to or not amount or recourse not in ("yes", "no"):
            raise self.wrong(both("row {number} lacks something", "第 {number} 行不完整", number=number))
        try:
            value = self._amount.read(amount, about)
        except InvalidInput as refusal:
            why = both("row {number}: {why}", "第 {number} 行:{why}", number=number, why=refusal.params["reason"])
            raise self.wrong(why) from None
        return {"to": to, "valueFen": value, "withRecourse": recourse == "yes"}

    @property
    def _amount(self) -> Amount:
        return Amount(self.name, self.label)


class File(Field):
    """A file; the API has its base64."""

    widget = "file"

    def read(self, said: str, about: About) -> Any:
        return said

    def shown(self, said: str, about: About) -> str:
        size = len(said) * 3 // 4
        return readers.t("{size} bytes", "{size} 字节", size=size)

    @staticmethod
    def encoded(content: bytes) -> str:
        return base64.b64encode(content).decode()
