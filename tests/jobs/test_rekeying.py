"""A new key for a store: all of it sealed anew or none, what was broken left broken, old signatures verified on."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mpkit import accounts, db, keys, ledger, private
from mpkit.errors import MpkitError, Refused, StoreTrouble
from mpkit.jobs import Workbench, rekeying, rows, seals, vault
from mpkit.jobs.anchors import anchor, verify
from mpkit.kit.books.manifest import PURPOSE
from mpkit.ledger import By, Done, Known, Piece, audit
from mpkit.model import Account
from mpkit.settings import load
from mpkit.work import Seams, silent
from tests import forking
from tests.jobs.house import House, command
from tests.plan.chain import chain
from tests.plan.test_traced import points
from tests.soak import Bar
from tests.tracing import Fate, Tracer, refusal

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = Account("1", "UNO", "MLA", test=True)


def stocked(folder: Path, *, registers: int = 4) -> Workbench:
    """A store with registers and a sign of each, and a record of both."""
    settings = load(data=folder, store_url="", access_token=None, api_url="http://127.0.0.1:9")
    bench = Workbench(settings, db.open_store(settings.database))
    seal = seals.seal_of(bench)
    with db.writing(bench.store) as connection:
        for n in range(registers):
            known = Known("pos", f"P{n}", str(900 + n), f"code {n}", {"name": f"Caja {n}"})
            ledger.remember(connection, "1", known, at=AT, seal=seal)
        made = [Done("create", "pos", f"P{n}") for n in range(registers)]
        audit.append(connection, "1", made, By("ana", AT, "list.csv"), seal=seal)
    signs = [Piece(n + 1, f"P{n}", str(900 + n), "hash", "CODE", "B1", 1, n + 1, AT) for n in range(registers)]
    ledger.record_pieces(bench.store, "1", signs, seal=seal, by=By("ana", AT, "B1"))
    anchor(bench, "1")
    return bench


def altered(bench: Workbench, *statements: str) -> None:
    with closing(sqlite3.connect(str(bench.store.url.database))) as books, books:
        for statement in statements:
            books.execute(statement)


def unsound(bench: Workbench) -> list[str]:
    """The rows whose seal is not that of the key of now."""
    seal = seals.seal_of(bench)
    found = [id_ for (_, id_), one in ledger.recorded(bench.store, "1", seal=seal).items() if not one.sound]
    return found + [str(one.serial) for one in ledger.pieces_of(bench.store, "1", seal=seal) if not one.sound]


def test_all_is_sealed_anew_and_what_was_broken_stays_broken_and_is_named(tmp_path: Path) -> None:
    bench = stocked(tmp_path)
    old = keys.first(tmp_path)
    altered(bench, "UPDATE objects SET qr_payload = 'theirs' WHERE external_id = 'P1'")
    altered(bench, "UPDATE pieces SET payload_hash = 'theirs' WHERE serial = 3")
    done = rekeying.rotate(bench, who="eva")
    assert (done["from"], done["rows"], done["broken"]) == (old.id, 6, {"1": ["objects pos P1", "pieces 3"]})
    assert seals.seal_of(bench).key == done["to"] != old.id
    assert unsound(bench) == ["P1", "3"]
    of_before = ledger.recorded(bench.store, "1", seal=old.seal("ledger"))
    assert [one.sound for one in of_before.values()] == [False] * 4  # who has the old key alone can vouch for nothing
    found = verify(bench, "1")
    assert (found.faults, found.unsealed, found.anchors) == ((), 0, 2)
    last = list(audit.entries(bench.store, "1"))[-1]
    assert (last.kind, last.who, last.subject, last.details["named"]) == (
        "key",
        "eva",
        done["to"],
        ["objects pos P1", "pieces 3"],
    )
    again = rekeying.rotate(bench, who="eva")
    assert (again["from"], again["rows"], again["broken"]) == (done["to"], 6, done["broken"])
    assert verify(bench, "1").faults == ()
    assert [key.until is None for key in keys.ring(tmp_path)] == [False, False, True]


def test_a_line_outside_the_store_sealed_with_a_key_of_before_counts_only_before_a_later_one(tmp_path: Path) -> None:
    bench = stocked(tmp_path)
    old = keys.first(tmp_path)
    rekeying.rotate(bench, who="")
    file = tmp_path / "audit" / "1.heads"
    said = {"at": AT.isoformat(), "n": 1, "link": "x", "restored": True}
    forged = {**said, "mac": old.seal("ledger")(db.canonical(["audit anchor", "1", said]))}
    file.write_text(file.read_text() + db.canonical(forged) + "\n")
    assert verify(bench, "1").unsealed == 1


def test_refused_while_anybody_works_and_nothing_has_changed(tmp_path: Path) -> None:
    bench = stocked(tmp_path)
    store, clock, before = bench.store, bench.seams.clock, keys.first(tmp_path).id
    accounts.pin(store, ONE, bench.settings.api_url)
    with private.locked(tmp_path / "keys" / "rotate.lock", wait=False), pytest.raises(Refused, match="Another process"):
        rekeying.rotate(bench, who="")
    hold = ledger.take(store, "1", "apply", who="marta", clock=clock)
    with pytest.raises(Refused, match="marta"):
        rekeying.rotate(bench, who="")
    ledger.give_back(store, hold)
    for kind, holder in (("apply", ""), ("kit", "elsewhere:1:a")):  # a plan that waits; any work that is being done
        job = rows.submit(store, account="1", kind=kind, key="x", arguments={}, who="luis", clock=clock, holder=holder)
        with pytest.raises(Refused, match="luis"):
            rekeying.rotate(bench, who="")
        rows.drop_live(store, clock=clock)
        assert rows.find(store, job.id).finished
    assert seals.seal_of(bench).key == before
    assert unsound(bench) == []
    assert rekeying.rotate(bench, who="")["broken"] == {"1": []}


@pytest.fixture(scope="module")
def tracer() -> Iterator[Tracer]:
    if why := refusal():
        pytest.skip(why)
    with Tracer() as started:
        yield started


def test_killed_at_every_system_call_the_store_is_wholly_under_one_key(
    bar: Bar, tmp_path: Path, tracer: Tracer
) -> None:
    """SIGKILL at every system call that changes a file, of a rotation: all rows under the old key or the new one."""
    data = tmp_path / "data"
    bench = stocked(data)
    old = keys.first(data).id
    bench.store.dispose()
    shutil.copytree(data, tmp_path / "beginning")
    env = forking.settings(data, MPKIT_LANG="en")

    def run(fate: Fate) -> Any:
        shutil.rmtree(data)
        shutil.copytree(tmp_path / "beginning", data)
        return tracer.run(("key", "--rotate", "--json"), env=env, cwd=tmp_path, under=data, fate=fate)

    whole = run(Fate())
    assert whole.code == 0, whole.said
    seen = {"old": 0, "new": 0}
    for point in points(bar, whole.total, 8):
        told = run(Fate(at=point))
        assert told.code in {-9, 0}, told.said
        bench = Workbench(bench.settings, db.open_store(bench.settings.database))
        seen["old" if seals.seal_of(bench).key == old else "new"] += 1
        assert unsound(bench) == [], f"killed at call {point} of {told.calls}"
        assert verify(bench, "1").faults == ()
        before = [key for key in keys.ring(data) if key.id == old]
        assert (before[0].until is None) == (seals.seal_of(bench).key == old)
        assert rekeying.rotate(bench, who="")["broken"] == {"1": []}
        assert (unsound(bench), verify(bench, "1").faults) == ([], ())
        bench.store.dispose()
    assert min(seen.values()) > 0
    bar.saw(f"{whole.total} calls: {seen['old']} times wholly the old key, {seen['new']} times wholly the new one")


def test_a_copy_of_an_older_key_is_sealed_with_today_s_when_it_is_put_back(tmp_path: Path) -> None:
    bench = stocked(tmp_path / "data")
    accounts.pin(bench.store, ONE, bench.settings.api_url)
    copy = tmp_path / "night.backup"
    first = vault.backup(bench, copy, who="", progress=silent)
    done = rekeying.rotate(bench, who="")
    assert (first["key_id"], done["from"]) == (done["from"], first["key_id"])
    bench.store.dispose()
    shutil.copy(copy, Path(str(bench.store.url.database)))  # by hand: whoever had the old key could have made it
    bench = Workbench(bench.settings, db.open_store(bench.settings.database))
    with pytest.raises(StoreTrouble, match="mpkit restore"):
        seals.seal_of(bench)
    with pytest.raises(StoreTrouble, match="mpkit restore"):
        rekeying.rotate(bench, who="")
    bench.store.dispose()
    told = vault.restore(bench.settings, copy, over_newer=True, who="ana", seams=Seams())
    assert (told["turned"]["from"], told["turned"]["to"]) == (done["from"], done["to"])
    bench = Workbench(bench.settings, db.open_store(bench.settings.database))
    assert seals.seal_of(bench).key == done["to"]
    assert unsound(bench) == []
    found = verify(bench, "1")
    assert (found.faults, found.unsealed) == ((), 0)
    assert [each.kind for each in audit.entries(bench.store, "1")][-2:] == ["restore", "key"]


def test_without_the_key_nothing_is_printed_and_it_is_said_which_one_is_needed(
    tmp_path: Path, start_sandbox: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(tmp_path / "data", start_sandbox(site="MLA", seed=5))
    house.want(chain(1, 1))
    house.apply()
    printed = house.job("kit", book="before", registers=["P000"], sign="sticker-70x100", workers=1)
    assert command(house, "key", "--rotate", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["seals"] for one in told["keys"]] == [False, True]
    assert "secret" not in json.dumps(told)
    proven = house.job("proof", file=printed["files"][0]["path"], manifest=printed["manifest"])
    assert proven["matched"] == 1
    assert house.plan().work == ()
    copy = tmp_path / "night.backup"
    assert command(house, "backup", str(copy)) == 0
    id_ = told["keys"][1]["id"]
    assert id_ in capsys.readouterr().out
    kept = house.folder / "kept.key"
    keys.file(house.folder).rename(kept)
    house.bench.store.dispose()
    assert command(house, "restore", str(copy), "--over-newer") == 3
    assert f"needs the key {id_}" in capsys.readouterr().out
    assert not keys.file(house.folder).exists()  # a new one would only hide that the old one is missing
    for work in (
        lambda: house.job("kit", book="after", registers=["P000"], sign="sticker-70x100", workers=1),
        lambda: house.job("codes", name="after"),
        house.plan,
        lambda: verify(house.bench, house.account.id),
    ):
        with pytest.raises(MpkitError, match=f"key {id_}, which .* lacks"):
            work()
    assert not seals.vouched(house.folder, PURPOSE, lambda _: True)
    kept.rename(keys.file(house.folder))
    assert house.plan().work == ()
    assert command(house, "restore", str(copy), "--over-newer") == 0
    assert command(house, "audit", "verify") == 0
