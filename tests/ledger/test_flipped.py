"""Bits flipped in a live store: a code that is not the register's is never handed out for printing."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from mpkit import db, ledger
from mpkit.errors import StoreTrouble
from mpkit.ledger import Known
from tests.plan.simulator import quick_store
from tests.plan.verdict import seal
from tests.soak import Bar

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
REGISTERS = 40


def code(n: int) -> str:
    return f"000201{n:03d}" + "".join(chr(65 + (n * k) % 26) for k in range(200))


def test_no_flipped_bit_gives_a_register_another_code(bar: Bar, tmp_path: Path) -> None:
    """1,000 bit flips in a live store: 0 wrong codes for printing; what is damaged is known as damaged."""
    store = quick_store(tmp_path)
    with db.writing(store) as connection:
        for n in range(REGISTERS):
            known = Known("pos", f"P{n:03d}", str(900 + n), code(n), {"name": f"Caja {n}", "store": "S000"})
            ledger.remember(connection, "1", known, at=AT, seal=seal)
    store.dispose()
    file = tmp_path / "store.sqlite"
    whole, rng = file.read_bytes(), random.Random(1)
    pages = data_pages(file)
    seen = {"refused": 0, "damaged": 0, "untouched": 0}
    for _ in bar.rounds(stated=1_000, reduced=60):
        at = rng.choice(pages) * 4096 + rng.randrange(4096) if rng.random() < 0.8 else rng.randrange(len(whole))
        flipped = bytearray(whole)
        flipped[at] ^= 1 << rng.randrange(8)
        file.write_bytes(flipped)
        seen[judged(f"sqlite:///{file}")] += 1
    assert seen["refused"] > 0
    assert seen["damaged"] > 0
    bar.saw(", ".join(f"{count} {what}" for what, count in seen.items()) + "; 0 wrong codes")


def data_pages(file: Path) -> list[int]:
    """The pages that hold the objects, counted from 0: where a flip can hurt."""
    whole = file.read_bytes()
    with sqlite3.connect(file) as books:
        size = books.execute("PRAGMA page_size").fetchone()[0]
    assert size == 4096
    return [n for n in range(len(whole) // size) if b"0002010" in whole[n * size : (n + 1) * size]]


def judged(url: str) -> str:
    """What printing would be given."""
    engine = db.connect(url)
    try:
        found = ledger.of_registers(engine, "1", seal=seal)
    except StoreTrouble:
        return "refused"
    finally:
        engine.dispose()
    sound = [one for one in found if one.sound]
    for one in sound:
        n = int(one.external_id[1:])
        assert (one.remote_id, one.qr_payload) == (str(900 + n), code(n)), f"a wrong code for {one.external_id}"
    return "untouched" if len(sound) == REGISTERS else "damaged"
