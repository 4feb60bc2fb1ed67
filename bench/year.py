"""A year of payments: how long it takes to make, what memory it holds, and what a page of it costs the sandbox.

A page has 50 rows and is sorted by any of the four dates, with and without filters; the baseline is a Starlette route
that returns a ready body of the same size (as in `bench/sandbox.py`, whose two servers these are). The bar is 2 times.
Each page is new, of rows that may have been on others; beside it stands what pages cost that were read before.

`python bench/year.py --registers 20000 --payments 1000000 --pages 200 --rounds 3`.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sandbox import BAR, SEEN, Server, raw

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
    print(f"  made and served in {made['cpu']:.1f} s of processor time; {made['peak_mb']:,.0f} MB at most")
    print(
        f"  a page: µs of the sandbox and times a ready body, where it is new; where it was read before (bar {BAR:g})"
    )
    worst = {"new": 0.0, "read before": 0.0}
    told = cases(ours.told["user"], chosen.payments)
    for wanted in told.values():  # every look of a payment is met once
        ours.cost(wanted, chosen.pages)
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
        worst = {"new": max(worst["new"], new / best), "read before": max(worst["read before"], again / best)}
        says = f"new {new * 1e6:5.0f}: {new / best:5.2f}; read before {again * 1e6:5.0f}: {again / best:4.2f}"
        print(f"  {name:<45} {count} rows, {len(body):>7,} bytes, ready {best * 1e6:4.0f}; {says}", flush=True)
    for which, ratio in worst.items():
        print(f"  worst of pages that are {which}: {ratio:.2f} times{'' if ratio <= BAR else ': NOT within the bar'}")
    print(f"  memory at the end: {ours.figures()['peak_mb']:,.0f} MB at most")
    ours.close()
    theirs.close()


if __name__ == "__main__":
    main()
