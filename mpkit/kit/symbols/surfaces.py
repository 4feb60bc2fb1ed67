"""A symbol comes in; what screens, tills and receipt printers take of it goes out, and is read back from those bytes.

Every module is a whole number of pixels or dots, every quiet zone is whole. Reading back trusts nothing of the
drawing: a picture is opened as a picture, a path is filled anew, a printer's bytes are followed as the printer would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import zxingcpp
from PIL import Image

from mpkit.errors import Refused
from mpkit.kit.symbols import ink
from mpkit.kit.symbols.symbol import QUIET, Symbol

Bits = npt.NDArray[np.bool_]  # True is dark
_SCREEN = 640  # pixels a picture for a screen has at least
_LEAST_DOTS = 3  # of a module on a receipt printer of 203 dpi: 0.375 mm
_BAND = 256  # lines of one raster command: what old printers' memory takes
_SVG_MODULE = 8  # units of a module
_QR: Any = zxingcpp.BarcodeFormat.QRCode
_START, _MIDDLE, _RASTER, _FEED = b"\x1b@", b"\x1ba\x01", b"\x1dv0\x00", b"\x1bd\x04"
_LABEL = re.compile(rb"[\x20-\x7e]*\n")


@dataclass(frozen=True, slots=True)
class Surface:
    """One kind of file: its name, how its files end, how one is made of a symbol and a label, how its code is read."""

    name: str
    ending: str
    make: Callable[[Symbol, str], bytes]
    read: Callable[[bytes], bytes]


def png(symbol: Symbol) -> bytes:
    """A picture of one bit a pixel for a screen, 640 pixels wide or a little more."""
    return _picture(_enlarged(symbol, -(-_SCREEN // symbol.side)))


def svg(symbol: Symbol) -> bytes:
    """One path in a white square; as sharp as the screen that shows it."""
    side = symbol.side * _SVG_MODULE
    boxes = (
        f"M{(x + QUIET) * _SVG_MODULE} {(y + QUIET) * _SVG_MODULE}h{wide * _SVG_MODULE}v{high * _SVG_MODULE}"
        f"h{-wide * _SVG_MODULE}z"
        for x, y, wide, high in ink.rectangles(symbol.matrix).tolist()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{"".join(boxes)}"/></svg>\n'
    ).encode()


def raster(symbol: Symbol, dots: int) -> bytes:
    """A picture of one bit a dot, exactly `dots` wide, the code in its middle; `Refused` where it would be too fine."""
    return _picture(_line_wide(symbol, dots))


def escpos(symbol: Symbol, dots: int, label: str) -> bytes:
    """What a receipt printer is sent: the raster in bands, the label below in the printer's own letters, some paper."""
    lines = _line_wide(symbol, dots)
    octets = np.packbits(lines, axis=1)
    parts = [_START, _MIDDLE]
    for at in range(0, len(octets), _BAND):
        band = octets[at : at + _BAND]
        parts += [_RASTER, band.shape[1].to_bytes(2, "little"), len(band).to_bytes(2, "little"), band.tobytes()]
    printable = "".join(c for c in label if " " <= c <= "~")
    return b"".join([*parts, printable.encode("ascii"), b"\n", _FEED])


def _line_wide(symbol: Symbol, dots: int) -> Bits:
    each = dots // symbol.side
    if each < _LEAST_DOTS:
        raise Refused("codes_too_fine", dots=dots, needed=symbol.side * _LEAST_DOTS)
    drawn = _enlarged(symbol, each)
    left = (dots - drawn.shape[1]) // 2
    return np.pad(drawn, ((0, 0), (left, dots - drawn.shape[1] - left)))


def _enlarged(symbol: Symbol, pixels: int) -> Bits:
    framed = np.pad(symbol.matrix, QUIET)
    return framed.repeat(pixels, axis=0).repeat(pixels, axis=1)


def _picture(dark: Bits) -> bytes:
    content = BytesIO()
    Image.fromarray(~dark).save(content, "PNG", optimize=True)
    return content.getvalue()


def _read_picture(content: bytes) -> bytes:
    with Image.open(BytesIO(content)) as picture:
        return _decoded(np.asarray(picture.convert("L")) < 128)  # noqa: PLR2004 - the middle of a byte


def _read_svg(content: bytes) -> bytes:
    """The second path filled anew, one pixel a module."""
    paths = re.findall(r'd="([^"]*)"', content.decode())
    side = int(re.search(r'viewBox="0 0 (\d+)', content.decode())[1]) // _SVG_MODULE  # type: ignore[index]
    dark = np.zeros((side, side), np.bool_)
    for x, y, wide, high in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+z", paths[1]):
        left, top, across, down = (int(value) // _SVG_MODULE for value in (x, y, wide, high))
        dark[top : top + down, left : left + across] = True
    return _decoded(dark.repeat(4, axis=0).repeat(4, axis=1))


def _read_escpos(content: bytes) -> bytes:
    """The commands followed byte by byte, the bands laid under each other."""
    bands: list[Bits] = []
    at = 0
    while at < len(content):
        if content.startswith(_RASTER, at):
            wide, high = (int.from_bytes(content[at + n : at + n + 2], "little") for n in (4, 6))
            body = np.frombuffer(content, np.uint8, wide * high, at + 8).reshape(high, wide)
            bands.append(np.unpackbits(body, axis=1).astype(np.bool_))
            at += 8 + wide * high
        elif (label := _LABEL.match(content, at)) is not None:
            at = label.end()
        else:
            known = next((one for one in (_START, _MIDDLE, _FEED) if content.startswith(one, at)), None)
            if known is None:
                return b""
            at += len(known)
    return _decoded(np.concatenate(bands)) if bands else b""


def _decoded(dark: Bits) -> bytes:
    """The bytes of the one code in it, nothing turned, shrunk or inverted to find it; empty where it is not one."""
    grey = np.where(dark, 0, 255).astype(np.uint8)
    found = zxingcpp.read_barcodes(
        grey,
        formats=_QR,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
    )
    return found[0].bytes if len(found) == 1 else b""


def _of_width(dots: int) -> list[Surface]:
    return [
        Surface(f"raster-{dots}", f"-{dots}.png", lambda symbol, _: raster(symbol, dots), _read_picture),
        Surface(f"escpos-{dots}", f"-{dots}.escpos", lambda symbol, label: escpos(symbol, dots, label), _read_escpos),
    ]


SURFACES: Mapping[str, Surface] = {
    one.name: one
    for one in (
        Surface("png", ".png", lambda symbol, _: png(symbol), _read_picture),
        Surface("svg", ".svg", lambda symbol, _: svg(symbol), _read_svg),
        *_of_width(384),
        *_of_width(576),
    )
}
TEXT = "txt"  # the payload itself, byte for byte
