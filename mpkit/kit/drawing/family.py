"""A type family comes in, ours or a merchant's two TrueType files; its measures and its names in a PDF go out.

A merchant's font is taken only where every letter of the signs is in it and its maker lets it be embedded.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from typing import Any, Literal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from mpkit.errors import Refused
from mpkit.kit.drawing import curves

Weight = Literal["regular", "semibold"]
WEIGHTS: Mapping[str, str] = {"regular": "Regular", "semibold": "SemiBold"}
LARGEST = 4 << 20  # bytes of one file
# What a family has to hold: the letters of Spanish and Portuguese, figures, and what names are written with.
LETTERS = frozenset(
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz|"
    "¡¿°º·ª«»ÁÀÂÃÇÉÊÍÑÓÔÕÚÜáàâãçéêíñóôõúü\u2013—\u2019“”…"
)
_TRUETYPE = (b"\x00\x01\x00\x00", b"true")
_OTHER = {b"OTTO": "font_outlines", b"ttcf": "font_collection", b"wOFF": "font_web", b"wOF2": "font_web"}
_RESTRICTED, _WHOLE, _BITMAPS = 0x0002, 0x0100, 0x0200  # OS/2 fsType: no embedding, no subset, no outlines
_PERMISSION = 0x000F
_NAMED = 12  # letters named in a sentence


@dataclass(frozen=True, slots=True)
class Family:
    """Two weights of a family: `digest` tells families apart, measures are in ems; no bytes mean our own."""

    digest: str = ""
    cap: float = 0.698  # height of the capitals, from the OS/2 table
    descent: float = 0.205  # how far the letters reach below the line
    regular: bytes = field(default=b"", repr=False, compare=False)
    semibold: bytes = field(default=b"", repr=False, compare=False)

    def font(self, weight: str) -> str:
        """The name reportlab knows a weight by; the family is registered at the first call of a process."""
        if self.digest not in _REGISTERED:
            _register(self)
        return f"mpkit-{self.digest}{weight}"

    def kerning(self, weight: str) -> Mapping[str, int]:
        """Pairs of letters and how far apart they go, thousandths of an em; a merchant's font is set without."""
        return {} if self.digest else _our_kerning(weight)

    def widths(self, weight: str) -> Mapping[int, float]:
        """Advance widths of the characters that have a glyph, in thousandths of an em."""
        return _widths(self.font(weight))


OURS = Family()
_REGISTERED: set[str] = set()  # digests of the families this process knows


def _register(family: Family) -> None:
    folder = files("mpkit") / "fonts"
    given = {"regular": family.regular, "semibold": family.semibold}
    for weight, file in WEIGHTS.items():
        source: Any = BytesIO(given[weight]) if family.digest else str(folder / f"IBMPlexSans-{file}.ttf")
        pdfmetrics.registerFont(TTFont(f"mpkit-{family.digest}{weight}", source))
    _REGISTERED.add(family.digest)


@cache
def _our_kerning(weight: str) -> Mapping[str, int]:
    file = files("mpkit") / "fonts" / f"kerning-{WEIGHTS[weight]}.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


@cache
def _widths(name: str) -> Mapping[int, float]:
    font: Any = pdfmetrics.getFont(name)
    face = font.face
    return {code: float(face.charWidths[code]) for code in face.charToGlyph}


def family_of(regular: bytes, semibold: bytes) -> Family:
    """The family two files make; `Refused` says which of them cannot be used, and why."""
    for weight, content in (("regular", regular), ("semibold", semibold)):
        _permitted(content, _tables(content, weight), weight)
    digest = sha256(regular + sha256(semibold).digest()).hexdigest()[:16]
    family = Family(digest, regular=regular, semibold=semibold)
    try:
        held = {weight: family.widths(weight) for weight in WEIGHTS}
    except Exception as error:  # the library fails in many ways on a file that is not whole
        raise Refused("font_unreadable", weight=", ".join(WEIGHTS.values()), why=type(error).__name__) from error
    for weight, widths in held.items():
        missing = "".join(sorted(letter for letter in LETTERS if ord(letter) not in widths))
        if missing:
            raise Refused("font_letters", weight=WEIGHTS[weight], letters=" ".join(missing[:_NAMED]))
    cap, descent = _measures(family)
    return replace(family, cap=cap, descent=descent)


def _tables(content: bytes, weight: str) -> Mapping[bytes, tuple[int, int]]:
    """Where each table of a font file begins and how long it is; refused where it is no plain TrueType file."""
    kind = content[:4]
    if kind in _OTHER:
        raise Refused(_OTHER[kind], weight=WEIGHTS[weight])
    if kind not in _TRUETYPE or len(content) > LARGEST:
        raise Refused("font_kind", weight=WEIGHTS[weight], limit=LARGEST >> 20)
    try:
        (count,) = struct.unpack_from(">H", content, 4)
        rows = [struct.unpack_from(">4sLLL", content, 12 + 16 * at) for at in range(count)]
    except struct.error as error:
        raise Refused("font_unreadable", weight=WEIGHTS[weight], why="directory") from error
    found = {tag: (start, length) for tag, _, start, length in rows if start + length <= len(content)}
    for needed in (b"glyf", b"cmap", b"head", b"hhea", b"OS/2"):
        if needed not in found:
            raise Refused("font_unreadable", weight=WEIGHTS[weight], why=needed.decode())
    if b"fvar" in found:
        raise Refused("font_variable", weight=WEIGHTS[weight])
    return found


def _permitted(content: bytes, tables: Mapping[bytes, tuple[int, int]], weight: str) -> None:
    """Refuse a font whose maker does not let it be embedded, or not in part (OpenType 1.9, OS/2, fsType)."""
    start, length = tables[b"OS/2"]
    said = struct.unpack_from(">H", content, start + 8)[0] if length >= 10 else 0  # noqa: PLR2004 - the field's end
    if said & _PERMISSION == _RESTRICTED or said & (_WHOLE | _BITMAPS):
        raise Refused("font_forbidden", weight=WEIGHTS[weight], said=f"0x{said:04X}")


def _measures(family: Family) -> tuple[float, float]:
    """Height of the capitals and depth of the letters that hang below the line, in ems, as they are drawn."""
    fonts = [family.font(weight) for weight in WEIGHTS]
    caps = [curves.reach(font, "H")[1] for font in fonts]
    depths = [-curves.reach(font, letter)[0] for font in fonts for letter in "gjpqyç"]
    return max(caps), max(*depths, 0.0)
