"""One text, many spellings: what is kept for people to read and what is kept to compare.

`normalise` answers "would a person take these two for the same?" for numbers and identifiers.
It is idempotent, and it is part of the fingerprint: to change it is to change every fingerprint.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import chain

from backend.errors import Phrase

# Characters that show nothing, or only steer how others show, and are not in Cc, Cf or Z*:
# Unicode's default-ignorable code points of other categories, and the blank Braille pattern.
_INVISIBLE = frozenset(
    chain(
        [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x2800, 0x3164, 0xFFA0],
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        range(0xFFF0, 0xFFF9),
        range(0xE0000, 0xE1000),
    )
)
_REMOVED = frozenset(["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"])

# Marks drawn as a hyphen or a slash. All of category Pd is a hyphen too.
_HYPHENS = frozenset(
    "\u2212\u2796\u02d7\u2043\u06d4\u23af\u23e4"
    "\u2500\u2501\u2504\u2505\u2508\u2509\u254c\u254d\u2574\u2576\u2578\u257a\u257c\u257e"
)
_SLASHES = frozenset("\u2044\u2215\u29f8")

# Cyrillic and Greek letters whose small or capital form is drawn as the Latin one (after casefold).
_LOOKALIKES = {
    **dict(zip("авеікмнорстухјѕ", "abeikmhopctyxjs", strict=True)),
    **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
}

# Letters drawn as a hyphen (rule F3). The prolonged sound mark lengthens a kana and stands for nothing else after any
# other character; the Chinese one, its strokes, the Bopomofo and Hangul vowels and the Coptic letters make no word
# between two ASCII characters.
_KANA = "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff\U0001aff0-\U0001b16f"
_LONG_MARK = re.compile(f"(?<![{_KANA}\u30fc])\u30fc+")
_STROKES = re.compile("(?<=[!-~])[\u4e00\u31d0\u3127\u1173\u2cba\u2cbb]+(?=[!-~])")

_SCHEME_PREFIX = re.compile(r"(?:iso6523-actorid-upis::)?[0-9]{4}:(?=.)")
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_JOINERS = "\u200c\u200d"
_QUOTED_LENGTH = 60


def normalise(text: str) -> str:
    """`text` as it is compared: NFKC, casefolded, without white space or anything invisible, with
    one hyphen, one slash, and Latin letters for the Cyrillic and Greek ones that look the same.

    Other punctuation stays (INV-1 is not INV1). Repeated until nothing changes, hence idempotent.
    May give the empty string. Source: Unicode UAX 15 and the default-ignorable property.
    """
    while True:
        result = _folded(text)
        if not result.isascii():
            # What stands beside a letter decides, so not before all that parts or reorders its neighbours is gone.
            result = _LONG_MARK.sub(_as_hyphens, result)
            result = _STROKES.sub(_as_hyphens, result)
        if result == text:
            return result
        text = result


def _folded(text: str) -> str:
    while True:
        # What shows nothing goes first: marks that it holds apart are put into another order where it is not there.
        result = unicodedata.normalize("NFKC", text.translate(_SEEN)).casefold().translate(_COMPARED)
        if result == text or result.isascii():
            return result
        text = result


def expanded_length(text: str) -> int:
    """How many characters `normalise` has to look at: one of some can stand for eighteen."""
    return len(text) if text.isascii() else len(unicodedata.normalize("NFKC", text))


def _as_hyphens(letters: re.Match[str]) -> str:
    return "-" * len(letters[0])


class _Table(dict[int, str]):
    """What stands for each character; kept for those seen first, which are nearly all there are."""

    def __init__(self, of: Callable[[str], str]) -> None:
        self._of = of

    def __missing__(self, point: int) -> str:
        found = self._of(chr(point))
        if len(self) < 10_000:
            self[point] = found
        return found


def _seen(character: str) -> str:
    return character if _compared(character) else ""


def _compared(character: str) -> str:
    if character.isascii() and character.isprintable() and character != " ":
        return character
    category = unicodedata.category(character)
    if category in _REMOVED or ord(character) in _INVISIBLE or character.isspace():
        return ""
    if category == "Pd" or character in _HYPHENS:
        return "-"
    if character in _SLASHES:
        return "/"
    return _LOOKALIKES.get(character, character)


_SEEN, _COMPARED = _Table(_seen), _Table(_compared)


def identifier(text: str) -> str:
    """A party identifier as the platform keeps it: normalised, in ASCII capitals, without an
    ISO 6523 scheme prefix ("0088:4012345678901" is "4012345678901"). May give the empty string."""
    plain = normalise(text)
    while match := _SCHEME_PREFIX.match(plain):
        plain = plain[match.end() :]
    return plain.translate(_UPPER)


def identifier_key(text: str) -> str:
    """What of a party identifier is compared: letters, marks and digits only, so that
    "BE 0123.456.749" is "BE0123456749". May give the empty string."""
    key = normalise(identifier(text))
    while True:  # what is left out may have parted letters that look like a hyphen together
        result = normalise("".join(filter(_is_significant, key)))
        if result == key:
            return result
        key = result


def _is_significant(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def shown(text: str) -> str:
    """`text` as people see it: NFC, one space for each run of white space, no control characters
    and nothing that turns the writing direction. The empty string where nothing would be seen."""
    if not normalise(text):
        return ""
    kept = "".join(character for character in " ".join(text.split()) if not _is_control(character))
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _JOINERS


def quoted(text: str) -> str:
    """`text` for an error sentence: in quotation marks, printable, at most 60 characters."""
    plain = shown(text[: 4 * _QUOTED_LENGTH])
    return f'"{plain}"' if len(plain) <= _QUOTED_LENGTH else f'"{plain[:_QUOTED_LENGTH]}…"'


def listed(items: Iterable[str]) -> Phrase:
    """`items` as a list within an error sentence."""
    found = list(items)
    phrase = Phrase(" and ".join(found))
    phrase.zh = "、".join(found)
    return phrase
