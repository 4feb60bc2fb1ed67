"""A merchant's logo comes in as a file of any making; a clean PNG for signs goes out, or why it cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, UnidentifiedImageError

from mpkit.errors import Refused
from mpkit.kit.drawing import vector
from mpkit.kit.drawing.boxes import FieldBox, LogoBox, Role
from mpkit.kit.signs.brand import Dress, Paint, Remark, luminance
from mpkit.kit.signs.design import Design

LARGEST = 5 << 20  # bytes
_MOST = 40_000_000  # pixels: more is no logo
_LEAST = 120  # pixels of the longer side
_FINE = 600  # pixels of the longer side from which it is sharp on a poster
_KEPT = 1600  # pixels of the longer side that are kept: 300 a inch on our largest sign, twice over
_UTF8 = b"\xef\xbb\xbf"
_LIGHT = 235  # of 255
_GLANCE = 200  # pixels of a side are enough to tell colours
_SEEN, _MUCH = 1.6, 0.2  # contrast below which a shape is not seen from afar; the share of a logo that may be so
_PLATES: tuple[Role, ...] = ("paper", "number")  # white, else the colour that numbers have on white
_DRAWN, _OTHERWISE = (b"%pdf", b"<?xml", b"<svg", b"<!--"), (b"%!ps", b"\xc5\xd0\xd3\xc6")  # PDF, SVG; EPS


def cleaned(content: bytes) -> bytes:
    """The logo as our own PNG in sRGB, or as one form in a PDF: cut to what is seen, nothing else of the file kept.

    PNG and JPEG are opened only after their size in pixels is known, PDF and SVG in a limited child.
    """
    if len(content) > LARGEST:
        raise Refused("logo_large", limit=LARGEST >> 20)
    begins = content.removeprefix(_UTF8).lstrip()[:5].lower()
    if begins.startswith(_OTHERWISE):
        raise Refused("logo_drawn")
    if begins.startswith(_DRAWN):
        from mpkit.kit.artwork import form_of  # noqa: PLC0415 - only drawings need its reader

        return vector.cut(form_of(content.removeprefix(_UTF8), "logo"))
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as opened:
            wide, high = opened.size
            if wide * high > _MOST:
                raise Refused("logo_pixels", wide=wide, high=high)
            picture = _seen(_screen(opened))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused("logo_unreadable") from error
    if max(picture.size) < _LEAST:
        raise Refused("logo_small", wide=picture.width, high=picture.height, least=_LEAST)
    picture.thumbnail((_KEPT, _KEPT))
    clean = BytesIO()
    picture.save(clean, "PNG", optimize=True)
    return clean.getvalue()


def remarks(content: bytes, *, drawn: bool = False) -> tuple[Remark, ...]:
    """Advice about a logo that is kept: too few pixels for a poster, a white ground that would show as a box."""
    with Image.open(BytesIO(content), formats=("PNG",)) as picture:
        found = []
        if max(picture.size) < _FINE and not drawn:
            found.append(Remark("logo_coarse", {"n": max(picture.size), "fine": _FINE}))
        right, low = picture.width - 1, picture.height - 1
        corners = [picture.convert("RGBA").getpixel(at) for at in ((0, 0), (right, 0), (0, low), (right, low))]
        if all(isinstance(one, tuple) and min(one) >= _LIGHT for one in corners):
            found.append(Remark("logo_ground"))
    return tuple(found)


def lost(content: bytes, designs: Iterable[Design], worn: Dress) -> tuple[Remark, ...]:
    """Advice about a logo of which much is not seen, neither on what it stands on nor on a plate."""
    places = [(design, box) for design in designs for box in design.boxes if isinstance(box, LogoBox)]
    bare = [(design, box) for design, box in places if plate(content, design, box, worn) is None]
    return (Remark("logo_lost"),) if any(_hidden(content, _ground(*one, worn)) for one in bare) else ()


def plate(content: bytes, design: Design, box: LogoBox, worn: Dress) -> Role | None:
    """The role in whose colour a plate is laid under the logo; None where it shows as it is, or on no plate either."""
    if not _hidden(content, _ground(design, box, worn)):
        return None
    return next((role for role in _PLATES if not _hidden(content, worn.colours[role])), None)


def _hidden(content: bytes, ground: Paint | None) -> bool:
    """Whether much of a logo has nearly the colour of its ground."""
    light = _light(content)
    if ground is None or not len(light):
        return False
    beneath = float(luminance(np.array([ground.light]))[0])
    contrast = (np.maximum(light, beneath) + 0.05) / (np.minimum(light, beneath) + 0.05)
    return float(np.mean(contrast < _SEEN)) > _MUCH


@lru_cache(maxsize=8)
def _light(content: bytes) -> npt.NDArray[np.float64]:
    """How bright each pixel of a logo is, at a glance, of those that are not transparent."""
    with Image.open(BytesIO(content), formats=("PNG",)) as picture:
        picture.thumbnail((_GLANCE, _GLANCE))
        seen = np.asarray(picture.convert("RGBA")).reshape(-1, 4)
    return luminance(seen[seen[:, 3] >= _LIGHT, :3] / 255.0)


def _ground(design: Design, logo: LogoBox, worn: Dress) -> Paint | None:
    """The colour a logo's box stands on: that of the last field before it that it lies in."""
    found = worn.colours["paper"]
    for box in design.boxes[: design.boxes.index(logo)]:
        if isinstance(box, FieldBox) and not box.only and box.meets(logo):
            found = worn.colours[box.colour] or found
    return found


def _screen(picture: Image.Image) -> Image.Image:
    """The picture in sRGB, with transparency where it has any; its own profile is followed where it reads."""
    profile = picture.info.get("icc_profile")
    clear = "A" in picture.getbands() or "transparency" in picture.info
    wanted = "RGBA" if clear else "RGB"
    if profile and picture.mode in {"RGB", "CMYK"}:
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except ImageCms.PyCMSError:
            turned = None
        if turned is not None:
            return turned
    return picture.convert(wanted)


def _seen(picture: Image.Image) -> Image.Image:
    """Cut to what is not transparent."""
    if picture.mode != "RGBA":
        return picture
    seen = np.asarray(picture.getchannel("A")) > 8  # noqa: PLR2004 - of 255: nobody sees less
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        raise Refused("logo_unreadable")
    return picture.crop((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))
