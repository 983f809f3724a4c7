"""Finding UBL 2.1 elements in the tree: `cbc:` names hold values, `cac:` names hold others.

Where UBL and EN 16931 allow one element, a second one is refused: two readers could choose
differently, and a thief would show each the one it likes.
"""

from __future__ import annotations

from backend.errors import InvalidInput, Phrase, both
from backend.invoices.normalise import expanded_length, shown
from backend.invoices.xmltree import Node

MAX_VALUE_CHARACTERS = 1000
MAX_CODE_CHARACTERS = 20

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
INVOICE = f"{{{_UBL}Invoice-2}}Invoice"
CREDIT_NOTE = f"{{{_UBL}CreditNote-2}}CreditNote"

_NAMESPACES = {
    "cbc": f"{{{_UBL}CommonBasicComponents-2}}",
    "cac": f"{{{_UBL}CommonAggregateComponents-2}}",
}


def every(parent: Node, *path: str) -> list[Node]:
    """All elements reached by `path` ("cac:Party", "cbc:ID", ...) from `parent`, in document order."""
    found = [parent]
    for name in path:
        prefix, _, local = name.partition(":")
        tag = _NAMESPACES[prefix] + local
        found = [child for node in found for child in node.children if child.tag == tag]
    return found


def few(limit: int, parent: Node, field: str, *path: str) -> list[Node]:
    """`every`, of what is looked at closely. Raises InvalidInput on `field` where there are more than `limit`."""
    found = every(parent, *path)
    if len(found) > limit:
        reason = both(
            "there are {count} {name} elements, at most {limit} are read",
            "有 {count} 个 {name} 元素,最多读取 {limit} 个",
            count=len(found),
            name="/".join(path),
            limit=limit,
        )
        raise InvalidInput(field=field, reason=reason)
    return found


def one(parent: Node, name: str, field: str) -> Node | None:
    """The child `name`, or None. Raises InvalidInput on `field` when there is more than one."""
    found = every(parent, name)
    if len(found) > 1:
        reason = both(
            "there are {count} {name} elements, at most one is allowed",
            "有 {count} 个 {name} 元素,最多允许一个",
            count=len(found),
            name=name,
        )
        raise InvalidInput(field=field, reason=reason)
    return found[0] if found else None


def value(node: Node, field: str) -> str:
    """The characters of a `cbc:` element, as written.

    Raises InvalidInput when it holds elements or more than MAX_VALUE_CHARACTERS characters.
    """
    if node.children:
        reason = both(
            "{name} must hold a value, not other elements", "{name} 应为值,不能包含其他元素", name=local_name(node)
        )
        raise InvalidInput(field=field, reason=reason)
    return _bounded(node.text, MAX_VALUE_CHARACTERS, local_name(node), field)


def code(node: Node, name: str, field: str) -> str:
    """The attribute `name`, which is a code, as written; "" without one. Raises InvalidInput when it is too long."""
    return _bounded(node.attributes.get(name, ""), MAX_CODE_CHARACTERS, name, field)


def _bounded(written: str, limit: int, name: str, field: str) -> str:
    """`written`, if it can be normalised in little time (rule F4)."""
    count = len(written)
    if count <= limit:
        count = expanded_length(written)
    if count > limit:
        reason = both(
            "{name} has {count} characters, at most {limit} are read",
            "{name} 有 {count} 个字符,最多读取 {limit} 个",
            name=name,
            count=count,
            limit=limit,
        )
        raise InvalidInput(field=field, reason=reason)
    return written


def text(parent: Node, name: str, field: str) -> str | None:
    """The value of the child `name` as written; None when it is absent or nothing can be seen of it."""
    node = one(parent, name, field)
    if node is None:
        return None
    written = value(node, field)
    return written if shown(written) else None


def required(parent: Node, name: str, field: str, term: Phrase) -> str:
    """The value of the child `name`, EN 16931's `term`, as written.

    Raises InvalidInput when absent or empty.
    """
    node = one(parent, name, field)
    if node is None:
        reason = both("{name} ({term}) is missing", "缺少 {name} ({term})", name=name, term=term)
        raise InvalidInput(field=field, reason=reason)
    written = value(node, field)
    if not shown(written):
        reason = both("{name} ({term}) is empty", "{name} ({term}) 为空", name=name, term=term)
        raise InvalidInput(field=field, reason=reason)
    return written


def local_name(node: Node) -> str:
    """The name of an element without its namespace."""
    return node.tag.rpartition("}")[2]
