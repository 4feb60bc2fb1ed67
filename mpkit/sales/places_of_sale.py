"""The stores and registers sales are shown by: names and zones come in, a lookup by Mercado Pago's ids goes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mpkit.model import Branch, Pos, Store

STORE, REGISTER = "store", "register"


@dataclass(frozen=True, slots=True)
class Place:
    """A store or a register; `store_id` is a register's store ("" for none), `zone` a store's own ("": the site's)."""

    kind: str
    id: str
    name: str
    external_id: str = ""
    store_id: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class PlacesOfSale:
    """The places of one account; `zone` is the site's."""

    zone: str
    stores: Mapping[str, Place]
    registers: Mapping[str, Place]

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

    def store_name(self, store_id: str) -> str:
        """A store's name, its id where it is no longer there; "" for sales without a branch."""
        return self.stores[store_id].name if store_id in self.stores else store_id

    def register_name(self, pos_id: str) -> str:
        """A register's name, its id where it is no longer there; "" for sales without a register."""
        return self.registers[pos_id].name if pos_id in self.registers else pos_id

    def find(self, kind: str, text: str) -> str | None:
        """The id of the store or register a person means by its id or external id; None where there is none."""
        among = self.stores if kind == STORE else self.registers
        if text in among:
            return text
        return next((place.id for place in among.values() if place.external_id == text), None)


def gather(zone: str, places: Iterable[Place]) -> PlacesOfSale:
    """The lookup of some places."""
    found = list(places)
    return PlacesOfSale(
        zone=zone,
        stores={place.id: place for place in found if place.kind == STORE},
        registers={place.id: place for place in found if place.kind == REGISTER},
    )


def from_api(stores: Iterable[Store], pos: Iterable[Pos], wanted: Iterable[Branch]) -> tuple[Place, ...]:
    """What the account has, with the zones the merchant's own list gives its branches."""
    zones = {branch.external_id: branch.zone for branch in wanted}
    found = [
        Place(STORE, store.id, store.name, store.external_id or "", "", zones.get(store.external_id or "", ""))
        for store in stores
    ]
    found += [Place(REGISTER, each.id, each.name, each.external_id or "", each.store_id or "") for each in pos]
    return tuple(found)
