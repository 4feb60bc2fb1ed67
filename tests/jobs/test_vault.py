"""The store lost and found again: a copy, work done since, the copy restored, the account asked, nothing twice."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mpkit import branches, ledger, private
from mpkit.db import open_store
from mpkit.errors import MpkitError, Refused
from mpkit.jobs import Workbench, rows, vault
from mpkit.jobs.anchors import anchor, verify
from mpkit.kit.books.book import MANIFEST
from mpkit.ledger import audit
from mpkit.plan import SETTLE
from mpkit.work import Clock, Seams, SystemClock, silent
from tests.conftest import Running
from tests.jobs.house import House, command
from tests.plan.chain import chain
from tests.soak import Bar


class _Later(SystemClock):
    """The machine's clock, some time ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=SETTLE + 1)


@pytest.fixture
def house(tmp_path: Path, start_sandbox: Callable[..., Running]) -> House:
    made = House(tmp_path / "data", start_sandbox(site="MLA", seed=5))
    made.want(chain(6, 10))
    return made


def restored(house: House, file: Path, **options: Any) -> tuple[House, dict[str, Any]]:
    """The installation after a restore, as a new process would find it."""
    house.bench.store.dispose()
    options.setdefault("over_newer", True)
    done = vault.restore(house.bench.settings, file, who="ana", seams=Seams(), **options)
    return reopened(house), done


def reopened(house: House, clock: Clock | None = None) -> House:
    again = object.__new__(House)
    again.folder, again.sandbox, again.account = house.folder, house.sandbox, house.account
    settings = house.bench.settings
    again.bench = Workbench(settings, open_store(settings.database), Seams(clock=clock or SystemClock()))
    return again


def creates(house: House) -> Counter[str]:
    rows_ = house.sandbox.world.trace.rows()
    return Counter(str(row["external_id"]) for row in rows_ if str(row["effect"] or "").startswith("create"))


def test_a_lost_store_is_restored_reconciled_and_nothing_is_made_twice(
    bar: Bar, tmp_path: Path, start_sandbox: Callable[..., Running]
) -> None:
    """Last night's copy restored and reconciled after more was applied (200 registers): nothing made, nothing twice."""
    for _ in bar.rounds(stated=1, reduced=1):
        house = House(tmp_path / "data", start_sandbox(site="MLA", seed=5))
        house.want(chain(60, 200) if bar.whole else chain(6, 10))
        _lost_and_found(house, tmp_path)
        bar.saw("0 creates, 0 duplicates, plan of 0 changes")


def _lost_and_found(house: House, tmp_path: Path) -> None:
    listed = branches.wanted(house.bench.store, house.account.id)
    first = house.plan(only=f"first={len(listed.branches) // 2}")
    house.apply(first)
    copy = tmp_path / "night.backup"
    vault.backup(house.bench, copy, who="ana", progress=silent)
    house.apply()  # what the copy knows nothing of
    anchor(house.bench, house.account.id)  # as every job does at its end
    done_since = creates(house)
    before = ledger.known(house.bench.store, house.account.id, seal=house.seal)
    house.bench.store.dispose()
    Path(str(house.bench.store.url.database)).write_bytes(b"lost")
    house, told = restored(house, copy, over_newer=False)  # what is there cannot be read: nothing newer to lose
    assert told["accounts"][0]["same_key"]
    assert len(ledger.known(house.bench.store, house.account.id, seal=house.seal)) < len(before)
    done = house.job("reconcile")
    assert len(done["learned"]) == len(before) - len(first.work)
    assert done["drift"]["differences"] == 0
    after = ledger.known(house.bench.store, house.account.id, seal=house.seal)
    assert {key: one.qr_payload for key, one in after.items()} == {key: one.qr_payload for key, one in before.items()}
    plan = house.plan()
    assert (plan.work, plan.summary["same"]) == ((), len(listed.branches) + len(listed.registers))
    assert house.job("reconcile")["learned"] == []
    assert creates(house) == done_since
    assert set(done_since.values()) == {1}
    found = verify(house.bench, house.account.id)
    assert found.faults == ()
    assert found.lost  # what the record lost is said, and no fault


def test_a_request_that_nobody_knows_the_end_of_is_settled_by_looking(house: House) -> None:
    house.apply()
    plan = house.plan(only="first=1") if house.plan().work else None
    assert plan is None
    (intent, other, *_) = [
        one for one in ledger.of_plan(house.bench.store, house.account.id, _last(house)) if one.object == "pos"
    ]
    at = datetime.now(UTC)
    with house.bench.store.begin() as connection:
        for one in (intent, other):
            ledger.mark_sent(connection, house.account.id, one, body_hash="", at=at)
        ledger.forget(connection, house.account.id, "pos", intent.external_id, at=at, seal=house.seal)
    house.press("delete_pos", id=str(other.remote_id))
    with pytest.raises(Refused, match="on its way"):
        house.job("reconcile")
    done = reopened(house, _Later()).job("reconcile")
    assert {row["external_id"]: row["outcome"] for row in done["settled"]} == {
        intent.external_id: "done",
        other.external_id: "intended",
    }
    assert [row["external_id"] for row in done["learned"]] == [intent.external_id]
    assert [row["external_id"] for row in done["drift"]["missing"]] == [other.external_id]
    assert ledger.unsettled(house.bench.store, house.account.id) == ()


def _last(house: House) -> str:
    document = ledger.latest_plan(house.bench.store, house.account.id)
    plans = {one.plan for one in ledger.of_object(house.bench.store, house.account.id, "pos", "P000")}
    assert document is not None
    return plans.pop()


def test_signs_printed_since_keep_their_numbers(house: House, tmp_path: Path) -> None:
    house.apply(house.plan(only="first=2"))
    copy = tmp_path / "night.backup"
    vault.backup(house.bench, copy, who="", progress=silent)
    printed = house.job("kit", book="second", registers=["P000", "P001"], sign="sticker-70x100", workers=1)
    assert printed["proof"]["grade"]
    kept = ledger.pieces_of(house.bench.store, house.account.id, seal=house.seal)
    house, _ = restored(house, copy)
    assert ledger.pieces_of(house.bench.store, house.account.id, seal=house.seal) == ()
    done = house.job("reconcile")
    assert done["pieces"] == [piece.serial for piece in kept]
    assert ledger.pieces_of(house.bench.store, house.account.id, seal=house.seal) == kept
    assert ledger.next_serials(house.bench.store, house.account.id, 1) == (kept[-1].serial + 1,)
    assert list((house.folder / "accounts" / house.account.id / "books").glob(f"*/{MANIFEST}"))


def test_a_copy_holds_no_token_and_its_record_is_whole(house: House, tmp_path: Path) -> None:
    house.apply()
    copy = tmp_path / "copy.backup"
    done = vault.backup(house.bench, copy, who="ana", progress=silent)
    assert house.sandbox.token.encode() not in copy.read_bytes()
    assert copy.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(copy)) as connection:
        n, link = connection.execute("SELECT n, link FROM audit ORDER BY n DESC LIMIT 1").fetchone()
        assert connection.execute("SELECT kind, who FROM audit WHERE n = ?", (n,)).fetchone() == ("backup", "ana")
    assert done["heads"] == {house.account.id: f"{n}:{link}"}
    assert verify(house.bench, house.account.id, (audit.Head(n, link),)).faults == ()


def test_no_copy_while_a_plan_waits_and_no_restore_over_newer_or_foreign_files(house: House, tmp_path: Path) -> None:
    copy = tmp_path / "copy.backup"
    vault.backup(house.bench, copy, who="", progress=silent)
    store, clock = house.bench.store, house.bench.seams.clock
    waiting = rows.submit(
        store, account=house.account.id, kind="apply", key="sha256:1", arguments={}, who="luis", clock=clock
    )
    with pytest.raises(Refused, match="luis"):
        vault.backup(house.bench, tmp_path / "other.backup", who="", progress=silent)
    rows.request_cancel(store, waiting.id, clock=clock)
    hold = ledger.take(store, house.account.id, "apply", who="marta", clock=clock)
    with pytest.raises(Refused, match="marta"):
        vault.backup(house.bench, tmp_path / "other.backup", who="", progress=silent)
    ledger.give_back(store, hold)
    assert not (tmp_path / "other.backup").exists()
    with private.locked(house.folder / "worker.lock", wait=False), pytest.raises(Refused, match="worker uses"):
        restored(house, copy)
    with closing(sqlite3.connect(str(store.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # somebody writes just now
        with pytest.raises(Refused, match="Another program"):
            restored(house, copy)
    with pytest.raises(Refused, match="newer entries"):
        restored(house, copy, over_newer=False)
    for name, content in (("text", b"no store"), ("half", copy.read_bytes()[:9000])):
        broken = tmp_path / name
        broken.write_bytes(content)
        with pytest.raises(MpkitError):
            restored(house, broken)
    foreign = tmp_path / "foreign"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE t (a)")
    with pytest.raises(Refused, match="no whole copy"):
        restored(house, foreign)
    with pytest.raises(Refused, match="store itself"):
        vault.backup(house.bench, Path(str(store.url.database)), who="", progress=silent)


def test_a_copy_under_another_key_says_that_it_seals_nothing(house: House, tmp_path: Path) -> None:
    house.apply(house.plan(only="first=1"))
    copy = tmp_path / "copy.backup"
    vault.backup(house.bench, copy, who="", progress=silent)
    settings = house.bench.settings.model_copy(update={"data": tmp_path / "elsewhere"})
    done = vault.restore(settings, copy, over_newer=False, who="", seams=Seams())
    assert [one["same_key"] for one in done["accounts"]] == [False]


def test_the_commands(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house.apply(house.plan(only="first=1"))
    copy = tmp_path / "copy.backup"
    assert command(house, "backup", str(copy), "--json") == 0
    head = next(iter(json.loads(capsys.readouterr().out)["heads"].values()))
    assert command(house, "audit", "verify", "--head", head) == 0
    assert command(house, "audit", "verify", "--head", head[:-1] + ("0" if head[-1] != "0" else "1")) == 3
    assert command(house, "audit", "verify", "--head", "nonsense") == 2
    house.want(replace(chain(6, 10), branches=()))
    house.apply()
    house.bench.store.dispose()
    assert command(house, "restore", str(copy)) == 1
    assert "--over-newer" in capsys.readouterr().err
    assert command(house, "restore", str(copy), "--over-newer") == 0
    capsys.readouterr()
    assert command(house, "reconcile", "--json") == 0
    assert json.loads(capsys.readouterr().out)["learned"]
    assert command(house, "audit", "verify", "--head", head) == 0
    assert command(house, "plan") == 0
