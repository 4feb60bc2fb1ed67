"""Artworks for tests, drawn as a design program would: inks and plates, a placeholder anywhere, fields by name."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reportlab.lib.colors import CMYKColor, CMYKColorSep
from reportlab.pdfgen.canvas import Canvas

from mpkit.kit.artwork.placeholder import PREFIX
from mpkit.kit.symbols.symbol import encode

MM = 72 / 25.4
TELLS = {"external_id": (10, 8, 40, 4), "serial": (55, 8, 18, 4), "check": (75, 8, 25, 4)}
FIELDS = {"store": (10, 40, 85, 8), "register": (10, 30, 85, 7), **TELLS}
Slot = tuple[
    float, float, float, float, str
]  # mm: left, low, side with its quiet zone; degrees clockwise; what it says
ONE: Sequence[Slot] = ((22.5, 60, 60, 0, f"{PREFIX}QR1"),)


def slot(canvas: Any, one: Slot, *, ground: bool = True) -> None:
    """A placeholder, on its white square."""
    x, y, side, turn, text = one
    symbol = encode(text.encode(), "Q")
    module = side * MM / symbol.side
    canvas.saveState()
    canvas.translate((x + side / 2) * MM, (y + side / 2) * MM)
    canvas.rotate(-turn)
    canvas.translate(-side * MM / 2, -side * MM / 2)
    if ground:
        canvas.setFillColor(CMYKColor(0, 0, 0, 0))
        canvas.rect(0, 0, side * MM, side * MM, stroke=0, fill=1)
    canvas.setFillColor(CMYKColor(0, 0, 0, 1))
    path = canvas.beginPath()
    for row, line in enumerate(symbol.matrix):
        for column, dark in enumerate(line):
            if dark:
                path.rect((column + 4) * module, (symbol.side - 5 - row) * module, module, module)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def pdf(
    width: float = 105,
    height: float = 148,
    *,
    bleed: float = 3,
    slots: Sequence[Slot] = ONE,
    fields: Mapping[str, tuple[float, float, float, float]] | None = None,
    draw: Callable[[Any], None] | None = None,
    ground: bool = True,
    pages: int = 1,
    boxes: bool = True,
) -> bytes:
    """One page: a tint of four inks, a field of a named ink, placeholders, text fields; `draw` adds what it likes."""
    content = io.BytesIO()
    wide, high = (width + 2 * bleed) * MM, (height + 2 * bleed) * MM
    canvas: Any = Canvas(content, pagesize=(wide, high), invariant=1)
    for _ in range(pages):
        if boxes:
            canvas.setTrimBox((bleed * MM, bleed * MM, (bleed + width) * MM, (bleed + height) * MM))
            canvas.setBleedBox((0, 0, wide, high))
        canvas.setFillColor(CMYKColor(0.2, 0, 0.8, 0))
        canvas.rect(0, 0, wide, high, stroke=0, fill=1)
        canvas.setFillColor(CMYKColorSep(0, 1, 0.5, 0, spotName="House Red", density=1))
        canvas.rect(0, (height - 15) * MM, wide, 24 * MM, stroke=0, fill=1)
        canvas.translate(bleed * MM, bleed * MM)
        for one in slots:
            slot(canvas, one, ground=ground)
        if draw:
            draw(canvas)
        for name, (x, y, across, up) in (FIELDS if fields is None else fields).items():
            place = {"x": (x + bleed) * MM, "y": (y + bleed) * MM, "width": across * MM, "height": up * MM}
            canvas.acroForm.textfield(name=name, fontSize=12, borderWidth=0, **place)
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def svg(inside: str = "", *, top: str = "", head: str = "", size: str = 'width="106mm" height="154mm"') -> str:
    """An SVG with a placeholder on a light ground, its cut 3 mm inside, and whatever else."""
    symbol = encode(f"{PREFIX}QR1".encode(), "Q")
    module = 60 / symbol.side
    modules = "".join(
        f"M{(column + 4) * module:.4f} {(row + 4) * module:.4f}h{module:.4f}v{module:.4f}h-{module:.4f}z"
        for row, line in enumerate(symbol.matrix)
        for column, dark in enumerate(line)
        if dark
    )
    return (
        f'{head}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {size} '
        f'viewBox="0 0 106 154" {top}><rect width="106" height="154" fill="#F6F4EE"/>'
        f'<g transform="translate(23 55)"><path fill="#fff" d="M0 0h60v60H0z"/><path d="{modules}"/></g>'
        f'<rect id="mpkit-trim" x="3" y="3" width="100" height="148"/>{inside}</svg>'
    )
