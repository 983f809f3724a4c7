"""Every refusal can be said in both languages: no sentence is written in one alone."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend import errors
from backend.errors import FeiqianError, both, chinese

PLACES = [
    *(Path("backend") / name for name in ("commands", "web", "queries", "live", "certificates")),
    Path("backend/roles.py"),
]
SENTENCES = {"reason", "what"}
CLASSES = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, FeiqianError)}


def sources() -> Iterator[Path]:
    for place in PLACES:
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_every_refusal_has_a_phrase_for_its_reason() -> None:
    seen = 0
    for path in sources():
        for call in calls(ast.parse(path.read_text(encoding="utf-8")), CLASSES):
            for keyword in call.keywords:
                if keyword.arg not in SENTENCES:
                    continue
                seen += 1
                value = keyword.value
                place = f"{path}:{call.lineno}"
                assert not isinstance(value, (ast.Constant, ast.JoinedStr)), f"{place} speaks one language"
                if isinstance(value, ast.Call):
                    assert isinstance(value.func, ast.Name), place
                    assert value.func.id in ("both", "_is_no", "_reason"), place
                else:  # a phrase made elsewhere
                    assert ast.unparse(value) in ("wrong.args[0]", "what"), place
    assert seen > 40


def test_every_phrase_says_the_same_with_the_same_values() -> None:
    seen = 0
    for path in [*sources(), Path("backend/errors.py")]:
        for call in calls(ast.parse(path.read_text(encoding="utf-8")), {"both"}):
            texts = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
            if len(texts) != 2:
                continue
            seen += 1
            english, zh = texts
            place = f"{path}:{call.lineno}"
            assert is_chinese(zh) and not is_chinese(english), place
            given = {keyword.arg for keyword in call.keywords}
            for text in texts:
                assert set(_fields(text)) == given, place
    assert seen > 60


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_kind_of_refusal_has_a_title_in_both(name: str) -> None:
    kind = getattr(errors, name)
    assert is_chinese(kind.title["zh"]) and not is_chinese(kind.title["en"])
    assert set(_fields(kind.detail["zh"])) == set(_fields(kind.detail["en"]))
    assert 400 <= kind.status < 600
    assert kind.type == kind.type.lower()


def test_a_phrase_within_a_phrase_keeps_its_language() -> None:
    outer = both("{account} is no {role}", "{account} 不是{role}", account="0x1", role=both("supplier", "供应商"))
    assert (outer, outer.zh) == ("0x1 is no supplier", "0x1 不是供应商")
    refusal = errors.NotFound(what=both("note", "凭证"), id=7)
    assert (refusal.describe("en"), refusal.describe("zh")) == ("no note 7", "找不到凭证 7")
    assert chinese({"a": 1}) == {"a": 1}


def _fields(text: str) -> list[str]:
    return [field for _, field, _, _ in string.Formatter().parse(text) if field]
