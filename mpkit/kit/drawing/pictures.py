"""A PNG or JPEG comes in; the same pixels as an image of a PDF go out, nothing of the file kept but its picture."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Name
from PIL import Image, ImageChops, UnidentifiedImageError

from mpkit.errors import Refused

_MOST = 40_000_000  # pixels of a picture


def picture(document: pikepdf.Pdf, content: bytes) -> tuple[Any, tuple[int, int], bool]:
    """The image, its pixels, and whether it has screen colours; `Refused` where it is none."""
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > _MOST:
                raise Refused("artwork_heavy")
            opened.load()
            image = opened.convert("RGBA" if "A" in opened.getbands() or "transparency" in opened.info else "RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Refused("artwork_unreadable", why=type(error).__name__) from error
    flat = image.convert("RGB")
    grey = all(lo == hi for lo, hi in _apart(flat))
    said: dict[str, Any] = {
        "/Type": Name.XObject,
        "/Subtype": Name.Image,
        "/Width": image.width,
        "/Height": image.height,
        "/BitsPerComponent": 8,
        "/ColorSpace": Name.DeviceGray if grey else Name.DeviceRGB,
    }
    if image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255):
        veil = said | {"/ColorSpace": Name.DeviceGray}
        said["/SMask"] = _stream(document, image.getchannel("A").tobytes(), veil)
    return _stream(document, (flat.convert("L") if grey else flat).tobytes(), said), image.size, not grey


def _apart(image: Image.Image) -> list[tuple[int, int]]:
    """How far red, green and blue are apart: all nought where a picture is grey."""
    red, green, blue = image.split()
    pairs = (ImageChops.difference(red, green), ImageChops.difference(green, blue))
    return [(0, int(one.getextrema()[1])) for one in pairs]  # type: ignore[arg-type]


def _stream(document: pikepdf.Pdf, content: bytes, said: Mapping[str, Any]) -> Any:  # noqa: ANN401 - pikepdf's own
    return document.make_stream(zlib.compress(content), {**said, "/Filter": Name.FlateDecode})
