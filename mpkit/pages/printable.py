"""Registers that can be put on a sign: the account's objects on record come in, subjects, names and pictures go out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mpkit import branches, emv, kit, ledger, sales
from mpkit.branches import addresses
from mpkit.jobs.seals import sealer
from mpkit.kit.signs import template_document
from mpkit.model import Account
from mpkit.pages import thumbnails
from mpkit.pages.frame import house, is_test, mirror, say
from mpkit.sites import SITES

_WIDTH = 640  # pixels of a preview, twice what is shown: sharp on a fine screen


def registers(one: Account) -> tuple[kit.Subject, ...]:
    """The registers whose code is on record, in the order of the list; to look at, never to print from."""
    wanted = branches.wanted(house().store, one.id)
    places = addresses.of_registers(wanted)
    stores = {each.external_id: each.name for each in wanted.branches}
    seal = sealer(house().settings, house().store)
    known = {each.external_id: each for each in ledger.of_registers(house().store, one.id, seal=seal)}
    return tuple(
        kit.Subject(
            account=one.id,
            site=one.site,
            test=is_test(one),
            payload=known[each.external_id].qr_payload or "",
            pos_id=known[each.external_id].remote_id,
            external_id=each.external_id,
            register=each.name,
            store=stores.get(each.branch_external_id, each.branch_external_id),
            waits_for_order=bool(known[each.external_id].sent.get("fixed_amount")),
            address=places.get(each.external_id, ""),
        )
        for each in wanted.registers
        if each.external_id in known and known[each.external_id].qr_payload and known[each.external_id].sound
    )


def theirs(one: Account) -> tuple[kit.Subject, ...]:
    """The registers whose own sign of Mercado Pago was fetched before, with it; the worker fetches the others."""
    kept = {each.content: each for each in template_document.kept(_documents(one))}
    found = (replace(each, document=kept.get(each.content)) for each in registers(one))
    return tuple(each for each in found if each.document is not None)


def their_design(one: Account) -> kit.Design:
    """The design of Mercado Pago's own signs, as far as they are known."""
    return template_document.design_of(tuple(template_document.kept(_documents(one))))


def _documents(one: Account) -> Path:
    return house().settings.data / "accounts" / one.id / "documents"


def stores(one: Account) -> dict[str, str]:
    """External ids and names of the stores signs can be printed for, the list's first."""
    found = {each.external_id: each.name for each in branches.wanted(house().store, one.id).branches if not each.closed}
    existing = {name for kind, name in ledger.known(house().store, one.id, seal=str) if kind == "store"}
    chosen = {key: name for key, name in found.items() if key in existing}
    places = sales.places_of(mirror(one)).stores.values()
    return chosen | {
        each.external_id: each.name for each in places if each.external_id and each.external_id not in chosen
    }


def sample(one: Account | None, site_id: str = "MLA") -> kit.Subject:
    """An invented register, for a picture before anything exists; marked as a rehearsal and never printed."""
    site = SITES[one.site if one else site_id]
    payload = emv.build(
        [
            ("00", "01"),
            ("01", "11"),
            ("43", [("00", "com.mercadolibre"), ("01", "https://mpago.la/pos/0000000")]),
            ("52", "9700"),
            ("53", site.currency_number),
            ("58", site.country),
            ("59", say("signs_sample_payee")),
            ("60", site.name),
        ]
    )
    return kit.Subject(
        account=one.id if one else "",
        site=site.id,
        test=True,
        payload=payload,
        pos_id="0",
        external_id="SUC001CAJA01",
        register=say("signs_sample_register"),
        store=say("signs_sample_store"),
        address=say("signs_sample_address"),
    )


def worn(one: Account | None) -> kit.Dress:
    """The dress of an account's signs; ours where there is no account."""
    return kit.worn(house().settings.data, one.id) if one else kit.dress()


def picture(design: kit.Design, subject: kit.Subject, one: Account | None = None) -> bytes:
    """The sign as a PNG in the account's dress; the same sign is drawn once."""
    return thumbnails.SHELF.ask(thumbnails.Wanted(design, subject, worn(one), _WIDTH)).result()
