"""A sheet comes in; a PDF goes out by which a printer is measured, and on which a label sheet's cut is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mpkit.errors import Refused
from mpkit.i18n import say
from mpkit.kit.drawing.boxes import TextBox
from mpkit.kit.drawing.canvas import Canvas, opened, raw, taken
from mpkit.kit.drawing.shapes import rounded
from mpkit.kit.drawing.type import POINT, fit, font_name, show
from mpkit.kit.printing import marks
from mpkit.kit.printing.binding import Binder, Boxes
from mpkit.kit.printing.paper import Labels, Paper
from mpkit.kit.printing.printers import FRAME, Printer

_ARM = 8.0  # mm a line of the frame goes on beyond its corner
_ROUND = 0.5523  # how far a Bézier's handles reach for a quarter of a circle


def write(target: Path, paper: Paper, language: str, printer: Printer | None = None) -> int:
    """Write the calibration sheet of a paper; with `printer` as it is corrected. Returns its pages.

    A second page has the outline of every label where the paper is a label sheet. Raises `Refused` for a paper without
    a sheet.
    """
    if paper.size is None:
        raise Refused("paper_no_sheet", name=paper.name)
    wide, high = paper.size
    title = say("paper_calibration", language, paper=paper.title["pt" if language == "pt" else language[:2]])  # type: ignore[index]
    canvas = opened(
        wide / POINT, high / POINT, font=font_name("regular"), title=title, subject=paper.name, language=language
    )
    binder = Binder(canvas)
    taken(canvas)
    boxes, against = Boxes((0.0, 0.0, wide, high)), printer.matrix(high) if printer else "q"
    raw(canvas, against)
    _frame(canvas, paper, (wide, high), language, title)
    raw(canvas, "Q")
    binder.page(boxes)
    if paper.labels is not None:
        raw(canvas, f"{against} 0 G 0.25 w {outlines(paper.labels, high)} S Q")
        binder.page(boxes)
    return binder.save(target)


def outlines(labels: Labels, high: float) -> str:
    """The path of every label on a sheet `high` mm high, as PDF operators."""
    wide, tall = labels.width / POINT, labels.height / POINT
    found = []
    for left, low in labels.cells(high):
        x, y = left / POINT, low / POINT
        if labels.round:
            found.append(_circle(x + wide / 2, y + tall / 2, wide / 2))
        elif labels.radius:
            found.append(rounded(x, y, wide, tall, labels.radius))
        else:
            found.append(f"{x:.3f} {y:.3f} {wide:.3f} {tall:.3f} re")
    return "\n".join(found)


def _circle(x: float, y: float, radius: float) -> str:
    h = radius * _ROUND
    return (
        f"{x + radius:.3f} {y:.3f} m "
        f"{x + radius:.3f} {y + h:.3f} {x + h:.3f} {y + radius:.3f} {x:.3f} {y + radius:.3f} c "
        f"{x - h:.3f} {y + radius:.3f} {x - radius:.3f} {y + h:.3f} {x - radius:.3f} {y:.3f} c "
        f"{x - radius:.3f} {y - h:.3f} {x - h:.3f} {y - radius:.3f} {x:.3f} {y - radius:.3f} c "
        f"{x + h:.3f} {y - radius:.3f} {x + radius:.3f} {y - h:.3f} {x + radius:.3f} {y:.3f} c h"
    )


def _frame(canvas: Canvas, paper: Paper, size: tuple[float, float], language: str, title: str) -> None:
    """A frame 20 mm inside the edges with its arms, a ruler, and what to measure."""
    wide, high = size
    right, top = wide - FRAME, high - FRAME
    lines = [
        *((x, FRAME - _ARM, x, top + _ARM) for x in (FRAME, right)),
        *((FRAME - _ARM, y, right + _ARM, y) for y in (FRAME, top)),
    ]
    path = " ".join(
        f"{x / POINT:.3f} {y / POINT:.3f} m {to_x / POINT:.3f} {to_y / POINT:.3f} l" for x, y, to_x, to_y in lines
    )
    raw(canvas, f"q 0 G 0.3 w {path} S Q")
    left, across = FRAME + 8, wide - 2 * FRAME - 16
    y = top - 14
    for text, points, weight, height in _said(paper, size, language, title):
        kind = {
            "kind": "text",
            "text": "",
            "x": 0,
            "y": 0,
            "width": across,
            "height": height,
            "size": points,
            "least": 5,
        }
        box = TextBox.model_validate(kind | {"lines": 3, "weight": weight})
        setting = fit(text, box)
        raw(canvas, "0 g")
        for line in setting.lines:
            at = left / POINT + line.x, y / POINT - line.y
            show(canvas, line.text, weight=weight, size=setting.size, x=at[0], y=at[1])
        y -= setting.lines[-1].y * POINT + 4.5
    raw(canvas, marks.ruler(left, y - 8, "rgb"))


def _said(
    paper: Paper, size: tuple[float, float], language: str, title: str
) -> Iterator[tuple[str, float, str, float]]:
    """The lines of the sheet: text, points, weight and the millimetres it may take."""
    yield title, 16, "semibold", 16
    yield say("paper_calibration_how", language), 10, "regular", 14
    wide, high = size
    measures = {"left": FRAME, "top": FRAME, "across": wide - 2 * FRAME, "down": high - 2 * FRAME}
    for name, length in measures.items():
        yield say(f"paper_calibration_{name}", language, mm=f"{length:.1f}"), 10, "regular", 12
    if paper.labels is not None:
        yield say("paper_calibration_labels", language), 10, "regular", 14
