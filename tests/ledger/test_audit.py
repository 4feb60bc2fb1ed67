"""The audit: a chain that shows what was changed, taken out, put in, moved or cut off; the store itself refuses to."""

from __future__ import annotations

import hashlib
import hmac
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from mpkit import db
from mpkit.db import Engine
from mpkit.errors import StoreTrouble
from mpkit.ledger import By, Done, audit, chain, sealing
from mpkit.ledger.rows import audit_as_text
from tests.soak import Bar

ACCOUNT = "42"
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def seal(text: str) -> str:
    return hmac.new(b"key", text.encode(), hashlib.sha256).hexdigest()


def grown(store: Engine, rows: int, account: str = ACCOUNT) -> audit.Head:
    head = audit.NONE
    for n in range(0, rows, 3):
        part = [Done("create", "pos", f"P{m}", {"branch": "S1"}) for m in range(n, min(n + 3, rows))]
        by = By("ana", AT + timedelta(minutes=n), "sucursales.xlsx:7")
        head = audit.record(store, account, part, by, seal=seal)
    return head


def check(store: Engine, **more: object) -> list[tuple[str, int, int]]:
    _, faults = chain.faults(store, ACCOUNT, seal=seal, **more)  # type: ignore[arg-type]
    return [(fault.code, fault.n, fault.upto) for fault in faults]


def tampered(store: Engine, *statements: str) -> None:
    """What somebody with the file in hand can do: the database's own guards taken off first."""
    with store.begin() as connection:
        for name in ("audit_no_update", "audit_no_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_rows_say_who_did_what_and_from_which_file(store: Engine) -> None:
    head = grown(store, 5)
    rows = list(audit.entries(store, ACCOUNT))
    assert [(row.n, row.subject) for row in rows] == [(1, "P0"), (2, "P1"), (3, "P2"), (4, "P3"), (5, "P4")]
    assert (rows[0].who, rows[0].at, rows[0].source, rows[0].details) == (
        "ana",
        AT,
        "sucursales.xlsx:7",
        {"branch": "S1"},
    )
    assert head == audit.head(store, ACCOUNT) == audit.Head(5, rows[-1].link)
    assert [row.n for row in audit.entries(store, ACCOUNT, since=AT + timedelta(minutes=1))] == [4, 5]
    assert [row.n for row in audit.entries(store, ACCOUNT, subject="P3", kinds=["create"])] == [4]
    assert check(store, anchors=[head, audit.Head(2, rows[1].link)]) == []
    with pytest.raises(ValueError, match="no kind"):
        audit.record(store, ACCOUNT, [Done("invented", "pos", "P1")], By("ana", AT), seal=seal)


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'luis' WHERE n = 2", "DELETE FROM audit WHERE n = 3"])
def test_the_store_refuses_to_change_or_delete_a_row(store: Engine, statement: str) -> None:
    grown(store, 4)
    with pytest.raises(sa.exc.IntegrityError, match="only grows"), store.begin() as connection:
        connection.exec_driver_sql(statement)
    assert check(store) == []


SWAP = (
    "UPDATE audit SET n = -1 WHERE n = 4",
    "UPDATE audit SET n = 4 WHERE n = 5",
    "UPDATE audit SET n = 5 WHERE n = -1",
)
INSERT = (
    "INSERT INTO audit SELECT account, 11, at, who, kind, object, 'P99', source, details, link FROM audit WHERE n=10"
)
TAMPERING = {
    "changed": (["UPDATE audit SET who = 'luis' WHERE n = 4"], [("changed", 4, 0)]),
    "a detail": (["""UPDATE audit SET details = '{"branch":"S2"}' WHERE n = 4"""], [("changed", 4, 0)]),
    "a time": (["UPDATE audit SET at = at + 1 WHERE n = 10"], [("changed", 10, 0)]),
    "taken out": (["DELETE FROM audit WHERE n = 4"], [("missing", 4, 4)]),
    "taken out and closed up": (
        ["DELETE FROM audit WHERE n = 4", "UPDATE audit SET n = n - 1 WHERE n > 4"],
        [("changed", 4, 0), *[("changed", n, 0) for n in range(5, 10)], ("cut", 10, 10)],
    ),
    "moved": (SWAP, [("changed", 4, 0), ("changed", 5, 0), ("changed", 6, 0)]),
    "put in": ([INSERT], [("changed", 11, 0)]),
    "cut": (["DELETE FROM audit WHERE n > 7"], [("cut", 8, 10)]),
    "cut with its head": (
        ["DELETE FROM audit WHERE n > 7", "UPDATE audit_heads SET n = 7, link = (SELECT link FROM audit WHERE n = 7)"],
        [("changed", 7, 0)],
    ),
    "emptied": (["DELETE FROM audit"], [("cut", 1, 10)]),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_whatever_is_done_to_the_chain_shows(store: Engine, name: str) -> None:
    grown(store, 10)
    statements, expected = TAMPERING[name]
    tampered(store, *statements)
    found = check(store)
    if name == "taken out and closed up":  # the first broken row and the missing end are what counts
        assert found[0] == expected[0]
        assert found[-1] == expected[-1]
    else:
        assert found == expected


COLUMNS = ("at", "who", "kind", "object", "subject", "source", "details", "link", "n")


def mischief(dice: random.Random, rows: int) -> list[str]:
    """One thing somebody with the file in hand may do to a chain of so many rows."""
    n, other = dice.sample(range(1, rows + 1), 2)
    column = dice.choice(COLUMNS[:-1])
    value = f"{column} + 1" if column == "at" else f"{column} || 'x'"
    swapped = [f"UPDATE audit SET n = {a} WHERE n = {b}" for a, b in ((-1, n), (n, other), (other, -1))]
    cut = [f"DELETE FROM audit WHERE n > {n - 1}"]
    last = f"(SELECT coalesce(max(n), 0) FROM audit), link = coalesce((SELECT link FROM audit WHERE n = {n - 1}), '')"
    forged = f"INSERT INTO audit SELECT account, {rows + 1}, at, who, kind, object, subject, source, details, link"
    return dice.choice(
        [
            [f"UPDATE audit SET {column} = {value} WHERE n = {n}"],
            [f"DELETE FROM audit WHERE n = {n}"],
            [f"DELETE FROM audit WHERE n = {n}", f"UPDATE audit SET n = n - 1 WHERE n > {n}"],
            swapped,
            cut,
            [*cut, f"UPDATE audit_heads SET n = {last}"],
            [f"{forged} FROM audit WHERE n = {n}", f"UPDATE audit_heads SET n = {rows + 1}"],
            ["DELETE FROM audit", "DELETE FROM audit_heads"],
        ]
    )


def test_a_chain_that_was_tampered_with(bar: Bar, store: Engine, tmp_path: Path) -> None:
    """Rows of the audit changed, taken out, put in, moved or cut off: found."""
    head = grown(store, 30)
    store.dispose()
    made, found = Path(str(store.url.database)), 0
    for seed in bar.rounds(stated=500, reduced=12):
        dice = random.Random(seed)
        copy = tmp_path / f"{seed}.sqlite"
        shutil.copyfile(made, copy)
        engine = db.connect(f"sqlite:///{copy}")
        statements = mischief(dice, 30)
        tampered(engine, *statements)
        assert check(engine, anchors=[head]), (seed, statements)
        engine.dispose()
        copy.unlink()
        found += 1
    bar.saw(f"{found} of {found}")


def test_a_store_put_back_to_an_older_day_shows_by_a_head_kept_elsewhere(store: Engine) -> None:
    grown(store, 4)
    with store.begin() as connection:
        kept = connection.exec_driver_sql("SELECT n, link, mac FROM audit_heads").one()
    head = grown(store, 9)
    tampered(
        store,
        "DELETE FROM audit WHERE n > 4",
        f"UPDATE audit_heads SET n = {kept.n}, link = '{kept.link}', mac = '{kept.mac}'",
    )
    assert check(store) == []  # nothing in the store can tell
    assert check(store, anchors=[head]) == [("cut", 5, 13)]


def test_another_key_is_said_as_such(store: Engine) -> None:
    grown(store, 3)
    rows, faults = chain.faults(store, ACCOUNT, seal=lambda text: hashlib.sha256(text.encode()).hexdigest())
    assert (rows, [fault.code for fault in faults]) == (3, ["key"])


def test_accounts_have_chains_of_their_own(store: Engine) -> None:
    grown(store, 3)
    grown(store, 2, account="43")
    tampered(store, "UPDATE audit SET who = 'x' WHERE account = '43'")
    assert check(store) == []


def test_one_letter_in_many_rows_is_found(store: Engine) -> None:
    made = [Done("print", "piece", str(n), {"register": "P1"}) for n in range(2_000)]
    audit.record(store, ACCOUNT, made, By("ana", AT), seal=seal)
    assert check(store) == []
    dice = random.Random(5)
    for n in (dice.randint(1, 2_000) for _ in range(4)):
        tampered(store, f"UPDATE audit SET subject = subject || 'x' WHERE n = {n}")
        assert ("changed", n, 0) in check(store)


def test_the_rows_go_with_their_deed_or_not_at_all(store: Engine) -> None:
    def broken_off() -> None:
        with db.writing(store) as connection:
            audit.append(connection, ACCOUNT, [Done("create", "pos", "P1")], By("ana", AT), seal=seal)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert audit.head(store, ACCOUNT) == audit.NONE
    assert list(audit.entries(store, ACCOUNT)) == []


class Named:
    """A seal under a key with a name."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, text: str) -> str:
        return hmac.new(self.key.encode(), text.encode(), hashlib.sha256).hexdigest()


OLD, NEW, THIRD = Named("old"), Named("new"), Named("third")


def turned(store: Engine) -> audit.Head:
    """Three rows under one key, one for the next, two under that, one for a third, and one under it."""
    by = By("ana", AT)
    made = iter(range(9))
    for seal_, rows, to in ((OLD, 3, NEW), (NEW, 2, THIRD), (THIRD, 1, None)):
        audit.record(store, ACCOUNT, [Done("create", "pos", f"P{next(made)}") for _ in range(rows)], by, seal=seal_)
        if to is not None:
            with db.writing(store) as connection:
                details = {"from": seal_.key, "to": to.key, "rows": 0}
                audit.turn(connection, ACCOUNT, details, by, old=seal_, new=to)
                sealing.name(connection, to.key, at=AT)
    return audit.head(store, ACCOUNT)


def walked(store: Engine, *others: Named, seal: Named = THIRD, **more: object) -> list[tuple[str, int, int]]:
    known = {one.key: one for one in others}
    _, faults = chain.faults(store, ACCOUNT, seal=seal, others=known, **more)  # type: ignore[arg-type]
    return [(fault.code, fault.n, fault.upto) for fault in faults]


def test_a_chain_goes_on_under_other_keys_and_is_verified_across_them(store: Engine) -> None:
    head = turned(store)
    assert head.n == 8
    assert walked(store, OLD, NEW, anchors=[head]) == []
    assert walked(store, NEW) == [("key", 1, 3)]  # of what a key sealed that is not here, nothing is known
    assert walked(store, OLD, THIRD, seal=NEW) == [("changed", 8, 0)]  # it does not end under the store's key
    assert walked(store, OLD) == [("key", 4, 6)]


@pytest.mark.parametrize("n", range(1, 9))
def test_a_row_changed_before_or_after_a_turn_is_found_and_so_is_the_turn_itself(store: Engine, n: int) -> None:
    turned(store)
    tampered(store, f"UPDATE audit SET who = 'eva' WHERE n = {n}")
    assert walked(store, OLD, NEW)[0] == ("changed", n, 0)


def test_who_has_a_key_of_before_can_write_neither_the_past_nor_the_present_anew(store: Engine) -> None:
    turned(store)
    with db.reading(store) as connection:
        rows = [tuple(row) for row in connection.execute(audit_as_text(ACCOUNT))]
    before = ""
    for n, at, _, *more, details, link in rows[:3]:  # the past, sealed as it was then
        forged = OLD(audit.text(before, [ACCOUNT, n, at, "eva", *more], details))
        tampered(store, f"UPDATE audit SET who = 'eva', link = '{forged}' WHERE n = {n}")
        before = forged
        assert link != forged
    assert walked(store, OLD, NEW) == [("changed", 4, 0)]
    tampered(store, "DELETE FROM audit WHERE n > 3")  # or as if nothing had come after it
    mac = OLD(audit.head_text(ACCOUNT, audit.Head(3, before)))
    tampered(store, f"UPDATE audit_heads SET n = 3, link = '{before}', mac = '{mac}'")
    assert walked(store, OLD, NEW) != []


def test_whoever_took_a_seal_up_before_the_turn_writes_nothing(store: Engine) -> None:
    head = turned(store)
    with pytest.raises(StoreTrouble, match="just now"):
        audit.record(store, ACCOUNT, [Done("create", "pos", "P9")], By("ana", AT), seal=NEW)
    with pytest.raises(StoreTrouble, match="just now"):
        audit.record(store, "other", [Done("create", "pos", "P9")], By("ana", AT), seal=NEW)
    assert audit.head(store, ACCOUNT) == head


def test_a_head_that_was_tampered_with_is_never_made_whole_by_what_comes_after(store: Engine) -> None:
    grown(store, 6)
    with db.reading(store) as connection:
        link = connection.execute(audit_as_text(ACCOUNT)).all()[3].link
    tampered(store, "DELETE FROM audit WHERE n > 4", f"UPDATE audit_heads SET n = 4, link = '{link}'")
    assert check(store) == [("changed", 4, 0)]
    audit.record(store, ACCOUNT, [Done("create", "pos", "P9")], By("ana", AT), seal=seal)
    assert check(store) == [("changed", 5, 0)]
    with db.writing(store) as connection:
        audit.turn(connection, ACCOUNT, {"from": "", "to": "new"}, By("ana", AT), old=seal, new=NEW)
    assert walked(store, seal=NEW, anchors=()) != []
