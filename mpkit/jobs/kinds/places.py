"""The states and cities Mercado Pago knows in an account's country: an account in, its own catalogue kept, out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mpkit import log
from mpkit.errors import MpkitError
from mpkit.jobs.workbench import Workbench
from mpkit.model import Account
from mpkit.places import rows
from mpkit.sites import SITES
from mpkit.work import Progress

FRESH = timedelta(days=30)  # a list of places changes seldom; a refusal tells when it did
_log = log.get("jobs")


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, anew}; reads only where nothing is kept or it is old, or `anew`.

    The result is {states, cities, read}. A state that fails leaves the whole as it was.
    """
    account = bench.account(str(arguments.get("account") or ""))
    read = bool(arguments.get("anew")) or not is_fresh(bench, account)
    if read:
        rows.keep(bench.store, account.id, _listed(bench, account, progress))
    kept = rows.kept(bench.store, account.id)
    return {"states": len(kept), "cities": sum(len(one.cities or ()) for one in kept), "read": read}


def is_fresh(bench: Workbench, account: Account) -> bool:
    """Whether the whole catalogue of an account was read not long ago."""
    kept = rows.kept(bench.store, account.id)
    begin = bench.seams.clock.now() - FRESH
    return bool(kept) and all(one.state_id and one.cities is not None and one.at >= begin for one in kept)


def freshen(bench: Workbench, account: Account, progress: Progress) -> None:
    """The same on the way to something else: where Mercado Pago cannot be asked, what is known serves."""
    try:
        run(bench, {"account": account.id}, progress)
    except MpkitError as error:
        _log.warning("places not read", account=account.id, error=error.key)


def _listed(bench: Workbench, account: Account, progress: Progress) -> list[rows.Listed]:
    """Every state with its cities, one request each."""
    seller, found = bench.mercadopago(account), []
    states = seller.states(SITES[account.site].country)
    for number, (state_id, name) in enumerate(states):
        progress(number, len(states), "places_step")
        cities = tuple(dict.fromkeys(city for _, city in seller.cities(state_id)))
        found.append(rows.Listed(name, state_id, cities, bench.seams.clock.now()))
    progress(len(states), len(states), "places_step")
    return found
