"""A store for teams: everything SQLite promises of it, PostgreSQL does too, on a real server."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mpkit import db, sales
from mpkit.cli import console
from mpkit.errors import StoreTrouble, WrongUsage
from mpkit.i18n import say_error
from mpkit.model import Period
from mpkit.sales import Mirror, Question, rows
from mpkit.work import Seams
from tests.cli.test_sales import ask
from tests.sales.making import ACCOUNT, NOON, PLACES, ZONE, charge, payment, refund
from tests.sales.test_mirror import in_columns, in_rows
from tests.sandbox.reporting import reporting
from tests.test_migrations import declared, shape

__all__ = ["ask"]
ROOT = Path(__file__).parent.parent
NewDatabase = Callable[[], str]


def test_the_migrations_make_what_the_rooms_declare(team_store: db.Engine, new_database: NewDatabase) -> None:
    made = db.connect(new_database())
    with made.begin() as connection:
        declared().create_all(connection)
    assert team_store.dialect.name == "postgresql"
    assert shape(team_store) == shape(made)
    db.migrate(team_store)
    made.dispose()


def test_two_programs_that_start_at_once_make_one_store(new_database: NewDatabase) -> None:
    program = "import sys; from mpkit import db; db.open_store(sys.argv[1])"
    url = new_database()
    both = [subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE, cwd=ROOT) for _ in range(2)]
    for child in both:
        _, said = child.communicate(timeout=60)
        assert child.returncode == 0, said.decode()


def test_a_database_of_somebody_else_is_left_alone(new_database: NewDatabase) -> None:
    url = new_database()
    other = sa.create_engine(url)
    with other.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id integer)")
    with pytest.raises(StoreTrouble) as trouble:
        db.open_store(url)
    assert trouble.value.key == "store_foreign"
    assert sa.inspect(other).get_table_names() == ["theirs"]
    other.dispose()


def test_a_server_that_is_not_there_is_one_sentence_without_the_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreTrouble) as trouble:
        db.open_store("postgresql://somebody:pw-of-somebody@127.0.0.1:1/mpkit")
    assert trouble.value.key == "store_unreachable"
    assert "pw-of-somebody" not in say_error(trouble.value, "en")


def test_without_its_driver_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WrongUsage) as wrong:
        db.open_store("postgresql://127.0.0.1:1/mpkit")
    assert "mpkit[postgres]" in say_error(wrong.value, "en")


def test_one_writes_at_a_time(team_store: db.Engine) -> None:
    """What is read within a writing transaction still holds when it writes: nothing is counted twice or lost."""
    with db.writing(team_store) as connection:
        connection.exec_driver_sql("CREATE TABLE counting (n integer)")
        connection.exec_driver_sql("INSERT INTO counting VALUES (0)")

    def count() -> None:
        for _ in range(25):
            with db.writing(team_store) as connection:
                found = connection.exec_driver_sql("SELECT n FROM counting").scalar_one()
                connection.exec_driver_sql(f"UPDATE counting SET n = {found + 1}")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading(team_store) as connection:
        assert connection.exec_driver_sql("SELECT n FROM counting").scalar_one() == 100


def test_a_reading_sees_one_moment(team_store: db.Engine) -> None:
    rows.keep_payments(team_store, ACCOUNT, [payment(1)], PLACES)
    with db.reading(team_store) as connection:
        query = sa.select(sa.func.count()).select_from(rows.payments)
        assert connection.execute(query).scalar_one() == 1
        rows.keep_payments(team_store, ACCOUNT, [payment(2)], PLACES)
        assert connection.execute(query).scalar_one() == 1
    with db.reading(team_store) as connection:
        assert connection.execute(query).scalar_one() == 2


def versions(number: int) -> list[Any]:
    """Three versions of a payment."""
    fee = charge("fee", 700)
    back = (refund(number, 1_000 + number, NOON + timedelta(days=2)),)
    return [
        payment(number, status="pending", updated=NOON),
        payment(number, charges=(fee,), updated=NOON + timedelta(days=1)),
        payment(number, charges=(fee,), refunds=back, updated=NOON + timedelta(days=2)),
    ]


def test_four_syncs_that_write_at_once_leave_the_newest(team_store: db.Engine, store: db.Engine) -> None:
    batches = [[versions(number)[(number + turn) % 3] for number in range(60)] for turn in range(3)]
    threads = [
        threading.Thread(target=rows.keep_payments, args=(team_store, ACCOUNT, batch, PLACES))
        for batch in (*batches, batches[0])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for batch in batches:
        rows.keep_payments(store, ACCOUNT, batch, PLACES)
    ids = [str(number) for number in range(60)]
    theirs, ours = (sorted(rows.booked(each, ACCOUNT, ids), key=_id) for each in (team_store, store))
    assert theirs == ours
    assert all(each.payment["refunded"] > 0 for each in theirs)


def _id(booked: sales.Booked) -> str:
    return str(booked.payment["payment_id"])


def test_its_mirror_equals_one_from_sqlite(team_store: db.Engine, store: db.Engine, tmp_path: Path) -> None:
    found = []
    for number, engine in enumerate((team_store, store)):
        mirror = Mirror(tmp_path / str(number), engine, ACCOUNT, ZONE)
        rows.keep_payments(engine, ACCOUNT, [versions(each)[1] for each in range(400)], PLACES)
        mirror.catch_up()
        rows.keep_payments(engine, ACCOUNT, [versions(each)[2] for each in range(0, 400, 7)], PLACES)
        mirror.catch_up()
        assert not mirror.behind()
        assert in_columns(mirror) == in_rows(engine)
        found.append(in_columns(mirror))
        mirror.rebuild()
        assert in_columns(mirror) == found[0]
    assert found[0] == found[1]


def test_a_year_and_what_is_older_equals_the_ledger(team_store: db.Engine, tmp_path: Path) -> None:
    it = reporting(tmp_path, site="MLM", stores=4, registers=8, payments=500)
    it.clock.sleep(90 * 86_400)
    account = it.account.seller()
    mirror = sales.open_mirror(tmp_path, team_store, account, Seams(clock=it.clock, sleep=it.clock.sleep))
    assert sales.sync(it.account, mirror, account, since=date(2025, 11, 1), consent=True).gaps == ()
    ever = Period(date(2020, 1, 1), date(2035, 12, 31))
    names = ("count", "gross", "refunds", "chargebacks", "fees", "taxes", "net")
    for ours, theirs in (("day", "day"), ("register", "pos")):
        ledger = {row["key"]: row for row in it.ask("GET", f"/_sandbox/ledger?by={theirs}").body["rows"]}
        answer = sales.ask(mirror, Question(account.id, ever, by=ours)).to_json()["rows"]
        assert {row["key"]: [row[name] for name in names] for row in answer} == {
            key: [row[name] for name in names] for key, row in ledger.items()
        }


def test_commands_and_their_jobs_work_on_it(
    ask: Any, new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database()
    monkeypatch.setenv("MPKIT_STORE_URL", url)
    console.settings.cache_clear()
    code, out, said = ask("sync", "--json")
    assert (code, json.loads(out)["gaps"]) == (0, []), said
    totals = {}
    for name in ("day", "store", "register"):
        code, out, said = ask("sales", "--from", "2020-01-01", "--to", "2035-12-31", "--by", name, "--json")
        assert code == 0, said
        totals[name] = [row["gross"] for row in json.loads(out)["total"]]
    ledger = ask.sandbox.get("/_sandbox/ledger?by=store")["rows"]
    assert totals["day"] == totals["store"] == totals["register"]
    assert float(totals["day"][0]) == pytest.approx(sum(float(row["gross"]) for row in ledger))
    code, _, said = ask("backup", "copy.sqlite")
    assert (code, "pg_dump" in said) == (1, True)
    with db.connect(url).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM jobs WHERE state = 'done'").scalar_one() > 0
