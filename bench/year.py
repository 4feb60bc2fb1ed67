"""A year of payments: how long it takes to make, what memory it holds, and what a page of it costs the sandbox.

A page has 50 rows and is sorted by any of the four dates, with and without filters; the baseline is a Starlette route
that returns a ready body of the same size (as in `bench/sandbox.py`, whose two servers these are). The bar is 2 times.
First the whole year is listed, day after day, 50 rows a page, none of which was ever asked for. Then come pages that
are new, of rows that were on others, and beside them what pages cost that were read before. What is printed ahead is
printed before anything is asked; what that takes is told.

`python bench/year.py --registers 20000 --payments 1000000 --pages 200 --rounds 3`.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sandbox import BAR, SEEN, Server, ahead, raw

_ALL_BUT_A_SECOND = timedelta(days=1, seconds=-1)
_TOTAL = b'{"paging":{"total":'
RANGES = ("date_created", "date_last_updated", "date_approved", "money_release_date")
FILTERS = (
    "status=approved",
    "status=refunded",
    "payment_type_id=credit_card",
    "payment_method_id=account_money",
    "operation_type=regular_payment&installments=1",
)


def pages(query: str, days: int, rows: int, *, first: datetime) -> Iterator[bytes]:
    """The pages of one window after another, the way a sync reads them, none of them twice."""
    for turn in itertools.count():
        # round and round in the year, an hour later each time: no query comes twice
        begin = first + timedelta(days=days * turn % (290 - days), hours=turn)
        window = (
            f"begin_date={begin:%Y-%m-%dT%H:%M:%S}.000Z&end_date={begin + timedelta(days=days):%Y-%m-%dT%H:%M:%S}.000Z"
        )
        for offset in range(0, min(rows, 9_950), 50):
            yield raw("GET", f"/v1/payments/search?{query}&{window}&limit=50&offset={offset}")


def cases(user: str, payments: int) -> dict[str, Iterator[bytes]]:
    """What is asked: a sync by each date, and each filter over windows that hold about as many rows."""
    first = datetime.now(UTC) - timedelta(days=300)
    a_day = payments / 364
    usual = max(1, int(5_000 / a_day))
    found = {
        f"range={name}": pages(
            f"range={name}&sort={name}&criteria=asc&collector.id={user}", usual, int(usual * a_day * 0.7), first=first
        )
        for name in RANGES
    }
    for text in FILTERS:
        days = 90 if "refunded" in text else usual * 4
        found[text] = pages(f"range=date_created&sort=date_created&{text}", days, 1_000, first=first)
    return found


def listing(ours: Server, theirs: Server) -> float:
    """Print what listing all payments costs a page, against ready bodies of the mean size; how many times as much."""
    day, before = datetime.now(UTC) - timedelta(days=364), ours.figures()["cpu"]
    pages_, rows, size = 0, 0, 0
    while day < datetime.now(UTC):
        span = f"begin_date={day:%Y-%m-%dT%H:%M:%S}.000Z&end_date={day + _ALL_BUT_A_SECOND:%Y-%m-%dT%H:%M:%S}.000Z"
        offset, total = 0, 1
        while offset < total:
            query = f"range=date_created&sort=date_created&{span}&limit=50&offset={offset}"
            _, body = ours.ask(raw("GET", f"/v1/payments/search?{query}"))
            total = max(total, int(body[len(_TOTAL) : body.index(b",")]))  # drifts, but never upwards
            pages_, size, offset = pages_ + 1, size + len(body), offset + 50
        day, rows = day + timedelta(days=1), rows + total
    own = (ours.figures()["cpu"] - before) / pages_
    ready = itertools.repeat(raw("GET", f"/200/{size // pages_}"))
    base = min(theirs.cost(ready, pages_ // 4) for _ in range(4))
    print(f"  all listed: some {rows:,} rows on {pages_:,} pages of {size // pages_:,} bytes, day after day:", end=" ")
    print(f"{own * 1e6:.0f} µs a page, ready {base * 1e6:.0f}: {own / base:.2f}", flush=True)
    return own / base


def main() -> None:
    """Start both, ask both in turn, print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--registers", type=int, default=20_000)
    asked.add_argument("--payments", type=int, default=1_000_000)
    asked.add_argument("--pages", type=int, default=200)
    asked.add_argument("--rounds", type=int, default=3)
    chosen = asked.parse_args()
    ours, theirs = Server("sandbox", chosen.registers, chosen.payments), Server("baseline", 0, 0)
    made = ours.figures()
    print(f"{chosen.registers:,} registers, {chosen.payments:,} payments")
    print(f"  made and served in {ours.told['made_cpu']:.1f} s of processor time; {made['own_mb']:,.0f} MB of memory")
    print(f"  {ahead(ours.told)}")
    worst = {"listed": listing(ours, theirs), "new": 0.0, "read before": 0.0}
    print(
        f"  a page: µs of the sandbox and times a ready body, where it is new; where it was read before (bar {BAR:g})"
    )
    told = cases(ours.told["user"], chosen.payments)
    for name, wanted in told.items():
        _, body = ours.ask(next(wanted))
        count = len(json.loads(body)["results"])
        ready = itertools.repeat(raw("GET", f"/200/{len(body)}"))
        theirs.ask(next(ready))
        known = [next(wanted) for _ in range(SEEN)]
        ours.cost(iter(known), SEEN)
        new, again, best = float("inf"), float("inf"), float("inf")
        for _ in range(chosen.rounds):
            new = min(new, ours.cost(wanted, chosen.pages))
            ours.cost(iter(known), SEEN)
            again = min(again, ours.cost(itertools.cycle(known), chosen.pages))
            best = min(best, theirs.cost(ready, chosen.pages))
        worst["new"], worst["read before"] = max(worst["new"], new / best), max(worst["read before"], again / best)
        says = f"new {new * 1e6:5.0f}: {new / best:5.2f}; read before {again * 1e6:5.0f}: {again / best:4.2f}"
        print(f"  {name:<45} {count} rows, {len(body):>7,} bytes, ready {best * 1e6:4.0f}; {says}", flush=True)
    for which, ratio in worst.items():
        print(f"  worst of pages that are {which}: {ratio:.2f} times{'' if ratio <= BAR else ': NOT within the bar'}")
    print(f"  memory at the end: {ours.figures()['own_mb']:,.0f} MB")
    ours.close()
    theirs.close()


if __name__ == "__main__":
    main()
