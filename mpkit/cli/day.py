"""When a store's business day begins, and by which zone: told, changed for a store, or left as proposed."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from mpkit import sales
from mpkit.cli import console
from mpkit.errors import WrongUsage
from mpkit.sales.places_of_sale import STORE, Place, PlacesOfSale

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def command(
    store: Annotated[
        str, typer.Argument(help="the store, by Mercado Pago's id or by its own; none: all are told")
    ] = "",
    cutoff: Annotated[str, typer.Option(help="HH:MM: what is sold before counts on the day before")] = "",
    zone: Annotated[str, typer.Option(help="such as America/Tijuana; 'proposed': by state and coordinates")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Tell or set the business day of stores; the next sync moves the sales that are there already."""
    bench = console.bench()
    account = bench.account()
    mirror = sales.open_mirror(bench.settings.data, bench.store, account)
    places = sales.places_of(mirror)
    meant = places.find(STORE, store) if store else None
    if store and meant is None:
        raise WrongUsage("sales_unknown_store", text=store)
    if meant is not None and (cutoff or zone):
        was_zone, was_cutoff = sales.days_told(bench.store, account.id).get(meant, ("", 0))
        zone = was_zone if not zone else "" if zone == "proposed" else zone
        minutes = was_cutoff if not cutoff else _minutes(cutoff)
        sales.set_day(bench.store, account.id, meant, cutoff=minutes, zone=zone)
    elif cutoff or zone:
        raise WrongUsage("sales_day_of_which")
    told = sales.days_told(bench.store, account.id)
    shown = [each for each in places.stores.values() if meant in {None, each.id}]
    document = {"stores": [_of(each, places, told) for each in shown]}
    lines = [f"{each['cutoff']}  {each['zone']}  {each['name']} ({each['id']})" for each in document["stores"]]
    console.answer(document, "\n".join(lines), as_json=as_json)


def _minutes(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise WrongUsage("sales_no_cutoff")
    return int(found[1]) * 60 + int(found[2])


def _of(place: Place, places: PlacesOfSale, told: dict[str, tuple[str, int]]) -> dict[str, Any]:
    """A store's day as the merchant said it last, else as it was proposed."""
    zone, cutoff = told.get(place.id, ("", 0))
    hour, minute = divmod(cutoff, 60)
    return {
        "id": place.id,
        "external_id": place.external_id,
        "name": place.name,
        "zone": zone or places.zone_of(place.id),
        "cutoff": f"{hour:02d}:{minute:02d}",
    }
