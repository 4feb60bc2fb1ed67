"""The account becomes an `Existing`: its lists read until two passes agree, absences of what we know proven by asking.

One pass over a list that others change meanwhile misses rows (9 to 67 % of passes, measured); a pass counts only when
it has as many rows as were announced and the pass before it was equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

from mpkit.api import Reread
from mpkit.errors import NotFound, Refused
from mpkit.ledger import Known
from mpkit.model import Pos, Store
from mpkit.plan.change import Existing
from mpkit.work import Progress, silent

_PASSES = 8  # of one list; an account that changes faster than that cannot be planned for

Row = TypeVar("Row", Store, Pos)


class Account(Protocol):
    """What reading an account needs of the API."""

    def stores(self, progress: Progress = ..., again: Reread | None = ...) -> Iterator[Store]:
        """One pass over all stores; pages that come as they came before, by `again`, are not parsed anew."""
        ...

    def pos_list(self, progress: Progress = ..., again: Reread | None = ...) -> Iterator[Pos]:
        """One pass over all POS."""
        ...

    def store(self, store_id: str) -> Store:
        """One store; `NotFound` where there is none."""
        ...

    def pos(self, pos_id: str) -> Pos:
        """One POS; `NotFound` where there is none."""
        ...


def read(api: Account, known: Iterable[Known] = (), progress: Progress = silent) -> Existing:
    """Every store and POS of the account; at most twice the pages of its lists where nobody else changes them.

    `known` are the objects of our ledger: one that the lists do not show is asked for by its id, because a list may
    lag behind what was just made. Raises `Refused` where no two passes agree.
    """
    seen = _Seen(progress)
    stores = _settled(api.stores, seen)
    pos = _settled(api.pos_list, seen)
    for one in known:
        if one.object == "store" and one.remote_id not in stores:
            stores |= _asked(api.store, one.remote_id, seen)
        elif one.object == "pos" and one.remote_id not in pos:
            pos |= _asked(api.pos, one.remote_id, seen)
    return Existing(tuple(stores.values()), tuple(pos.values()))


class _Seen:
    """Counts rows over all passes, and how many the list of the present pass announced."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._before = 0
        self.announced = 0
        self._progress(0, None, "plan_step_scan")

    def __call__(self, done: int, total: int | None, step: str = "") -> None:  # noqa: ARG002 - the list's own step
        self.announced = total or 0
        self._progress(self._before + done, None, "plan_step_scan")

    def next(self, rows: int) -> None:
        self._before += rows
        self.announced = 0


def _settled(list_: Callable[[Progress, Reread], Iterator[Row]], seen: _Seen) -> dict[str, Row]:
    last: Mapping[str, Row] | None = None
    again = Reread()
    for _ in range(_PASSES):
        rows = {row.id: row for row in list_(seen, again)}
        whole = len(rows) >= seen.announced
        seen.next(len(rows))
        if whole and last is not None and _alike(rows, last):
            return dict(sorted(rows.items(), key=lambda item: (len(item[0]), item[0])))
        last = rows if whole else None
    raise Refused("plan_scan_restless")


def _alike(one: Mapping[str, Row], other: Mapping[str, Row]) -> bool:
    return one == other


def _asked(ask: Callable[[str], Row], id_: str, seen: _Seen) -> dict[str, Row]:
    seen.next(1)
    seen(0, None)
    try:
        return {id_: ask(id_)}
    except NotFound:
        return {}
