"""The zone a store's days are counted in: the merchant's word first, then its state and city, then its point."""

from __future__ import annotations

import pytest

from mpkit.model import Branch, Location, Pos, Store
from mpkit.sales.places_of_sale import from_api, gather
from mpkit.sites import SITES

JUAREZ, CAPITAL = (31.73, -106.47), (19.43, -99.13)


def zone(site: str, store: Store, *wanted: Branch) -> str:
    places = gather(SITES[site].zone, from_api(site, [store], [Pos("7", "Caja 1", store.id, None)], wanted))
    return places.zone_of(store.id)


def branch(city: str, state: str, point: tuple[float, float], own: str = "") -> Branch:
    return Branch("A1", "A", Location("Calle", "1", city, state, *point), zone=own)


def test_a_branch_of_the_list_has_the_hour_of_its_city() -> None:
    listed = Store("1", "A", "A1")
    assert zone("MLM", listed, branch("Ciudad Juárez", "Chihuahua", (0, 0))) == "America/Ciudad_Juarez"
    assert zone("MLM", listed, branch("Puebla", "Puebla", (0, 0))) == "America/Mexico_City"
    assert zone("MLB", listed, branch("Manaus", "Amazonas", (-3.1, -60.0))) == "America/Manaus"


def test_the_merchants_own_word_counts_first() -> None:
    told = branch("Ciudad Juárez", "Chihuahua", JUAREZ, own="America/Hermosillo")
    assert zone("MLM", Store("1", "A", "A1"), told) == "America/Hermosillo"


@pytest.mark.parametrize(
    ("site", "point", "expected"),
    [
        ("MLM", JUAREZ, "America/Ciudad_Juarez"),
        ("MLM", CAPITAL, "America/Mexico_City"),
        ("MLM", (32.52, -117.02), "America/Tijuana"),
        ("MLM", (21.16, -86.85), "America/Cancun"),
        ("MLB", (-9.97, -67.81), "America/Rio_Branco"),
        ("MLC", (-53.16, -70.91), "America/Punta_Arenas"),
        ("MLC", (-27.15, -109.43), "Pacific/Easter"),
        ("MLA", (-54.8, -68.3), "America/Argentina/Buenos_Aires"),
    ],
)
def test_a_store_made_in_the_panel_has_the_hour_of_its_point(
    site: str, point: tuple[float, float], expected: str
) -> None:
    assert zone(site, Store("1", "A", None, latitude=point[0], longitude=point[1])) == expected


def test_a_store_without_a_point_has_the_hour_of_most_of_the_country() -> None:
    assert zone("MLM", Store("1", "A", None)) == "America/Mexico_City"


def test_the_sites_own_hour_is_not_written_down() -> None:
    (store, _) = from_api(
        "MLC", [Store("1", "A", None, latitude=-33.4, longitude=-70.6)], [Pos("7", "C", "1", None)], []
    )
    assert store.zone == ""
