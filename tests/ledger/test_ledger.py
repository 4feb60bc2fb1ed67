"""What is on record: intents before outcomes, ids and codes that belong to one object, seals that notice damage."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mpkit import db, ledger
from mpkit.db import Engine
from mpkit.errors import StoreTrouble
from mpkit.ledger import By, Intent, Known, Piece, rows

ACCOUNT = "1234567"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def seal(text: str) -> str:
    return hashlib.sha256(("key" + text).encode()).hexdigest()


def remember(store: Engine, known: Known, account: str = ACCOUNT) -> None:
    with db.writing(store) as connection:
        ledger.remember(connection, account, known, at=AT, seal=seal)


def damage(store: Engine, statement: str) -> None:
    with sqlite3.connect(str(store.url.database)) as connection:
        assert connection.execute(statement).rowcount == 1


# intents


def test_an_intent_keeps_its_state_when_the_same_plan_begins_again(store: Engine) -> None:
    intent = Intent("plan", "pos", "P1", "create", body_hash="a")
    with db.writing(store) as connection:
        ledger.intend(connection, ACCOUNT, [intent], at=AT)
        ledger.mark_sent(connection, ACCOUNT, Intent("plan", "pos", "P1", "create", attempts=2), body_hash="b", at=AT)
    with db.writing(store) as connection:
        ledger.intend(connection, ACCOUNT, [intent, Intent("plan", "pos", "P2", "create")], at=AT)
    first, second = ledger.of_plan(store, ACCOUNT, "plan")
    assert (first.state, first.attempts, first.body_hash) == ("sent", 2, "b")
    assert (second.state, second.attempts) == ("intended", 0)
    assert [one.external_id for one in ledger.unsettled(store, ACCOUNT)] == ["P1"]


def test_one_key_an_object_whatever_the_plan(store: Engine) -> None:
    with db.writing(store) as connection:
        for plan in ("one", "two"):
            ledger.intend(connection, ACCOUNT, [Intent(plan, "pos", "P1", "create")], at=AT)
        ledger.intend(connection, ACCOUNT, [Intent("two", "pos", "P2", "create")], at=AT)
    keys = {(one.plan, one.external_id): one.key for p in ("one", "two") for one in ledger.of_plan(store, ACCOUNT, p)}
    assert keys["one", "P1"] == keys["two", "P1"] != keys["two", "P2"]


def test_an_outcome_needs_an_intent(store: Engine) -> None:
    with pytest.raises(LookupError), db.writing(store) as connection:
        ledger.mark_sent(connection, ACCOUNT, Intent("plan", "pos", "P1", "create"), body_hash="", at=AT)


def test_an_ended_intent_says_how(store: Engine) -> None:
    intent = Intent("plan", "store", "S1", "create")
    with db.writing(store) as connection:
        ledger.intend(connection, ACCOUNT, [intent], at=AT)
        error = {"key": "api_refused", "values": {"status": 400}}
        ledger.mark_ended(connection, ACCOUNT, intent, state="refused", at=AT, error=error, note={"city": "Salta"})
    (one,) = ledger.of_plan(store, ACCOUNT, "plan")
    assert (one.state, one.error, one.note, one.ended) == ("refused", error, {"city": "Salta"}, AT)
    assert ledger.unsettled(store, ACCOUNT) == ()


# objects


def test_an_object_is_remembered_and_read_back(store: Engine) -> None:
    known = Known("pos", "P1", "900", "qr-1", {"name": "Caja"})
    remember(store, known)
    found = ledger.known(store, ACCOUNT, seal=seal)["pos", "P1"]
    assert (found.remote_id, found.qr_payload, found.sent, found.sound) == ("900", "qr-1", {"name": "Caja"}, True)
    assert ledger.known(store, "other", seal=seal) == {}
    remember(store, Known("pos", "P1", "901", "qr-2"))  # made anew under the same external id
    assert ledger.known(store, ACCOUNT, seal=seal)["pos", "P1"].remote_id == "901"


@pytest.mark.parametrize("second", [Known("pos", "P2", "900", "qr-2"), Known("pos", "P2", "901", "qr-1")])
def test_an_id_and_a_code_belong_to_one_object(store: Engine, second: Known) -> None:
    remember(store, Known("pos", "P1", "900", "qr-1"))
    with pytest.raises(ledger.Taken) as taken:
        remember(store, second)
    assert taken.value.holder == "P1"
    remember(store, second, account="other")


def test_the_database_itself_refuses_a_second_holder(store: Engine) -> None:
    remember(store, Known("pos", "P1", "900", "qr-1"))
    remember(store, Known("pos", "P2", "901", "qr-2"))
    for column, value in (("remote_id", "900"), ("qr_payload", "qr-1")):
        with (
            sqlite3.connect(str(store.url.database)) as connection,
            pytest.raises(sqlite3.IntegrityError),
        ):
            connection.execute(f"UPDATE objects SET {column} = ? WHERE external_id = 'P2'", (value,))


@pytest.mark.parametrize(
    "change", ["remote_id = '901'", "qr_payload = 'qr-x'", 'sent = \'{"name":"Otra"}\'', "external_id = 'P9'"]
)
def test_a_row_that_was_changed_behind_our_back_is_noticed(store: Engine, change: str) -> None:
    remember(store, Known("pos", "P1", "900", "qr-1", {"name": "Caja"}))
    damage(store, f"UPDATE objects SET {change}")
    (found,) = ledger.known(store, ACCOUNT, seal=seal).values()
    assert not found.sound


def test_registers_on_record_in_the_order_of_their_ids(store: Engine) -> None:
    for n in (3, 1, 2):
        remember(store, Known("pos", f"P{n}", f"90{n}", f"qr-{n}"))
    remember(store, Known("store", "S1", "600"))
    assert [one.external_id for one in ledger.of_registers(store, ACCOUNT, seal=seal)] == ["P1", "P2", "P3"]
    assert [one.external_id for one in ledger.of_registers(store, ACCOUNT, ["P2"], seal=seal)] == ["P2"]


# pieces


def piece(serial: int, register: str = "P1", state: str = "printed") -> Piece:
    return Piece(serial, register, "900", "hash", "ABCDEFGH", "book", 1, serial, AT, state)


def test_serials_are_given_once(store: Engine) -> None:
    assert ledger.next_serials(store, ACCOUNT, 3) == (1, 2, 3)
    assert ledger.next_serials(store, ACCOUNT, 2) == (4, 5)
    assert ledger.next_serials(store, "other", 1) == (1,)


def test_pieces_are_recorded_found_and_counted(store: Engine) -> None:
    made = [piece(1), piece(2), piece(3, "P2")]
    ledger.record_pieces(store, ACCOUNT, made, seal=seal)
    ledger.record_pieces(store, ACCOUNT, made, seal=seal)
    assert [one.serial for one in ledger.pieces_of(store, ACCOUNT, ["P1"], seal=seal)] == [1, 2]
    assert ledger.in_use(store, ACCOUNT) == {"P1": 2, "P2": 1}
    ledger.set_state(store, ACCOUNT, [2], "void", seal=seal, by=By("ana", AT))
    assert ledger.in_use(store, ACCOUNT) == {"P1": 1, "P2": 1}
    assert [(one.state, one.sound) for one in ledger.pieces_of(store, ACCOUNT, ["P1"], seal=seal)] == [
        ("printed", True),
        ("void", True),
    ]


def test_a_long_book_is_recorded_whole_or_not_at_all(store: Engine) -> None:
    ledger.record_pieces(store, ACCOUNT, [piece(1, "P7")], seal=seal)
    long = [piece(n, f"P{n % 600}") for n in range(2, 1203)]  # three statements; copies lie in different ones

    def broken() -> Iterator[Piece]:
        yield from long
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - the very one
        ledger.record_pieces(store, ACCOUNT, broken(), seal=seal)
    assert [one.serial for one in ledger.pieces_of(store, ACCOUNT, seal=seal)] == [1]
    for _ in range(2):
        ledger.record_pieces(store, ACCOUNT, iter(long), seal=seal)
    with db.reading(store) as connection:
        said = [(int(row.subject), row.kind) for row in connection.execute(rows.audit.select())]
    again = {n for n in range(2, 1203) if n % 600 == 7}  # only P7 had one before this book
    assert sorted(said) == [(n, "reprint" if n in again else "print") for n in range(1, 1203)]


def test_a_damaged_piece_is_shown_and_never_sealed_again(store: Engine) -> None:
    ledger.record_pieces(store, ACCOUNT, [piece(1)], seal=seal)
    damage(store, "UPDATE pieces SET payload_hash = 'other'")
    assert [one.sound for one in ledger.pieces_of(store, ACCOUNT, seal=seal)] == [False]
    with pytest.raises(StoreTrouble):
        ledger.set_state(store, ACCOUNT, [1], "placed", seal=seal, by=By("ana", AT))


# plans


def test_a_plan_is_kept_under_its_hash(store: Engine) -> None:
    ledger.keep_plan(store, ACCOUNT, "h1", {"n": 1}, who="ana", at=AT)
    ledger.keep_plan(store, ACCOUNT, "h2", {"n": 2}, who="ana", at=AT + timedelta(seconds=1))
    assert ledger.find_plan(store, ACCOUNT, "h1") == {"n": 1}
    assert ledger.find_plan(store, "other", "h1") is None
    assert ledger.latest_plan(store, ACCOUNT) == {"n": 2}
    ledger.keep_plan(store, ACCOUNT, "h1", {"n": 1}, who="eva", at=AT + timedelta(seconds=2))
    assert ledger.latest_plan(store, ACCOUNT) == {"n": 1}  # made again, it is the latest
