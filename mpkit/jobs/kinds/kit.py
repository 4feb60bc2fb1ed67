"""Registers printed: which ones and how in, a proven book in its folder out, with what was left out and why."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from mpkit import branches, emv, kit, ledger
from mpkit.api import MercadoPago
from mpkit.branches import addresses
from mpkit.errors import NotFound, Refused
from mpkit.jobs import documents, seals
from mpkit.jobs.replacing import replaced
from mpkit.jobs.workbench import Workbench
from mpkit.kit.books import manifest as manifests
from mpkit.kit.books import packing
from mpkit.kit.books.book import MANIFEST
from mpkit.kit.printing.papers import changed
from mpkit.kit.printing.printers import printer
from mpkit.kit.proofs.proof import CONSENTED, LEAST, in_parts
from mpkit.kit.signs import template_document
from mpkit.ledger import By
from mpkit.model import Account, Pos, Store
from mpkit.settings import REAL_API
from mpkit.sheet import taxes
from mpkit.sites import SITES
from mpkit.work import Progress, silent

_OTHERWISE = ("bleed", "marks", "curves", "cut", "white", "covers")  # of a paper, asked for with the book
_PASSES = 4  # over the list of POS at most, until two see the same: rows move while pages are read


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the account is to be printed, and what was left out before it was even looked at."""

    subjects: tuple[kit.Subject, ...]
    refused: tuple[kit.Refusal, ...]
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)  # POS id to the addresses of Mercado Pago's sign


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, sign, paper, book} and more where wanted; `book` names the book once and for all.

    The rest: stores, registers, copies, start_at, split, language, mood, workers, out, who, accept_changed; of the
    paper bleed, marks, curves, cut, white, covers; wave, and the name of a printer that was measured; `instead`: which
    signs of before these replace (see `jobs.replacing`), which the result names as {replaced}.
    Started again after a kill, the job finds under the book's name what it had finished.
    """
    account = bench.account(str(arguments.get("account") or ""))
    book = str(arguments["book"])
    out = str(arguments.get("out") or "")
    folder = Path(out) if out else bench.folder(account.id, "books") / book
    seal = seals.seal_of(bench)
    finished = _finished(folder, book)
    if finished is not None:
        made_before = _proven_again(bench, account, folder, finished, progress)
        return made_before | {"replaced": replaced(bench, account, arguments)}
    _void_leftovers(bench, account, book, seal)
    order = _ordered(bench, account, arguments)
    seller = bench.mercadopago(account)
    progress(0, None, "kit_reading")
    chosen = choose(bench, account, seller, arguments)
    if order.design.untouched and chosen.subjects:
        subjects, without, design = documents.put_on(bench, account, chosen.subjects, chosen.links, progress)
        chosen, order = Chosen(subjects, (*chosen.refused, *without)), replace(order, design=design)
    if not chosen.subjects:
        if len(chosen.refused) == 1:  # its own sentence, which a face says in its reader's language
            only = chosen.refused[0]
            raise Refused(only.key, register=only.external_id, **only.values)
        first = chosen.refused[0].sentence(order.language) if chosen.refused else ""
        raise Refused("kit_nothing" if chosen.refused else "kit_no_registers", n=len(chosen.refused), first=first)
    made = kit.make(
        order,
        chosen.subjects,
        folder=folder,
        fresh=partial(payloads_now, seller, {subject.pos_id for subject in chosen.subjects}),
        serials=partial(ledger.next_serials, bench.store, account.id),
        seal=partial(seals.seal_of, bench),
        record=lambda manifest: ledger.record_pieces(
            bench.store, account.id, pieces_of(manifest, order.when), seal=seal, by=By(order.who, order.when, book)
        ),
        progress=progress,
    )
    refused = [*chosen.refused, *made.refused]
    left = [{"register": one.external_id, "key": one.key, "values": dict(one.values)} for one in refused]
    told = {"proof": _summed(made.proofs), "refused": left, "replaced": replaced(bench, account, arguments)}
    return _result(folder, made.manifest) | told


def _ordered(bench: Workbench, account: Account, arguments: Mapping[str, Any]) -> kit.Order:
    """What is to be printed and how, with what was not said filled in."""
    return kit.Order(
        design=design_of(bench, account, str(arguments.get("sign") or "sticker-70x100")),
        paper=paper_of(bench, arguments),
        language=str(arguments.get("language") or SITES[account.site].language),
        book=str(arguments["book"]),
        who=str(arguments.get("who") or ""),
        when=bench.seams.clock.now(),
        copies=int(arguments.get("copies") or 1),
        start_at=int(arguments.get("start_at") or 1),
        split=str(arguments.get("split") or ""),
        workers=int(arguments.get("workers") or os.cpu_count() or 1),
        worn=worn(bench, account, str(arguments.get("mood") or "")),
        wave=str(arguments.get("wave") or ""),
        reader=str(arguments.get("reader") or ""),
        printer=printer(bench.settings.data, name) if (name := str(arguments.get("printer") or "")) else None,
        data=bench.settings.data,
        least=CONSENTED if arguments.get("consent_grade") == CONSENTED else LEAST,
    )


def design_of(bench: Workbench, account: Account, name: str) -> kit.Design:
    """The design of that name: ours, the merchant's, or Mercado Pago's own sign of each register."""
    if name == template_document.NAME:
        return template_document.design_of(tuple(template_document.kept(documents.folder(bench, account))))
    return kit.design(name, bench.settings.data, account.id)


def paper_of(bench: Workbench, arguments: Mapping[str, Any]) -> kit.Paper:
    """The paper asked for, with what was asked for otherwise: bleed, marks, curves."""
    chosen = kit.paper(str(arguments.get("paper") or "a4"), bench.settings.data)
    asked = {name: arguments[name] for name in _OTHERWISE if arguments.get(name) is not None}
    return changed(chosen, asked)


def worn(bench: Workbench, account: Account, mood: str = "") -> kit.Dress:
    """How this account's signs are dressed: the brand kept for it, in its own mood unless another is named."""
    return kit.worn(bench.settings.data, account.id, mood)


def _finished(folder: Path, book: str) -> kit.Manifest | None:
    """The manifest of this very book, where an earlier run of the job had released it before it was killed."""
    if not (folder / MANIFEST).exists():
        return None
    manifest = manifests.read(folder / MANIFEST)
    return manifest if manifest.book == book else None


def _proven_again(
    bench: Workbench, account: Account, folder: Path, manifest: kit.Manifest, progress: Progress
) -> dict[str, Any]:
    """The result of a book that had left already: nothing is drawn, every code is read and compared once more."""
    fresh = payloads_now(bench.mercadopago(account), {entry.pos_id for entry in manifest.pieces})
    owned = {entry.register_id: fresh.get(entry.pos_id, "") for entry in manifest.pieces}
    wanted = manifests.asked(manifest, folder, fresh)
    found = [*in_parts(wanted, owned, workers=os.cpu_count() or 1, least=CONSENTED, progress=progress)]
    return _result(folder, manifest) | {"proof": _summed(found), "refused": []}


def _summed(found: Sequence[kit.Proof]) -> dict[str, Any]:
    """The proofs of a book's files as one."""
    return {
        "symbols": sum(one.symbols for one in found),
        "decoded": sum(one.decoded for one in found),
        "matched": sum(one.matched for one in found),
        "grade": max(one.grade for one in found),
    }


def _void_leftovers(bench: Workbench, account: Account, book: str, seal: ledger.Seal) -> None:
    """Numbers on record for a book that never left its folder are void: nobody has a sign with them."""
    pieces = ledger.pieces_of(bench.store, account.id, seal=seal)
    lost = [piece.serial for piece in pieces if piece.book == book and piece.state == "printed"]
    if lost:
        by = By("", bench.seams.clock.now(), book)
        ledger.set_state(bench.store, account.id, lost, "void", seal=seal, by=by)


def _result(folder: Path, manifest: kit.Manifest) -> dict[str, Any]:
    return {
        "book": manifest.book,
        "folder": str(folder),
        "manifest": str(folder / MANIFEST),
        "files": [{"path": str(folder / one.name), "pages": one.pages, "sha256": one.sha256} for one in manifest.files],
        "packing": [str(folder / name) for name in packing.names(manifest.book, folder)],
        "pieces": len(manifest.pieces),
        "registers": len({entry.pos_id for entry in manifest.pieces}),
        "design": manifest.design,
        "paper": manifest.paper,
        "level": manifest.level,
        "version": manifest.version,
        "module_mm": manifest.module_mm,
    }


def pieces_of(manifest: kit.Manifest, printed: datetime) -> Iterator[ledger.Piece]:
    """The pieces of a book as the ledger keeps them, one after the other."""
    return (
        ledger.Piece(
            serial=entry.serial,
            register=entry.register_id,
            pos_id=entry.pos_id,
            payload_hash=entry.payload_sha256,
            check_code=entry.check,
            book=manifest.book,
            page=entry.page,
            slot=entry.slot,
            printed=printed,
        )
        for entry in manifest.pieces
        if entry.serial  # a sign without a code is nobody's register's
    )


def choose(bench: Workbench, account: Account, seller: MercadoPago, arguments: Mapping[str, Any]) -> Chosen:
    """The registers meant, each read from the account just now and compared with what was on record of it.

    Only POS with an external id are registers; those made in the panel and not yet taken over have none. Raises
    `Refused` where an id that was asked for is not in the account.
    """
    firms, places = _listed(bench, account)  # one list after the other: long ones are never in memory together
    seal = seals.seal_of(bench)
    on_record = {one.external_id: one.qr_payload for one in ledger.of_registers(bench.store, account.id, seal=seal)}
    stores = {store.id: store for store in seller.stores()}
    linked = arguments.get("sign") == template_document.NAME
    pos = [one for one in all_pos(seller, keep=_same if linked else _bare) if one.external_id]
    wanted = _wanted(pos, stores, arguments.get("stores") or (), arguments.get("registers") or ())
    subjects: list[kit.Subject] = []
    refused: list[kit.Refusal] = []
    for one in wanted:
        name = one.external_id or ""
        store = stores.get(one.store_id or "")
        if store is None:
            refused.append(kit.Refusal(name, "kit_store_unknown"))
            continue
        payload = one.qr_code or seller.pos(one.id).qr_code or ""
        if on_record.get(name) not in {None, payload} and not arguments.get("accept_changed"):
            refused.append(kit.Refusal(name, "kit_ledger_differs"))
            continue
        firm = firms.get(name, "")
        carried = tax_id_of(payload)
        if firm and carried and not taxes.same_firm(firm, carried, SITES[account.site].country):
            refused.append(kit.Refusal(name, "kit_other_firm", {"kind": taxes.NAMES[SITES[account.site].country]}))
            continue
        subjects.append(replace(_subject(bench, account, one, store, payload), address=places.get(name, "")))
    links = {one.id: [url for url in (one.template_document, one.template_image) if url] for one in wanted if linked}
    return Chosen(tuple(subjects), tuple(refused), links)


def _same(pos: Pos) -> Pos:
    return pos


def _bare(pos: Pos) -> Pos:
    """What our own signs need of a POS: three addresses of pictures are as long as all the rest."""
    return replace(pos, qr_image=None, template_document=None, template_image=None)


def _listed(bench: Workbench, account: Account) -> tuple[dict[str, str], dict[str, str]]:
    """What the list says of each register's branch: the tax number and the address, where it says one."""
    listed = branches.wanted(bench.store, account.id)
    return _firms(listed), addresses.of_registers(listed)


def _firms(listed: branches.Wanted) -> dict[str, str]:
    """The tax number that each register's branch names in the list, where it names one."""
    of = {branch.external_id: branch.tax_id for branch in listed.branches if branch.tax_id}
    return {one.external_id: of[one.branch_external_id] for one in listed.registers if one.branch_external_id in of}


def tax_id_of(payload: str) -> str:
    """The tax number a code carries (Argentina's tag 50), "" for any other code."""
    try:
        return emv.parse(payload).tax_id
    except emv.BrokenPayload:
        return ""


def _subject(bench: Workbench, account: Account, pos: Pos, store: Store, payload: str) -> kit.Subject:
    return kit.Subject(
        account=account.id,
        site=account.site,
        test=account.test or bench.settings.api_url.rstrip("/") != REAL_API,
        payload=payload,
        pos_id=pos.id,
        external_id=pos.external_id or "",
        register=pos.name,
        store=store.name,
        store_external_id=store.external_id or store.id,
        waits_for_order=pos.fixed_amount,
    )


def _wanted(
    pos: Sequence[Pos], stores: Mapping[str, Store], store_ids: Collection[str], register_ids: Collection[str]
) -> list[Pos]:
    """The POS of the stores and registers named, by external id or by id; all where none is named."""
    if not store_ids and not register_ids:
        return list(pos)
    names = {one.id: {one.id, one.external_id or ""} for one in pos}
    houses = {one.id: {one.store_id or "", _store_name(stores.get(one.store_id or ""))} for one in pos}
    unknown = [name for name in register_ids if not any(name in found for found in names.values())]
    known_stores = {text for store in stores.values() for text in (store.id, store.external_id or "")}
    unknown += [name for name in store_ids if name not in known_stores]
    if unknown:
        raise Refused("kit_unknown_ids", ids=", ".join(unknown))
    return [one for one in pos if names[one.id] & set(register_ids) or houses[one.id] & set(store_ids)]


def _store_name(store: Store | None) -> str:
    return (store.external_id or "") if store else ""


def all_pos(seller: MercadoPago, progress: Progress = silent, *, keep: Callable[[Pos], Pos] = _same) -> list[Pos]:
    """Every POS of the account: read until two passes agree, since rows move while pages are read.

    `keep` says what of each is held.
    """
    found: dict[str, Pos] = {}
    before: set[str] | None = None
    for _ in range(_PASSES):
        now: set[str] = set()
        for one in seller.pos_list(progress):
            now.add(one.id)
            found[one.id] = keep(one)
        if before == now:
            break
        before = now
    return list(found.values())


def payloads_now(seller: MercadoPago, ids: Collection[str]) -> dict[str, str]:
    """What the account answers at this moment for these POS, by id; one that no longer exists is left out."""
    found = {one.id: one.qr_code for one in seller.pos_list() if one.id in ids and one.qr_code}
    for missing in set(ids) - set(found):
        try:
            payload = seller.pos(missing).qr_code
        except NotFound:
            continue
        if payload:
            found[missing] = payload
    return found
