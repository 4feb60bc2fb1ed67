"""The rows of an audit, their head and heads kept outside the store in; everything that is wrong with them out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from mpkit import db
from mpkit.db import Engine
from mpkit.ledger.audit import CROSSED, NONE, Head, head_text, text
from mpkit.ledger.objects import Seal
from mpkit.ledger.rows import audit_as_text, audit_heads, turns_of


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a chain, at its n-th row: changed, missing, cut, or sealed under a key that is not here."""

    code: Literal["changed", "missing", "cut", "key"]
    n: int
    upto: int = 0


def faults(
    engine: Engine,
    account: str,
    *,
    seal: Seal,
    anchors: Iterable[Head] = (),
    others: Mapping[str, Seal] = MappingProxyType({}),
) -> tuple[int, tuple[Fault, ...]]:
    """How many rows there are, and everything that is wrong with them.

    `anchors` are heads kept outside the store; `others` are the seals under the other keys of this folder, by name.
    """
    with db.reading(engine) as connection:
        top = connection.execute(audit_heads.select().where(audit_heads.c.account == account)).one_or_none()
        wanted = {anchor.n: anchor.link for anchor in anchors if anchor.n}
        walk = _Walk(account, seal, others, wanted, connection.execute(turns_of(account)).scalar())
        for row in connection.execute(audit_as_text(account)):
            walk.step(*row)
    said = NONE if top is None else Head(int(top.n), str(top.link))
    return walk.rows, walk.end(said, sound=top is None or seal(head_text(account, said)) == top.mac)


def _turn(details: str | None) -> dict[str, Any]:
    """What a row says of the keys it lies between; nothing where it says none."""
    try:
        told = json.loads(details or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


@dataclass
class _Walk:
    """From the first row to the last, under one key after the other."""

    account: str
    seal: Seal  # under which the store is sealed now: it must be the one the walk ends with
    others: Mapping[str, Seal]
    wanted: dict[int, str]
    turned: str | None  # the details of the first row at which the key changes
    rows: int = 0
    found: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._last = str(getattr(self.seal, "key", ""))
        self._seals: dict[str, Seal] = {**self.others, self._last: self.seal}
        self._key = str(_turn(self.turned).get("from", "")) or self._last
        self._under = self._seals.get(self._key)
        self._before, self._expected, self._broken = "", 1, 0
        self._unknown: list[int] = []  # the first and the last row under a key that is not here

    def step(self, n: int, *row: Any) -> None:  # noqa: ANN401 - the columns as they stand
        """The next row."""
        *said, details, link = row
        kind, self.rows = said[2], self.rows + 1
        named = [self.account, n, *said]
        good = self._turned(named, details, link) if kind == "key" else self._sealed(named, details, link)
        if n != self._expected:
            self.found.append(Fault("missing", self._expected, n - 1))
        elif not good:
            self._broken += 1
            self.found.append(Fault("changed", n))
        if n in self.wanted and self.wanted.pop(n) != link:
            self.found.append(Fault("changed", n))
        self._before, self._expected = link, n + 1

    def _sealed(self, said: list[Any], details: str, link: str) -> bool:
        """Whether a row is what was written under the key of its time; of a key that is not here nothing is known."""
        if self._under is None:
            self._unknown = [*self._unknown[:1], int(said[1])]
            return True
        return self._under(text(self._before, said, details)) == link

    def _turned(self, said: list[Any], details: str, link: str) -> bool:
        """Whether a row is sealed under the key of before and the one that follows, which seals from here on."""
        told = _turn(details)
        crossed, after = told.pop(CROSSED, None), str(told.get("to", ""))
        good = told.get("from") == self._key
        if self._under is not None:
            good = good and self._under(text(self._before, said, db.canonical(told))) == crossed
        self._key, self._under = after, self._seals.get(after)
        return self._sealed(said, details, link) and good

    def end(self, said: Head, *, sound: bool) -> tuple[Fault, ...]:
        """Everything that is wrong, with what the head says and whether its seal is ours."""
        if self._broken == self.rows > 0 and not sound:
            return (Fault("key", 1, self.rows),)
        found, last = self.found, self._expected - 1
        if self._unknown:
            found.append(Fault("key", self._unknown[0], self._unknown[-1]))
        lost = [n for n in self.wanted if n > last]
        if said.n > last or lost:
            found.append(Fault("cut", last + 1, max([said.n, *lost])))
        elif said != Head(last, self._before) or not sound or (self.rows and self._key != self._last):
            found.append(Fault("changed", last))
        return tuple(dict.fromkeys(found))
