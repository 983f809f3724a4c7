"""What is broken in a contract: every place that the compiler's syntax tree knows, and what stands there instead.

A mutant is one replacement of some bytes of one source. The tree gives types, so an argument is swapped with one of
its own type alone and a rounding is turned where both numbers are whole. Guards (`if (…) revert …`) are only taken
away: one that always refuses is found by whoever comes to it. What a type, a name or a comment says is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Node = dict[str, Any]

COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
JOINED = {"&&": "||", "||": "&&"}
COMPUTED = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "<<": ">>", ">>": "<<", "|": "&", "&": "|", "^": "&"}
ASSIGNED = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|=": "&=", "&=": "|="}
STEPPED = {"++": "--", "--": "++"}
EXTREMES = {"min": "max", "max": "min"}
UNTOUCHED = {"ArrayTypeName", "Mapping", "PragmaDirective", "ImportDirective", "StructDefinition", "EnumDefinition",
             "EventDefinition", "ErrorDefinition", "UsingForDirective", "InheritanceSpecifier"}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    file: str
    function: str
    operator: str
    start: int
    end: int
    becomes: str
    line: int
    was_line: str
    becomes_line: str

    @property
    def contract(self) -> str:
        return self.file.rsplit("/", 1)[-1].removesuffix(".sol")

    @property
    def key(self) -> str:
        """The same as long as the function, its statement and the break are."""
        return f"{self.contract}.{self.function}: {self.was_line} → {self.becomes_line}"

    def apply(self, source: bytes) -> bytes:
        return source[: self.start] + self.becomes.encode() + source[self.end :]


def mutants(file: str, tree: Node, source: bytes, enums: dict[int, list[str]]) -> list[Mutant]:
    """All of one file, as they stand in it; one of those that come to the same text. `enums`: members by id."""
    found: dict[tuple[int, int, str], Mutant] = {}
    for function, operator, start, end, becomes in _Breaks(source, enums).of(tree, ""):
        first, last = source.rfind(b"\n", 0, start) + 1, source.find(b"\n", end)
        lines = (source[first:last], source[first:start] + becomes.encode() + source[end:last])
        was, now = (" ".join(text.decode().split()) for text in lines)
        line = source.count(b"\n", 0, start) + 1
        found.setdefault((start, end, becomes), Mutant(file, function, operator, start, end, becomes, line, was, now))
    return sorted(found.values(), key=lambda mutant: (mutant.start, mutant.end, mutant.becomes))


Break = tuple[str, str, int, int, str]
"""Function, operator, from, to, what stands there instead."""


class _Breaks:
    def __init__(self, source: bytes, enums: dict[int, list[str]]) -> None:
        self._source = source
        self._enums = enums

    def of(self, node: Node, function: str) -> Iterator[Break]:
        """Of a node and of all below it."""
        kind = node["nodeType"]
        if kind in UNTOUCHED:
            return
        if kind in ("FunctionDefinition", "ModifierDefinition"):
            function = node["name"] or node["kind"]
        for operator, start, end, becomes in getattr(self, f"_{kind}", self._nothing)(node):
            yield function, operator, start, end, becomes
        for child in children(node):
            yield from self.of(child, function)

    # ---- what is compared, joined, computed

    def _BinaryOperation(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        left, right, sign = node["leftExpression"], node["rightExpression"], node["operator"]
        at = self._source.index(sign.encode(), _end(left), _start(right))
        for name, table in (("compare", COMPARED), ("join", JOINED), ("compute", COMPUTED)):
            if sign in table and not _is_constant(node):
                yield name, at, at + len(sign), table[sign]
        if sign == "/" and _is_whole(node):
            up = f"(({self._text(left)}) + ({self._text(right)}) - 1) / ({self._text(right)})"
            yield "round", _start(node), _end(node), up

    def _Assignment(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        sign = node["operator"]
        if sign != "=":
            at = self._source.index(sign.encode(), _end(node["leftHandSide"]), _start(node["rightHandSide"]))
            if sign in ASSIGNED:
                yield "compute", at, at + len(sign), ASSIGNED[sign]
            yield "compute", at, at + len(sign), "="

    def _UnaryOperation(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        sign, operand = node["operator"], node["subExpression"]
        if sign == "!":
            yield "negate", _start(node), _end(node), self._text(operand)
        if sign in STEPPED:
            text = self._text(operand)
            turned = STEPPED[sign] + text if node["prefix"] else text + STEPPED[sign]
            yield "compute", _start(node), _end(node), turned

    def _Literal(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        text = self._text(node).split()[0] if node["kind"] == "number" else ""
        if node["kind"] == "bool":
            yield "constant", _start(node), _end(node), "false" if node["value"] == "true" else "true"
        elif text.replace("_", "").isdigit():
            number = int(text)
            for other in (number + 1, number - 1) if number else (1,):
                yield "constant", _start(node), _start(node) + len(text), str(other)

    def _MemberAccess(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        name, of = node["memberName"], node["expression"]
        members = self._enums.get(of.get("referencedDeclaration"), [])
        if name in members and of["typeDescriptions"]["typeString"].startswith("type(enum"):
            other = members[(members.index(name) + 1) % len(members)]
            yield "state", _end(node) - len(name), _end(node), other
        elif self._text(of) == "Math" and name in EXTREMES:
            yield "compute", _end(node) - len(name), _end(node), EXTREMES[name]

    # ---- what decides

    def _IfStatement(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        yield from self._condition(node, ("false",) if _refuses(node["trueBody"]) else ("true", "false"))

    def _Conditional(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        yield from self._condition(node, ("true", "false"))

    def _ForStatement(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        if node.get("condition"):
            yield from self._condition(node, ("false",))

    _WhileStatement = _ForStatement

    def _condition(self, node: Node, outcomes: tuple[str, ...]) -> Iterator[tuple[str, int, int, str]]:
        for outcome in outcomes:
            yield "decide", _start(node["condition"]), _end(node["condition"]), outcome

    # ---- what is done

    def _ExpressionStatement(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        yield "leave out", _start(node), self._source.index(b";", _end(node) - 1) + 1, "{}"

    _EmitStatement = _ExpressionStatement

    def _Return(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        value = node.get("expression")
        kind = value["typeDescriptions"].get("typeString", "") if value else ""
        if kind == "bool":
            yield "return", _start(value), _end(value), f"!({self._text(value)})"
        elif kind.startswith(("uint", "int")) and self._text(value) != "0":
            yield "return", _start(value), _end(value), "0"
        elif kind == "address":
            yield "return", _start(value), _end(value), "address(0)"

    def _FunctionDefinition(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        for modifier in node["modifiers"]:
            if modifier.get("kind") == "modifierInvocation":
                yield "modifier", _start(modifier), _end(modifier), ""

    def _FunctionCall(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        if node["kind"] == "typeConversion" or node["names"]:
            return
        for left, right in pairwise(node["arguments"]):
            kinds = {argument["typeDescriptions"].get("typeString") for argument in (left, right)}
            texts = self._text(left), self._text(right)
            if len(kinds) == 1 and len(set(texts)) == 2:
                between = self._source[_end(left) : _start(right)].decode()
                yield "swap", _start(left), _end(right), texts[1] + between + texts[0]
        called = self._text(node["expression"])
        if called == "Math.ceilDiv":
            dividend, divisor = map(self._text, node["arguments"])
            yield "round", _start(node), _end(node), f"(({dividend}) / ({divisor}))"

    def _nothing(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        return iter(())

    def _text(self, node: Node) -> str:
        return self._source[_start(node) : _end(node)].decode()


def _start(node: Node) -> int:
    return int(node["src"].split(":")[0])


def _end(node: Node) -> int:
    start, length, _ = node["src"].split(":")
    return int(start) + int(length)


def children(node: Node) -> Iterator[Node]:
    for value in node.values():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "nodeType" in child:
                yield child


def _is_constant(node: Node) -> bool:
    """A number that the compiler works out: its parts are changed one by one."""
    return str(node["typeDescriptions"]["typeString"]).startswith(("int_const", "rational_const"))


def _is_whole(node: Node) -> bool:
    return str(node["typeDescriptions"]["typeString"]).startswith("uint")


def _refuses(body: Node) -> bool:
    statements = body.get("statements", [body])
    return bool(statements) and statements[-1]["nodeType"] == "RevertStatement"
