"""Lists of the API read to their end: a path and a parser in, each row once out.

They trust the rows received and not the totals announced: they go on by the number of rows, leave out what they have
seen, and end at an empty page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from mpkit.api import answers
from mpkit.api.calls import Calls, Reread
from mpkit.errors import NotFound, UnknownOutcome
from mpkit.model import Pos, Store
from mpkit.work import Progress

PAGE = 50
SAME_PAGES = 3  # pages in a row with nothing new: the server ignores the offset

Row = TypeVar("Row", Store, Pos)
Parse = Callable[[Any], Row]


def search(calls: Calls, path: str, external_id: str, parse: Parse[Row]) -> list[Row]:
    """What the API finds for an external id. Raises `NotFound`: how stores, and some POS, say that there is none."""
    return calls.read(path, {"external_id": external_id}, parse=lambda answer: _rows(answer, parse))


def walk(calls: Calls, path: str, parse: Parse[Row], progress: Progress, again: Reread | None = None) -> Iterator[Row]:
    """Every row of a list, in one pass: rows that move while it goes on may be missed.

    `again` is handed from pass to pass: a page that comes as it came before gives the same rows, not parsed again.

    Raises `NotFound` where the list's beginning is one: an account without stores may be told so.
    """
    seen: set[str] = set()
    offset = same = announced = 0

    def read(answer: object) -> tuple[int, list[Row]]:
        return answers.total(answers.page(answer)), _rows(answer, parse)

    while True:
        try:
            announced, page = calls.read(path, {"limit": PAGE, "offset": offset}, parse=read, again=again)
        except NotFound:
            if offset == 0:
                raise
            if len(seen) >= announced:
                return
            raise UnknownOutcome("api_read_no_answer", status=404) from None
        rows = {row.id: row for row in page}  # one may come twice, and counts once
        fresh = [row for id_, row in rows.items() if id_ not in seen]
        seen.update(rows)
        yield from fresh
        progress(len(seen), max(announced, len(seen)), "api_reading_list")
        same = 0 if fresh else same + 1
        if not page or same >= SAME_PAGES:
            return
        offset += len(rows)


def _rows(answer: object, parse: Parse[Row]) -> list[Row]:
    return [parse(row) for row in answers.rows(answers.page(answer)["results"])]
