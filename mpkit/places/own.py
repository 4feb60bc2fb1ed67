"""An account's own list of places and a list with points come in; the catalogue that decides for it goes out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from mpkit.db import Engine
from mpkit.model import Account
from mpkit.places import rows
from mpkit.places.atlas import Place
from mpkit.places.match import Catalogue, catalogue


def of_account(engine: Engine, account: Account, folder: Path | None = None) -> Catalogue | None:
    """The catalogue of an account as read through the API or learned from refusals; None where nothing is known yet.

    Points come from the list of `folder` (None: the built-in one). States whose cities are not known yet have that
    list's, and do not decide.
    """
    stamp = rows.stamp(engine, account.id)
    return _made(engine, account.id, account.site, folder, stamp) if stamp else None


@lru_cache(maxsize=8)
def _made(engine: Engine, account: str, site: str, folder: Path | None, stamp: str) -> Catalogue:  # noqa: ARG001 - the key
    base, listed = catalogue(site, folder), rows.kept(engine, account)
    places: list[Place] = []
    codes: dict[str, str] = {}
    for one in listed:
        there = base.state_of_code(one.state_id) or base.match_state(one.state).value
        if there:
            codes[one.state] = base.code(there)
        places += _cities(base, one, there)
    if not any(one.state_id or one.cities is None for one in listed):
        # Only some refusals of cities are known: the other states are those of the list with points.
        known = set(codes.values())
        places += [place for place in base.places if base.code(place.state) not in known]
    decided = [one.state for one in listed if one.cities is not None]
    return Catalogue(site, places, decides=decided, codes=codes)


def _cities(base: Catalogue, listed: rows.Listed, there: str) -> Iterator[Place]:
    """The places of one state, each with the point the other list has for that name."""
    if listed.cities is None:
        names: tuple[str, ...] = base.cities(there) if there else ()
    else:
        names = listed.cities
    for name in names:
        same = base.called(there, name)
        if same is None:
            yield Place(listed.state, name)
        else:
            yield Place(listed.state, name, same.latitude, same.longitude, "", same.people)
