"""Payments drawn large: lines come in, a picture as wide as the screen goes out, its letters as tall as they can be.

The newest amount is read from two metres on a phone: at 360 points its figures stand some 8 mm high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mpkit.pages.charts import Ink

WIDE = 360
_LARGE, _NEXT, _SMALL, _NOTE = 68, 30, 22, 18
_LETTER = 0.58  # of its size is as wide as a figure
_GAP, _ROW = 18, 56


@dataclass(frozen=True)
class Line:
    """One payment: amount, time, last digits of its number, what became of it, and whether it has just come."""

    amount: str
    when: str
    digits: str
    state: str = ""
    new: bool = False


def drawn(lines: Sequence[Line], ink: Ink, text: str) -> str:
    """The lines as an SVG, the newest first and by far the largest; `text` is the colour of plain text."""
    first, *others = lines
    size = min(_LARGE, WIDE / (_LETTER * max(1, len(first.amount))))
    colour = ink.refunds if first.state else ink.income
    note = " · ".join(part for part in (first.when, first.digits, first.state) if part)
    below = 2 * _GAP + size + _NEXT
    parts = [
        _text(0, size, first.amount, size, colour, bold=True),
        _text(0, size + _GAP + _NEXT * 0.8, note, _NEXT, text, bold=first.new),
    ]
    for number, each in enumerate(others):
        top = below + number * _ROW
        parts.append(f'<path d="M0 {top:.0f}H{WIDE}" stroke="{ink.line}" stroke-width="1"/>')
        amount = min(_NEXT, (WIDE - 150) / (_LETTER * max(1, len(each.amount))))
        tone = ink.refunds if each.state else text
        parts.append(_text(0, top + 38, each.amount, amount, tone, bold=True))
        parts.append(_text(WIDE, top + 24, each.digits, _SMALL, text, end=True))
        note = " · ".join(part for part in (each.when, each.state) if part)
        parts.append(_text(WIDE, top + 47, note, _NOTE, ink.quiet, end=True))
    high = below + len(others) * _ROW
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high:.0f}">{"".join(parts)}</svg>'


def _text(x: float, y: float, said: str, size: float, colour: str, *, bold: bool = False, end: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    family = "IBM Plex Sans, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-family="{family}" font-size="{size:.1f}" fill="{colour}"'
        f"{weight}{anchor}>{escape(said)}</text>"
    )
