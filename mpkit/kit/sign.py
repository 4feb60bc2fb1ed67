"""A design, a dress and a piece come in; the sign goes onto the canvas: what all share once as a form, then its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

from PIL import Image
from reportlab.lib.utils import ImageReader

from mpkit.kit import ink, pictograms
from mpkit.kit.boxes import Box, CodeBox, FieldBox, LineBox, LogoBox, Panel, PictogramBox, Role, TextBox
from mpkit.kit.brand import Dress, dress
from mpkit.kit.canvas import Canvas, form, raw
from mpkit.kit.design import Design
from mpkit.kit.shapes import field as field_path
from mpkit.kit.subject import Piece, pictures, words
from mpkit.kit.symbol import Symbol
from mpkit.kit.type import POINT, Setting, UnfitText, clean, fit, show

Space = Literal["cmyk", "rgb"]
# How the four corners of a box come to lie when it is turned: matrix, and which corner its text begins at.
_TURNS = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 270: (0, -1, 1, 0)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A canvas, how signs are dressed on it, and the artwork that already stands in its file by what it looks like."""

    canvas: Canvas
    dress: Dress = field(default_factory=dress)
    space: Space = "cmyk"
    forms: dict[tuple[object, ...], str] = field(default_factory=dict)


def settings(design: Design, piece: Piece, language: str, worn: Dress) -> dict[TextBox, Setting]:
    """Every text of the sign set into its box; raises `UnfitText` where one cannot be."""
    filled = words(piece.subject, language) | {"serial": clean(piece.serial), "check": clean(piece.check)}
    filled |= {"tagline": clean(worn.tagline), "footnote": clean(worn.footnote)}
    found: dict[TextBox, Setting] = {}
    for box in design.texts:
        if not _meant(box, piece, worn):
            continue
        text = clean(box.text.format(**filled))
        if text:
            found[box] = fit(text, box)
    return found


def fits(design: Design, piece: Piece, language: str, worn: Dress) -> UnfitText | None:
    """Why the sign cannot be set, or None."""
    try:
        settings(design, piece, language, worn)
    except UnfitText as reason:
        return reason
    return None


def draw(sheet: Sheet, design: Design, piece: Piece, *, language: str, symbol: tuple[str, int], bleed: bool) -> None:
    """Draw one piece with its lower left trimmed corner at the origin of the canvas, all its panels.

    `symbol` is the drawn path and the modules of its side. With `bleed`, fields run over the edge where they should.
    """
    said = settings(design, piece, language, sheet.dress)
    artwork = _artwork(sheet, design, piece, said, bleed=bleed)
    canvas = sheet.canvas
    wide, high = (side / POINT for side in design.flat)
    if design.mirror:
        raw(canvas, f"q -1 0 0 1 {wide:.4f} 0 cm")
    for panel in design.panels:
        raw(canvas, f"q {_placed(design, panel, high)} cm")
        canvas.doForm(artwork)
        for box, setting in said.items():
            if box.variable:
                _text(sheet, design, box, setting)
        if (code := design.code) is not None:
            upper = (design.height - code.y) / POINT
            raw(canvas, ink.stamp(symbol[0], x=code.x / POINT, y=upper, field=code.side / POINT, side=symbol[1]))
        raw(canvas, "Q")
    if design.mirror:
        raw(canvas, "Q")


def stamped(symbol: Symbol) -> tuple[str, int]:
    """What `draw` takes of a symbol: made in a worker, appended by the one who writes the file."""
    return ink.path(symbol), symbol.side


def _placed(design: Design, panel: Panel, high: float) -> str:
    """The matrix that puts a face, drawn from its lower left corner, where its panel lies on the flat piece."""
    x, y = panel.x / POINT, high - (panel.y + design.height) / POINT
    if not panel.turn:
        return f"1 0 0 1 {x:.4f} {y:.4f}"
    return f"-1 0 0 -1 {x + design.width / POINT:.4f} {y + design.height / POINT:.4f}"


def _artwork(sheet: Sheet, design: Design, piece: Piece, said: Mapping[TextBox, Setting], *, bleed: bool) -> str:
    """The name of the form with everything this sign shares with others; drawn at the first call."""
    steps = pictures(piece.subject)
    shared = tuple((box, setting) for box, setting in said.items() if not box.variable)
    look = (design.name, bleed, piece.subject.test, tuple(steps.values()), tuple(setting for _, setting in shared))
    if look in sheet.forms:
        return sheet.forms[look]
    name = f"sign{len(sheet.forms)}"
    over = design.bleed / POINT
    edges = (-over, -over, design.width / POINT + over, design.height / POINT + over)
    with form(sheet.canvas, name, edges):
        for box in design.boxes:
            if not isinstance(box, TextBox | CodeBox) and _meant(box, piece, sheet.dress):
                _shape(sheet, design, box, steps, bleed=bleed)
        for text, setting in shared:
            _text(sheet, design, text, setting)
    sheet.forms[look] = name
    return name


def _meant(box: Box, piece: Piece, worn: Dress) -> bool:
    """Whether every condition of a box holds for this piece in this dress."""
    if isinstance(box, CodeBox):
        return True
    real = not piece.subject.test
    return all({"rehearsal": not real, "real": real}.get(one, worn.meant(one)) for one in box.only)


def _ink(sheet: Sheet, role: Role) -> tuple[str, str] | None:
    """The operators that fill and stroke in the colour of a role; None where the mood leaves it out."""
    paint = sheet.dress.colours[role]
    if paint is None:
        return None
    fill, stroke = ("k", "K") if sheet.space == "cmyk" else ("rg", "RG")
    numbers = " ".join(f"{part:.4g}" for part in (paint.inks if sheet.space == "cmyk" else paint.light))
    return f"{numbers} {fill}", f"{numbers} {stroke}"


def _shape(
    sheet: Sheet,
    design: Design,
    box: FieldBox | LineBox | PictogramBox | LogoBox,
    steps: Mapping[str, str],
    *,
    bleed: bool,
) -> None:
    canvas = sheet.canvas
    if isinstance(box, LogoBox):
        _logo(sheet, design, box)
        return
    colour = _ink(sheet, box.colour)
    if colour is None:
        return
    if isinstance(box, FieldBox):
        raw(canvas, f"{colour[0]} {field_path(box, design.height, design.bleed if bleed else 0.0)} f")
    elif isinstance(box, LineBox):
        raw(
            canvas,
            f"{colour[1]} {box.stroke:g} w 0 J "
            f"{box.x / POINT:.3f} {(design.height - box.y) / POINT:.3f} m "
            f"{box.to_x / POINT:.3f} {(design.height - box.to_y) / POINT:.3f} l S",
        )
    else:
        _pictogram(canvas, design, box, steps.get(box.step, box.step), colour[1])


def _logo(sheet: Sheet, design: Design, box: LogoBox) -> None:
    """The merchant's picture as large as its box allows, its sides in proportion."""
    picture = ImageReader(Image.open(BytesIO(sheet.dress.logo)))
    wide, high = picture.getSize()
    scale = min(box.width / wide, box.height / high)
    across, down = wide * scale, high * scale
    left = box.x + {"left": 0.0, "center": (box.width - across) / 2, "right": box.width - across}[box.align]
    low = design.height - box.y - (box.height + down) / 2
    sheet.canvas.drawImage(picture, left / POINT, low / POINT, across / POINT, down / POINT, mask="auto")


def _pictogram(canvas: Canvas, design: Design, box: PictogramBox, name: str, colour: str) -> None:
    side = min(box.width, box.height)
    scale = side / POINT / pictograms.GRID
    x = (box.x + (box.width - side) / 2) / POINT
    y = (design.height - box.y) / POINT
    raw(
        canvas,
        f"q {colour} 1 J 1 j {box.stroke / scale:.4f} w "
        f"{scale:.6f} 0 0 {-scale:.6f} {x:.3f} {y:.3f} cm {pictograms.strokes(name)} S Q",
    )


def _text(sheet: Sheet, design: Design, box: TextBox, setting: Setting) -> None:
    """Set the lines, turned around the corner the text begins at."""
    left, right = box.x / POINT, (box.x + box.width) / POINT
    top, bottom = (design.height - box.y) / POINT, (design.height - box.y - box.height) / POINT
    x, y = {0: (left, top), 90: (left, bottom), 270: (right, top)}[box.turn]
    turn = " ".join(map(str, _TURNS[box.turn]))
    colour = _ink(sheet, box.colour) or _ink(sheet, "ink") or ("", "")
    raw(sheet.canvas, f"q {colour[0]} {turn} {x:.3f} {y:.3f} cm")
    for line in setting.lines:
        show(sheet.canvas, line.text, weight=box.weight, size=setting.size, x=line.x, y=-line.y, spacing=box.spacing)
    raw(sheet.canvas, "Q")
