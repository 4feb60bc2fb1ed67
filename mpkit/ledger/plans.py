"""Plans as they were made: the document by its hash, so that a job needs to carry only the hash."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mpkit import db
from mpkit.db import Engine
from mpkit.ledger.rows import carried_out, plans


def keep_plan(engine: Engine, account: str, hash_: str, document: dict[str, Any], *, who: str, at: datetime) -> None:
    """Keep a plan; made again it is the same plan, with its latest time and maker, and given up no longer."""
    row = {"account": account, "hash": hash_, "document": document, "made": at, "who": who, "given_up": None}
    with db.writing(engine) as connection:
        db.upsert(connection, plans, [row], key=("account", "hash"), keep=("document",))


def find_plan(engine: Engine, account: str, hash_: str) -> dict[str, Any] | None:
    """The document of a plan, None where it was never kept here."""
    with db.reading(engine) as connection:
        row = connection.execute(plans.select().where(plans.c.account == account, plans.c.hash == hash_)).one_or_none()
    return None if row is None else dict(row.document)


def latest_plan(engine: Engine, account: str) -> dict[str, Any] | None:
    """The document of the plan made last."""
    with db.reading(engine) as connection:
        row = connection.execute(
            plans.select().where(plans.c.account == account).order_by(plans.c.made.desc()).limit(1)
        ).one_or_none()
    return None if row is None else dict(row.document)


def give_up(engine: Engine, account: str, hash_: str, *, at: datetime) -> None:
    """Decide that what is left of a plan shall not be done; made anew, it may."""
    mine = (plans.c.account == account) & (plans.c.hash == hash_)
    with db.writing(engine) as connection:
        connection.execute(plans.update().where(mine).values(given_up=at))


def given_up(engine: Engine, account: str, hash_: str) -> bool:
    """Whether somebody gave this plan up since it was made."""
    mine = (plans.c.account == account) & (plans.c.hash == hash_)
    with db.reading(engine) as connection:
        row = connection.execute(plans.select().where(mine)).one_or_none()
    return row is not None and row.given_up is not None


def seen(engine: Engine, account: str) -> frozenset[str] | None:
    """The marks ("store:<id>", "pos:<id>") of all that was shown to somebody who carried a plan out; None: nobody did.

    That is what stood there at the first plan of all, and what stood there at the last one about the whole list.
    """
    with db.reading(engine) as connection:
        first = connection.execute(carried_out(account, last=False)).first()
        last = connection.execute(carried_out(account, last=True)).first()
    found = [row.document["remote"] for row in (first, last) if row is not None]
    return frozenset().union(*found) if found else None
