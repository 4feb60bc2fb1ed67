"""The hour of a shop of the sandbox: its id goes in, the zone of the place it stands in comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mpkit.sites import zone_of

if TYPE_CHECKING:
    from mpkit.sandbox.world import World


def zone_at(world: World, store: str) -> ZoneInfo:
    """The zone of a store, the site's for what is sold in none and where the store is gone."""
    row = world.shelf.stores.get(store)
    if row is None:
        return ZoneInfo(world.site.zone)
    place = row.location
    point = place["latitude"], place["longitude"]
    return ZoneInfo(zone_of(world.site.id, place["state_name"], place["city_name"], *point))


def zone_said(world: World) -> str:
    """The zone the days of this account are counted in; "store" where its stores have several."""
    zones = {zone_at(world, store).key for store in world.shelf.stores}
    return "store" if len(zones) > 1 else next(iter(zones), world.site.zone)
