"""A branch comes in; the slip between its signs and those of the branch before goes out, drawn where a sign would lie.

It is as large as a sign, so that it is cut and stacked with them; it bears no code.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpkit.i18n import say
from mpkit.kit.drawing.boxes import TextBox
from mpkit.kit.drawing.canvas import raw
from mpkit.kit.drawing.type import POINT, Setting, UnfitText, clean, fit, show
from mpkit.kit.printing.marks import grey
from mpkit.kit.signs.sign import Sheet

_TITLE, _NAME, _LINE = 0.055, 0.15, 0.06  # of the height: how large the three kinds of lines are


@dataclass(frozen=True, slots=True)
class Cover:
    """Whose signs come next: the branch, how many, of which registers, in which book and wave."""

    store: str
    store_external_id: str
    n: int
    registers: tuple[str, ...]
    book: str
    wave: str = ""
    language: str = ""  # of whoever hands the signs out; "" the signs' own


def draw(sheet: Sheet, cover: Cover) -> None:
    """Draw the slip with its lower left trimmed corner at the origin of the canvas."""
    language, (wide, high) = cover.language or sheet.wording.language, sheet.design.flat
    margin = max(3.0, 0.07 * min(wide, high))
    across = wide - 2 * margin
    frame = (
        f"{margin / 2 / POINT:.3f} {margin / 2 / POINT:.3f} {(wide - margin) / POINT:.3f} {(high - margin) / POINT:.3f}"
    )
    raw(sheet.canvas, f"q {grey(0.35, sheet.space, stroke=True)} 0.6 w {frame} re S Q")
    count = say("paper_cover_count", language, n=cover.n)
    registers = say("paper_cover_registers", language, registers=", ".join(cover.registers))
    of = say("paper_cover_of", language, book=cover.book, wave=cover.wave) if cover.wave else cover.book
    rows = (
        (say("paper_cover", language), 0.05, _TITLE, 1, 0.65, "regular"),
        (cover.store, 0.15, _NAME, 3, 1.0, "semibold"),
        (cover.store_external_id, 0.45, _LINE, 1, 0.65, "regular"),
        (count, 0.55, _LINE, 1, 1.0, "semibold"),
        (registers, 0.65, _LINE, 4, 1.0, "regular"),
        (of, 0.88, _LINE, 1, 0.65, "regular"),
    )
    for text, top, tall, lines, black, weight in rows:
        room = {0.15: 0.28, 0.65: 0.21}.get(top, 0.09) * high
        size = min(60.0, max(4.5, tall * min(high, 2 * wide) / POINT))
        kind = {"kind": "text", "text": "", "x": 0, "y": 0, "width": across, "height": room, "size": size, "least": 4}
        box = TextBox.model_validate(kind | {"lines": lines, "weight": weight})
        raw(sheet.canvas, grey(black, sheet.space))
        setting = _set(text, box)
        for line in setting.lines:
            y = (high - top * high) / POINT - line.y
            show(sheet.canvas, line.text, weight=box.weight, size=setting.size, x=margin / POINT + line.x, y=y)


def _set(text: str, box: TextBox) -> Setting:
    """The text in its box; one that is too long ends in an ellipsis: the packing list has it whole."""
    text = clean(text)
    while True:
        try:
            return fit(text, box)
        except UnfitText:
            text = text.rstrip("…")[:-4].rstrip() + "…"
