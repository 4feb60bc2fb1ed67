"""Sales, in and out: payments booked against a bare upsert; questions against pandas in memory and the rows in SQLite.

    python bench/sales.py [PAYMENTS [FOLDER]] [--alone]   (1,000,000 by default; FOLDER keeps the store for another run)

First 40,000 payments are booked as the sync books them, a thousand in each transaction, with a mirror to be told of
every change; the baseline sends the same rows to the same table with one statement, and neither judges nor tells.

Then a store of PAYMENTS over 400 days and 20,000 registers (`many_payments.py`) is mirrored, and each question is
asked three ways. pandas has all it needs in memory already, its texts as categories, which is the best case for it;
SQLite has the index of the house on account, store and day. Answers are compared before anything is timed. At last a
sync of 1,000 changes, and the memory of a process that asks all questions, against one that holds the frame.

With `--alone` only mpkit is asked, for counts the others have no room or time for.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from many_payments import ACCOUNT, END, ZONE, filled, payments
from timing import fastest, report

from mpkit.db import Engine, open_store
from mpkit.model import Payment, Period
from mpkit.sales import Mirror, PaymentFilter, Question, payments_page, rows, said
from mpkit.sales.places_of_sale import gather
from mpkit.work import gather_rarely

BOOKED, TRANSACTION, CHANGED = 40_000, 1_000, 1_000
LAST = END.date() - timedelta(days=1)
QUARTER = Period(LAST - timedelta(days=89), LAST)
BEFORE = Period(QUARTER.first - timedelta(days=90), QUARTER.first - timedelta(days=1))
SUMS = ["payments", "gross", "refunds", "chargebacks", "fees", "taxes", "net"]
TEXTS = ["store_id", "pos_id", "currency"]
IN_ROWS = """
SELECT {key} currency, SUM(n), SUM(gross), SUM(refunds), SUM(chargebacks), SUM(fees), SUM(taxes),
       SUM(gross - refunds - chargebacks - fees - taxes)
FROM (
  SELECT store_id, pos_id, day, approved AS at, currency, 1 AS n, amount AS gross, 0 AS refunds, 0 AS chargebacks,
         fees, taxes
  FROM payments WHERE account = :account AND income AND day BETWEEN :first AND :last
  UNION ALL
  SELECT p.store_id, p.pos_id, r.day, r.created, p.currency, 0, 0, r.amount, 0, -r.fees, -r.taxes
  FROM refunds r JOIN payments p USING (account, payment_id)
  WHERE r.account = :account AND r.status = 'approved' AND r.day BETWEEN :first AND :last
  UNION ALL
  SELECT p.store_id, p.pos_id, c.day, c.created, p.currency, 0, 0, 0, c.amount, 0, 0
  FROM chargebacks c JOIN payments p USING (account, payment_id)
  WHERE c.account = :account AND c.day BETWEEN :first AND :last
)
GROUP BY {key} currency ORDER BY {key} currency
"""
# An hour of that zone, which has one offset all year, and the weekday of its day: Monday is 1.
HOUR = "(at / 1000000 - 10800) / 3600 % 24"
WEEKDAY = "(CAST(strftime('%w', day) AS INTEGER) + 6) % 7 + 1"
Ways = Mapping[str, Callable[[], Any]]


def booking() -> None:
    """Payments into a fresh store, with outbox, against the bare upsert of the same rows."""
    best = {"mpkit (judged, upserted, told)": float("inf"), "bare executemany upsert": float("inf")}
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(f"sqlite:///{folder}/ours.sqlite")
            Mirror(Path(folder) / "mirror", store, ACCOUNT, ZONE).catch_up()
            where = gather(ZONE, ())
            took = {"mpkit (judged, upserted, told)": 0.0}
            for start in range(0, BOOKED, TRANSACTION):
                batch = payments(start + TRANSACTION, start, of=BOOKED)
                begun = time.perf_counter()
                rows.keep_payments(store, ACCOUNT, batch, where)
                took["mpkit (judged, upserted, told)"] += time.perf_counter() - begun
            store.dispose()
            took["bare executemany upsert"] = _bare(Path(folder))
            best = {name: min(best[name], took[name]) for name in best}
    report(f"{BOOKED:,} payments booked, {TRANSACTION:,} in a transaction", next(iter(best)), best)


def _bare(folder: Path) -> float:
    ours = sqlite3.connect(folder / "ours.sqlite")
    lines = ours.execute("SELECT * FROM payments").fetchall()
    names = [name for _, name, *_ in ours.execute("PRAGMA table_info(payments)")]
    bare = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    for (made,) in ours.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'payments' AND sql IS NOT NULL"):
        bare.execute(made)
    bare.execute("PRAGMA synchronous = FULL")
    news = ", ".join(f"{name} = excluded.{name}" for name in names[2:])
    text = f"INSERT INTO payments VALUES ({', '.join('?' * len(names))}) ON CONFLICT DO UPDATE SET {news}"
    begun = time.perf_counter()
    for start in range(0, len(lines), TRANSACTION):
        bare.execute("BEGIN IMMEDIATE")
        bare.executemany(text, lines[start : start + TRANSACTION])
        bare.execute("COMMIT")
    took = time.perf_counter() - begun
    ours.close()
    bare.close()
    return took


def frame_of(mirror: Mirror) -> pd.DataFrame:
    """All entries in memory, texts that repeat as categories."""
    manifest = mirror.manifest()
    assert manifest is not None
    columns = ["payment_id", "day", "hour", "weekday", "approved_us", "approved_day", *TEXTS, *SUMS]
    months = []
    for _, file in sorted(manifest.months.items()):
        month = pq.read_table(mirror.folder / file, columns=columns, partitioning=None)
        for name in TEXTS:
            month = month.set_column(columns.index(name), name, month[name].dictionary_encode())
        months.append(month)
    frame = pa.concat_tables(months).unify_dictionaries().to_pandas(self_destruct=True)
    for name in ("day", "approved_day"):
        frame[name] = frame[name].astype("datetime64[s]")
    return frame


def asked_of_columns(mirror: Mirror) -> Ways:
    """Each question as mpkit asks it."""
    quarter, before = Question(ACCOUNT, QUARTER), Question(ACCOUNT, BEFORE)
    return {
        "sales by store and day": lambda: mirror.fetch_columns(said.matrix(quarter, "store", "day")),
        "hour by weekday": lambda: mirror.fetch(said.matrix(quarter, "hour", "weekday")),
        "registers": lambda: mirror.fetch_columns(said.sums(quarter, by="register")),
        "period against period": lambda: [
            line for each in (before, quarter) for line in mirror.fetch(said.sums(each, by="day"))
        ],
    }


def asked_of_pandas(frame: pd.DataFrame) -> Ways:
    """The same of the frame."""

    def summed(period: Period, *by: str) -> pd.DataFrame:
        first, last = pd.Timestamp(period.first), pd.Timestamp(period.last)
        chosen = frame.loc[(frame["day"] >= first) & (frame["day"] <= last), [*by, "currency", *SUMS]]
        return chosen.groupby([*by, "currency"], observed=True, as_index=False)[SUMS].sum()

    return {
        "sales by store and day": lambda: summed(QUARTER, "store_id", "day"),
        "hour by weekday": lambda: summed(QUARTER, "hour", "weekday"),
        "registers": lambda: summed(QUARTER, "pos_id"),
        "period against period": lambda: pd.concat([summed(each, "day") for each in (BEFORE, QUARTER)]),
    }


def asked_of_rows(file: Path) -> Ways:
    """The same of SQLite."""
    store = sqlite3.connect(file)

    def summed(period: Period, key: str) -> list[tuple[Any, ...]]:
        values = {"account": ACCOUNT, "first": str(period.first), "last": str(period.last)}
        return store.execute(IN_ROWS.format(key=key), values).fetchall()

    return {
        "sales by store and day": lambda: summed(QUARTER, "store_id, day,"),
        "hour by weekday": lambda: summed(QUARTER, f"{HOUR}, {WEEKDAY},"),
        "registers": lambda: summed(QUARTER, "pos_id,"),
        "period against period": lambda: summed(BEFORE, "day,") + summed(QUARTER, "day,"),
    }


def plain(answer: Any) -> list[tuple[str, ...]]:  # noqa: ANN401 - whatever one of the ways answers with
    """An answer as texts, in order, to be compared."""
    if isinstance(answer, pd.DataFrame):
        answer = list(answer.itertuples(index=False))
    if isinstance(answer, dict):
        answer = list(zip(*answer.values(), strict=True))
    return sorted(
        tuple(str(value).removesuffix(" 00:00:00").removesuffix("T00:00:00.000000") for value in line)
        for line in answer
    )


def questions(mirror: Mirror, frame: pd.DataFrame, file: Path) -> None:
    """Every question three ways: the same answers, then the times."""
    ours, theirs, in_rows = asked_of_columns(mirror), asked_of_pandas(frame), asked_of_rows(file)
    for name, way in ours.items():
        begun = time.perf_counter()
        rowwise = in_rows[name]()  # once: it takes long enough to be sure
        slow = time.perf_counter() - begun
        answer = plain(way())
        assert answer == plain(theirs[name]()) == plain(rowwise)
        took = fastest({"mpkit (columns)": way, "pandas in memory": theirs[name]}, rounds=5)
        report(f"{name}, {len(answer):,} lines", "mpkit (columns)", took | {"SQLite, indexed (once)": slow})


def pages(mirror: Mirror, frame: pd.DataFrame, count: int) -> None:
    """One payment by its id, and the newest 50 of a store's payments in a quarter with their count."""
    sale = frame["payments"] == 1
    by_id, of_store, of_all = listed(mirror, count)
    one, (store,) = by_id.payment_id, of_store.stores

    def paged(mask: pd.Series) -> tuple[int, list[str]]:
        first, last = pd.Timestamp(QUARTER.first), pd.Timestamp(QUARTER.last)
        found = frame[mask & sale & (frame["approved_day"] >= first) & (frame["approved_day"] <= last)]
        return len(found), found.sort_values(["approved_us", "payment_id"], ascending=False)[:50].payment_id.tolist()

    ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "one payment by its id": (
            lambda: paged_by_us(mirror, by_id)[1],
            lambda: frame[frame["payment_id"] == one].payment_id.unique().tolist(),
        ),
        "page of a store's quarter": (lambda: paged_by_us(mirror, of_store), lambda: paged(frame["store_id"] == store)),
        "page of everybody's quarter": (lambda: paged_by_us(mirror, of_all), lambda: paged(sale)),
    }
    for name, (mine, theirs) in ways.items():
        assert mine() == theirs()
        report(name, "mpkit", fastest({"mpkit": mine, "pandas in memory": theirs}, rounds=5))


def listed(mirror: Mirror, count: int) -> tuple[PaymentFilter, PaymentFilter, PaymentFilter]:
    """What is listed of `count` payments: one of them, those of its store in a quarter, everybody's."""
    by_id = PaymentFilter(ACCOUNT, QUARTER, payment_id=str(10**11 + count // 2))
    (one,) = payments_page(mirror, by_id).rows
    of_store = PaymentFilter(ACCOUNT, QUARTER, stores=(one.store_id,))
    return by_id, of_store, PaymentFilter(ACCOUNT, QUARTER)


def paged_by_us(mirror: Mirror, asked: PaymentFilter) -> tuple[int, list[str]]:
    """The count and the newest 50."""
    page = payments_page(mirror, asked)
    return page.count, [line.payment_id for line in page.rows]


def alone(mirror: Mirror, count: int) -> None:
    """What mpkit itself takes for every question and page."""
    names = ("one payment by its id", "page of a store's quarter", "page of everybody's quarter")
    ways: dict[str, Callable[[], Any]] = dict(asked_of_columns(mirror))
    for name, asked in zip(names, listed(mirror, count), strict=True):
        ways[name] = lambda asked=asked: paged_by_us(mirror, asked)
    for name, took in fastest(ways).items():
        print(f"  {name:<30} {took:8.3f} s", flush=True)


def small_sync(mirror: Mirror, store: Engine, count: int) -> None:
    """1,000 changed payments booked, and the columns current; then a question over what lies on the months."""
    changed = [
        Payment(**{each.name: getattr(one, each.name) for each in fields(one)} | {"updated": END})
        for one in payments(count, count - CHANGED, of=count)
    ]
    begun = time.perf_counter()
    rows.keep_payments(store, ACCOUNT, changed, gather(ZONE, ()))
    mirror.catch_up()
    assert not mirror.behind()
    took = time.perf_counter() - begun
    asked = asked_of_columns(mirror)["sales by store and day"]
    laid = fastest({"laid over": asked})["laid over"]
    print(f"  {CHANGED:,} changes booked and in the columns in {took:.3f} s; store and day with them {laid:.3f} s")


def memory(folder: Path, url: str, ways: tuple[str, ...] = ("columns", "pandas")) -> None:
    """What a process takes that asks all questions, and one that holds the frame."""
    sizes = {}
    for way in ways:
        said_by = subprocess.run(
            [sys.executable, __file__, "--memory", way, str(folder), url], check=True, capture_output=True, text=True
        )
        sizes[way] = int(said_by.stdout.split()[-1])
    against = (
        f", pandas {sizes['pandas']} MB; {sizes['columns'] / sizes['pandas']:.2f} of that" if len(ways) > 1 else ""
    )
    print(f"  memory: mpkit {sizes['columns']} MB{against}", flush=True)


def ask_alone(way: str, folder: str, url: str) -> None:
    """A process of its own: all questions once, then the most memory it had (pandas: what it still has)."""
    mirror = Mirror(Path(folder), open_store(url), ACCOUNT, ZONE)
    frame = frame_of(mirror) if way == "pandas" else None
    for ask in (asked_of_columns(mirror) if frame is None else asked_of_pandas(frame)).values():
        ask()
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(int(status["VmHWM" if frame is None else "VmRSS"].split()[0]) // 1024)


def main(count: int, folder: Path, *, compared: bool = True) -> None:
    """Book, build, compare, time."""
    gather_rarely()  # as the worker and the commands do
    if compared:
        booking()
    file = folder / "store.sqlite"
    store = filled(folder, count)
    mirror = Mirror(folder / "mirror", store, ACCOUNT, ZONE)
    begun, used = time.perf_counter(), time.process_time()
    mirror.rebuild()
    print(f"  columns of {count:,} payments: {time.perf_counter() - begun:.1f} s", end="")
    print(f" ({(time.process_time() - used) / count * 1e6:.1f} µs of processor time for each)", flush=True)
    if compared:
        memory(mirror.folder, f"sqlite:///{file}")
        frame = frame_of(mirror)
        questions(mirror, frame, file)
        pages(mirror, frame, count)
    else:
        memory(mirror.folder, f"sqlite:///{file}", ("columns",))
        alone(mirror, count)
    small_sync(mirror, store, count)
    store.dispose()


if __name__ == "__main__":
    if "--memory" in sys.argv:
        ask_alone(*sys.argv[2:])
    else:
        said_ = [word for word in sys.argv[1:] if word != "--alone"]
        payments_ = int(said_[0]) if said_ else 1_000_000
        with tempfile.TemporaryDirectory() as somewhere:
            main(payments_, Path(said_[1] if said_[1:] else somewhere), compared=len(said_) == len(sys.argv) - 1)
