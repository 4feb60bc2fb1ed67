"""A report as a file: an order goes in, the bytes of its CSV or workbook come out; a few of them are remembered.

The world's lock is held only while the payments of the span are looked up in the indexes (`prepared`). The rows are put
together afterwards, in the thread of the request that asked for the file, while others are answered: the movements of a
payment are never changed in place, so each is read either with or without what happens meanwhile, and what happens
meanwhile lies behind the instant the order was carried out, which is where the file ends.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import TYPE_CHECKING, Literal

from xlsxwriter import Workbook

from mpkit.sandbox.reports.available import events
from mpkit.sandbox.reports.cells import Style
from mpkit.sandbox.reports.columns import header
from mpkit.sandbox.reports.configuring import offset
from mpkit.sandbox.reports.desk import Order
from mpkit.sandbox.reports.operations import freed, touched
from mpkit.sandbox.reports.release import release
from mpkit.sandbox.reports.settlement import settlement

if TYPE_CHECKING:
    from mpkit.sandbox.world import World

Ending = Literal["csv", "xlsx"]
_REMEMBERED = 3
_MOST_SHEET_ROWS = 1_048_575
_BOM = b"\xef\xbb\xbf"


class Files:
    """The files made last, by order and ending."""

    def __init__(self) -> None:
        self._files: dict[tuple[int, str], bytes] = {}
        self._lock = Lock()

    def get(self, order: Order, ending: str, make: Callable[[], bytes]) -> bytes:
        """The file; made where it is not remembered."""
        key = (order.id, ending)
        with self._lock:
            found = self._files.get(key)
        if found is None:
            found = make()
            with self._lock:
                while len(self._files) >= _REMEMBERED:
                    self._files.pop(next(iter(self._files)))
                self._files[key] = found
        return found


def prepared(world: World, order: Order, ending: Ending) -> Callable[[], bytes]:
    """What makes the file of an order; call this under the world's lock, and what it returns without."""
    rows = _rows(world, order)
    columns = header(order.kind, order.config, world.site.id)
    separator = order.config.get("separator", ",")
    bom = world.desk.quirks.bom

    def make() -> bytes:
        if ending == "xlsx":
            return _workbook(columns, rows())
        return (_BOM if bom else b"") + _csv(columns, rows(), separator)

    return lambda: world.files.get(order, ending, make)


def _rows(world: World, order: Order) -> Callable[[], Iterator[dict[str, str]]]:
    """What gives the rows of an order; the indexes are read here and now."""
    quirks, slack = world.desk.quirks, world.desk.quirks.slack_s
    span = (order.begin - slack, order.end + slack)
    style = Style(
        zone=offset(order.config),
        site=world.site.id,
        user=order.user,
        currency=world.site.currency,
        scientific=quirks.scientific,
        loose_taxes=quirks.loose_taxes,
        refund_detailed=bool(order.config.get("refund_detailed")),
    )
    book, shelf = world.book, world.shelf
    own = order.user == world.seller.id  # another account of this world has no movements
    payouts = [(paid.at, paid.hundredths) for paid in world.office.payouts] if own else []
    if order.kind == "settlement":
        found = touched(book, *span) if own else []
        return lambda: settlement(
            book,
            shelf,
            found,
            payouts,
            span=span,
            until=order.ready,
            config=order.config,
            style=style,
        )

    moved = freed(book, *span) if own else (0, [])

    def released() -> Iterator[dict[str, str]]:
        known = events(book, moved, payouts, span=span, until=order.ready)
        return release(shelf, *known, begin=order.begin, config=order.config, style=style)

    return released


def _csv(columns: tuple[str, ...], rows: Iterable[dict[str, str]], separator: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return text.getvalue().encode()


def _workbook(columns: tuple[str, ...], rows: Iterable[dict[str, str]]) -> bytes:
    """The same cells as text, one sheet; a sheet cannot hold more rows than it can."""
    file = io.BytesIO()
    with Workbook(file, {"constant_memory": True, "in_memory": False}) as book:
        sheet = book.add_worksheet("report")
        sheet.write_row(0, 0, columns)
        for n, row in enumerate(rows, 1):
            if n > _MOST_SHEET_ROWS:
                break
            for column, name in enumerate(columns):
                sheet.write_string(n, column, row.get(name, ""))
    return file.getvalue()
