"""Registers without sales: the whole judgement in columns against its questions alone in an indexed SQLite and pandas.

    python bench/silence.py [PAYMENTS [FOLDER]]   (1,000,000 by default; FOLDER keeps the store for another run)

mpkit's time is of everything: habits of 20,000 registers and 4,000 branches, hours, busy days, and the judgement. The
others only gather the habits of registers and of branches, which are compared before anything is timed; pandas has all
it needs in memory already, SQLite the index of the house on account, store and day.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from many_payments import ACCOUNT, END, ZONE, filled
from timing import fastest, report

from mpkit.sales import Mirror
from mpkit.sales.habits import HALF, WINDOW, Span, habits, span_until
from mpkit.sales.silence import judge
from mpkit.sales.standing import Standing

MOMENT = END - timedelta(hours=1)
KEYS = ("pos_id", "store_id")
WEEKDAY = "(CAST(strftime('%w', day) AS INTEGER) + 6) % 7 + 1"
IN_ROWS = f"""
WITH daily AS (
  SELECT {{key}} AS place, day, {WEEKDAY} AS weekday, COUNT(*) AS sold, MAX(approved) AS last_us
  FROM payments WHERE account = :account AND income AND day BETWEEN :first AND :last AND pos_id <> ''
  AND approved < :until GROUP BY {{key}}, day),
ends AS (SELECT place, MIN(day) AS first_day, MAX(day) AS last_day, MAX(last_us) AS at_us FROM daily GROUP BY place),
weighed AS (
  SELECT place, first_day, last_day, at_us, weekday, sold,
         half(julianday(last_day) - julianday(day)) AS weight
  FROM daily JOIN ends USING (place) WHERE julianday(last_day) - julianday(day) < {WINDOW})
SELECT place, first_day, last_day, at_us, {{weekdays}}, SUM(sold * sold * weight) FROM weighed
GROUP BY place, first_day, last_day, at_us ORDER BY place
"""
BY_WEEKDAY = ", ".join(
    f"SUM(CASE WHEN weekday = {n} THEN sold * weight ELSE 0 END), SUM(CASE WHEN weekday = {n} THEN 1 ELSE 0 END)"
    for n in range(1, 8)
)
Line = tuple[Any, ...]


def of_columns(mirror: Mirror, span: Span) -> Iterator[list[Line]]:
    """The habits as mpkit has them."""
    for key in KEYS:
        found = habits(mirror, span, key)
        weekly = np.stack([found.sold, found.days], axis=2).reshape(len(found), 14)
        names = found.place.tolist()
        yield [
            (name, first, last, at, *week, squares)
            for name, first, last, at, week, squares in zip(
                names, found.first, found.last, found.at, weekly.tolist(), found.squares, strict=True
            )
        ]


def of_rows(file: Path, span: Span) -> Iterator[list[Line]]:
    """The same of SQLite."""
    store = sqlite3.connect(file)
    store.create_function("half", 1, lambda days: 0.5 ** (days / HALF), deterministic=True)
    until = round(span.until.timestamp() * 1_000_000)
    values = {"account": ACCOUNT, "first": str(span.first), "last": str(span.last), "until": until}
    for key in KEYS:
        yield store.execute(IN_ROWS.format(key=key, weekdays=BY_WEEKDAY), values).fetchall()


def of_pandas(frame: pd.DataFrame, span: Span) -> Iterator[pd.DataFrame]:
    """The same of a frame."""
    chosen = frame[(frame["day"] >= pd.Timestamp(span.first)) & (frame["day"] <= pd.Timestamp(span.last))]
    chosen = chosen[chosen["at_us"] < round(span.until.timestamp() * 1_000_000)]
    for key in KEYS:
        by_day = chosen.groupby([key, "day"], observed=True)
        daily = by_day.agg(sold=("payments", "sum"), at_us=("at_us", "max"), weekday=("weekday", "max")).reset_index()
        ends = daily.groupby(key, observed=True).agg(
            first=("day", "min"), last=("day", "max"), last_us=("at_us", "max")
        )
        daily = daily.join(ends, on=key)
        back = (daily["last"] - daily["day"]).dt.days
        daily = daily[back < WINDOW].assign(weight=0.5 ** (back[back < WINDOW] / HALF))
        daily["weighed"], daily["squares"] = daily["sold"] * daily["weight"], daily["sold"] ** 2 * daily["weight"]
        weekly = daily.pivot_table(index=key, columns="weekday", values="weighed", aggfunc="sum", observed=True)
        days = daily.pivot_table(index=key, columns="weekday", values="weighed", aggfunc="count", observed=True)
        squares = daily.groupby(key, observed=True)["squares"].sum()
        found = ends.join(weekly).join(days.add_suffix("_days")).join(squares)
        found.index = found.index.astype(str)  # categories are in the order of their coming
        yield found.sort_index()


def same(ours: list[list[Line]], rows: list[list[Line]], frames: list[pd.DataFrame], span: Span) -> int:
    """Whether all three say the same of every place; how many places there are."""
    for mine, theirs, frame in zip(ours, rows, frames, strict=True):
        assert [line[0] for line in mine] == [line[0] for line in theirs] == frame.index.astype(str).tolist()
        assert np.allclose([line[4:] for line in mine], [line[4:] for line in theirs])
        assert [str(span.first + timedelta(days=int(line[2]))) for line in mine] == [line[2] for line in theirs]
        assert np.allclose([line[-1] for line in mine], frame["squares"])
    return sum(len(each) for each in ours)


def frame_of(mirror: Mirror) -> pd.DataFrame:
    """The sales in memory, texts as categories."""
    manifest = mirror.manifest()
    assert manifest is not None
    columns = ["kind", "pos_id", "store_id", "day", "weekday", "at_us", "payments"]
    months = [pq.read_table(mirror.folder / file, columns=columns) for _, file in sorted(manifest.months.items())]
    table = pa.concat_tables(months)
    table = table.filter(pa.compute.equal(table["kind"], "sale")).drop(["kind"])
    for name in KEYS:
        table = table.set_column(table.column_names.index(name), name, table[name].combine_chunks().dictionary_encode())
    frame = table.to_pandas()
    frame["day"] = frame["day"].astype("datetime64[s]")
    return frame


def main(count: int, folder: Path) -> None:
    """Build, compare, time."""
    file = folder / "store.sqlite"
    store = filled(folder, count)
    mirror = Mirror(folder / "mirror", store, ACCOUNT, ZONE)
    manifest = mirror.manifest()
    if manifest is None or manifest.layers:  # the frame is made of the months alone
        mirror.rebuild()
    span = span_until(MOMENT, (MOMENT - timedelta(hours=3)).date())
    frame = frame_of(mirror)
    begun = time.perf_counter()
    rows = list(of_rows(file, span))  # once: it takes long enough to be sure
    slow = time.perf_counter() - begun
    places = same(list(of_columns(mirror, span)), rows, list(of_pandas(frame, span)), span)
    took = fastest(
        {
            "mpkit (all of it)": lambda: judge(mirror, Standing(), MOMENT, frozenset()),
            "mpkit (habits alone)": lambda: list(of_columns(mirror, span)),
            "pandas in memory (habits alone)": lambda: list(of_pandas(frame, span)),
        },
        rounds=3,
    )
    title = f"silent registers, {places:,} registers and branches, {count:,} payments"
    report(title, "mpkit (all of it)", took | {"SQLite, indexed (habits alone, once)": slow})
    store.dispose()


if __name__ == "__main__":
    if len(sys.argv) > 2:  # noqa: PLR2004 - count and folder
        main(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as somewhere:
            main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, Path(somewhere))
