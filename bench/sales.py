"""Sales by store and day: asked of the columns, against pandas with everything in memory and the rows in SQLite.

    python bench/sales.py [PAYMENTS]        (1,000,000 by default)

A year of payments of 600 stores is booked in a store as the sync books it (every fortieth with a refund), the columns
are built from it, and the same question is answered three ways; the answers are compared before anything is timed.
pandas has its frame of entries already in memory, which is the best case for it, and answers with a frame, as our
columns do with arrays; SQLite has an index on account, store and day and answers with tuples. "As objects" is what a
page gets: frozen rows with the stores' names. The last figure is the same question while 5,000 changed payments lie
over the months.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from timing import fastest, report

from mpkit.db import Engine, open_store
from mpkit.model import Charge, Payment, Period, Refund
from mpkit.sales import Mirror, Question, by_store_and_day, rows, said
from mpkit.sales.places_of_sale import gather

ACCOUNT, ZONE = "1", "America/Argentina/Buenos_Aires"
STORES, REGISTERS, DAYS, SEED = 600, 5, 365, 7
END = datetime(2026, 11, 1, 3, tzinfo=UTC)
SUMS = ["payments", "gross", "refunds", "chargebacks", "fees", "taxes", "net"]
IN_ROWS = """
SELECT store_id, day, currency, SUM(n), SUM(gross), SUM(refunds), SUM(chargebacks), SUM(fees), SUM(taxes),
       SUM(gross - refunds - chargebacks - fees - taxes)
FROM (
  SELECT store_id, day, currency, 1 AS n, amount AS gross, 0 AS refunds, 0 AS chargebacks, fees, taxes
  FROM payments WHERE account = :account AND income AND day BETWEEN :first AND :last
  UNION ALL
  SELECT p.store_id, r.day, p.currency, 0, 0, r.amount, 0, -r.fees, -r.taxes
  FROM refunds r JOIN payments p USING (account, payment_id)
  WHERE r.account = :account AND r.status = 'approved' AND r.day BETWEEN :first AND :last
  UNION ALL
  SELECT p.store_id, c.day, p.currency, 0, 0, 0, c.amount, 0, 0
  FROM chargebacks c JOIN payments p USING (account, payment_id)
  WHERE c.account = :account AND c.day BETWEEN :first AND :last
)
GROUP BY store_id, day, currency ORDER BY store_id, day, currency
"""


def year(count: int) -> Iterator[list[Payment]]:
    """Believable payments, in batches."""
    chance = random.Random(SEED)
    start, seconds = END - timedelta(days=DAYS), DAYS * 86_400
    batch: list[Payment] = []
    for number in range(count):
        at = start + timedelta(seconds=seconds * number // count)
        store = chance.randrange(STORES)
        amount = chance.randrange(50_000, 5_000_000)
        fee = amount * 8 // 1000
        refunds: tuple[Refund, ...] = ()
        if number % 40 == 0:
            back = min(at + timedelta(days=chance.randrange(1, 20)), END - timedelta(hours=1))
            refunds = (Refund(f"r{number}", str(number), amount // 2, "approved", back),)
        charges = (
            Charge("fee", "mercadopago_fee", "collector", fee, fee // 2 if refunds else 0),
            Charge("tax", "withholding", "collector", amount * 3 // 100, 0),
        )
        batch.append(
            Payment(
                id=str(10**11 + number),
                collector_id=ACCOUNT,
                status="approved",
                status_detail="accredited",
                operation_type="regular_payment",
                currency="ARS",
                amount=amount,
                refunded=sum(each.amount for each in refunds),
                net_received=amount - fee - amount * 3 // 100,
                coupon=0,
                created=at,
                approved=at,
                updated=at + timedelta(seconds=8),
                method=chance.choice(("visa", "master")),
                method_type="credit_card",
                store_id=str(store),
                pos_id=str(store * 10 + chance.randrange(REGISTERS)),
                channel="qr",
                charges=charges,
                refunds=refunds,
            )
        )
        if len(batch) == 20_000:  # noqa: PLR2004 - a batch
            yield batch
            batch = []
    if batch:
        yield batch


def booked(url: str, count: int) -> Engine:
    """A store with the year in it."""
    store = open_store(url)
    where = gather(ZONE, ())
    for number, batch in enumerate(year(count)):
        rows.keep_payments(store, ACCOUNT, batch, where)
        print(f"\r  booked {20_000 * number + len(batch):,}", end="", flush=True)
    print()
    return store


def main(count: int) -> None:
    """Book, build, compare, time."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.sqlite"
        store = booked(f"sqlite:///{file}", count)
        mirror = Mirror(Path(folder) / "mirror", store, ACCOUNT, ZONE)
        begun = time.perf_counter()
        mirror.catch_up()
        print(f"  columns built from {count:,} payments in {time.perf_counter() - begun:.1f} s")
        period = Period((END - timedelta(days=DAYS + 1)).date(), END.date())
        question = Question(ACCOUNT, period)

        manifest = mirror.manifest()
        assert manifest is not None
        files = [str(mirror.folder / name) for name in manifest.months.values()]
        frame = pd.concat([pq.read_table(name).to_pandas() for name in files], ignore_index=True)
        rows_store = sqlite3.connect(file)
        values = {"account": ACCOUNT, "first": str(period.first), "last": str(period.last)}

        def ours() -> list[tuple[Any, ...]]:
            return mirror.fetch(said.matrix(question, "store", "day"))

        def in_pandas() -> pd.DataFrame:
            chosen = frame[(frame["day"] >= period.first) & (frame["day"] <= period.last)]
            return chosen.groupby(["store_id", "day", "currency"], observed=True, as_index=False)[SUMS].sum()

        def in_sqlite() -> list[tuple[Any, ...]]:
            return rows_store.execute(IN_ROWS, values).fetchall()

        answer = sorted(ours())
        assert answer == sorted(tuple(line) for line in in_pandas().itertuples(index=False))
        assert answer == sorted((a, date.fromisoformat(b), *more) for a, b, *more in in_sqlite())
        print(f"  {len(answer):,} rows, the same from all three")
        ways = {
            "mpkit (columns)": lambda: mirror.fetch_columns(said.matrix(question, "store", "day")),
            "the same as tuples": ours,
            "the same as objects": lambda: by_store_and_day(mirror, question),
            "pandas in memory": in_pandas,
            "SQLite, indexed": in_sqlite,
        }
        report(f"sales by store and day, {count:,} payments", "mpkit (columns)", fastest(ways))

        changed = [Payment(**{**_fields(each), "updated": END}) for each in next(year(count))[:5_000]]
        rows.keep_payments(store, ACCOUNT, changed, gather(ZONE, ()))
        mirror.catch_up()
        asked = {"laid over": lambda: mirror.fetch_columns(said.matrix(question, "store", "day"))}
        took = fastest(asked)["laid over"]
        print(f"  with 5,000 changed payments laid over the months: {took:.3f} s")
        rows_store.close()
        store.dispose()


def _fields(payment: Payment) -> dict[str, Any]:
    return {name: getattr(payment, name) for name in payment.__slots__}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
