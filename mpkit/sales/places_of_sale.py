"""The stores and registers sales are shown by: names and zones come in, a lookup by Mercado Pago's ids goes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mpkit.model import Branch, Pos, Store
from mpkit.places import catalogue
from mpkit.sites import SITES, zone_of, zones_of

STORE, REGISTER = "store", "register"


@dataclass(frozen=True, slots=True)
class Place:
    """A store or a register; `store_id` is a register's store ("" for none), `zone` a store's own ("": the site's).

    `cutoff`: minutes after midnight a store's business day begins; `line`: the register that took this one's place.
    """

    kind: str
    id: str
    name: str
    external_id: str = ""
    store_id: str = ""
    zone: str = ""
    cutoff: int = 0
    line: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a payment counts: its store, the register's line, and how that store's business day is told."""

    store_id: str
    pos_id: str
    zone: str
    cutoff: int = 0


@dataclass(frozen=True, slots=True)
class PlacesOfSale:
    """The places of one account; `zone` is the site's."""

    zone: str
    stores: Mapping[str, Place]
    registers: Mapping[str, Place]
    _spots: dict[tuple[str | None, str | None], Spot] = field(default_factory=dict, repr=False, compare=False)

    def store_of(self, store_id: str | None, pos_id: str | None) -> str:
        """A payment's store: as the API says it, else the store of its register, else ""."""
        if store_id:
            return store_id
        register = self.registers.get(pos_id or "")
        return register.store_id if register else ""

    def zone_of(self, store_id: str) -> str:
        """The zone of a store's business day."""
        store = self.stores.get(store_id)
        return (store.zone if store else "") or self.zone

    def cutoff_of(self, store_id: str) -> int:
        """Minutes after midnight at which a store's business day begins."""
        store = self.stores.get(store_id)
        return store.cutoff if store else 0

    def line_of(self, pos_id: str) -> str:
        """The register whose history a register's sales belong to: what took its place, else itself."""
        register = self.registers.get(pos_id)
        return (register.line if register else "") or pos_id

    def spot_of(self, store_id: str | None, pos_id: str | None) -> Spot:
        """Where a payment counts."""
        found = self._spots.get((store_id, pos_id))
        if found is None:
            store = self.store_of(store_id, pos_id)
            found = Spot(store, self.line_of(pos_id or ""), self.zone_of(store), self.cutoff_of(store))
            self._spots[store_id, pos_id] = found
        return found

    def store_name(self, store_id: str) -> str:
        """A store's name, its id where it is no longer there; "" for sales without a branch."""
        return self.stores[store_id].name if store_id in self.stores else store_id

    def register_name(self, pos_id: str) -> str:
        """A register's name, its id where it is no longer there; "" for sales without a register."""
        return self.registers[pos_id].name if pos_id in self.registers else pos_id

    def find(self, kind: str, text: str) -> str | None:
        """The id of the store or register a person means by its id or external id; None where there is none.

        Of a register that was replaced it is the one that has its line today.
        """
        among = self.stores if kind == STORE else self.registers
        named = (place.id for place in among.values() if place.external_id == text)
        found = text if text in among else next(named, None)
        return found if found is None or kind == STORE else self.line_of(found)


def gather(zone: str, places: Iterable[Place]) -> PlacesOfSale:
    """The lookup of some places."""
    found = list(places)
    return PlacesOfSale(
        zone=zone,
        stores={place.id: place for place in found if place.kind == STORE},
        registers={place.id: place for place in found if place.kind == REGISTER},
    )


def from_api(site: str, stores: Iterable[Store], pos: Iterable[Pos], wanted: Iterable[Branch]) -> tuple[Place, ...]:
    """What the account has; a store's zone as the list says it, else as its state and point propose it."""
    listed = {branch.external_id: branch for branch in wanted}
    found = [
        Place(
            STORE,
            store.id,
            store.name,
            store.external_id or "",
            "",
            _zone(site, store, listed.get(store.external_id or "")),
        )
        for store in stores
    ]
    found += [Place(REGISTER, each.id, each.name, each.external_id or "", each.store_id or "") for each in pos]
    return tuple(found)


def _zone(site: str, store: Store, branch: Branch | None) -> str:
    """The zone of a store, "" for its site's; off the list only its point tells, as the API does not echo the state."""
    if branch and branch.zone:
        return branch.zone
    zone = SITES[site].zone
    if branch and branch.location.state:
        place = branch.location
        zone = zone_of(site, place.state, place.city, place.latitude, place.longitude)
    elif store.latitude is not None and store.longitude is not None and len(zones_of(site)) > 1:
        near = catalogue(site).nearest(store.latitude, store.longitude)
        zone = zone_of(site, near.state, near.city, store.latitude, store.longitude) if near else zone
    return "" if zone == SITES[site].zone else zone
