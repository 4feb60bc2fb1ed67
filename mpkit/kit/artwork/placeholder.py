"""The name of a place comes in; the code a designer puts where the real one goes comes out, as PDF, SVG or PNG."""

from __future__ import annotations

from io import BytesIO

import pikepdf
from pikepdf import Dictionary

from mpkit.errors import Refused
from mpkit.kit.symbols import ink, surfaces
from mpkit.kit.symbols.symbol import encode

PREFIX = "MPKIT:SLOT:"
NAMES = tuple(f"QR{n}" for n in range(1, 10))
KINDS = ("pdf", "svg", "png")
_SIDE = 40.0  # mm of the PDF: a size most signs have room for
_POINT = 25.4 / 72


def placeholder(name: str = "QR1", kind: str = "pdf") -> bytes:
    """The file of a placeholder, its quiet zone included; black ink alone where the kind knows inks."""
    if name not in NAMES or kind not in KINDS:
        raise Refused("artwork_no_placeholder", given=f"{name} {kind}", known=", ".join((*NAMES, *KINDS)))
    symbol = encode(f"{PREFIX}{name}".encode(), "Q")
    if kind == "png":
        return surfaces.png(symbol)
    if kind == "svg":
        size = f'<svg width="{_SIDE:g}mm" height="{_SIDE:g}mm" '.encode()
        return surfaces.svg(symbol).replace(b"<svg ", size, 1)
    side = _SIDE / _POINT
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(side, side))
        page.obj.Resources = Dictionary()
        drawn = ink.stamp(ink.path(symbol), x=0, y=side, field=side, side=symbol.side)
        page.obj.Contents = document.make_stream(drawn.encode("ascii"))
        page.obj.TrimBox = page.obj.MediaBox
        content = BytesIO()
        document.save(content, deterministic_id=True)
    return content.getvalue()
