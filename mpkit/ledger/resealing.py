"""Every seal of an account, verified under the key that made it and made anew under another.

A row whose seal is broken stays as it is: sealing it anew would make it what we wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mpkit.db import Connection
from mpkit.ledger import audit
from mpkit.ledger.objects import Seal
from mpkit.ledger.objects import _read as read_object
from mpkit.ledger.pieces import _piece as read_piece
from mpkit.ledger.rows import all_objects, all_pieces, objects, pieces, resealed, sealed_accounts

_FEW = 20  # rows of a kind by which the key of an account is recognised

_Read = Callable[[str, Any, Seal], Any]  # an account, a row of a table and a seal; what was read, with `sound`
_KINDS: tuple[tuple[Any, Any, _Read], ...] = (  # of rows that carry a seal: their table, the query for them, the reader
    (objects, all_objects, read_object),
    (pieces, all_pieces, read_piece),
)


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many rows carry a seal anew, and the names of those whose seal was broken before and is so still."""

    sound: int
    broken: tuple[str, ...]


def accounts(connection: Connection) -> list[str]:
    """Every account that has a row with a seal."""
    return sorted(str(account) for (account,) in connection.execute(sealed_accounts()))


def sealed_with(connection: Connection, seals: Sequence[Seal]) -> Seal | None:
    """Which of these the rows of the store were sealed with, as far as a few of each kind tell; None: none of them."""
    for account in accounts(connection):
        for seal in seals:
            if audit.sealed_with(connection, account, seal):
                return seal
        for _, query, read in _KINDS:
            for row in connection.execute(query.limit(_FEW), {"of_account": account}):
                for seal in seals:
                    if read(account, row, seal).sound:
                        return seal
    return None


def reseal(connection: Connection, account: str, *, old: Seal, new: Seal) -> Resealed:
    """Every seal of an account's objects and pieces, verified under the old key and made under the new one."""
    broken: list[str] = []
    sound = 0
    for table, query, read in _KINDS:
        changed = []
        for row in connection.execute(query, {"of_account": account}).all():
            said = _said(read, account, row, old)
            key = {column.name: getattr(row, column.name) for column in table.primary_key}
            if said is None:
                broken.append(" ".join(map(str, [table.name, *list(key.values())[1:]])))
            else:
                changed.append({f"of_{name}": value for name, value in key.items()} | {"mac": new(said)})
        if changed:
            connection.execute(resealed[table.name], changed)
        sound += len(changed)
    return Resealed(sound, tuple(broken))


def _said(read: _Read, account: str, row: Any, seal: Seal) -> str | None:  # noqa: ANN401 - a row of a table
    """The text a row's seal was made over; None where the seal is not that text's."""
    heard: list[str] = []

    def hearing(text: str) -> str:
        heard.append(text)
        return seal(text)

    return heard[0] if read(account, row, hearing).sound else None
