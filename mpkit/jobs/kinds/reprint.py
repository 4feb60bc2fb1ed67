"""Signs printed anew in place of others: a proven book first, then the old pieces are replaced; never the other way."""

from __future__ import annotations

from typing import Any

from mpkit import ledger
from mpkit.errors import Refused
from mpkit.jobs import evidence
from mpkit.jobs.kinds import kit
from mpkit.jobs.workbench import Workbench
from mpkit.ledger import By
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` are those of the kind `kit` with {serials}: the pieces to be printed anew.

    Gives what `kit` gives, with {replaced: serials}. Started again after a kill, the book that left is not printed
    twice.
    """
    account = bench.account(str(arguments.get("account") or ""))
    seal = evidence.seal_of(bench)
    wanted = {int(serial) for serial in arguments["serials"]}
    pieces = ledger.pieces_of(bench.store, account.id, seal=seal)
    old = [piece for piece in pieces if piece.serial in wanted]
    unknown = wanted - {piece.serial for piece in old}
    if unknown or not old:
        raise Refused("serials_unknown", serials=", ".join(map(str, sorted(unknown))))
    registers = list(dict.fromkeys(piece.register for piece in old))
    made = kit.run(bench, {**arguments, "registers": registers}, progress)
    printed = {piece.register for piece in ledger.pieces_of(bench.store, account.id, seal=seal) if _new(piece, made)}
    gone = [piece.serial for piece in old if piece.state in ledger.IN_USE and piece.register in printed]
    by = By(str(arguments.get("who") or ""), bench.seams.clock.now(), str(arguments["book"]))
    ledger.set_state(bench.store, account.id, gone, "replaced", seal=seal, by=by)
    return {**made, "replaced": gone}


def _new(piece: ledger.Piece, made: dict[str, Any]) -> bool:
    """Whether a piece is of the book just made: a register that was refused keeps its old sign."""
    return piece.book == str(made["book"])
