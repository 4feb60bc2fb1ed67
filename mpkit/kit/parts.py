"""Numbered pieces come in; the files of a book go out, drawn one by one or by as many processes as asked for.

A file is the unit of work: whoever draws it gets all it needs and answers its bytes, which are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import NamedTuple

from mpkit.errors import Refused
from mpkit.kit import pdf
from mpkit.kit.design import Design
from mpkit.kit.ink import Manner
from mpkit.kit.manifest import Entry, Frame, Spot
from mpkit.kit.paper import Grid, placed
from mpkit.kit.sign import stamped
from mpkit.kit.subject import Piece
from mpkit.kit.symbol import encode_all
from mpkit.kit.wording import Wording
from mpkit.work import executor

MOST_PAGES = 500  # of one file: what print shops' programs open without trouble


class Numbered(NamedTuple):
    """A piece and its serial number; 0 where nobody asks after it."""

    serial: int
    piece: Piece


class Laid(NamedTuple):
    """A numbered piece and where it lies in its file: page and slot from 0."""

    serial: int
    piece: Piece
    page: int
    slot: int


@dataclass(frozen=True, slots=True)
class Press:
    """What all files of a book share."""

    wording: Wording
    grid: Grid
    level: str
    version: int
    manner: Manner
    slug: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One file: its bytes and its pages."""

    pdf: bytes
    pages: int


def parts(pieces: Sequence[Numbered], split: str, grid: Grid, start_at: int) -> list[list[Laid]]:
    """The pieces of each file, laid on its sheets: by store, so many a file, or as many as a file should have pages."""
    room = MOST_PAGES * len(grid.slots)
    files: list[list[Numbered]] = []
    for chosen in _split(pieces, split):
        files += [chosen[at : at + room] for at in range(0, len(chosen), room)]
    laid = []
    for at, file in enumerate(files):
        places = placed(len(file), grid, start_at if at == 0 else 1)
        laid.append([Laid(*one, *place) for one, place in zip(file, places, strict=True)])
    return laid


def _split(pieces: Sequence[Numbered], split: str) -> list[list[Numbered]]:
    if not split:
        return [list(pieces)]
    if split == "store":
        found: dict[str, list[Numbered]] = {}
        for one in pieces:
            subject = one.piece.subject
            found.setdefault(subject.store_external_id or subject.store, []).append(one)
        return list(found.values())
    if not split.isdecimal() or int(split) < 1:
        raise Refused("kit_split", given=split)
    each = int(split)
    return [list(pieces[at : at + each]) for at in range(0, len(pieces), each)]


def drawn(press: Press, names: Sequence[str], files: Sequence[Sequence[Laid]], workers: int) -> Iterator[Drawn]:
    """Each file in its turn; with several workers they are drawn ahead, by spawned processes or a cluster."""
    draw = partial(_file, press)
    if workers <= 1 or len(files) == 1:
        yield from map(draw, names, files)
        return
    with executor(workers) as pool:
        yield from pool.map(draw, names, files)


def _file(press: Press, name: str, laid: Sequence[Laid]) -> Drawn:
    """One file, whoever draws it."""
    payloads = list(dict.fromkeys(one.piece.subject.content for one in laid))
    coded = press.wording.design.code is not None
    symbols = encode_all(payloads, press.level, press.version) if coded else []
    stamps = {payload: stamped(symbol, press.manner) for payload, symbol in zip(payloads, symbols, strict=coded)}
    signs = [pdf.Placed(one.piece, stamps.get(one.piece.subject.content, ("", 1)), one.page, one.slot) for one in laid]
    target = BytesIO()
    pages = pdf.write(target, signs, press.wording, press.grid, title=name, slug=press.slug)
    return Drawn(target.getvalue(), pages)


def entry(design: Design, grid: Grid, name: str, laid: Laid) -> Entry:
    """What the manifest says of a piece."""
    x, y = grid.slots[laid.slot]
    subject, side = laid.piece.subject, design.code_side
    spots = [
        Spot(code=_frame(x + left, y + low, side, side), face=_frame(x + at, y + up, *design.face), turn=turn)
        for (left, low, turn), (at, up) in zip(design.codes, design.faces, strict=bool(side))
    ]
    return Entry(
        file=name,
        page=laid.page + 1,
        slot=laid.slot + 1,
        box=_frame(x, y, *design.flat),
        codes=tuple(spots),
        mirror=design.mirror,
        register=subject.external_id,
        register_name=subject.register,
        store=subject.store_external_id,
        store_name=subject.store,
        pos_id=subject.pos_id,
        payload_sha256=sha256(subject.content).hexdigest(),
        serial=laid.serial,
        serial_text=laid.piece.serial,
        check=laid.piece.check,
    )


def _frame(x: float, y: float, width: float, height: float) -> Frame:
    return Frame(x=round(x, 4), y=round(y, 4), width=width, height=height)
