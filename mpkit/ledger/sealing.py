"""Which key seals the store, said in the store itself: what is sealed anew and the name of its key change together."""

from __future__ import annotations

from datetime import datetime

from mpkit import db
from mpkit.db import Connection
from mpkit.errors import StoreTrouble
from mpkit.ledger.objects import Seal
from mpkit.ledger.rows import sealing, sealing_key


def named(connection: Connection) -> str:
    """The key that seals this store; "" where it does not say yet."""
    return str(connection.execute(sealing_key()).scalar() or "")


def name(connection: Connection, key: str, *, at: datetime) -> None:
    """From this transaction on that key seals the store."""
    db.upsert(connection, sealing, [{"account": "", "key": key, "since": at}], key=("account",))


def confirm(connection: Connection, seal: Seal, *, at: datetime) -> None:
    """Within a transaction that writes: the key of this seal is the store's, or is from now on where none is named.

    Raises `StoreTrouble` where the store was sealed anew since the seal was taken up. A seal that names no key passes.
    """
    key = str(getattr(seal, "key", ""))
    if not key:
        return
    told = named(connection)
    if not told:
        name(connection, key, at=at)
    elif told != key:
        raise StoreTrouble("key_changed_meanwhile")
