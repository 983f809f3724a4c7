"""What a reader may not see: one answer, whether it is somebody else's or nobody's (rule G8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from backend.errors import Forbidden, NotFound, both

T = TypeVar("T")


def hidden(find: Callable[[], T]) -> T:
    """What `find` finds. Raises Forbidden where it is not there, or not the reader's business."""
    try:
        return find()
    except NotFound:
        raise Forbidden(reason=both("this is not there, or not yours to see", "该对象不存在,或您无权查看")) from None
