"""The columns equal the rows after any changes, folds and deaths, and can be read by many while one writes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpkit.db import Engine, open_store
from mpkit.model import Chargeback, Payment, Period
from mpkit.sales import mirror as mirrors
from mpkit.sales import mirror_columns, mirror_files, rows, said
from mpkit.sales.entries import entries
from mpkit.sales.mirror import Mirror
from mpkit.sales.mirror_files import read_manifest
from mpkit.sales.question import Question
from mpkit.work import FixedClock, Seams
from tests.sales.making import ACCOUNT, NOON, PLACES, ZONE, charge, every_booked, payment, refund

YEAR = Period(date(2025, 1, 1), date(2026, 12, 31))


def opened(store: Engine, folder: Path) -> Mirror:
    return Mirror(folder / "mirror", store, ACCOUNT, ZONE, Seams(clock=FixedClock(NOON)))


def in_columns(mirror: Mirror) -> list[tuple[Any, ...]]:
    """Every entry as the columns have it."""
    columns = ", ".join(mirror_columns.SCHEMA.names)
    text = f"SELECT {columns} FROM entries ORDER BY payment_id, at_us, kind, refunds"
    return mirror.fetch(said.Said(text, {}))


def in_rows(store: Engine) -> list[tuple[Any, ...]]:
    """Every entry as the rows say it, payment by payment, without the mirror's columns."""
    epoch, names = datetime(1970, 1, 1, tzinfo=UTC), mirror_columns.SCHEMA.names
    found = []
    for booked in every_booked(store):
        payment = booked.payment
        for entry in entries(payment, booked.refunds, booked.chargebacks):
            said = {
                "at_us": (entry.at - epoch) // timedelta(microseconds=1),
                "approved_us": (payment["approved"] - epoch) // timedelta(microseconds=1),
                "approved_day": payment["day"],
                "payments": entry.count,
                "unexplained": payment["unexplained"] if entry.kind == "sale" else 0,
            }
            line = [said.get(name, getattr(entry, name, payment.get(name))) for name in names]
            found.append(tuple(line))
    order = [names.index(name) for name in ("payment_id", "at_us", "kind", "refunds")]
    return sorted(found, key=lambda line: [line[index] for index in order])


class Killed(BaseException):
    """The process would be gone here."""


@contextmanager
def dying(after: int) -> Iterator[None]:
    """Die at the n-th step that leaves something behind (a file, a manifest, a row); 0: live."""
    steps = {"left": after}

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **more: Any) -> Any:
            steps["left"] -= 1
            if steps["left"] == 0:
                raise Killed
            return real(*args, **more)

        return step

    places = [
        (mirrors, "write_table"), (mirrors, "swap_manifest"), (mirrors, "sync_file"),
        (mirror_files, "write_table"), (mirror_files, "sync_file"), (mirror_files, "sweep"),
        (rows, "acknowledge"), (rows, "join_mirrors"), (rows, "leave_mirrors"),
        (Mirror, "_copy"), (Path, "write_text"), (Path, "replace"), (Path, "unlink"),
    ]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        if after:
            for module, name in places:
                patch.setattr(module, name, wrapped(getattr(module, name)))
        yield


one_payment = st.builds(
    lambda number, version, month, back, disputed: (number, version, month, back, disputed),
    st.integers(1, 12),
    st.integers(0, 5),
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
)
act = st.one_of(
    st.tuples(st.just("payments"), st.lists(one_payment, min_size=1, max_size=6)),
    st.tuples(st.just("catch up"), st.integers(0, 24)),
    st.tuples(st.just("rebuild"), st.integers(0, 30)),
    st.tuples(st.just("lose"), st.just(0)),
)


def version_of(number: int, version: int, month: int, back: int, disputed: bool) -> Payment:
    approved = NOON + timedelta(days=number)
    updated = approved + timedelta(days=version)
    refunds = tuple(refund(n, 1000, approved + timedelta(days=31 * month + n)) for n in range(back))
    status = "charged_back" if disputed else ("pending" if version == 0 else "approved")
    return payment(
        number,
        approved=approved,
        updated=updated,
        refunds=refunds,
        status=status,
        charges=(charge("fee", 500, 40 * back),),
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts=st.lists(act, min_size=1, max_size=12), fold_at=st.sampled_from([0, 3, 1000]))
def test_columns_equal_rows_after_anything(acts: list[tuple[str, Any]], fold_at: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(mirrors, "_FOLD_AT", fold_at)
        store = open_store(f"sqlite:///{folder}/store.sqlite")
        for what, how in acts:
            if what == "payments":
                rows.keep_payments(store, ACCOUNT, [version_of(*each) for each in how], PLACES)
                for due in rows.chargebacks_due(store, ACCOUNT, 2):
                    found = Chargeback(
                        "7", due.payment_id, 10_000, "ARS", covered=True, created=NOON, updated=NOON + timedelta(days=9)
                    )
                    rows.keep_chargebacks(store, ACCOUNT, due, [found])
            elif what == "lose":
                for file in (Path(folder) / "mirror").glob("manifest.json"):
                    file.unlink()
            else:
                mirror = opened(store, Path(folder))
                try:
                    with dying(how):
                        mirror.catch_up() if what == "catch up" else mirror.rebuild()
                except Killed:
                    in_columns(opened(store, Path(folder)))  # whatever was left can be read
        mirror = opened(store, Path(folder))
        mirror.catch_up()
        assert not mirror.behind()
        assert in_columns(mirror) == in_rows(store)
        rows.keep_payments(store, ACCOUNT, [payment(99, approved=NOON)], PLACES)
        mirror.catch_up()
        left = {file.name for file in mirror.folder.glob("*.parquet")}
        manifest = read_manifest(mirror.folder)
        assert manifest is not None
        assert left == manifest.names() | (left & set(manifest.retired)), "nothing lies about"
        followed = in_columns(mirror)
        mirror.rebuild()
        assert in_columns(mirror) == followed == in_rows(store)
        store.dispose()


def fill(store: Engine, count: int, start: int = 0) -> None:
    many = [
        payment(number, approved=NOON + timedelta(hours=number), charges=(charge("fee", number % 700),))
        for number in range(start, start + count)
    ]
    rows.keep_payments(store, ACCOUNT, many, PLACES)


def test_changes_lie_over_the_months_until_they_are_folded(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirrors, "_FOLD_AT", 50)
    mirror = opened(store, tmp_path)
    fill(store, 900)
    mirror.catch_up()
    built = mirror.manifest()
    assert built is not None
    assert (built.layers, sorted(built.months), built.rows) == ((), ["2026-03", "2026-04"], 900)
    fill(store, 30, start=900)
    mirror.catch_up()
    laid = mirror.manifest()
    assert laid is not None
    assert (laid.laid, laid.months) == (30, built.months)
    assert in_columns(mirror) == in_rows(store)
    arrays = mirror.fetch_columns(said.sums(Question(ACCOUNT, YEAR, by="")))
    assert arrays["sum_payments"].tolist() == [930]
    fill(store, 30, start=930)
    mirror.catch_up()
    folded = mirror.manifest()
    assert folded is not None
    assert (folded.layers, folded.rows) == ((), 960)
    assert folded.months["2026-03"] == built.months["2026-03"], "months without changes are not written again"
    assert in_columns(mirror) == in_rows(store)


def test_a_small_change_is_written_alone(store: Engine, tmp_path: Path) -> None:
    """What a small sync writes grows with the change: large layers stay as they are, small ones melt together."""
    mirror = opened(store, tmp_path)
    fill(store, 10)
    mirror.catch_up()
    fill(store, 500, start=10)
    mirror.catch_up()
    sizes = []
    for step in range(25):
        again = [payment(number, approved=NOON, updated=NOON + timedelta(days=step + 50)) for number in range(5, 10)]
        rows.keep_payments(store, ACCOUNT, [*again, payment(600 + step)], PLACES)
        mirror.catch_up()
        manifest = mirror.manifest()
        assert manifest is not None
        sizes.append([layer.ids for layer in manifest.layers])
    assert in_columns(mirror) == in_rows(store)
    assert all(len(some) <= 4 for some in sizes)
    assert all(some[0] == 500 for some in sizes), "nothing this small touches the large layer"


@pytest.mark.parametrize("fold_at", [0, 1000])
def test_dying_at_each_step_loses_nothing(fold_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Payments the months hold already are changed; the mirror dies at the first step, the second, and so on."""
    monkeypatch.setattr(mirrors, "_FOLD_AT", fold_at)
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    fill(store, 30)
    mirror = opened(store, tmp_path)
    mirror.catch_up()
    died = True
    for step in range(1, 40):
        changed = [
            payment(number, approved=NOON, updated=NOON + timedelta(days=step)) for number in range(step, step + 5)
        ]
        rows.keep_payments(store, ACCOUNT, changed, PLACES)
        with dying(step):
            try:
                mirror.catch_up()
                died = False
            except Killed:
                pass
        mirror.catch_up()
        assert in_columns(mirror) == in_rows(store)
        if not died:
            break
    assert not died
    assert step > 3, "it died on the way"
    store.dispose()


def test_old_files_go_after_the_grace_time(store: Engine, tmp_path: Path) -> None:
    mirror = opened(store, tmp_path)
    clock = mirror.seams.clock
    assert isinstance(clock, FixedClock)
    fill(store, 10)
    mirror.catch_up()
    fill(store, 10, start=10)
    mirror.catch_up()
    first = mirror.manifest()
    fill(store, 10, start=20)
    mirror.catch_up()
    assert first is not None
    (layer,) = first.layers
    assert (mirror.folder / layer.entries).exists(), "a reader may still be at it"
    clock.sleep(mirror_files.GRACE.total_seconds() + 1)
    fill(store, 10, start=30)
    mirror.catch_up()
    assert not (mirror.folder / layer.entries).exists()


def test_a_store_that_does_not_know_the_mirror_has_it_built_anew(store: Engine, tmp_path: Path) -> None:
    mirror = opened(store, tmp_path)
    fill(store, 10)
    mirror.catch_up()
    other = open_store(f"sqlite:///{tmp_path / 'restored.sqlite'}")
    fill(other, 4)
    restored = opened(other, tmp_path)
    assert restored.behind()
    restored.catch_up()
    assert in_columns(restored) == in_rows(other)
    assert len(in_columns(restored)) == 4
    other.dispose()


def test_a_mirror_of_another_account_is_not_read(store: Engine, tmp_path: Path) -> None:
    mirror = opened(store, tmp_path)
    fill(store, 3)
    mirror.catch_up()
    other = Mirror(mirror.folder, store, "99", ZONE)
    assert in_columns(other) == []


def test_an_empty_account_has_empty_answers(store: Engine, tmp_path: Path) -> None:
    mirror = opened(store, tmp_path)
    assert in_columns(mirror) == []
    mirror.catch_up()
    assert in_columns(mirror) == []
    assert not mirror.behind()


def test_one_writer_at_a_time(store: Engine, tmp_path: Path) -> None:
    mirror = opened(store, tmp_path)
    fill(store, 3)
    mirror.folder.mkdir(parents=True)
    with mirrors.held(mirror.folder / "writer.lock", 0) as mine:
        assert mine
        assert mirror.catch_up(wait=0) is False
    assert mirror.catch_up(wait=0) is True


def test_many_read_while_one_writes(store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer is one generation: 50 more payments each time, never a part of them."""
    monkeypatch.setattr(mirrors, "_FOLD_AT", 120)
    monkeypatch.setattr(mirror_files, "GRACE", timedelta(0))  # files vanish under slow readers at once
    mirror = opened(store, tmp_path)
    fill(store, 50)
    mirror.catch_up()
    counts: list[int] = []
    troubles: list[BaseException] = []
    over, answered = threading.Event(), threading.Event()

    def read() -> None:
        own = opened(store, tmp_path)
        question = said.sums(Question(ACCOUNT, YEAR, by=""))
        try:
            while not over.is_set():
                counts.append(int(own.fetch(question)[0][2]))
                answered.set()
        except BaseException as trouble:  # noqa: BLE001 - shown below
            troubles.append(trouble)
            answered.set()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for step in range(1, 5):  # fewer generations than a reader tries before it gives up, however slow it is
        fill(store, 50, start=50 * step)
        mirror.catch_up()
        while 50 * (step + 1) not in counts and not troubles:  # somebody has read it: the next one is written at once
            answered.wait()
            answered.clear()
    over.set()
    for reader in readers:
        reader.join()
    assert troubles == []
    assert set(counts) - {50} == {50 * step for step in range(2, 6)}


CHILD = """
import sys
from pathlib import Path
from datetime import timedelta
from mpkit.db import open_store
from mpkit.sales import mirror as mirrors
from tests.sales.test_mirror import fill, opened
mirrors._FOLD_AT = 40
store = open_store(sys.argv[1])
mirror = opened(store, Path(sys.argv[2]))
print("ready", flush=True)
start = int(sys.argv[3])
while True:
    fill(store, 25, start=start)
    mirror.catch_up()
    start += 20
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_killed_while_writing(tmp_path: Path) -> None:
    """A real process, a real SIGKILL, several times; then the columns equal the rows."""
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    store = open_store(url)
    for number in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, url, str(tmp_path), str(number * 1000)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0.23 + 0.11 * number)
        child.kill()
        child.wait()
        child.stdout.close()
        mirror = opened(store, tmp_path)
        in_columns(mirror)
        mirror.catch_up()
        assert in_columns(mirror) == in_rows(store)
    store.dispose()


def test_an_instant_comes_back_as_it_was() -> None:
    moment = datetime(2026, 3, 10, 15, 0, 0, 123_000, tzinfo=UTC)
    assert mirror_columns.moment(int(moment.timestamp()) * 1_000_000 + 123_000) == moment
