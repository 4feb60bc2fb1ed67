"""Signs printed in place of others: a finished book in; the pieces it stands in for are replaced, and named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpkit import ledger
from mpkit.jobs import seals
from mpkit.jobs.workbench import Workbench
from mpkit.ledger import By
from mpkit.model import Account


def replaced(bench: Workbench, account: Account, arguments: Mapping[str, Any]) -> list[int]:
    """The serials that a proven book replaces, as `arguments["instead"]` asks; on record as such from now on.

    `instead` is True for every sign in use of the registers in the book, or the serials meant; a register that the book
    left out keeps its signs, and so does whatever was printed after it. Asked again it changes nothing more.
    """
    instead, book = arguments.get("instead"), str(arguments["book"])
    if not instead:
        return []
    seal = seals.seal_of(bench)
    pieces = ledger.pieces_of(bench.store, account.id, seal=seal)
    first: dict[str, int] = {}  # by register, the lowest number it has in the book
    for piece in pieces:
        if piece.book == book and piece.state in ledger.IN_USE:
            first.setdefault(piece.register, piece.serial)
    gone = [
        piece.serial
        for piece in pieces
        if piece.state in ledger.IN_USE and piece.serial < first.get(piece.register, 0)
        if instead is True or piece.serial in instead
    ]
    by = By(str(arguments.get("who") or ""), bench.seams.clock.now(), book)
    ledger.replace_pieces(bench.store, account.id, gone, seal=seal, by=by)
    return gone
