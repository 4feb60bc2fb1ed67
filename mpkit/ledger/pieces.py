"""Printed pieces: the numbers they carry, what was printed where, and what has become of each."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from mpkit import db
from mpkit.db import EPOCH, Connection, Engine
from mpkit.errors import StoreTrouble
from mpkit.ledger import audit
from mpkit.ledger.audit import By, Done
from mpkit.ledger.objects import Seal
from mpkit.ledger.rows import IN_USE, counters, pieces, serials_used

_AT_ONCE = 500  # pieces of one statement
PANEL = "panel"  # the book of a sticker that was printed before we knew its register


@dataclass(frozen=True, slots=True)
class Piece:
    """One physical sign: `serial` is unique in the account, `page` and `slot` count from 1 in its book."""

    serial: int
    register: str  # external id
    pos_id: str
    payload_hash: str
    check_code: str
    book: str
    page: int
    slot: int
    printed: datetime
    state: str = "printed"
    sound: bool = True


def payload_hash(payload: str) -> str:
    """What a code is recognised by where the code itself need not stand."""
    return hashlib.sha256(payload.encode()).hexdigest()


def next_serials(engine: Engine, account: str, n: int) -> tuple[int, ...]:
    """`n` serial numbers nobody else gets, in one sequence an account; numbers of a book never finished stay unused."""
    with db.writing(engine) as connection:
        return _serials(connection, account, n)


def _serials(connection: Connection, account: str, n: int) -> tuple[int, ...]:
    found = connection.execute(
        counters.select().where(counters.c.account == account, counters.c.name == "serial")
    ).one_or_none()
    first = 1 if found is None else int(found.next)
    row = {"account": account, "name": "serial", "next": first + n}
    db.upsert(connection, counters, [row], key=("account", "name"))
    return tuple(range(first, first + n))


def serials_from(engine: Engine, account: str, first: int) -> None:
    """Give no number below `first` any more: those are on signs already."""
    with db.writing(engine) as connection:
        mine = (counters.c.account == account) & (counters.c.name == "serial")
        found = connection.execute(counters.select().where(mine)).one_or_none()
        if first > (1 if found is None else int(found.next)):
            row = {"account": account, "name": "serial", "next": first}
            db.upsert(connection, counters, [row], key=("account", "name"))


def record_pieces(engine: Engine, account: str, made: Iterable[Piece], *, seal: Seal, by: By | None = None) -> None:
    """Record the pieces of a finished, proven book, all or none; recording the same book again changes nothing.

    `by` is who printed it; a piece for a register that had one before is a reprint.
    """
    rest, here = iter(made), set[str]()  # registers that had no piece before these
    with db.writing(engine) as connection:
        while part := list(islice(rest, _AT_ONCE)):
            serials, had = _known(connection, account, part)
            here.update(piece.register for piece in part if piece.register not in had)
            db.upsert(connection, pieces, [_row(account, piece, seal) for piece in part], key=("account", "serial"))
            new = [piece for piece in part if piece.serial not in serials]
            done = [_done("print" if piece.register in here else "reprint", piece) for piece in new]
            audit.append(connection, account, done, by or By("", _latest(part)), seal=seal)


def _known(connection: Connection, account: str, some: Collection[Piece]) -> tuple[set[int], set[str]]:
    """Which of these serials are on record, and which of these registers had a piece, of whatever serial."""
    numbers, names = [piece.serial for piece in some], {piece.register for piece in some}
    asked = pieces.c.serial.in_(numbers) | pieces.c.register.in_(names)
    found = connection.execute(pieces.select().where(pieces.c.account == account, asked)).all()
    return {row.serial for row in found}, {row.register for row in found}


def _latest(made: Iterable[Piece]) -> datetime:
    return max((piece.printed for piece in made), default=EPOCH)


def _done(kind: str, piece: Piece) -> Done:
    """What the audit says of a piece."""
    details = {"register": piece.register, "pos": piece.pos_id, "book": piece.book, "page": piece.page}
    return Done(kind, "piece", str(piece.serial), details)


def set_state(engine: Engine, account: str, serials: Collection[int], state: str, *, seal: Seal, by: By) -> None:
    """Say what has become of some pieces: placed, replaced, void, lost."""
    with db.writing(engine) as connection:
        found = connection.execute(
            pieces.select().where(pieces.c.account == account, pieces.c.serial.in_(list(serials)))
        ).all()
        changed = [_piece(account, row, seal, state=state) for row in found]
        for piece in changed:
            if not piece.sound:  # sealing it again would hide the damage
                raise StoreTrouble("ledger_piece_damaged", serial=str(piece.serial), register=piece.register)
        rows = [_row(account, piece, seal) for piece in changed]
        db.upsert(connection, pieces, rows, key=("account", "serial"))
        other = {row.serial for row in found if row.state != state}
        done = [_done(state, piece) for piece in changed if piece.serial in other]
        audit.append(connection, account, done, by, seal=seal)


def void_pieces(connection: Connection, account: str, serials: Collection[int], *, seal: Seal, by: By) -> None:
    """In the transaction of an outcome: these pieces carry a code that pays nobody any more."""
    _out_of_use(connection, account, serials, "void", seal=seal, by=by)


def replace_pieces(engine: Engine, account: str, serials: Collection[int], *, seal: Seal, by: By) -> None:
    """Others were printed in place of these, which are to be taken down; all of them or none."""
    rest = iter(serials)
    with db.writing(engine) as connection:
        while part := list(islice(rest, _AT_ONCE)):
            _out_of_use(connection, account, part, "replaced", seal=seal, by=by)


def _out_of_use(
    connection: Connection, account: str, serials: Collection[int], state: str, *, seal: Seal, by: By
) -> None:
    """Pieces in use no longer are; what has left use before keeps its state.

    A damaged row keeps its broken seal, and is out of use all the same: it must not count as a sign in use.
    """
    found = connection.execute(
        pieces.select().where(
            pieces.c.account == account, pieces.c.serial.in_(list(serials)), pieces.c.state.in_(IN_USE)
        )
    ).all()
    for row in found:
        piece = _piece(account, row, seal, state=state)
        changed = {"state": state} | ({"mac": seal(_text(account, piece))} if piece.sound else {})
        mine = (pieces.c.account == account) & (pieces.c.serial == row.serial)
        connection.execute(pieces.update().where(mine).values(changed))
    audit.append(connection, account, [_done(state, _piece(account, row, seal)) for row in found], by, seal=seal)


def enter_sticker(
    connection: Connection, account: str, register: str, pos_id: str, payload: str, *, at: datetime, seal: Seal
) -> None:
    """In the transaction of an outcome: the sticker of a POS made in the panel hangs on its counter; entered once."""
    code = payload_hash(payload)
    same = (pieces.c.account == account) & (pieces.c.register == register) & (pieces.c.payload_hash == code)
    if connection.execute(pieces.select().where(same)).first() is not None:
        return
    (serial,) = _serials(connection, account, 1)
    piece = Piece(serial, register, pos_id, code, "", PANEL, 0, 0, at, "placed")
    db.upsert(connection, pieces, [_row(account, piece, seal)], key=("account", "serial"))


def pieces_of(
    engine: Engine, account: str, registers: Collection[str] | None = None, *, seal: Seal
) -> tuple[Piece, ...]:
    """The pieces of some registers (external ids), or of all, by serial; a broken seal shows as `sound` False."""
    with db.reading(engine) as connection:
        rows = connection.execute(pieces.select().where(pieces.c.account == account).order_by(pieces.c.serial)).all()
    chosen = None if registers is None else set(registers)
    return tuple(_piece(account, row, seal) for row in rows if chosen is None or row.register in chosen)


def in_use(engine: Engine, account: str) -> dict[str, int]:
    """How many pieces of each register hang on a counter or are on their way there, by external id."""
    return {register: len(serials) for register, serials in serials_in_use(engine, account).items()}


def serials_in_use(engine: Engine, account: str) -> dict[str, tuple[int, ...]]:
    """The serials of those pieces, lowest first, by the register's external id."""
    with db.reading(engine) as connection:
        rows = db.lines(connection, serials_used, {"of_account": account})
    found: dict[str, list[int]] = defaultdict(list)
    for register, serial in rows:
        found[register].append(serial)
    return {register: tuple(serials) for register, serials in found.items()}


def _row(account: str, piece: Piece, seal: Seal) -> dict[str, object]:
    return {
        "account": account,
        "serial": piece.serial,
        "register": piece.register,
        "pos_id": piece.pos_id,
        "payload_hash": piece.payload_hash,
        "check_code": piece.check_code,
        "book": piece.book,
        "page": piece.page,
        "slot": piece.slot,
        "printed": piece.printed,
        "state": piece.state,
        "mac": seal(_text(account, piece)),
    }


def _piece(account: str, row: Any, seal: Seal, *, state: str = "") -> Piece:  # noqa: ANN401 - a row of the table
    values = {name: getattr(row, name) for name in Piece.__dataclass_fields__ if name != "sound"}
    sound = seal(_text(account, Piece(**values))) == row.mac
    if state:
        values["state"] = state
    return Piece(**values, sound=sound)


def _text(account: str, piece: Piece) -> str:
    values = [str(getattr(piece, name)) for name in Piece.__dataclass_fields__ if name not in {"sound", "printed"}]
    return db.canonical([account, *values, piece.printed.isoformat()])
