"""A design and a piece come in; the sign goes onto the canvas: what all signs share once, as a form, then its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mpkit.kit import ink, pictograms
from mpkit.kit.canvas import Canvas, form, raw
from mpkit.kit.design import Design, FieldBox, LineBox, PictogramBox, Side, TextBox
from mpkit.kit.subject import Piece, pictures, words
from mpkit.kit.symbol import Symbol
from mpkit.kit.type import POINT, Setting, UnfitText, clean, fit, show

_STANDARD = {"paper": (0.0, 0.0, 0.0, 0.0), "ink": (0.0, 0.0, 0.0, 1.0)}
# How the four corners of a box come to lie when it is turned: matrix, and which corner its text begins at.
_TURNS = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 270: (0, -1, 1, 0)}
_ROUND = 0.5523


@dataclass(frozen=True, slots=True)
class Sheet:
    """A canvas and the artwork that already stands in its file, by what it looks like."""

    canvas: Canvas
    forms: dict[tuple[object, ...], str] = field(default_factory=dict)


def settings(design: Design, piece: Piece, language: str) -> dict[TextBox, Setting]:
    """Every text of the sign set into its box; raises `UnfitText` where one cannot be."""
    filled = words(piece.subject, language) | {"serial": clean(piece.serial), "check": clean(piece.check)}
    found: dict[TextBox, Setting] = {}
    for box in design.texts:
        if not _meant(box, piece):
            continue
        text = clean(box.text.format(**filled))
        if text:
            found[box] = fit(text, box)
    return found


def fits(design: Design, piece: Piece, language: str) -> UnfitText | None:
    """Why the sign cannot be set, or None."""
    try:
        settings(design, piece, language)
    except UnfitText as reason:
        return reason
    return None


def draw(sheet: Sheet, design: Design, piece: Piece, *, language: str, symbol: tuple[str, int], bleed: bool) -> None:
    """Draw one sign with its lower left trimmed corner at the origin of the canvas.

    `symbol` is the drawn path and the modules of its side. With `bleed`, fields run over the edge where they should.
    """
    said = settings(design, piece, language)
    canvas = sheet.canvas
    canvas.doForm(_artwork(sheet, design, piece, said, bleed=bleed))
    for box, setting in said.items():
        if box.variable:
            _text(canvas, design, box, setting)
    code = design.code
    field_ = code.side / POINT
    raw(
        canvas,
        ink.stamp(symbol[0], x=code.x / POINT, y=(design.height - code.y) / POINT, field=field_, side=symbol[1]),
    )


def stamped(symbol: Symbol) -> tuple[str, int]:
    """What `draw` takes of a symbol: made in a worker, appended by the one who writes the file."""
    return ink.path(symbol), symbol.side


def _artwork(sheet: Sheet, design: Design, piece: Piece, said: Mapping[TextBox, Setting], *, bleed: bool) -> str:
    """The name of the form with everything this sign shares with others; drawn at the first call."""
    steps = pictures(piece.subject)
    shared = tuple((box, setting) for box, setting in said.items() if not box.variable)
    look = (design.name, bleed, piece.subject.test, tuple(steps.values()), tuple(setting for _, setting in shared))
    if look in sheet.forms:
        return sheet.forms[look]
    name = f"sign{len(sheet.forms)}"
    canvas = sheet.canvas
    over = design.bleed / POINT
    edges = (-over, -over, design.width / POINT + over, design.height / POINT + over)
    with form(canvas, name, edges):
        for box in design.boxes:
            if isinstance(box, FieldBox) and _meant(box, piece):
                _field(canvas, design, box, bleed=bleed)
            elif isinstance(box, LineBox):
                _line(canvas, design, box)
            elif isinstance(box, PictogramBox):
                _pictogram(canvas, design, box, steps[box.step])
        for text, setting in shared:
            _text(canvas, design, text, setting)
    sheet.forms[look] = name
    return name


def _meant(box: FieldBox | TextBox, piece: Piece) -> bool:
    return not box.only or (box.only == "rehearsal") == piece.subject.test


def _ink(design: Design, colour: str) -> str:
    """A colour by its name, as the four numbers of the four plates."""
    return " ".join(f"{part:g}" for part in {**_STANDARD, **design.colours}[colour])


def _field(canvas: Canvas, design: Design, box: FieldBox, *, bleed: bool) -> None:
    over = design.bleed if bleed else 0.0
    left = box.x - (over if Side.LEFT in box.bleed else 0)
    right = box.x + box.width + (over if Side.RIGHT in box.bleed else 0)
    top = box.y - (over if Side.TOP in box.bleed else 0)
    bottom = box.y + box.height + (over if Side.BOTTOM in box.bleed else 0)
    x, y = left / POINT, (design.height - bottom) / POINT
    wide, high = (right - left) / POINT, (bottom - top) / POINT
    shape = f"{x:.3f} {y:.3f} {wide:.3f} {high:.3f} re" if not box.radius else _rounded(x, y, wide, high, box.radius)
    raw(canvas, f"{_ink(design, box.colour)} k {shape} f")


def _rounded(x: float, y: float, wide: float, high: float, radius: float) -> str:
    r = radius / POINT
    h = r * (1 - _ROUND)
    right, top = x + wide, y + high
    return (
        f"{x + r:.3f} {y:.3f} m {right - r:.3f} {y:.3f} l "
        f"{right - h:.3f} {y:.3f} {right:.3f} {y + h:.3f} {right:.3f} {y + r:.3f} c {right:.3f} {top - r:.3f} l "
        f"{right:.3f} {top - h:.3f} {right - h:.3f} {top:.3f} {right - r:.3f} {top:.3f} c {x + r:.3f} {top:.3f} l "
        f"{x + h:.3f} {top:.3f} {x:.3f} {top - h:.3f} {x:.3f} {top - r:.3f} c {x:.3f} {y + r:.3f} l "
        f"{x:.3f} {y + h:.3f} {x + h:.3f} {y:.3f} {x + r:.3f} {y:.3f} c h"
    )


def _line(canvas: Canvas, design: Design, box: LineBox) -> None:
    raw(
        canvas,
        f"{_ink(design, box.colour)} K {box.stroke:g} w 0 J "
        f"{box.x / POINT:.3f} {(design.height - box.y) / POINT:.3f} m "
        f"{box.to_x / POINT:.3f} {(design.height - box.to_y) / POINT:.3f} l S",
    )


def _pictogram(canvas: Canvas, design: Design, box: PictogramBox, name: str) -> None:
    side = min(box.width, box.height)
    scale = side / POINT / pictograms.GRID
    x = (box.x + (box.width - side) / 2) / POINT
    y = (design.height - box.y - (box.height - side) / 2) / POINT
    raw(
        canvas,
        f"q {_ink(design, box.colour)} K 1 J 1 j {box.stroke / scale:.4f} w "
        f"{scale:.6f} 0 0 {-scale:.6f} {x:.3f} {y:.3f} cm {pictograms.strokes(name)} S Q",
    )


def _text(canvas: Canvas, design: Design, box: TextBox, setting: Setting) -> None:
    """Set the lines, turned around the corner the text begins at."""
    left, right = box.x / POINT, (box.x + box.width) / POINT
    top, bottom = (design.height - box.y) / POINT, (design.height - box.y - box.height) / POINT
    x, y = {0: (left, top), 90: (left, bottom), 270: (right, top)}[box.turn]
    turn = " ".join(map(str, _TURNS[box.turn]))
    raw(canvas, f"q {_ink(design, box.colour)} k {turn} {x:.3f} {y:.3f} cm")
    for line in setting.lines:
        show(canvas, line.text, weight=box.weight, size=setting.size, x=line.x, y=-line.y, spacing=box.spacing)
    raw(canvas, "Q")
