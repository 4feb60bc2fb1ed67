"""The store against the account, after a restore: what the ledger lacks is learned again, doubts are settled.

Nothing is created or changed at Mercado Pago. What is learned are objects with external ids of the list or of the
journal; requests whose outcome nobody knows; pieces that were printed since, from the signed manifests of their books.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mpkit import branches, db, ledger, plan
from mpkit.errors import MpkitError, Refused
from mpkit.jobs import seals
from mpkit.jobs.kinds.drift import compared
from mpkit.jobs.kinds.kit import pieces_of
from mpkit.jobs.kinds.plan import Look, look
from mpkit.jobs.workbench import Workbench
from mpkit.kit.books import manifest as manifests
from mpkit.kit.books.book import MANIFEST
from mpkit.ledger import By, Done, Intent, Known, Piece, audit
from mpkit.model import Account, Pos, Store
from mpkit.plan import Existing
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, who}; gives {learned, settled, taken, pieces, drift}.

    `learned` are {object, external_id, id}, `settled` {object, external_id, plan, outcome}, `taken` objects whose id or
    code stands on record for another one, `pieces` serials, `drift` is as the kind `drift` gives it, after all this.
    Run again it finds nothing more to learn.
    """
    account = bench.account(str(arguments.get("account") or ""))
    who = str(arguments.get("who") or "")
    hold = ledger.take(bench.store, account.id, "apply", who=who or "reconcile", clock=bench.seams.clock)
    try:
        _nothing_under_way(bench, account)
        progress(0, None, "reconcile_step")
        seen = look(bench, account, progress)
        learned, taken = _learn(bench, account, seen)
        settled = _settle(bench, account, seen.existing)
        pieces = _pieces(bench, account, who=who)
        _told(bench, account, (learned, settled, pieces), who=who)
    finally:
        ledger.give_back(bench.store, hold)
    found, _ = compared(bench, account, progress)
    rows = [{"object": one.object, "external_id": one.external_id, "id": one.remote_id} for one in learned]
    return {"learned": rows, "settled": settled, "taken": taken, "pieces": pieces, "drift": found.plain()}


def _nothing_under_way(bench: Workbench, account: Account) -> None:
    """Raise `Refused` where a request of ours may still be on its way to being carried out."""
    now = bench.seams.clock.now()
    for one in ledger.unsettled(bench.store, account.id):
        if one.sent is not None and 0 <= (now - one.sent).total_seconds() < plan.SETTLE:
            raise Refused("reconcile_waits", seconds=int(plan.SETTLE))


def _learn(bench: Workbench, account: Account, seen: Look) -> tuple[list[Known], list[dict[str, str]]]:
    """Objects with an external id of ours that the ledger does not know as existing."""
    wanted = branches.wanted(bench.store, account.id)
    names = {("store", one.external_id) for one in wanted.branches}
    names |= {("pos", one.external_id) for one in wanted.registers}
    names |= ledger.names(bench.store, account.id)
    ids = {(one.object, one.remote_id) for one in seen.known.values()}
    found = [
        one for one in plan.as_known(wanted, seen.existing, account.amount) if (one.object, one.external_id) in names
    ]
    new = [one for one in found if (one.object, one.external_id) not in seen.known]
    seal, at = seals.seal_of(bench), bench.seams.clock.now()
    learned: list[Known] = []
    taken: list[dict[str, str]] = []
    for one in new:
        if (one.object, one.remote_id) in ids:
            continue  # ours under another external id: the panel changed it, which is drift
        try:
            with db.writing(bench.store) as connection:
                ledger.remember(connection, account.id, one, at=at, seal=seal)
            learned.append(one)
        except ledger.Taken as other:
            taken.append({"object": one.object, "external_id": one.external_id, "holder": other.holder})
    return learned, taken


def _settle(bench: Workbench, account: Account, existing: Existing) -> list[dict[str, str]]:
    """Requests without an outcome: done where the account has what was asked for, else not sent, to be sent anew."""
    there: Mapping[tuple[str, str], Store | Pos] = {
        **{("store", one.external_id or ""): one for one in existing.stores},
        **{("pos", one.external_id or ""): one for one in existing.pos},
    }
    settled = []
    for one in ledger.unsettled(bench.store, account.id):
        found = there.get((one.object, one.external_id))
        state = _outcome(one, found)
        if state is None:
            continue
        remote = None if found is None else str(found.id)
        with db.writing(bench.store) as connection:
            at = bench.seams.clock.now()
            ledger.mark_ended(connection, account.id, one, state=state, at=at, remote_id=remote)
        row = {"object": one.object, "external_id": one.external_id, "plan": one.plan, "outcome": state}
        settled.append(row)
    return settled


def _outcome(one: Intent, found: Store | Pos | None) -> str | None:
    """How a request ended, as far as the account tells; None where only its plan can tell, by comparing the fields."""
    if one.kind == "create":
        return "done" if found is not None else "intended"
    if one.kind == "delete":
        return "done" if found is None else "intended"
    return None


def _pieces(bench: Workbench, account: Account, *, who: str) -> list[int]:
    """Pieces of finished books that are not on record: their numbers must never be given to another sign."""
    seal = seals.seal_of(bench)
    known = {piece.serial for piece in ledger.pieces_of(bench.store, account.id, seal=seal)}
    found, data = list[Piece](), bench.settings.data
    for file in sorted(bench.folder(account.id, "books").glob(f"*/{MANIFEST}")):
        try:
            manifest = manifests.read(file)
        except MpkitError:
            continue
        if manifest.account.user_id == account.id and seals.vouched(data, manifests.PURPOSE, manifest.sound):
            found += [
                piece
                for piece in pieces_of(manifest, datetime.fromisoformat(manifest.when))
                if piece.serial not in known
            ]
    unique = list({piece.serial: piece for piece in found}.values())
    by = By(who, bench.seams.clock.now(), "reconcile")
    ledger.record_pieces(bench.store, account.id, unique, seal=seal, by=by)
    ledger.serials_from(bench.store, account.id, max((piece.serial for piece in unique), default=0) + 1)
    return sorted(piece.serial for piece in unique)


def _told(
    bench: Workbench, account: Account, what: tuple[list[Known], list[dict[str, str]], list[int]], *, who: str
) -> None:
    learned, settled, pieces = what
    done = [Done("reconcile", one.object, one.external_id, {"id": one.remote_id}) for one in learned]
    done += [Done("reconcile", one["object"], one["external_id"], {"outcome": one["outcome"]}) for one in settled]
    done.append(Done("reconcile", "ledger", "", {"pieces": len(pieces), "learned": len(learned)}))
    by = By(who, bench.seams.clock.now(), "reconcile")
    audit.record(bench.store, account.id, done, by, seal=seals.seal_of(bench))
