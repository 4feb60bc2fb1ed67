"""The text fields of a stranger's form come in; where each stands, what it is filled with and how go out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from mpkit.kit.drawing.boxes import STATIC, VARIABLE
from mpkit.kit.signs.brand import inks_of

POINT = 25.4 / 72
NAMES = (*VARIABLE, *STATIC)
# What people call them in their own languages, without accents.
ALIASES = {
    "sucursal": "store", "tienda": "store", "local": "store", "loja": "store", "branch": "store",
    "caja": "register", "caixa": "register", "till": "register",
    "direccion": "address", "endereco": "address",
    "codigo": "external_id", "id": "external_id",
    "numero": "serial", "control": "check", "controle": "check",
    "comercio": "payee", "recebedor": "payee", "ayuda": "help", "ajuda": "help",
}  # fmt: skip
_PLAIN = str.maketrans("áàâãéêíóôõúüçñ", "aaaaeeiooouucn")
_PREFIX, _COUNT = re.compile(r"^mpkit[._-]"), re.compile(r"[._#-]?\d+$")
_AUTO = 0.72  # of a field's height: how large its type is where it says none
_LEAST, _MOST = 4.0, 600.0  # points
_MULTILINE, _DEEP = 1 << 12, 16
_INKS = {"g": 1, "rg": 3, "k": 4}
_LINES = 4


@dataclass(frozen=True, slots=True)
class Field:
    """A text field, millimetres from the upper left corner of the cut; `means` is "" where its name says nothing."""

    name: str
    means: str
    x: float
    y: float
    width: float
    height: float
    size: float  # points
    align: str = "left"
    lines: int = 1
    turn: int = 0  # degrees anticlockwise
    inks: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    valign: str = ""  # "" as its lines ask


def meaning(name: str) -> str:
    """What a field's name asks for: our own words, people's, with `mpkit-` before and a number behind; else ""."""
    said = _PREFIX.sub("", name.strip().lower().translate(_PLAIN)).replace("-", "_").replace(" ", "_")
    for tried in (said, _COUNT.sub("", said)):
        if tried in NAMES:
            return tried
        if tried in ALIASES:
            return ALIASES[tried]
    return ""


def fields(document: pikepdf.Pdf, page: pikepdf.Page, matrix: Any, height: float) -> tuple[Field, ...]:  # noqa: ANN401
    """Every field of the page; `matrix` puts it with its cut at the origin, the cut is `height` mm high."""
    form = document.Root.get("/AcroForm")
    usual = _text(form.get("/DA")) if isinstance(form, Dictionary) else ""
    annotations = page.obj.get("/Annots")
    return tuple(
        _field(one, usual, matrix, height)
        for one in (annotations if isinstance(annotations, Array) else ())
        if isinstance(one, Dictionary) and one.get("/Subtype") == Name.Widget
    )


def _field(widget: Any, usual: str, matrix: Any, height: float) -> Field:  # noqa: ANN401 - pikepdf's own
    parts = [_text(each.get("/T")) for each in _line(widget) if "/T" in each]
    name = ".".join(reversed(parts))
    try:
        corners = [float(part) for part in widget.Rect]
        left, low, right, top = _moved(matrix, *corners[:4])
    except (AttributeError, TypeError, ValueError, KeyError):
        left = low = right = top = 0.0
    wide, high = (right - left) * POINT, (top - low) * POINT
    turned = _number(_of(widget.get("/MK")).get("/R"))
    own = (int(turned) - _angle(matrix)) % 360
    turn = own if own in {0, 90, 180, 270} else 0
    tall = wide if turn % 180 else high
    size, inks = _appearance(_text(_inherited(widget, "/DA")) or usual)
    several = bool(int(_number(_inherited(widget, "/Ff"))) & _MULTILINE)
    if size <= 0:
        size = min(24.0, tall / POINT * _AUTO) if not several else 12.0
    size = min(_MOST, max(_LEAST, round(size * abs(matrix[0] + matrix[1]), 2)))
    lines = max(1, min(_LINES, int(tall / POINT / (size * 1.18)))) if several else 1
    align = {1: "center", 2: "right"}.get(int(_number(_inherited(widget, "/Q"))), "left")
    text = _inherited(widget, "/FT") == Name.Tx
    return Field(
        name,
        meaning(name.rpartition(".")[2]) or meaning(name) if text else "",
        round(left * POINT, 3),
        round(height - top * POINT, 3),
        round(wide, 3),
        round(high, 3),
        size,
        align,
        lines,
        turn,
        inks,
    )


def _line(widget: Any) -> Iterator[Any]:  # noqa: ANN401 - pikepdf's own
    """A field and what it is part of, upwards."""
    for _ in range(_DEEP):
        yield widget
        if not isinstance(widget.get("/Parent"), Dictionary):
            return
        widget = widget.Parent


def _inherited(widget: Any, name: str) -> Any:  # noqa: ANN401 - pikepdf's own
    return next((each[name] for each in _line(widget) if name in each), None)


def _appearance(said: str) -> tuple[float, tuple[float, float, float, float]]:
    """Type size and ink of a field's default appearance (ISO 32000, 12.7.4.3); size 0 where it is left open."""
    words = said.split()
    size, inks = 0.0, (0.0, 0.0, 0.0, 1.0)
    for at, word in enumerate(words):
        try:
            if word == "Tf" and at:
                size = float(words[at - 1])
            if word in _INKS and at >= _INKS[word]:
                parts = [min(1.0, max(0.0, float(part))) for part in words[at - _INKS[word] : at]]
                inks = ink_of(parts)
        except ValueError:
            continue
    return size, inks


def ink_of(parts: list[float]) -> tuple[float, float, float, float]:
    """One, three or four parts of a colour as inks."""
    if len(parts) == 4:  # noqa: PLR2004 - inks already
        return parts[0], parts[1], parts[2], parts[3]
    light = parts if len(parts) == 3 else parts * 3  # noqa: PLR2004 - red, green, blue
    return inks_of("#" + "".join(f"{round(part * 255):02X}" for part in light))


def _moved(matrix: Any, x: float, y: float, to_x: float, to_y: float) -> tuple[float, float, float, float]:  # noqa: ANN401
    a, b, c, d, e, f = matrix
    across = sorted(a * u + c * v + e for u, v in ((x, y), (to_x, to_y)))
    up = sorted(b * u + d * v + f for u, v in ((x, y), (to_x, to_y)))
    return across[0], up[0], across[1], up[1]


def _angle(matrix: Any) -> int:  # noqa: ANN401 - six numbers
    """Degrees a page is turned clockwise."""
    a, b, *_ = matrix
    return 0 if a > 0 else 180 if a < 0 else 90 if b < 0 else 270


def _of(found: Any) -> Any:  # noqa: ANN401 - pikepdf's own
    return found if isinstance(found, Dictionary) else Dictionary()


def _text(found: Any) -> str:  # noqa: ANN401 - pikepdf's own
    return str(found)[:200] if isinstance(found, pikepdf.String | str) else ""


def _number(found: Any) -> float:  # noqa: ANN401 - pikepdf's own
    try:
        return float(found)
    except (TypeError, ValueError):
        return 0.0
