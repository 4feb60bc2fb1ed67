"""Rows without a point are asked of the geocoder that is set; the sheet to fill in, with what it knows, comes out."""

from __future__ import annotations

from typing import Any

from mpkit.errors import Refused
from mpkit.jobs.judging import places_of
from mpkit.jobs.workbench import Workbench
from mpkit.places import listed
from mpkit.places.geocoder import chosen
from mpkit.sheet import gaps
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {gaps: {site: [a `gaps.Gap` each]}, account, language, name}; `name` is the file to write.

    The result is {path, found, asked}. Raises `Refused` where no geocoder is set: nobody else is given an address.
    """
    geocoder = chosen(bench.settings.geocoder)
    if geocoder is None:
        raise Refused("geocoder_none")
    account = str(arguments.get("account") or "")
    places = places_of(bench, account)
    rows = {site: [gaps.Gap(*row) for row in told] for site, told in arguments["gaps"].items()}
    filled = [one for site, told in rows.items() for one in gaps.asked(told, geocoder, listed(site, places), progress)]
    every = [row for told in rows.values() for row in told]
    target = bench.folder(account or "nobody", "gaps") / f"{arguments['name']}.xlsx"
    gaps.write(target, every, str(arguments.get("language") or "es"), filled)
    return {"path": str(target), "found": len(filled), "asked": len(every)}
