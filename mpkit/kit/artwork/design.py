"""An examined artwork and a name come in; a design like any other goes out, kept in the account's own folder.

The folder holds the file as it was handed in and a small `design.json` of boxes in millimetres. Where the artwork says
neither id nor serial nor check code, they are printed above the cut: a pile of signs must not be mixed up.
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from mpkit import private
from mpkit.errors import Refused
from mpkit.kit.artwork.advice import LEAST_MODULE, advice, slots
from mpkit.kit.artwork.examining import Code, Examined, examine
from mpkit.kit.artwork.fields import Field
from mpkit.kit.drawing.boxes import Area
from mpkit.kit.drawing.shelves import checked
from mpkit.kit.signs.design import Design, designs, own

_STRIP, _APART = 3.4, 0.8  # mm: how high the line above the cut is, and how far above the bleed
_BAND = 0.055  # of the longer side: the band that says a sign is of a rehearsal
_TELLS = ("external_id", "serial", "check")
OTHERS = ("mercadopago",)  # names that mean something else
_LEVELS = ("Q", "M")
_READ_FROM = 3.9  # times the field's side: from so far even the longest code reads well (grade B)
_NEAREST, _FARTHEST = 150.0, 450.0  # mm
_MODULE = 0.5  # mm: the level is lowered before modules get smaller
_MOST = 60  # designs of an account


def keep(data: Path, account: str, content: bytes, title: str) -> Design:
    """The artwork made a design of the account and kept; `Refused` names what is in its way."""
    found = examine(content)
    stopping = [one for one in advice(found) if one.stops]
    if stopping:
        raise Refused(stopping[0].key, **stopping[0].values)
    folder, name = own(data, account), _free(data, account, title)
    file = f"artwork.{found.kind}"
    made = design_of(found, name=name, title=title, file=file, digest=sha256(content).hexdigest())
    text = json.dumps(made.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False, indent=1)
    private.write(folder / name / file, content)
    private.write(folder / name / "design.json", text.encode() + b"\n")  # last: without it there is no design
    return made


def forget(data: Path, account: str, name: str) -> None:
    """Take a design of the account's own away; `Refused` where it is none of those."""
    folder = own(data, account)
    if name not in names(data, account):
        raise Refused("artwork_none", name=name, known=", ".join(names(data, account)) or "-")
    (folder / name / "design.json").unlink()
    shutil.rmtree(folder / name, ignore_errors=True)


def names(data: Path, account: str) -> tuple[str, ...]:
    """The designs made of the account's own artwork."""
    return tuple(sorted(path.parent.name for path in own(data, account).glob("*/design.json")))


def _free(data: Path, account: str, title: str) -> str:
    """A name for the design: that of its title, with a number where it is taken."""
    if len(names(data, account)) >= _MOST:
        raise Refused("artwork_many", n=_MOST)
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:32].strip("-") or "artwork"
    taken = {one.name for one in designs(data, account)} | set(OTHERS)
    return next(name for name in (base, *(f"{base}-{n}" for n in range(2, 99))) if name not in taken)


def design_of(found: Examined, *, name: str, title: str, file: str, digest: str) -> Design:
    """The design of an artwork: its size, its fields, and the white fields of its codes."""
    placed = list(slots(found).values())
    side = min(code.side for code in placed)
    content = {
        "name": name,
        "title": dict.fromkeys(("es", "pt", "en"), title[:60] or name),
        "kind": "own",
        "width": found.width,
        "height": found.height,
        "bleed": found.bleed,
        "margin": 0,
        "distance": min(_FARTHEST, max(_NEAREST, round(side * _READ_FROM))),
        "levels": _LEVELS,
        "module": _MODULE,
        "least_module": LEAST_MODULE,
        "artwork": {"file": file, "sha256": digest},
        "boxes": [*_boxes(found, placed), *(_code(code) for code in placed)],
    }
    return checked(name, Design, content)


def told_above(wide: float, bleed: float) -> dict[str, Any]:
    """The line above the cut that tells one sign from all others."""
    top = -(bleed + _APART + _STRIP)
    return {
        "kind": "text",
        "text": "{external_id} · {serial} · {check}",
        "x": 1.5,
        "y": round(top, 2),
        "width": round(wide - 3, 2),
        "height": _STRIP,
        "size": 6.5,
        "least": 4,
        "lines": 2,
        "leading": 1.05,
        "valign": "bottom",
        "colour": "ink",
    }


def _boxes(found: Examined, placed: list[Code]) -> Iterator[dict[str, Any]]:
    for one in found.fields:
        yield _text(one)
    said = {one.means for one in found.fields}
    if not said.issuperset(_TELLS):
        yield told_above(found.width, found.bleed)
    if "rehearsal" not in said:
        codes = [Area(x=code.x, y=code.y, width=code.side, height=code.side) for code in placed]
        yield from band(found.width, found.height, found.bleed, codes)


def _text(one: Field) -> dict[str, Any]:
    return {
        "kind": "text",
        "text": f"{{{one.means}}}",
        "x": one.x,
        "y": one.y,
        "width": one.width,
        "height": one.height,
        "size": one.size,
        "least": max(4.0, min(one.size, round(one.size * 0.45, 2))),
        "lines": one.lines,
        "align": one.align,
        "valign": one.valign or ("middle" if one.lines == 1 else "top"),
        "turn": one.turn,
        "colour": "ink",
        "inks": one.inks,
    }


def band(wide: float, high: float, bleed: float, codes: list[Area]) -> Iterator[dict[str, Any]]:
    """The band across a sign of a rehearsal: along the first edge that keeps off the codes, else above the cut."""
    deep = max(4.0, round(_BAND * min(wide, high), 2))
    tries = (
        ({"x": 0, "y": 0, "width": wide, "height": deep}, ["left", "top", "right"], 0),
        ({"x": 0, "y": high - deep, "width": wide, "height": deep}, ["left", "bottom", "right"], 0),
        ({"x": 0, "y": 0, "width": deep, "height": high}, ["left", "top", "bottom"], 90),
        ({"x": wide - deep, "y": 0, "width": deep, "height": high}, ["right", "top", "bottom"], 270),
    )
    for place, edges, turn in tries:
        area = Area.model_validate(place)
        if not any(area.meets(code) for code in codes):
            yield {"kind": "field", **place, "colour": "alert", "bleed": edges, "only": ["rehearsal"]}
            yield {
                "kind": "text",
                "text": "{rehearsal}",
                **place,
                "size": round(deep / 25.4 * 72 * 0.62, 1),
                "least": 4,
                "align": "center",
                "valign": "middle",
                "weight": "semibold",
                "turn": turn,
                "colour": "paper",
                "only": ["rehearsal"],
            }
            return
    yield told_above(wide, bleed + _STRIP) | {"text": "{rehearsal}", "colour": "alert", "only": ["rehearsal"]}


def _code(code: Code) -> dict[str, Any]:
    return {"kind": "code", "x": code.x, "y": code.y, "side": code.side, "turn": code.turn}
