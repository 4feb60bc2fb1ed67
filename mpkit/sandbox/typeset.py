"""Many payments at once as bytes: rows of the book's columns go in, a JSON array of their documents comes out.

A template is derived from `documents.document`, filled with slots instead of values, once for each look; setting a row
is one `%` on it. The bytes parse to exactly what `documents.payment` answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import orjson

from mpkit.sandbox import documents
from mpkit.sandbox.book import Book, Movement
from mpkit.sandbox.columns import CHARGES, Form, Numbers, Texts
from mpkit.sandbox.finding import Found
from mpkit.sandbox.leaves import NAMES, Leaves, look, person, shared, sums
from mpkit.sandbox.seller import Seller

# how the leaves stand side by side in a row of values: whole numbers, JSON as it is, amounts in two parts
_WHOLE = ("id", "payer", "document", "last", "ip", "month", "code", "store", "pos", "order")
_JSON = (
    "created",
    "approved",
    "updated",
    "released",
    "reference",
    "name",
    "province",
    "description",
    "wallet",
    "refunds",
)
_AMOUNTS = ("amount", "coupon", "extra", "net", "total", "part", "refunded")
_AT_JSON = len(_WHOLE)
_AT_AMOUNTS = _AT_JSON + len(_JSON)
_AT_CHARGES = _AT_AMOUNTS + 2 * len(_AMOUNTS)
_AT_BACK = _AT_CHARGES + 2 * CHARGES
_CENTS = np.array([b"", *(f".{n:02d}".rstrip("0").encode() for n in range(1, 100))], dtype=object)
_NAMES = np.array([json.dumps(name, ensure_ascii=False).encode() for name in NAMES], dtype=object)
_BITS = 2 ** np.arange(CHARGES, dtype="i8")
_SECONDS = 86_400
_WEST = 4 * 3600  # payment dates are told four hours behind UTC, whatever the site
_BLOCK, _BLOCKS = 250, 48  # rows set at once; and kept: some 55 MB
_NEVER = 2**62
_ALONE = frozenset({"fee", "tax"})  # later movements that make a row one of its own
_HEAD, _TAIL = "\ue000", "\ue001"  # around a slot; no text of a payment has them


class Template(NamedTuple):
    """A document with holes: `text % pick(values)` is its JSON."""

    text: bytes
    pick: Callable[[Sequence[Any]], Any]


class Slot:
    """Stands for a leaf in a document: as a value of its own, or within a text."""

    def __init__(self, at: int, form: str) -> None:
        self.at, self.form = at, form

    def __format__(self, spec: str) -> str:
        return f"{_HEAD}{self.at}:{'%' + spec if spec else self.form}{_TAIL}"


class Block(NamedTuple):
    """Rows set ahead: what they are good for, and until when (a release shows in a document)."""

    texts: list[bytes]
    until: int


class Typesetter:
    """Sets the payments of one book for its seller."""

    def __init__(self, book: Book, seller: Seller) -> None:
        self._book, self._seller = book, seller
        self._blocks: dict[tuple[int, int], Block] = {}  # by the number of a query and the block's place in it
        self._last: tuple[int, int] = (-1, -1)  # where the last page of a query ended
        self._templates: dict[int, Template] = {}
        self._references: dict[int, bytes] = {}
        self._families = Texts()  # forms that look alike
        self._family = np.zeros(0, dtype="i8")  # of each form
        self._told = np.zeros((0, 3), dtype=object)  # of each form: province, description, wallet

    def page(self, found: Found, places: Sequence[int]) -> bytes:
        """The array of the documents at some places of what a query found.

        Who reads a query page after page has its rows set a block at a time, and kept for who reads them again.
        """
        if not isinstance(places, range) or places.step != 1 or not places:  # a fault has been at it
            return self.set(found.rows[np.array(places, dtype="i8")])
        goes_on, self._last = self._last == (found.number, places.start), (found.number, places.stop)
        if not goes_on and (found.number, places.start // _BLOCK) not in self._blocks:
            return self.set(found.rows[places.start : places.stop])
        texts: list[bytes] = []
        for n in range(places.start // _BLOCK, (places.stop - 1) // _BLOCK + 1):
            begin = n * _BLOCK
            texts += self._block(found, n)[max(0, places.start - begin) : max(0, places.stop - begin)]
        return b"[" + b",".join(texts) + b"]"

    def _block(self, found: Found, n: int) -> list[bytes]:
        now = int(self._book.now().timestamp())
        kept = self._blocks.pop((found.number, n), None)
        if kept is None or now >= kept.until:
            rows = found.rows[n * _BLOCK : (n + 1) * _BLOCK]
            released = self._book.columns.released[rows]
            kept = Block(self._set(rows), int(released[released > now].min(initial=_NEVER)))
        while len(self._blocks) >= _BLOCKS:
            self._blocks.pop(next(iter(self._blocks)))
        self._blocks[found.number, n] = kept  # the last one used is the last
        return kept.texts

    def set(self, rows: Numbers) -> bytes:
        """The array of the documents of these rows."""
        return b"[" + b",".join(self._set(rows)) + b"]"

    def _set(self, rows: Numbers) -> list[bytes]:
        now = int(self._book.now().timestamp())
        self._learn()
        values, keys = self._values(rows), self._keys(rows, now).tolist()
        found, templates = list[bytes](), self._templates
        for n, (key, value) in enumerate(zip(keys, values, strict=True)):
            if key:
                template = templates.get(key) or self._derived(key, int(rows[n]))
                found.append(template.text % template.pick(value))
            else:
                found.append(self._alone(int(rows[n])))
        return found

    def _learn(self) -> None:
        """Note the forms that are new."""
        new: Sequence[Form] = self._book.forms.known[len(self._family) :]
        if new:
            family = [self._families.number(shared(form)) for form in new]
            told = [[orjson.dumps(t) for t in (f.province or None, f.description or None, f.wallet)] for f in new]
            self._family = np.concatenate([self._family, np.array(family)])
            self._told = np.concatenate([self._told, np.array(told, dtype=object)])

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

    def _alone(self, row: int) -> bytes:
        """A payment no template fits: charged again after its approval."""
        return orjson.dumps(documents.payment(self._book, self._seller, int(self._book.columns.id[row])))

    def _values(self, rows: Numbers) -> Sequence[Sequence[Any]]:
        """The leaves of each row, side by side, as a template takes them."""
        all_, forms = self._book.columns, self._book.forms.known
        payer, charges = all_.payer[rows], all_.charges[rows]
        who = person(payer)
        whole = [
            getattr(who, name) if name in who._fields else payer if name == "payer" else getattr(all_, name)[rows]
            for name in _WHOLE
        ]
        amount, coupon, extra = all_.amount[rows], all_.coupon[rows], all_.extra[rows]
        form = all_.form[rows]
        parts = np.array([forms[number].installments for number in form.tolist()], dtype="i8")
        paid = sums(amount, charges.sum(axis=1), coupon, extra, parts)
        amounts = np.array([amount, coupon, extra, paid.net, paid.total, paid.part, np.zeros_like(amount), *charges.T])
        units, cents = (amounts // 100).tolist(), _CENTS[amounts % 100].tolist()
        said = [each for pair in zip(units, cents, strict=True) for each in pair]
        dates = [_dates(getattr(all_, name)[rows]) for name in ("created", "approved", "updated", "released")]
        references = [self._references.get(code) or self._reference(code) for code in all_.reference[rows].tolist()]
        texts = [*dates, references, _NAMES[who.name].tolist(), *self._told[form].T.tolist(), [b"[]"] * len(rows)]
        found: list[Any] = list(zip(*(column.tolist() for column in whole), *texts, *said, strict=True))
        for n in np.flatnonzero(all_.later[rows]).tolist():
            found[n] = self._with_later(found[n], int(rows[n]))
        return found

    def _with_later(self, value: Sequence[Any], row: int) -> list[Any]:
        """A row's values with what was given back."""
        later = self._book.later[row]
        form = self._book.forms.known[self._book.columns.form[row]]
        refunded, back = 0, [0] * CHARGES
        names = [name for name, _ in form.rates]
        for entry in later:
            if entry.kind == "refund":
                refunded += entry.hundredths
            elif entry.kind == "fee_refund" and entry.name in names[:CHARGES]:
                back[names.index(entry.name)] += entry.hundredths
        found = list(value)
        at = _AT_AMOUNTS + 2 * _AMOUNTS.index("refunded")
        found[at : at + 2] = _amount(refunded)
        found[_AT_JSON + _JSON.index("refunds")] = self._refunds(later)
        return [*found, *(part for amount in back for part in _amount(amount))]

    def _refunds(self, later: Sequence[Movement]) -> bytes:
        rows = documents.refunds(later, self._seller)
        return orjson.dumps([row for row in rows if row["status"] != "in_process"])

    def _reference(self, code: int) -> bytes:
        found = orjson.dumps(self._book.references.text(code))
        if len(self._references) < 100_000:
            self._references[code] = found
        return found

    def _derived(self, key: int, row: int) -> Template:
        """The template of a look, from the document of a row that has it."""
        slip, money = self._book.slip(row), self._book.movements_of(row)
        how = look(self._book, slip, money)
        names = [name for name, _ in slip.rates]
        at = [names.index(name) for name, _ in how.charged]
        text = json.dumps(
            documents.document(how, _slots(at), self._seller),
            ensure_ascii=False,
            separators=(",", ":"),
            default=lambda slot: f"{_HEAD}{slot.at}:{slot.form}{_TAIL}{_TAIL}",
        )
        found = self._templates[key] = _template(text)
        return found


def _slots(charges: Sequence[int]) -> Leaves:
    """A slot for every leaf; `charges` are the places of the charges there are."""
    found: dict[str, Any] = {name: Slot(n, "%d") for n, name in enumerate(_WHOLE)}
    found |= {name: Slot(_AT_JSON + n, "%b") for n, name in enumerate(_JSON)}
    found |= {name: Slot(_AT_AMOUNTS + 2 * n, "%d%b") for n, name in enumerate(_AMOUNTS)}
    found["charges"] = tuple(Slot(_AT_CHARGES + 2 * n, "%d%b") for n in charges)
    found["back"] = tuple(Slot(_AT_BACK + 2 * n, "%d%b") for n in charges)
    return Leaves(**found)


def _template(text: str) -> Template:
    """Cut a document at its slots. A slot that is a value of its own has two tails and quotes that are not its own."""
    whole, *rest = text.split(_HEAD)
    said, picked = [whole.replace("%", "%%")], list[int]()
    for piece in rest:
        slot, _, after = piece.partition(_TAIL)
        at, _, form = slot.partition(":")
        if after.startswith(_TAIL):
            said[-1] = said[-1].removesuffix('"')
            after = after.removeprefix(f'{_TAIL}"')
        said += [form, after.replace("%", "%%")]
        picked += [int(at), int(at) + 1] if form == "%d%b" else [int(at)]
    return Template("".join(said).encode(), itemgetter(*picked))


def _amount(hundredths: int) -> tuple[int, bytes]:
    whole, rest = divmod(hundredths, 100)
    return whole, _CENTS[rest]


_DAYS: dict[int, bytes] = {}
_TIMES = np.empty(_SECONDS, dtype=object)
_TIMES[:] = [f'T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}.000-04:00"'.encode() for n in range(_SECONDS)]


def _dates(at: Numbers) -> list[bytes]:
    """JSON texts of instants, four hours behind UTC."""
    there = at - _WEST
    days, times = (there // _SECONDS).tolist(), _TIMES[there % _SECONDS].tolist()
    return [(_DAYS.get(day) or _day(day)) + time for day, time in zip(days, times, strict=True)]


def _day(day: int) -> bytes:
    found = _DAYS[day] = f'"{np.datetime64(day, "D")}'.encode()
    return found
