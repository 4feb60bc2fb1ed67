"""Registers chosen; their codes for screens, tills and receipt printers in a folder out, each read back."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from mpkit.jobs import seals
from mpkit.jobs.kinds.kit import choose, payloads_now
from mpkit.jobs.workbench import Workbench
from mpkit.kit.books import codes
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, name, kinds}, and stores, registers, out, who, accept_changed where wanted."""
    account = bench.account(str(arguments.get("account") or ""))
    seller = bench.mercadopago(account)
    progress(0, None, "kit_reading")
    chosen = choose(bench, account, seller, arguments)
    out = str(arguments.get("out") or "")
    wanted = codes.Wanted(
        name=str(arguments["name"]),
        kinds=tuple(arguments.get("kinds") or codes.KINDS),
        who=str(arguments.get("who") or ""),
        when=bench.seams.clock.now(),
    )
    made = codes.make(
        wanted,
        chosen.subjects,
        folder=Path(out) if out else bench.folder(account.id, "codes"),
        fresh=partial(payloads_now, seller, {subject.pos_id for subject in chosen.subjects}),
        seal=seals.seal_of(bench, codes.PURPOSE),
        progress=progress,
    )
    refused = [*chosen.refused, *made.refused]
    return {
        "folder": str(made.folder),
        "manifest": str(made.folder / codes.MANIFEST),
        "registers": len({one.pos_id for one in made.manifest.files}),
        "files": len(made.manifest.files),
        "refused": [{"register": one.external_id, "key": one.key, "values": dict(one.values)} for one in refused],
    }
