"""A stranger's PDF comes in, inside the limited child; one clean form, its cut, its text fields and advice go out.

What a page of artwork never needs is refused before anything is drawn: scripts, attachments, links, references to other
files, hidden layers. What is kept is copied piece by piece, so colours, plates and fonts stay as they were made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from mpkit.errors import Refused
from mpkit.kit.artwork.colours import Looked, embedded, look
from mpkit.kit.artwork.fields import Field, fields
from mpkit.kit.drawing.pictures import picture

LARGEST = 25 << 20  # bytes of a file, and of the form that is kept of it
POINT = 25.4 / 72  # millimetres
_DOTS = 300.0  # of an inch: how large a sign that comes as a picture is taken to be
_BLEED = 5.0  # mm beyond the cut that are kept
LEAST, MOST = 20.0, 1500.0  # mm a side of a sign may have
_KEPT = ("/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font")
_DROPPED = ("/PieceInfo", "/Metadata", "/StructParent", "/StructParents", "/OC", "/LastModified", "/AF", "/Measure")
_LOCKED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")  # in a trailer, which is never packed
Frame = tuple[float, float, float, float]  # points: left, low, right, top
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The one page of an artwork: how it is put with its cut's lower left corner at the origin, and its measures."""

    matrix: Matrix
    frame: Frame  # in the page's own points: as far as its bleed
    width: float  # mm of the cut
    height: float
    bleed: float  # mm kept beyond it
    trimmed: bool  # whether the file says where it is cut


@dataclass(frozen=True, slots=True)
class Read:
    """A clean form in a PDF of its own, and what was found in the file."""

    form: bytes
    sheet: Sheet
    fields: tuple[Field, ...] = ()
    looked: Looked = field(default_factory=Looked)


def read(content: bytes, *, whole: bool = False, least: float = LEAST) -> Read:
    """The artwork of a PDF's only page, `least` mm large or more; `Refused` says what it must not have.

    With `whole` it is shown as it is: also letters of fonts that are not in the file.
    """
    document = _opened(content)
    for problem in _unwanted(document):
        raise Refused(problem)
    if len(document.pages) != 1:
        raise Refused("artwork_pages", n=len(document.pages))
    page = document.pages[0]
    for problem in _around(page):
        raise Refused(problem)
    sheet = _sheet(page, least)
    found = fields(document, page, sheet.matrix, sheet.height)
    resources = _as(_inherited(page, "/Resources"))
    looked = look(page, resources, sheet.matrix)
    form = _form(document, page, resources, sheet, (looked.light, whole))
    if len(form) > LARGEST:
        raise Refused("artwork_large", limit=LARGEST >> 20)
    return Read(form, sheet, found, looked)


def _opened(content: bytes) -> pikepdf.Pdf:
    if _LOCKED.search(content):
        raise Refused("artwork_encrypted")
    try:
        document = pikepdf.open(BytesIO(content))
        len(document.pages)
    except pikepdf.PasswordError as error:
        raise Refused("artwork_encrypted") from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError) as error:
        raise Refused("artwork_unreadable", why=str(error).partition("\n")[0][:120]) from error
    return document


def _unwanted(document: pikepdf.Pdf) -> Iterator[str]:
    """What the document as a whole must not have."""
    root = document.Root
    names = _as(root.get("/Names"))
    form = _as(root.get("/AcroForm"))
    if "/OpenAction" in root and isinstance(root.OpenAction, Dictionary):
        yield "artwork_scripts"
    if "/AA" in root or "/JavaScript" in names or "/XFA" in form:
        yield "artwork_scripts"
    if "/EmbeddedFiles" in names or "/AF" in root or "/Collection" in root:
        yield "artwork_attachments"
    layers = _as(root.get("/OCProperties"))
    shown = _as(layers.get("/D"))
    if len(_listed(shown.get("/OFF"))) or shown.get("/BaseState", Name.ON) == Name.OFF:
        yield "artwork_layers"
    for one in document.objects:
        if not isinstance(one, Dictionary | pikepdf.Stream):
            continue
        if one.get("/S") in {Name.JavaScript, Name.Launch} or "/JS" in one:
            yield "artwork_scripts"
        if one.get("/Type") in {Name.EmbeddedFile, Name.Filespec}:
            yield "artwork_attachments"
        if isinstance(one, pikepdf.Stream) and ("/F" in one or "/OPI" in one or "/Ref" in one):
            yield "artwork_outside"


def _around(page: pikepdf.Page) -> Iterator[str]:
    """What the page must not have beside its drawing; text fields are looked at by themselves."""
    if "/AA" in page.obj:
        yield "artwork_scripts"
    for one in _listed(page.obj.get("/Annots")):
        kind = _as(one).get("/Subtype")
        if kind == Name.Link:
            yield "artwork_links"
        elif kind == Name.FileAttachment:
            yield "artwork_attachments"
        elif kind != Name.Widget:
            yield "artwork_annotations"
        elif "/A" in one or "/AA" in one:
            yield "artwork_scripts"


def _as(found: Any) -> Any:  # noqa: ANN401 - pikepdf's own
    """A dictionary, empty where a file has something else in its place."""
    return found if isinstance(found, Dictionary) else Dictionary()


def _listed(found: Any) -> Any:  # noqa: ANN401 - pikepdf's own
    return found if isinstance(found, Array) else Array()


def _inherited(page: pikepdf.Page, name: str) -> Any:  # noqa: ANN401 - pikepdf's own
    """A page's own value or that of what it is part of; a tree that bites its tail ends here."""
    found: Any = page.obj
    for _ in range(32):
        if name in found or not isinstance(found.get("/Parent"), Dictionary):
            break
        found = found.Parent
    return found.get(name)


def _box(page: pikepdf.Page, name: str) -> Frame | None:
    value = _inherited(page, name)
    if not isinstance(value, Array) or len(value) != 4:  # noqa: PLR2004 - two corners
        return None
    try:
        x, y, to_x, to_y = (float(part) for part in value)
    except (TypeError, ValueError):
        return None
    return min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)


def _sheet(page: pikepdf.Page, least: float) -> Sheet:
    """Cut, bleed and the matrix that turns the page as it is shown; an art box is taken for the cut too."""
    media = _box(page, "/MediaBox")
    if media is None:
        raise Refused("artwork_unreadable", why="MediaBox")
    media = _inside(_box(page, "/CropBox") or media, media)
    said = _box(page, "/TrimBox") or _box(page, "/ArtBox")
    trim = _inside(said or media, media)
    bleed = _inside(_box(page, "/BleedBox") or media, media)
    unit = float(page.obj.get("/UserUnit", 1))
    left, low, right, top = trim
    over = max(0.0, min(left - bleed[0], low - bleed[1], bleed[2] - right, bleed[3] - top)) * unit * POINT
    turn = int(_inherited(page, "/Rotate") or 0) % 360
    matrix = {
        0: (1.0, 0.0, 0.0, 1.0, -left, -low),
        90: (0.0, -1.0, 1.0, 0.0, -low, right),
        180: (-1.0, 0.0, 0.0, -1.0, right, top),
        270: (0.0, 1.0, -1.0, 0.0, top, -left),
    }[turn]
    wide, high = (right - left) * unit * POINT, (top - low) * unit * POINT
    if turn % 180:
        wide, high = high, wide
    if not (least <= wide <= MOST and least <= high <= MOST):
        raise Refused("artwork_size", wide=round(wide), high=round(high), least=least, most=MOST)
    kept = round(min(over, _BLEED), 2)
    a, b, c, d, e, f = (part * unit for part in matrix)
    edge = kept / POINT / unit
    frame = (left - edge, low - edge, right + edge, top + edge)
    return Sheet((a, b, c, d, e, f), frame, round(wide, 3), round(high, 3), kept, said is not None)


def _inside(box: Frame, outer: Frame) -> Frame:
    left, low, right, top = box
    found = max(left, outer[0]), max(low, outer[1]), min(right, outer[2]), min(top, outer[3])
    return found if found[0] < found[2] and found[1] < found[3] else outer


def _form(
    document: pikepdf.Pdf,
    page: pikepdf.Page,
    resources: Any,  # noqa: ANN401 - pikepdf's own
    sheet: Sheet,
    how: tuple[bool, bool],
) -> bytes:
    """The drawing as one form, with nothing else of the file: what it needs is copied, what it does not is left."""
    contents = page.obj.get("/Contents")
    parts = contents if isinstance(contents, Array) else [contents] if contents is not None else []
    drawn = b"\n".join(part.read_bytes() for part in parts if isinstance(part, pikepdf.Stream))
    kept = Dictionary({name: resources[name] for name in _KEPT if name in resources})
    form = {
        "/Type": Name.XObject,
        "/Subtype": Name.Form,
        "/BBox": Array([round(part, 4) for part in sheet.frame]),
        "/Matrix": Array([round(part, 6) for part in sheet.matrix]),
        "/Resources": kept,
    }
    if isinstance(page.obj.get("/Group"), Dictionary):
        form["/Group"] = page.obj.Group
    made = document.make_stream(b"q\n" + drawn + b"\nQ", form)
    return shown(made, (sheet.width, sheet.height), sheet.bleed, light=how[0], whole=how[1])


def pictured(content: bytes) -> Read:
    """A sign that comes as a picture: laid out at 300 dots an inch, which is how large such pictures are meant."""
    with pikepdf.new() as document:
        image, pixels, light = picture(document, content)
        wide, high = (side / _DOTS * 25.4 for side in pixels)
        form = {
            "/Type": Name.XObject,
            "/Subtype": Name.Form,
            "/BBox": Array([0, 0, wide / POINT, high / POINT]),
            "/Resources": Dictionary({"/XObject": Dictionary({"/I": image})}),
        }
        drawn = document.make_stream(f"{wide / POINT:.4f} 0 0 {high / POINT:.4f} 0 0 cm /I Do".encode(), form)
        alone = shown(drawn, (wide, high), 0, light=light)
    sheet = Sheet((1, 0, 0, 1, 0, 0), (0, 0, 0, 0), round(wide, 3), round(high, 3), 0.0, trimmed=False)
    return Read(alone, sheet, looked=Looked(dots=_DOTS, light=light))


def shown(
    form: pikepdf.Stream, size: tuple[float, float], bleed: float, *, light: bool = False, whole: bool = False
) -> bytes:
    """A PDF whose page shows one form, `bleed` mm beyond its cut; red, green and blue are said to be sRGB."""
    over = bleed / POINT
    wide, high = (side / POINT for side in size)
    with pikepdf.new() as alone:
        own = alone.copy_foreign(form)
        page = alone.add_blank_page(page_size=(wide + 2 * over, high + 2 * over))
        page.obj.MediaBox = Array([round(part, 4) for part in (-over, -over, wide + over, high + over)])
        page.obj.Resources = Dictionary({"/XObject": Dictionary({"/MpArt": own})})
        page.obj.Contents = alone.make_stream(b"/MpArt Do")
        for one in alone.objects:
            if isinstance(one, Dictionary | pikepdf.Stream):
                _cleared(one, whole=whole)
        if light:
            _tagged(alone)
        target = BytesIO()
        alone.save(
            target,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return target.getvalue()


def _cleared(one: Any, *, whole: bool) -> None:  # noqa: ANN401 - pikepdf's own
    """Take from a part what a drawing needs not: notes of other programs, and fonts that are named and never used."""
    for name in _DROPPED:
        if name in one:
            del one[name]
    fonts = _as(_as(one.get("/Resources")).get("/Font"))
    unused = {name for name, font in fonts.items() if not embedded(font)}
    if not unused or whole:
        return
    for name in unused:
        del fonts[name]
    if isinstance(one, pikepdf.Stream):
        kept = [
            each
            for each in pikepdf.parse_content_stream(one)
            if str(each.operator) != "Tf" or str(each.operands[0]) not in unused
        ]
        one.write(pikepdf.unparse_content_stream(kept))


def _tagged(document: pikepdf.Pdf) -> None:
    """Every form says that its red, green and blue are sRGB's: what presses ask for, and what screens show anyway."""
    from mpkit.kit.printing.pdfx import srgb  # noqa: PLC0415 - few artworks need it

    profile = document.make_stream(srgb(), {"/N": 3, "/Alternate": Name.DeviceRGB})
    space = document.make_indirect(Array([Name.ICCBased, profile]))
    for one in document.objects:
        if isinstance(one, pikepdf.Stream) and (one.get("/Subtype") == Name.Form or "/PatternType" in one):
            resources = _as(one.get("/Resources"))
            spaces = Dictionary(_as(resources.get("/ColorSpace")))
            spaces["/DefaultRGB"] = space
            resources["/ColorSpace"] = spaces
            one["/Resources"] = resources
