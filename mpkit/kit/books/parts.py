"""Numbered pieces come in; the files of a book go out, drawn one by one or by as many processes as asked for.

A file is the unit of work: whoever draws it gets all it needs and answers its bytes, which are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from hashlib import sha256
from io import BytesIO
from itertools import groupby
from typing import NamedTuple

import pikepdf

from mpkit.errors import Refused
from mpkit.kit.books.pieces import Entry, Frame, Spot
from mpkit.kit.printing import pdf
from mpkit.kit.printing.cover import Cover
from mpkit.kit.printing.paper import Grid, placed
from mpkit.kit.printing.pdf import Printing
from mpkit.kit.printing.printers import Printer
from mpkit.kit.proofs import preflight
from mpkit.kit.signs import template_document
from mpkit.kit.signs.design import Design
from mpkit.kit.signs.sign import stamped
from mpkit.kit.signs.subject import Piece
from mpkit.kit.signs.template_document import Document
from mpkit.kit.signs.wording import Wording
from mpkit.kit.symbols.symbol import encode_all
from mpkit.work import Pool, executor, in_order

_TOGETHER = 256  # symbols that are held as drawings


class Numbered(NamedTuple):
    """A piece and its serial number; 0 where nobody asks after it."""

    serial: int
    piece: Piece


class Laid(NamedTuple):
    """A numbered piece or a cover and where it lies in its file, sheet and slot from 0; `number` counts the book's."""

    serial: int
    piece: Piece | Cover
    page: int
    slot: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class Press:
    """What all files of a book share."""

    wording: Wording
    grid: Grid
    level: str
    version: int
    printing: Printing


@dataclass(frozen=True, slots=True)
class Drawn:
    """One file: its bytes and pages, its twin with live texts if it has none, what is against its standard if any."""

    pdf: bytes
    pages: int
    live: bytes = b""
    faults: tuple[str, ...] = ()


def parts(
    pieces: Sequence[Numbered], split: str, printing: Printing, grid: Grid, start_at: int = 1
) -> Iterator[list[Laid]]:
    """The pieces of each file, laid on its sheets: by store, so many a file, or as many as a file should have pages.

    One file at a time is held; `pieces` may make each of its pieces when it is asked for.
    """
    paper = printing.paper
    room = paper.pages // (2 if grid.duplex else 1) * len(grid.slots)
    chosen = _split(pieces, split)
    files = (file for some in chosen for file in _filled(_covered(some, printing) if paper.covers else some, room))
    number = 0
    for at, file in enumerate(files):
        found = []
        for one, place in zip(file, placed(len(file), grid, start_at if at == 0 else 1), strict=True):
            if isinstance(one, Cover):
                found.append(Laid(0, one, *place))
            else:
                number += 1
                found.append(Laid(*one, *place, number))
        yield found


def _filled(wanted: Iterable[Numbered | Cover], room: int) -> Iterator[list[Numbered | Cover]]:
    """As many as a file has room for; a cover goes into the file of what it covers."""
    file: list[Numbered | Cover] = []
    for one in wanted:
        if len(file) >= room or (len(file) == room - 1 and file and isinstance(one, Cover)):
            yield file
            file = []
        file.append(one)
    yield file


def _covered(pieces: Iterable[Numbered], printing: Printing) -> Iterator[Numbered | Cover]:
    """The pieces with a slip before each branch's."""
    for _, group in groupby(pieces, key=lambda one: _branch(one.piece)):
        branch = list(group)
        subject = branch[0].piece.subject
        names = tuple(dict.fromkeys(one.piece.subject.register for one in branch if one.piece.subject.register))
        of = (subject.store, subject.store_external_id, len(branch), names, printing.slug, printing.wave)
        yield Cover(*of, printing.language)
        yield from branch


def _branch(piece: Piece) -> str:
    return piece.subject.store_external_id or piece.subject.store


def _split(pieces: Sequence[Numbered], split: str) -> Iterator[Iterable[Numbered]]:
    """The pieces of each heap, made as they are asked for."""
    if not split:
        yield pieces
    elif split == "store":
        found: dict[str, list[int]] = {}
        for at, one in enumerate(pieces):
            found.setdefault(_branch(one.piece), []).append(at)
        yield from (map(pieces.__getitem__, places) for places in found.values())
    elif not split.isdecimal() or int(split) < 1:
        raise Refused("kit_split", given=split)
    else:
        each = int(split)
        yield from (pieces[at : at + each] for at in range(0, len(pieces), each))


def drawn(
    press: Press, names: Sequence[str], files: Iterable[Sequence[Laid]], workers: int, pool: Pool = executor
) -> Iterator[Drawn]:
    """Each file in its turn; with several workers they are drawn ahead, by spawned processes or a cluster."""
    draw = partial(_file, press)
    if workers <= 1 or len(names) == 1:
        yield from map(draw, names, files)
        return
    with pool(workers) as hands:
        yield from in_order(hands, draw, names, files, ahead=2 * workers)


def _file(press: Press, name: str, laid: Sequence[Laid]) -> Drawn:
    """One file, whoever draws it."""
    pages = max(one.page for one in laid) + 1
    draw = partial(pdf.write, pages=pages, wording=press.wording, grid=press.grid, title=name)
    target, live = BytesIO(), BytesIO()
    draw(target, _stamped(press, laid), printing=press.printing)
    paper = press.printing.paper
    if paper.curves:
        twin = paper.model_copy(update={"curves": False})
        draw(live, _stamped(press, laid), printing=replace(press.printing, paper=twin))
    faults: tuple[str, ...] = ()
    if paper.standard:
        with pikepdf.open(target) as document:
            faults = tuple(preflight.faults(document, every_page=False))
    return Drawn(target.getvalue(), pages * (2 if press.grid.duplex else 1), live.getvalue(), faults)


def _stamped(press: Press, laid: Sequence[Laid]) -> Iterator[pdf.Placed]:
    """What lies on the sheets, sheet by sheet, with its symbols, made some together: as drawings they are large."""
    coded = press.wording.design.code is not None and not press.wording.design.untouched
    ordered = sorted(laid, key=lambda one: (one.page, one.slot))
    for at in range(0, len(ordered), _TOGETHER):
        some = ordered[at : at + _TOGETHER]
        pieces = [one.piece for one in some if isinstance(one.piece, Piece)]
        payloads = list(dict.fromkeys(piece.subject.content for piece in pieces)) if coded else []
        symbols = encode_all(payloads, press.level, press.version)
        stamps = {
            payload: stamped(symbol, press.printing.paper.symbol)
            for payload, symbol in zip(payloads, symbols, strict=True)
        }
        for one in some:
            content = one.piece.subject.content if isinstance(one.piece, Piece) else b""
            yield pdf.Placed(one.piece, stamps.get(content, ("", 1)), one.page, one.slot, one.number)


def entry(design: Design, grid: Grid, name: str, laid: Laid, printer: Printer | None = None) -> Entry | None:
    """What the manifest says of a piece; nothing of a cover."""
    if not isinstance(laid.piece, Piece):
        return None
    subject = laid.piece.subject
    sides = [grid, grid.back(design.flat)] if grid.duplex else [grid]
    page = laid.page * len(sides) + 1
    spots = [
        spot
        for at, side in enumerate(sides)
        for spot in _spots((design, subject.document), side, side.slots[laid.slot], page + at if at else None, printer)
    ]
    return Entry(
        file=name,
        page=page,
        slot=laid.slot + 1,
        box=_frame(grid, printer, grid.slots[laid.slot], grid.lying(design.flat)),
        codes=tuple(spots),
        mirror=design.mirror,
        register=subject.external_id,
        register_name=subject.register,
        store=subject.store_external_id,
        store_name=subject.store,
        address=subject.address,
        pos_id=subject.pos_id,
        payload_sha256=sha256(subject.content).hexdigest(),
        serial=laid.serial,
        serial_text=laid.piece.serial,
        check=laid.piece.check,
    )


def _spots(
    of: tuple[Design, Document | None],
    grid: Grid,
    at: tuple[float, float],
    page: int | None,
    printer: Printer | None,
) -> Iterator[Spot]:
    """The codes of a piece whose lower left corner lies at `at`; `page` where it is not the piece's own."""
    (x, y), (design, document) = at, of
    wide, high = design.face
    if design.untouched and document is not None:
        design = template_document.alone(design, document)
        version, level = document.version, document.level
    else:
        version, level = None, ""
    for one in design.codes:
        boxes = [((one.x, one.y), (one.side, one.side)), (one.face, (wide, high + design.above))]
        turn: int = one.turn
        if grid.turned:
            boxes = [((design.flat[1] - low - tall, left), (tall, across)) for (left, low), (across, tall) in boxes]
            turn = (turn - 90) % 360
        code, face = (_frame(grid, printer, (x + left, y + low), size) for (left, low), size in boxes)
        yield _spot(code, face, turn=turn, page=page, version=version, level=level)


@lru_cache(maxsize=4096)  # all sheets of a book have the same places
def _spot(code: Frame, face: Frame, *, turn: int, page: int | None, version: int | None, level: str) -> Spot:
    return Spot(code=code, face=face, turn=turn, page=page, version=version, level=level)  # type: ignore[arg-type]


def _frame(grid: Grid, printer: Printer | None, at: tuple[float, float], size: tuple[float, float]) -> Frame:
    """A rectangle as it is drawn: where a printer moves and swells, against that."""
    (x, y), (width, height) = at, size
    if printer is not None and not grid.alone:
        x, y = printer.drawn(x, y, grid.height)
        width, height = round(width / printer.scale, 4), round(height / printer.scale, 4)
    return _placed(round(x, 4), round(y, 4), width, height)


@lru_cache(maxsize=4096)
def _placed(x: float, y: float, width: float, height: float) -> Frame:
    return Frame(x=x, y=y, width=width, height=height)
