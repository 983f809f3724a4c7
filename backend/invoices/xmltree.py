"""From characters to a small tree, without anything XML can be made to do.

No document type, no entities, no inclusion, bounded depth and size. Nothing is ever fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError  # nosec B405  # only what defusedxml raises
from xml.parsers.expat import ErrorString

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped,unused-ignore]
from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped,unused-ignore]

from backend.errors import InvoiceUnreadable, Phrase, both

MAX_DEPTH = 100
MAX_ELEMENTS = 250_000
MAX_NAME = 250

_XINCLUDE = "{http://www.w3.org/2001/XInclude}"


@dataclass(slots=True)
class Node:
    """An element. `tag` is "{namespace}name"; prefixes, comments and CDATA have left no trace."""

    tag: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The characters directly inside, as written."""
        return "".join(self.pieces)


def parse(document: str) -> Node:
    """The root of an XML document given as characters (its declared encoding is not looked at).

    Raises InvoiceUnreadable, naming the line where there is one, for what is not well-formed, has a
    document type or entity declaration or an XInclude, is nested more than MAX_DEPTH deep, has
    more than MAX_ELEMENTS elements, or a name that is longer with its namespace than MAX_NAME.
    """
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, encoding="utf-8", forbid_dtd=True)
    try:
        parser.feed(document.encode("utf-8"))
        parser.close()
    except DefusedXmlException:
        raise _unreadable(
            both("a document type or entity declaration is not allowed", "不允许文档类型声明或实体声明")
        ) from None
    except ParseError as error:
        line, _ = error.position
        raise _unreadable(
            both(
                "not well-formed XML at line {line}: {error}",
                "第 {line} 行的 XML 格式不正确:{error}",
                line=line,
                error=ErrorString(error.code),
            )
        ) from None
    assert builder.root is not None, "a document without an element is not well-formed"
    return builder.root


class _Builder:
    """The parser's target: makes Nodes and keeps the bounds. Comments and instructions never reach it."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise _unreadable(both("more than {limit} elements", "元素超过 {limit} 个", limit=MAX_ELEMENTS))
        if len(self._open) >= MAX_DEPTH:
            raise _unreadable(
                both("elements are nested more than {limit} deep", "元素嵌套超过 {limit} 层", limit=MAX_DEPTH)
            )
        # A namespace is written once and copied into the name of every element.
        if any(len(name) > MAX_NAME for name in (tag, *attributes)):
            raise _unreadable(
                both(
                    "a name has more than {limit} characters with its namespace",
                    "名称连同命名空间超过 {limit} 个字符",
                    limit=MAX_NAME,
                )
            )
        if tag.startswith(_XINCLUDE):
            raise _unreadable(both("an XInclude is not allowed", "不允许 XInclude"))
        node = Node(tag, attributes)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, tag: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        self._open[-1].pieces.append(text)


def _unreadable(reason: Phrase) -> InvoiceUnreadable:
    return InvoiceUnreadable(field="invoice", reason=reason)
