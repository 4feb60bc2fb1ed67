"""A design, a dress and a piece come in; the sign goes onto the canvas: what all share once as a form, then its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from reportlab.lib.utils import ImageReader

from mpkit.kit.drawing import pictograms
from mpkit.kit.drawing.boxes import CodeBox, FieldBox, LineBox, LogoBox, Panel, PictogramBox, Role, TextBox
from mpkit.kit.drawing.canvas import Canvas, form, raw
from mpkit.kit.drawing.shapes import field as field_path
from mpkit.kit.drawing.shapes import rounded
from mpkit.kit.drawing.type import POINT, Setting, show
from mpkit.kit.drawing.vector import edges
from mpkit.kit.signs.design import Design
from mpkit.kit.signs.logo import plate
from mpkit.kit.signs.subject import Kind, Piece, kind, pictures
from mpkit.kit.signs.wording import Wording
from mpkit.kit.symbols import ink
from mpkit.kit.symbols.symbol import Symbol

Space = Literal["cmyk", "rgb"]
ARTWORK, LOGO = "/MpArt", "/MpLogo"  # a merchant's own drawings, among a page's resources
# How the four corners of a box come to lie when it is turned: matrix, and which corner its text begins at.
_TURNS = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A canvas, the texts of what is drawn on it, and the artwork that already stands in its file by its kind."""

    canvas: Canvas
    wording: Wording
    space: Space = "cmyk"
    drawings: dict[Path, str] = field(default_factory=dict)  # registers' own artworks, by the names of their forms
    forms: dict[tuple[Kind, float], str] = field(default_factory=dict)
    logos: dict[Kind, str] = field(default_factory=dict)  # operators that show the merchant's, where it is a drawing

    @property
    def design(self) -> Design:
        """The design drawn."""
        return self.wording.design


def draw(sheet: Sheet, piece: Piece, *, symbol: tuple[str, int], bleed: float) -> None:
    """Draw one piece with its lower left trimmed corner at the origin of the canvas, all its panels.

    `symbol` is the drawn path and the modules of its side. Fields run `bleed` mm over the edge where they should.
    """
    design, canvas = sheet.design, sheet.canvas
    own = sheet.wording.own(piece)
    artwork = _artwork(sheet, kind(piece.subject), bleed=bleed)
    logos = _drawn_logos(sheet, kind(piece.subject))
    wide, high = (side / POINT for side in design.flat)
    if design.mirror:
        raw(canvas, f"q -1 0 0 1 {wide:.4f} 0 cm")
    for panel in design.panels:
        raw(canvas, f"q {_placed(design, panel, high)} cm")
        if design.artwork is not None:
            raw(canvas, _drawing(sheet, piece, bleed))
        canvas.doForm(artwork)
        if logos:
            raw(canvas, logos)
        for box, setting in own:
            _text(sheet, box, setting)
        for code in () if design.untouched else design.code_boxes:
            raw(canvas, _stamp(sheet, code, symbol))
        raw(canvas, "Q")
    if design.mirror:
        raw(canvas, "Q")


def _drawing(sheet: Sheet, piece: Piece, bleed: float) -> str:
    """Operators that show the artwork as far as the bleed; its form stands in the file once."""
    design, name, over = sheet.design, ARTWORK, bleed / POINT
    if (document := piece.subject.document) is not None and design.untouched:
        name = sheet.drawings.setdefault(document.form, f"{ARTWORK}{len(sheet.drawings)}")
    wide, high = design.width / POINT + 2 * over, design.height / POINT + 2 * over
    return f"q {-over:.4f} {-over:.4f} {wide:.4f} {high:.4f} re W n {name} Do Q"


def _stamp(sheet: Sheet, code: CodeBox, symbol: tuple[str, int]) -> str:
    """Operators of one code, turned about the middle of its white field."""
    x, y, field = code.x / POINT, (sheet.design.height - code.y) / POINT, code.side / POINT
    drawn = ink.stamp(symbol[0], x=x, y=y, field=field, side=symbol[1], grey=sheet.space == "rgb")
    if not code.turn:
        return drawn
    a, b, c, d = _TURNS[-code.turn % 360]
    across, up = x + field / 2, y - field / 2
    return f"q {a} {b} {c} {d} {across - a * across - c * up:.4f} {up - b * across - d * up:.4f} cm {drawn} Q"


def stamped(symbol: Symbol, manner: ink.Manner = "path") -> tuple[str, int]:
    """What `draw` takes of a symbol: made in a worker, appended by the one who writes the file."""
    return ink.drawn(symbol, manner), symbol.side


def _placed(design: Design, panel: Panel, high: float) -> str:
    """The matrix that puts a face, drawn from its lower left corner, where its panel lies on the flat piece."""
    x, y = panel.x / POINT, high - (panel.y + design.height) / POINT
    if not panel.turn:
        return f"1 0 0 1 {x:.4f} {y:.4f}"
    return f"-1 0 0 -1 {x + design.width / POINT:.4f} {y + design.height / POINT:.4f}"


def _artwork(sheet: Sheet, of: Kind, *, bleed: float) -> str:
    """The name of the form with everything signs of a kind share; drawn at the first call."""
    if (of, bleed) in sheet.forms:
        return sheet.forms[of, bleed]
    design, name = sheet.design, f"sign{len(sheet.forms)}"
    shared = sheet.wording.shared(of)
    over = bleed / POINT
    edges = (-over, -over, design.width / POINT + over, design.height / POINT + over)
    with form(sheet.canvas, name, edges):
        for box in design.boxes:
            if not isinstance(box, TextBox | CodeBox) and sheet.wording.meant(box, of):
                _shape(sheet, box, pictures(of), bleed=bleed)
        for text, setting in shared.items():
            _text(sheet, text, setting)
    sheet.forms[of, bleed] = name
    return name


def _ink(sheet: Sheet, role: Role) -> tuple[str, str] | None:
    """The operators that fill and stroke in the colour of a role; None where the mood leaves it out."""
    paint = sheet.wording.worn.colours[role]
    if paint is None:
        return None
    fill, stroke = ("k", "K") if sheet.space == "cmyk" else ("rg", "RG")
    numbers = " ".join(f"{part:.4g}" for part in (paint.inks if sheet.space == "cmyk" else paint.light))
    return f"{numbers} {fill}", f"{numbers} {stroke}"


def _own_ink(sheet: Sheet, box: TextBox) -> str:
    """The operator for the ink a box says itself; empty where it has a role."""
    if box.inks is None:
        return ""
    if sheet.space == "cmyk":
        return " ".join(f"{part:g}" for part in box.inks) + " k"
    cyan, magenta, yellow, black = box.inks
    return " ".join(f"{(1 - part) * (1 - black):g}" for part in (cyan, magenta, yellow)) + " rg"


def _shape(
    sheet: Sheet,
    box: FieldBox | LineBox | PictogramBox | LogoBox,
    steps: Mapping[str, str],
    *,
    bleed: float,
) -> None:
    canvas, design = sheet.canvas, sheet.design
    if isinstance(box, LogoBox):
        _logo(sheet, box)
        return
    colour = _ink(sheet, box.colour)
    if colour is None:
        return
    if isinstance(box, FieldBox):
        raw(canvas, f"{colour[0]} {field_path(box, design.height, bleed)} f")
    elif isinstance(box, LineBox):
        raw(
            canvas,
            f"{colour[1]} {box.stroke:g} w 0 J "
            f"{box.x / POINT:.3f} {(design.height - box.y) / POINT:.3f} m "
            f"{box.to_x / POINT:.3f} {(design.height - box.to_y) / POINT:.3f} l S",
        )
    else:
        _pictogram(canvas, design, box, steps.get(box.step, box.step), colour[1])


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a logo lies (mm from the lower left corner), and the plate under it, `edge` mm wider, if it needs one."""

    left: float
    low: float
    across: float
    down: float
    edge: float
    plate: Role | None


def _lying(sheet: Sheet, box: LogoBox) -> _Place:
    """The merchant's logo as large as its box allows, its sides in proportion, on a plate where it needs one."""
    worn, total = sheet.wording.worn, sheet.design.height
    with Image.open(BytesIO(worn.logo)) as picture:
        wide, high = picture.size
    role = plate(worn.logo, sheet.design, box, worn)
    edge = min(box.width, box.height) / 8 if role else 0.0
    scale = min((box.width - 2 * edge) / wide, (box.height - 2 * edge) / high)
    across, down = wide * scale, high * scale
    spare = box.width - across - 2 * edge
    left = box.x + edge + {"left": 0.0, "center": spare / 2, "right": spare}[box.align]
    return _Place(left, total - box.y - (box.height + down) / 2, across, down, edge, role)


def _logo(sheet: Sheet, box: LogoBox) -> None:
    """The plate of a logo, and the logo itself where it is a picture."""
    at, worn = _lying(sheet, box), sheet.wording.worn
    if at.plate and (colour := _ink(sheet, at.plate)):
        corner = (at.left - at.edge) / POINT, (at.low - at.edge) / POINT
        sides = (at.across + 2 * at.edge) / POINT, (at.down + 2 * at.edge) / POINT
        raw(sheet.canvas, f"{colour[0]} {rounded(*corner, *sides, at.edge)} f")
    if not worn.drawing:
        size = at.across / POINT, at.down / POINT
        picture = ImageReader(Image.open(BytesIO(worn.logo)))
        sheet.canvas.drawImage(picture, at.left / POINT, at.low / POINT, *size, mask="auto")


def _drawn_logos(sheet: Sheet, of: Kind) -> str:
    """Operators that show a logo that is a drawing; its form stands in the file once."""
    if of in sheet.logos or not sheet.wording.worn.drawing:
        return sheet.logos.get(of, "")
    left, low, right, top = edges(sheet.wording.worn.drawing)
    found = []
    for box in sheet.design.boxes:
        if isinstance(box, LogoBox) and sheet.wording.meant(box, of):
            at = _lying(sheet, box)
            x, y = at.across / POINT / (right - left), at.down / POINT / (top - low)
            shift = f"{at.left / POINT - x * left:.4f} {at.low / POINT - y * low:.4f}"
            clip = f"{left:.4f} {low:.4f} {right - left:.4f} {top - low:.4f} re W n"
            found.append(f"q {x:.6f} 0 0 {y:.6f} {shift} cm {clip} {LOGO} Do Q")
    sheet.logos[of] = "\n".join(found)
    return sheet.logos[of]


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


def _text(sheet: Sheet, box: TextBox, setting: Setting) -> None:
    """Set the lines, turned around the corner the text begins at."""
    left, right = box.x / POINT, (box.x + box.width) / POINT
    high = sheet.design.height
    top, bottom = (high - box.y) / POINT, (high - box.y - box.height) / POINT
    x, y = {0: (left, top), 90: (left, bottom), 180: (right, bottom), 270: (right, top)}[box.turn]
    turn = " ".join(map(str, _TURNS[box.turn]))
    colour = _own_ink(sheet, box) or (_ink(sheet, box.colour) or _ink(sheet, "ink") or ("", ""))[0]
    raw(sheet.canvas, f"q {colour} {turn} {x:.3f} {y:.3f} cm")
    for line in setting.lines:
        show(
            sheet.canvas,
            line.text,
            weight=box.weight,
            size=setting.size,
            x=line.x,
            y=-line.y,
            spacing=box.spacing,
            family=sheet.wording.worn.family,
        )
    raw(sheet.canvas, "Q")
