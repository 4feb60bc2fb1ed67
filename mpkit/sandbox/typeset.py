"""Many payments at once as bytes: rows of the book's columns go in, a JSON array of their documents comes out.

A template is derived from `documents.document`, filled with slots instead of values, once for each look: the pieces of
text between the slots. Rows are set by many at once, each from the pieces of its template and the texts of its leaves.
The bytes parse to exactly what `documents.payment` answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson

from mpkit.sandbox import documents
from mpkit.sandbox.answers import number, payment_date
from mpkit.sandbox.book import Book, Movement
from mpkit.sandbox.columns import CHARGES, Form, Numbers, Texts
from mpkit.sandbox.corrections import BACK
from mpkit.sandbox.digits import fields, serials
from mpkit.sandbox.finding import Found
from mpkit.sandbox.leaves import NAMES, Leaves, look, person, shared, sums
from mpkit.sandbox.seller import Seller
from mpkit.sandbox.stock import Stock
from mpkit.sandbox.typecase import Print, Typecase

# the lines in which the texts of rows stand: nothing, whole numbers, amounts, dates, texts many share, a row's own
_WHOLE = ("id", "payer", "document", "last", "ip", "month", "code", "store", "pos", "order")
_AMOUNTS = ("amount", "coupon", "extra", "net", "total", "part", *(f"charge{n}" for n in range(CHARGES)))
_DATES = ("created", "approved", "updated", "released")
_SHARED = ("name", "province", "description", "wallet")
_BACK = tuple(f"back{n}" for n in range(CHARGES))
_OWN = ("reference", "refunded", "refunds", *_BACK, "moved", "all")
_ORDER = ("", *_WHOLE, *_AMOUNTS, *_DATES, *_SHARED, *_OWN)
_LINES = {name: n for n, name in enumerate(_ORDER)}  # and then whole numbers with zeros before them, as they come up
_FIELDS = slice(1, 1 + len(_WHOLE) + len(_AMOUNTS) + len(_DATES))
_TOLD = slice(_FIELDS.stop, _FIELDS.stop + len(_SHARED))
_ZERO = [_LINES[name] for name in ("refunded", *_BACK)]  # as long as nothing was given back
_BITS = 2 ** np.arange(CHARGES, dtype="i8")
_AHEAD = 450  # rows set beyond a page for who goes on, and no more than were read: 1 ms
_ALONE = frozenset({*BACK, *BACK.values()})  # later movements that make a row one of its own
_HEAD, _TAIL = "\ue000", "\ue001"  # around a slot; no text of a payment has them


class Slot:
    """Stands for a leaf in a document: as a value of its own, or within a text."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __format__(self, spec: str) -> str:
        return f"{_HEAD}{self.name}:{spec}{_TAIL}"


class Typesetter:
    """Sets the payments of one book for its seller."""

    def __init__(self, book: Book, seller: Seller) -> None:
        self._book, self._seller = book, seller
        self.stock, self._at = Stock(book.columns), 0
        self._last: tuple[int, int] = (-1, -1)  # where the last page of a query ended
        self._case = Typecase()
        self._empty, self._zero = self._case.number(b""), self._case.number(b"0")
        self._names = np.array([self._case.number(orjson.dumps(name)) for name in NAMES], dtype="i4")
        self._templates: dict[int, int] = {}  # by look: the place in the two tables
        self._texts = np.zeros((0, 0), dtype="i4")  # of each template: the pieces around its slots
        self._slots = np.zeros((0, 0), dtype="i8")  # and the lines of its slots
        self._wide = np.zeros(0, dtype="i8")  # how many slots it has
        self._padded: list[tuple[int, int]] = []  # whole numbers with zeros before them: which, up to how many digits
        self._add(0, f"{_HEAD}all:{_TAIL}")
        self._families = Texts()  # forms that look alike
        self._family = np.zeros(0, dtype="i8")  # of each form
        self._told = np.zeros((0, 3), dtype="i4")  # of each form: province, description, wallet
        self._parts = np.zeros(0, dtype="i8")  # of each form: its instalments

    def page(self, found: Found, places: Sequence[int]) -> Sequence[memoryview]:
        """The documents at some places of what a query found, as texts that make a JSON array's inside when joined.

        Who reads a query page after page has more of it printed than the page, and kept for who reads it again.
        """
        if not places:
            return ()
        self.turn()
        whole = isinstance(places, range) and places.step == 1
        rows = found.rows[places[0] : places[-1] + 1] if whole else found.rows[np.array(places, dtype="i8")]
        goes_on, self._last = self._last == (found.number, places[0]), (found.number, places[-1] + 1)
        texts = self.stock.texts(rows)
        if not texts:
            more = found.rows[places[0] : places[-1] + 1 + min(places[0], _AHEAD)] if goes_on and whole else rows
            lacking = self.stock.lacking(more)
            self.stock.keep(lacking, self.printed(lacking))
            # what else the page has may have had to give way
            texts = self.stock.texts(rows) or [self.printed(rows).text]
        return [*texts[:-1], texts[-1][:-1]]

    def set(self, rows: Numbers) -> bytes:
        """The array of the documents of these rows."""
        self.turn()
        return b"".join([b"[", self.printed(rows).text[:-1], b"]"])

    def turn(self) -> None:
        """Look at the clock: a text says whether its payment's money is released."""
        before, self._at = self._at, int(self._book.now().timestamp())
        if self._at != before:
            index = self._book.dated["money_release_date"]
            self.stock.forget(index.rows[index.span(min(before, self._at) + 1, max(before, self._at))])

    def printed(self, rows: Numbers) -> Print:
        """The documents of rows at the time of the last turn, a comma behind each."""
        self._learn()
        keys = self._keys(rows, self._at).tolist()
        for key in set(keys):
            if key not in self._templates:
                self._derive(key, int(rows[keys.index(key)]))
        looks = np.fromiter(map(self._templates.__getitem__, keys), "i8", len(keys))
        leaves = self._leaves(rows, [n for n, key in enumerate(keys) if not key] if 0 in keys else ())
        wide = int(self._wide[looks].max(initial=0))
        slots = self._slots[looks, :wide] * len(rows) + np.arange(len(rows))[:, None]
        pieces = np.empty((len(rows), 2 * wide + 1), dtype="i4")
        pieces[:, 0::2], pieces[:, 1::2] = self._texts[looks, : wide + 1], leaves.take(slots)
        return self._case.print(pieces)

    def _learn(self) -> None:
        """Note the forms that are new."""
        new: Sequence[Form] = self._book.forms.known[len(self._family) :]
        if new:
            family = [self._families.number(shared(form)) for form in new]
            told = [
                [self._case.number(orjson.dumps(t)) for t in (f.province or None, f.description or None, f.wallet)]
                for f in new
            ]
            self._family = np.concatenate([self._family, np.array(family)])
            self._told = np.concatenate([self._told, np.array(told, dtype="i4")])
            self._parts = np.concatenate([self._parts, np.array([form.installments for form in new])])

    def _keys(self, rows: Numbers, now: int) -> Numbers:
        """A number for each row that tells one look from another."""
        all_ = self._book.columns
        approved, released = all_.approved[rows], all_.released[rows]
        key = self._family[all_.form[rows]] << 10 | all_.state[rows]
        key = key << CHARGES | (all_.charges[rows] > 0) @ _BITS
        for bit in (
            approved > 0,
            (approved > 0) & (released <= now),
            all_.coupon[rows] > 0,
            all_.extra[rows] > 0,
            all_.order[rows] > 0,
            all_.store[rows] > 0,
            all_.pos[rows] > 0,
            all_.reference[rows] > 0,
            all_.later[rows],
        ):
            key = key << 1 | bit
        found: Numbers = key
        for n in np.flatnonzero(all_.later[rows]).tolist():
            kinds = {entry.kind for entry in self._book.later[int(rows[n])]}
            refunds = any(kind.startswith("refund") for kind in kinds)
            found[n] = 0 if kinds & _ALONE else -(found[n] << 1 | refunds)
        return found

    def _leaves(self, rows: Numbers, alone: Sequence[int]) -> Numbers:
        """The pieces of the rows' leaves, in lines as `_ORDER` has them and after them the numbers with zeros.

        The rows in `alone` are of no template: their charges were put right.
        """
        all_, form = self._book.columns, self._book.columns.form[rows]
        payer, charges = all_.payer[rows], all_.charges[rows]
        who = person(payer)._asdict() | {"payer": payer}
        amount, coupon, extra = all_.amount[rows], all_.coupon[rows], all_.extra[rows]
        paid = sums(amount, charges.sum(axis=1), coupon, extra, self._parts[form])
        texts, at = self._references(all_.reference[rows])
        own = self._own(rows, texts, alone)
        laid = self._case.lay(
            fields(
                np.array([who[name] if name in who else getattr(all_, name)[rows] for name in _WHOLE]),
                np.array([amount, coupon, extra, paid.net, paid.total, paid.part, *charges.T]),
                np.array([getattr(all_, name)[rows] for name in _DATES]),
                self._padded,
            ),
            texts,
        )
        found = np.full((len(_ORDER) + len(self._padded), len(rows)), self._empty, dtype="i4")
        found[_FIELDS], found[len(_ORDER) :] = laid.fields[: _TOLD.start - 1], laid.fields[_TOLD.start - 1 :]
        found[_TOLD.start], found[_TOLD.start + 1 : _TOLD.stop] = self._names[who["name"]], self._told[form].T
        found[_LINES["reference"]] = laid.texts + at
        found[_ZERO] = self._zero
        for n, name, place in own:
            found[_LINES[name], n] = laid.texts + place
        return found

    def _references(self, codes: Numbers) -> tuple[list[bytes], Numbers]:
        """References as JSON texts, and which of the texts is each row's."""
        texts, at = [b'""'], np.zeros(len(codes), dtype="i4")
        rest = codes > 0
        for prefix, width, which, places in self._book.references.split(codes):
            at[which], rest[which] = len(texts) + np.arange(len(which)), False
            texts += serials(prefix, width, places)
        others = codes[rest].tolist()
        at[rest] = len(texts) + np.arange(len(others))
        return texts + [orjson.dumps(self._book.references.text(code)) for code in others], at

    def _own(self, rows: Numbers, texts: list[bytes], alone: Sequence[int]) -> list[tuple[int, str, int]]:
        """Add to the texts what only a few rows have: which of the rows, which leaf, where in the texts it is."""
        book, found = self._book, list[tuple[int, str, int]]()
        for n in np.flatnonzero(book.columns.later[rows]).tolist():
            for name, text in self._given_back(int(rows[n])).items():
                found.append((n, name, len(texts)))
                texts.append(text)
        for n in alone:
            found.append((n, "all", len(texts)))
            texts.append(orjson.dumps(documents.payment(book, self._seller, int(book.columns.id[rows[n]]))))
        return found

    def _given_back(self, row: int) -> dict[str, bytes]:
        """The leaves of a row that tell of its refunds; amounts that are not zero."""
        later, approved = self._book.later[row], self._book.columns.approved[row]
        names = [name for name, _ in self._book.forms.known[self._book.columns.form[row]].rates[:CHARGES]]
        found = dict.fromkeys(("refunded", *_BACK), 0)
        for entry in later:
            if entry.kind == "refund":
                found["refunded"] += entry.hundredths
            elif entry.kind == "fee_refund" and entry.name in names:
                found[_BACK[names.index(entry.name)]] += entry.hundredths
        told = {name: orjson.dumps(number(amount)) for name, amount in found.items() if amount}
        moved = max((entry.at for entry in later if entry.kind == "fee_refund"), default=int(approved))
        return told | {"refunds": self._refunds(later), "moved": orjson.dumps(payment_date(moved))}

    def _refunds(self, later: Sequence[Movement]) -> bytes:
        rows = documents.refunds(later, self._seller)
        return orjson.dumps([row for row in rows if row["status"] != "in_process"])

    def _derive(self, key: int, row: int) -> None:
        """Add the template of a look, from the document of a row that has it."""
        slip, money = self._book.slip(row), self._book.movements_of(row)
        how = look(self._book, slip, money)
        names = [name for name, _ in slip.rates]
        slots = _slots([names.index(name) for name, _ in how.charged])
        document = documents.document(how, slots, self._seller)
        self._add(key, orjson.dumps(document, default=lambda slot: f"{slot}{_TAIL}").decode())

    def _add(self, key: int, text: str) -> None:
        """Cut a document at its slots. A slot that is a value of its own has two tails and quotes not its own."""
        first, *rest = text.split(_HEAD)
        texts, slots = [first], list[int]()
        for piece in rest:
            slot, _, after = piece.partition(_TAIL)
            if after.startswith(_TAIL):
                texts[-1] = texts[-1].removesuffix('"')
                after = after.removeprefix(f'{_TAIL}"')
            slots.append(_LINES[slot[:-1]] if slot.endswith(":") else self._filled(*slot.split(":")))
            texts.append(after)
        texts[-1] += ","
        at = len(self._templates)
        wide = max(self._slots.shape[1], len(slots))
        if at == len(self._slots) or wide > self._slots.shape[1]:
            self._slots = _larger(self._slots, (2 * at + 16, wide), 0)
            self._texts = _larger(self._texts, (2 * at + 16, wide + 1), self._empty)
            self._wide = np.resize(self._wide, 2 * at + 16)
        self._wide[at] = len(slots)
        self._slots[at, : len(slots)] = slots
        self._texts[at, : len(texts)] = [self._case.number(text.encode()) for text in texts]
        self._templates[key] = at

    def _filled(self, name: str, spec: str) -> int:
        """The line of a number with zeros before it, as a slot's spec asks for."""
        wanted = (_WHOLE.index(name), int(spec.removesuffix("d")))
        if wanted not in self._padded:
            self._padded.append(wanted)
        return len(_ORDER) + self._padded.index(wanted)


def _slots(charges: Sequence[int]) -> Leaves:
    """A slot for every leaf; `charges` are the places of the charges there are."""
    found: dict[str, Any] = {name: Slot(name) for name in _ORDER if name in Leaves._fields}
    found["charges"] = tuple(Slot(f"charge{n}") for n in charges)
    found["back"] = tuple(Slot(f"back{n}") for n in charges)
    return Leaves(**found)


def _larger(table: Numbers, shape: tuple[int, int], rest: int) -> Numbers:
    found: Numbers = np.full(shape, rest, dtype=table.dtype)
    found[: table.shape[0], : table.shape[1]] = table
    return found
