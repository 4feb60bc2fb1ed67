"""Bars of paper: planted faults found, hostile names harmless, two hundred registers proven."""

from __future__ import annotations

import random
import socket
import time
from pathlib import Path

import pikepdf
import pytest

from mpkit import kit
from mpkit.kit.drawing.type import POINT
from tests.kit.making import book, order, payload, proven, redrawn, subject
from tests.soak import Bar

N = 8
SUBJECTS = [subject(n) for n in range(N)]
OWNED = {one.external_id: one.payload for one in SUBJECTS}
NAMES = list(OWNED)
KINDS = ("swap", "stale", "twice", "other account", "cut", "covered")
LAYOUTS = (("sticker-50", "a4"), ("poster-a5", "alone"), ("sticker-70x100", "a4"))
Made = tuple[kit.Book, kit.Order]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> list[Made]:
    found = []
    for layout in LAYOUTS:
        wanted = order(*layout)
        found.append((book(SUBJECTS, tmp_path_factory.mktemp("book"), wanted), wanted))
    return found


def painted(made: kit.Book, name: str, target: Path, part: tuple[float, float, float, float]) -> Path:
    """The book's file with white over a part (shares of its side) of one register's code."""
    entry = next(one for one in made.manifest.pieces if one.register_id == name)
    code = entry.codes[0].code
    left, low, side = code.x / POINT, code.y / POINT, code.width / POINT
    x, y, wide, high = part
    with pikepdf.open(made.files[0]) as document:
        paint = f"q 0 0 0 0 k {left + x * side} {low + y * side} {wide * side} {high * side} re f Q"
        document.pages[entry.page - 1].contents_add(paint.encode())
        document.save(target)
    return target


def planted(made: Made, kind: str, chance: random.Random, target: Path) -> tuple[kit.Proof, set[str]]:
    """The proof of a book with one fault, and the registers it must name."""
    one, two = chance.sample(NAMES, 2)
    if kind == "stale":
        now = OWNED | {one: payload(1000 + chance.randrange(10**6))}
        return proven(made[0], made[0].files[0], now), {one}
    if kind in {"cut", "covered"}:
        part = chance.choice([(0, 0, 0.5, 1), (0.5, 0, 0.5, 1), (0, 0.5, 1, 0.5)]) if kind == "cut" else (0, 0, 1, 1)
        return proven(made[0], painted(made[0], one, target, part), OWNED), {one}
    other = payload(10**6 + chance.randrange(10**6), payee="OTRA CUENTA SA")
    drawn = {"swap": {one: OWNED[two], two: OWNED[one]}, "twice": {one: OWNED[two]}, "other account": {one: other}}
    return proven(made[0], redrawn(*made, OWNED | drawn[kind], target), OWNED), set(drawn[kind])


def test_every_planted_fault_is_found_and_only_it(bar: Bar, books: list[Made], tmp_path: Path) -> None:
    """200 books with a planted fault: swapped, stale, twice, of another account, cut, covered."""
    found = 0
    for seed in bar.rounds(stated=200, reduced=len(KINDS)):
        chance = random.Random(seed)
        proof, meant = planted(books[seed % len(books)], KINDS[seed % len(KINDS)], chance, tmp_path / "x.pdf")
        assert {one.register for one in proof.failures} == meant, (seed, proof.failures)
        assert (proof.grade, proof.matched) == ("F", N - len(meant))
        found += 1
    bar.saw(f"{found} faults found, 0 false alarms")


def test_two_hundred_registers_are_proven(bar: Bar, tmp_path: Path) -> None:
    """Proof of 200 registers: all of them."""
    many = [subject(n) for n in range(200)]
    for _ in bar.rounds(stated=1, reduced=1):
        made = book(many, tmp_path, order("sticker-50", "a4"))
        begun = time.perf_counter()
        found = proven(made, made.files[0], {one.external_id: one.payload for one in many})
        took = time.perf_counter() - begun
        assert (found.matched, found.symbols, found.failures) == (200, 200, ())
        bar.saw(f"200 of 200, {took:.1f} s")


PARTS = (
    "<img src='http://127.0.0.1/x.png'/>", "<a href='http://evil.test'>pago</a>", "<b>", "</para>", "<!ENTITY x>",
    "![x](http://evil.test/x.png)", "[x](javascript:alert(1))", "{payee}", "{0.__class__}", "%(store)s", "%n%n%s",
    ") Tj ET Q /Im0 Do", "(\\) BT /F1 99 Tf (", "endstream endobj", "<< /S /JavaScript /JS (app.alert(1)) >>",
    "=HYPERLINK(1)", "file:///etc/passwd", "https://mpago.la/pos/1", "../../x", "\x00", "\u202e", "\u200b", "\ufeff",
    "\r\n", "\t", "\U0001f4a3", "\u0301" * 9, "İ", "ß", "ñandú", "&lt;", "&#60;", "\\u003c", "'; DROP TABLE pos;--",
)  # fmt: skip
_EACH = 50


def hostile(seed: int) -> list[kit.Subject]:
    """Registers whose store and register are named by somebody who means harm."""
    chance = random.Random(seed)

    def name() -> str:
        return "".join(chance.choices(PARTS, k=chance.randint(1, 3)))[: chance.choice((20, 60, 400))]

    return [subject(n, store=name(), register=name()) for n in range(_EACH)]


def test_hostile_names_are_harmless(bar: Bar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """1,000 hostile names: no picture, no link, no code, no connection."""
    calls: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *where: calls.append(where))
    wanted, printed = order("poster-a5", "alone"), 0
    plain = contents(book([subject(1)], tmp_path / "plain", wanted).files[0])
    for seed in bar.rounds(stated=20, reduced=1):
        chosen = hostile(seed)
        made = book(chosen, tmp_path / str(seed), wanted)
        pieces = len(made.manifest.pieces)
        assert pieces + len(made.refused) == _EACH
        assert pieces
        assert made.refused
        found = kit.proof(made.files[0], None, {one.external_id: one.payload for one in chosen})
        assert (found.symbols, found.matched, found.failures) == (pieces, pieces, ())
        assert contents(made.files[0]) == plain
        printed += pieces
    assert calls == []
    bar.saw(f"{printed} printed, the others refused; 0 pictures, links, codes, connections")


def contents(file: Path) -> dict[str, int]:
    """How many pictures, links and actions a file has."""
    counted = dict.fromkeys(("pictures", "links", "actions", "files"), 0)
    with pikepdf.open(file) as document:
        for one in document.objects:
            if isinstance(one, pikepdf.Stream | pikepdf.Dictionary):
                counted["pictures"] += one.get("/Subtype") == "/Image"
                counted["links"] += one.get("/Subtype") == "/Link" or "/URI" in one or "/Annots" in one
                counted["actions"] += "/JS" in one or "/OpenAction" in one or "/AA" in one
                counted["files"] += "/EmbeddedFile" in one or one.get("/Type") == "/Filespec"
    return counted
