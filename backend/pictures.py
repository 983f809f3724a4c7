"""Figures in SVG, made by hand: whole pixels, no library, the same bytes from the same numbers."""

from __future__ import annotations

from html import escape

INK, FAINT = "#333333", "#dddddd"
BLUE, ORANGE, GREEN, GREY = "#2b6cb0", "#c05621", "#2f855a", "#a0aec0"


def opening(width: int, height: int, title: str) -> list[str]:
    """How a figure begins: its size, its title for those who do not see it, its ground."""
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="12" role="img" aria-labelledby="title">',
        f'<title id="title">{escape(title, quote=False)}</title>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]


def closed(parts: list[str]) -> str:
    """The whole figure."""
    return "\n".join([*parts, "</svg>"]) + "\n"


def text(x: int, y: int, words: str, anchor: str, size: int = 12) -> str:
    words = escape(words, quote=False)
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">{words}</text>'


def line(x1: int, y1: int, x2: int, y2: int, colour: str = FAINT) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}"/>'


def bar(x: int, y: int, width: int, height: int, colour: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}"/>'


def legend(x: int, y: int, entries: list[tuple[str, str]], step: int) -> list[str]:
    """Colours and what they stand for, side by side."""
    parts = []
    for place, (colour, words) in enumerate(entries):
        parts.append(bar(x + place * step, y - 9, 10, 10, colour))
        parts.append(text(x + place * step + 15, y, words, "start", 11))
    return parts
