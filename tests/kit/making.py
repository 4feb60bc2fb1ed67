"""Registers, orders and books for the tests of this room: payloads are invented, their form is the contract's."""

from __future__ import annotations

import hashlib
import hmac
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mpkit import emv, kit
from mpkit.kit.books.manifest import expected
from mpkit.kit.printing import pdf
from mpkit.kit.printing.paper import grid
from mpkit.kit.signs.sign import stamped
from mpkit.kit.signs.wording import Wording
from mpkit.kit.symbols.symbol import encode

COUNTRIES = {
    "MLA": ("AR", "032"), "MLB": ("BR", "986"), "MLM": ("MX", "484"), "MCO": ("CO", "170"), "MPE": ("PE", "604"),
    "MLC": ("CL", "152"), "MLU": ("UY", "858"),
}  # fmt: skip
WHEN = datetime(2026, 11, 23, 12, tzinfo=UTC)


def payload(n: int, site: str = "MLA", payee: str = "FARMACIAS DEL PLATA SA", *, pix: bool = False) -> str:
    """The code of register `n`."""
    country, currency = COUNTRIES[site]
    link = ("43", [("00", "com.mercadolibre"), ("01", f"https://mpago.la/pos/{104268000 + n}")])
    pix_part = [("26", [("00", "BR.GOV.BCB.PIX"), ("25", f"pix-qr.mercadopago.com/instore/p/v2/{n:032x}")])]
    return emv.build(
        [
            ("00", "01"),
            ("01", "11"),
            *(pix_part if pix else []),
            link,
            ("52", "9700"),
            ("53", currency),
            ("58", country),
            ("59", payee),
            ("60", "CIUDAD"),
        ]
    )


def subject(n: int = 1, **changes: Any) -> kit.Subject:
    """Register `n` of a chain with three registers a branch."""
    made = kit.Subject(
        account="1234",
        site="MLA",
        test=False,
        payload=payload(n),
        pos_id=str(9000 + n),
        external_id=f"SUC{n // 3:04d}CAJA{n % 3:02d}",
        register=f"Caja {n % 3 + 1}",
        store=f"Farmacia Plaza {n // 3 + 1}",
        store_external_id=f"SUC{n // 3:04d}",
    )
    return replace(made, **changes)


def seal(purpose: str) -> Any:
    """A key that only the tests have."""
    return lambda text: hmac.new(purpose.encode(), text.encode(), hashlib.sha256).hexdigest()


def order(sign: str = "sticker-70x100", paper: str = "a4", **changes: Any) -> kit.Order:
    made = kit.Order(kit.design(sign), kit.paper(paper), "es", "20261123-AB12CD", "ana", WHEN)
    return replace(made, **changes)


def book(
    subjects: Sequence[kit.Subject],
    folder: Path,
    wanted: kit.Order | None = None,
    fresh: Mapping[str, str] | None = None,
    **more: Any,
) -> kit.Book:
    """A book made and proven."""
    numbers = itertools.count(1)
    now = fresh if fresh is not None else {one.pos_id: one.payload for one in subjects}
    return kit.make(
        wanted or order(),
        subjects,
        folder=folder,
        fresh=lambda: now,
        serials=lambda n: [next(numbers) for _ in range(n)],
        seal=seal,
        **more,
    )


def redrawn(made: kit.Book, wanted: kit.Order, payloads: Mapping[str, str], path: Path, **relabelled: str) -> Path:
    """The book's file drawn again with other codes (external id to payload): what a mixed-up print shop would give."""
    manifest = made.manifest
    signs = []
    for entry in manifest.pieces:
        name = relabelled.get(entry.register_id, entry.register_id)
        one = subject(0, external_id=name, register=entry.register_name, store=entry.store_name)
        symbol = encode(payloads[entry.register_id].encode(), manifest.level, manifest.version)
        piece = kit.Piece(one, entry.serial_text, entry.check)
        signs.append(pdf.Placed(piece, stamped(symbol), entry.page - 1, entry.slot - 1))
    pdf.write(path, signs, Wording(wanted.design, "es"), grid(wanted.paper, wanted.design), title="again")
    return path


def proven(made: kit.Book, path: Path, fresh: Mapping[str, str]) -> kit.Proof:
    """The proof of a file against the book's manifest and the account (external id to payload)."""
    by_pos = {entry.pos_id: fresh[entry.register_id] for entry in made.manifest.pieces if entry.register_id in fresh}
    return kit.proof(path, expected(made.manifest, made.manifest.files[0].name, by_pos), fresh)
