"""Signs printed anew in place of others: a proven book first, then the old pieces are replaced; never the other way."""

from __future__ import annotations

from typing import Any

from mpkit import ledger
from mpkit.errors import Refused
from mpkit.jobs import seals
from mpkit.jobs.kinds import kit
from mpkit.jobs.workbench import Workbench
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` are those of the kind `kit` with {serials}: the pieces to be printed anew, and gives what it gives.

    Started again after a kill, the book that left is not printed twice.
    """
    account = bench.account(str(arguments.get("account") or ""))
    wanted = {int(serial) for serial in arguments["serials"]}
    pieces = ledger.pieces_of(bench.store, account.id, seal=seals.seal_of(bench))
    old = [piece for piece in pieces if piece.serial in wanted]
    unknown = wanted - {piece.serial for piece in old}
    if unknown or not old:
        raise Refused("serials_unknown", serials=", ".join(map(str, sorted(unknown))))
    registers = list(dict.fromkeys(piece.register for piece in old))
    return kit.run(bench, {**arguments, "registers": registers, "instead": sorted(wanted)}, progress)
