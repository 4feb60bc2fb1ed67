"""Text and a box come in; sized, broken, kerned lines go out, and the operators that set them.

Text never meets a markup parser: every character is a glyph of the family, or `UnfitText` says why the sign is refused.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from mpkit.kit.drawing import curves
from mpkit.kit.drawing.boxes import TextBox
from mpkit.kit.drawing.canvas import Canvas, glyphs, outlined, raw
from mpkit.kit.drawing.family import OURS, Family

POINT = 25.4 / 72  # millimetres
CAP_HEIGHT, DESCENT = OURS.cap, OURS.descent
_STEP = 0.25  # points between two sizes that are tried
# Nothing that hides, turns the writing direction or has no shape of its own: such text cannot be checked by eye.
_FORBIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp", "Mn", "Me", "Mc"}


class UnfitText(Exception):
    """A text that cannot be set: `key` names the sentence, `values` fill it in."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where it begins (points from the box's left and top edge to its base line) and how wide it is."""

    text: str
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Setting:
    """A text set into its box."""

    size: float
    lines: tuple[Line, ...]


def font_name(weight: str) -> str:
    """The name reportlab knows a weight of our own family by."""
    return OURS.font(weight)


@lru_cache(maxsize=8192)
def clean(text: str, family: Family = OURS) -> str:
    """The text as it is printed: composed letters, single blanks. Raises `UnfitText` for what cannot be shown."""
    regular, semibold = family.widths("regular"), family.widths("semibold")
    text = " ".join(unicodedata.normalize("NFC", text).split())
    for character in text:
        if unicodedata.category(character) in _FORBIDDEN:
            raise UnfitText("kit_hidden_letter", letter=f"U+{ord(character):04X}", text=_visible(text))
        if ord(character) not in regular or ord(character) not in semibold:
            raise UnfitText("kit_no_letter", letter=f"{character} (U+{ord(character):04X})", text=_visible(text))
    return text


def _visible(text: str) -> str:
    shown = "".join("·" if unicodedata.category(c) in _FORBIDDEN else c for c in text)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"  # noqa: PLR2004 - room in a sentence


@lru_cache(maxsize=4096)  # a line is measured when it is broken, at each size that is tried, and when it is placed
def width(text: str, weight: str, spacing: float = 0, family: Family = OURS) -> float:
    """The width of a line in ems, kerned."""
    widths, kerning = family.widths(weight), family.kerning(weight)
    total = sum(map(widths.__getitem__, map(ord, text))) + spacing * max(0, len(text) - 1)
    return (total + sum([kerning.get(text[at : at + 2], 0) for at in range(len(text) - 1)])) / 1000


@lru_cache(maxsize=4096)
def fit(text: str, box: TextBox, family: Family = OURS) -> Setting:
    """The largest setting of the text that stays inside the box; raises `UnfitText` where the least is too large."""
    across, down = box.width / POINT, box.height / POINT
    if box.turn % 180:
        across, down = down, across
    words = text.split(" ")
    size = box.size
    while size >= box.least:
        broken = _broken(words, box, across / size, family)
        if broken is not None and _height(len(broken), box, family) * size <= down + 1e-6:
            return _placed(broken, box, size, (across, down), family)
        size = round(size - _STEP, 3)
    broken = _broken_anywhere(text, box, across / box.least, family)
    if broken is not None and _height(len(broken), box, family) * box.least <= down + 1e-6:
        return _placed(broken, box, box.least, (across, down), family)
    raise UnfitText("kit_text_too_long", text=_visible(text), n=len(text))


def _height(lines: int, box: TextBox, family: Family) -> float:
    """From the top of the capitals of the first line to the tails of the last, in ems."""
    return family.cap + family.descent + (lines - 1) * box.leading


def _broken(words: list[str], box: TextBox, room: float, family: Family) -> tuple[str, ...] | None:
    """Lines no wider than `room` ems, broken between words as evenly as possible; None where that cannot be."""
    for lines in range(1, box.lines + 1):
        found = _even(words, lines, box, room, family)
        if found is not None:
            return found
    return None


def _even(words: list[str], lines: int, box: TextBox, room: float, family: Family) -> tuple[str, ...] | None:
    """Exactly `lines` lines whose widest is as narrow as can be."""
    if lines == 1:
        line = " ".join(words)
        return (line,) if width(line, box.weight, box.spacing, family) <= room else None
    best: tuple[float, tuple[str, ...]] | None = None
    for at in range(1, len(words) - lines + 2):
        head = " ".join(words[:at])
        head_width = width(head, box.weight, box.spacing, family)
        if head_width > room:
            break
        rest = _even(words[at:], lines - 1, box, room, family)
        if rest is None:
            continue
        widest = max(head_width, *(width(line, box.weight, box.spacing, family) for line in rest))
        if best is None or widest < best[0]:
            best = (widest, (head, *rest))
    return best[1] if best else None


def _broken_anywhere(text: str, box: TextBox, room: float, family: Family) -> tuple[str, ...] | None:
    """Lines filled letter by letter: the last resort for one long word, such as an id without blanks."""
    lines: list[str] = [""]
    for character in text:
        if width(lines[-1] + character, box.weight, box.spacing, family) > room:
            lines.append("")
        if lines[-1] or character != " ":
            lines[-1] += character
    fits = len(lines) <= box.lines and all(width(line, box.weight, box.spacing, family) <= room for line in lines)
    return tuple(line.rstrip() for line in lines) if fits else None


def _placed(broken: tuple[str, ...], box: TextBox, size: float, room: tuple[float, float], family: Family) -> Setting:
    across, down = room
    spare = down - _height(len(broken), box, family) * size
    top = {"top": 0.0, "middle": spare / 2, "bottom": spare}[box.valign] + family.cap * size
    lines = []
    for number, text in enumerate(broken):
        wide = width(text, box.weight, box.spacing, family) * size
        x = {"left": 0.0, "center": (across - wide) / 2, "right": across - wide}[box.align]
        lines.append(Line(text, x, top + number * box.leading * size, wide))
    return Setting(size, tuple(lines))


def show(
    canvas: Canvas,
    text: str,
    *,
    weight: str,
    size: float,
    x: float,
    y: float,
    spacing: float = 0,
    family: Family = OURS,
) -> None:
    """Set one line with its base line at (x, y) points; kerned by moving between the letters of one string.

    Where the canvas takes no fonts the same letters at the same places are filled as outlines.
    """
    kerning = family.kerning(weight)
    if outlined(canvas):
        gaps = [kerning.get(text[at : at + 2], 0) + spacing for at in range(len(text))]
        raw(canvas, curves.line(family.font(weight), text, gaps, size=size, x=x, y=y))
        return
    place = glyphs(canvas, family.font(weight)).of
    code = [f"BT 1 0 0 1 {x:.3f} {y:.3f} Tm"]
    subset, run = "", ""
    last = len(text) - 1
    for at, character in enumerate(text):
        name, byte = place(character)
        if name != subset:
            code.append(f"{run}>] TJ {name} {size:g} Tf [<" if subset else f"{name} {size:g} Tf [<")
            subset, run = name, ""
        run += byte
        gap = kerning.get(text[at : at + 2], 0) + spacing if at < last else 0
        if gap:
            run += f">{-gap:g}<"
    code.append(f"{run}>] TJ ET")
    raw(canvas, " ".join(code))
