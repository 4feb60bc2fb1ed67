"""Reviews as rows: the files somebody is looking at, each change as a step, and the columns chosen for next time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from mpkit.db import Engine, Json, Utc, canonical, metadata, reading, upsert, writing
from mpkit.errors import Refused
from mpkit.sheet.header import fold_header
from mpkit.work import Clock

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),  # "" before one is connected
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("begun", Json, nullable=False),  # {paths, site, names}: what it was begun with
    sa.Column("at", Utc, nullable=False),
)
steps = sa.Table(
    "review_steps",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("review", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),  # from 1; nothing is ever taken out, an undo is a step too
    sa.Column("step", Json, nullable=False),
    sa.Column("at", Utc, nullable=False),
)
choices = sa.Table(
    "column_choices",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("headers", sa.Text, primary_key=True),  # a digest of the folded headers, in their order; or `_NAMES`
    sa.Column("meanings", Json, nullable=False),  # column number → meaning, as somebody chose; of `_NAMES` {pattern}
    sa.Column("at", Utc, nullable=False),
)
Step = Mapping[str, Any]
TWICE = timedelta(seconds=1.5)  # two presses within it are one
_NAMES = "names of registers"  # no digest reads like this


@dataclass(frozen=True, slots=True)
class Begun:
    """One review as it stands in the store: what it was begun with, and every step since."""

    id: str
    account: str
    paths: tuple[str, ...]
    site: str
    steps: tuple[Step, ...]
    names: str = ""  # the pattern registers were named by then, "" the language's own


def begin(engine: Engine, account: str, paths: Sequence[str], site: str, *, clock: Clock) -> str:
    """The id of the review of these files: the same files are the same review, with what was changed in it."""
    begun = {"paths": list(paths), "site": site}
    name = hashlib.sha256(canonical(begun).encode()).hexdigest()[:24]
    begun["names"] = recall_names(engine, account)
    with writing(engine) as connection:
        row = {"account": account, "id": name, "begun": begun, "at": clock.now()}
        upsert(connection, reviews, [row], key=("account", "id"), keep=("begun", "at"))
    return name


def find(engine: Engine, account: str, name: str) -> Begun | None:
    """The review, None where this account has none of that id."""
    with reading(engine) as connection:
        query = sa.select(reviews.c.begun).where((reviews.c.account == account) & (reviews.c.id == name))
        begun = connection.execute(query).scalar()
        if begun is None:
            return None
        mine = (steps.c.account == account) & (steps.c.review == name)
        done = connection.execute(sa.select(steps.c.step).where(mine).order_by(steps.c.number)).scalars()
        return Begun(name, account, tuple(begun["paths"]), begun["site"], tuple(done), begun.get("names", ""))


def add(engine: Engine, account: str, review: str, step: Step, *, seen: int, clock: Clock) -> None:
    """Put one step after the `seen` ones; the same step as the last one (a second click) does nothing.

    An undo again is another undo, but for one right after the other. Raises `Refused` where somebody else, or another
    tab, has changed the review meanwhile.
    """
    mine = (steps.c.account == account) & (steps.c.review == review)
    now = clock.now()
    with writing(engine) as connection:
        last = connection.execute(sa.select(steps).where(mine).order_by(steps.c.number.desc()).limit(1)).first()
        same = last is not None and canonical(last.step) == canonical(dict(step))
        if last is not None and same and (step["do"] != "undo" or now - last.at < TWICE):
            return
        if (last.number if last is not None else 0) != seen:
            raise Refused("review_moved")
        row = {"account": account, "review": review, "number": seen + 1, "step": dict(step), "at": now}
        connection.execute(steps.insert().values(row))


def moved(engine: Engine, account: str, review: str) -> None:
    """A review begun without an account becomes the account's, with all of its steps; one it has already stays."""
    with writing(engine) as connection:
        if connection.execute(
            sa.select(reviews.c.id).where((reviews.c.account == account) & (reviews.c.id == review))
        ).first():
            return
        for table, name in ((reviews, "id"), (steps, "review")):
            found = connection.execute(sa.select(table).where((table.c.account == "") & (table.c[name] == review)))
            copies = [{**row, "account": account} for row in found.mappings()]
            if copies:
                connection.execute(table.insert(), copies)


def digest(headers: Sequence[str]) -> str:
    """What files with the same columns have in common: their headers, letters and accents aside; "" for none."""
    folded = [fold_header(header) for header in headers]
    return hashlib.sha256("\n".join(folded).encode()).hexdigest()[:32] if any(folded) else ""


def remember(engine: Engine, account: str, headers: str, meanings: Mapping[int, str], *, clock: Clock) -> None:
    """Keep what was chosen for columns of this digest; nothing chosen forgets what was kept."""
    if not headers:
        return
    row = {"account": account, "headers": headers, "at": clock.now()}
    with writing(engine) as connection:
        if meanings:
            plain = {str(column): meaning for column, meaning in meanings.items()}
            upsert(connection, choices, [{**row, "meanings": plain}], key=("account", "headers"))
        else:
            there = (choices.c.account == account) & (choices.c.headers == headers)
            connection.execute(choices.delete().where(there))


def recall(engine: Engine, account: str, headers: Sequence[str]) -> dict[int, str]:
    """Column number → meaning as chosen last for a file with these headers; {} where nothing was."""
    with reading(engine) as connection:
        there = (choices.c.account == account) & (choices.c.headers == digest(headers))
        kept = connection.execute(sa.select(choices.c.meanings).where(there)).scalar()
    return {int(column): str(meaning) for column, meaning in (kept or {}).items()}


def remember_names(engine: Engine, account: str, pattern: str, *, clock: Clock) -> None:
    """Keep the pattern registers are named by, for the next review; "" is the language's own."""
    row = {"account": account, "headers": _NAMES, "meanings": {"pattern": pattern}, "at": clock.now()}
    with writing(engine) as connection:
        upsert(connection, choices, [row], key=("account", "headers"))


def recall_names(engine: Engine, account: str) -> str:
    """The pattern chosen last, "" for the language's own."""
    with reading(engine) as connection:
        there = (choices.c.account == account) & (choices.c.headers == _NAMES)
        kept = connection.execute(sa.select(choices.c.meanings).where(there)).scalar()
    return str((kept or {}).get("pattern", ""))


def stamp(engine: Engine, account: str) -> str:
    """Changes when anything is remembered or forgotten for the account: what was judged before it is judged anew."""
    with reading(engine) as connection:
        at = connection.execute(sa.select(sa.func.max(choices.c.at)).where(choices.c.account == account)).scalar()
    return at.isoformat() if at else ""
