"""The seven countries: one test a rule that money, paper or a day's sales depend on."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.core import get_global

from mpkit.i18n import say, words
from mpkit.places import catalogue
from mpkit.sandbox.believable import believable
from mpkit.sites import BY_COUNTRY, SITES, Layout, Orders, Site, knows_state, zone_of, zones_of

# A point in each capital, and one abroad that a lost sign or a swapped pair would make of it.
CAPITALS = {
    "MLA": (-34.61, -58.38),
    "MLB": (-15.79, -47.88),
    "MLM": (19.43, -99.13),
    "MLC": (-33.45, -70.66),
    "MLU": (-34.90, -56.19),
    "MCO": (4.71, -74.07),
    "MPE": (-12.05, -77.04),
}
# The ends of each country and its islands where people shop.
FARTHEST = {
    "MLA": [(-54.81, -68.31), (-22.10, -65.60), (-25.60, -54.57), (-49.33, -72.89)],
    "MLB": [(2.82, -60.67), (-33.69, -53.46), (-7.55, -72.58), (-3.84, -32.41)],
    "MLM": [(32.53, -117.02), (14.90, -92.26), (20.50, -86.95), (28.19, -115.21)],
    "MLC": [(-18.48, -70.31), (-54.93, -67.61), (-27.15, -109.42), (-33.64, -78.83)],
    "MLU": [(-33.69, -53.46), (-30.40, -56.46), (-34.88, -58.26 + 0.4), (-34.97, -54.95)],
    "MCO": [(12.58, -81.70), (-4.21, -69.94), (11.71, -72.27), (6.19, -67.48)],
    "MPE": [(-3.57, -80.45), (-18.01, -70.25), (-3.75, -73.25), (-12.59, -69.19)],
}
# ISO 4217 numbers as the standard lists them.
NUMBERS = {"ARS": 32, "BRL": 986, "MXN": 484, "CLP": 152, "UYU": 858, "COP": 170, "PEN": 604}
EVERY = pytest.mark.parametrize("site", SITES.values(), ids=lambda site: site.id)
SEVERAL = ("MLM", "MLB", "MLC")


def test_the_seven_sites_are_there() -> None:
    assert set(SITES) == set(CAPITALS)
    assert len(BY_COUNTRY) == 7


@EVERY
def test_a_site_is_consistent_with_the_standards(site: Site) -> None:
    assert int(site.currency_number) == NUMBERS[site.currency]
    assert len(site.currency_number) == 3
    assert ZoneInfo(site.zone)
    assert Locale.parse(site.locale).territory == site.country
    assert site.locale.startswith(site.language)
    assert site.currency in {entry[0] for entry in get_global("territory_currencies")[site.country]}
    assert get_global("territory_aliases")[site.country_alpha3] == [site.country]


@EVERY
def test_the_box_holds_the_capital_and_neither_its_mirror_nor_its_swap(site: Site) -> None:
    latitude, longitude = CAPITALS[site.id]
    assert site.box.holds(latitude, longitude)
    assert not site.box.holds(latitude, -longitude)
    assert not site.box.holds(longitude, latitude)


@EVERY
def test_the_box_reaches_to_the_ends_of_the_country(site: Site) -> None:
    assert all(site.box.holds(*point) for point in FARTHEST[site.id])


@EVERY
def test_the_box_holds_every_place_of_the_catalogue(site: Site) -> None:
    points = [(p.latitude, p.longitude) for p in catalogue(site.id).places if p.latitude and p.longitude]
    assert points
    assert all(site.box.holds(*point) for point in points)


# Money


def test_pesos_of_chile_and_colombia_are_shown_without_cents() -> None:
    assert {site.id for site in SITES.values() if site.decimals == 0} == {"MLC", "MCO"}
    assert {site.decimals for site in SITES.values()} == {0, 2}


@EVERY
def test_as_many_decimals_are_sent_as_are_shown(site: Site) -> None:
    assert site.decimals_sent == site.decimals


def test_only_chile_takes_no_cents() -> None:
    assert {site.id: site.decimals_taken for site in SITES.values() if site.decimals_taken != 2} == {"MLC": 0}


# Words


@EVERY
def test_a_sign_speaks_as_the_country_does(site: Site) -> None:
    """Vos where look.md says so, tú elsewhere in Spanish: the verb on the sign is the proof."""
    verb = say("sign_verb", site.locale)
    assert verb.startswith({"vos": "Pagá ", "tú": "Paga ", "você": "Pague "}[site.address])
    assert (site.address == "você") == (site.language == "pt")


@EVERY
def test_every_word_of_a_sign_has_the_form_of_address_of_the_country(site: Site) -> None:
    told = {key: entry for key, entry in words().items() if key.startswith("sign_") and "es_AR" in entry}
    assert len(told) > 5
    for key, entry in told.items():
        other = entry["es"] if site.language == "es" else ""
        assert (say(key, site.locale) != other) == (site.address != "tú"), key


def test_who_says_vos() -> None:
    assert {site.id for site in SITES.values() if site.address == "vos"} == {"MLA", "MLU"}


# Categories


def test_the_categories_are_those_of_the_contract() -> None:
    assert {site.id: (site.gastronomy, site.gas_station) for site in SITES.values()} == {
        "MLA": (621102, 473000),
        "MLB": (5611203, 4731300),
        "MLM": (5812, 468419),
        "MLC": (561000, 473001),
        "MLU": (56101, 47300),
        "MCO": (5611, 4731),
        "MPE": (5520, 5050),
    }


@EVERY
def test_a_category_is_of_one_country_only(site: Site) -> None:
    others = set().union(*(other.categories for other in SITES.values() if other != site))
    assert len(site.categories) == 2
    assert not site.categories & others


# Refunds


def test_refunds_end_earlier_in_peru() -> None:
    assert {site.id: site.refund_days for site in SITES.values() if site.refund_days != 180} == {"MPE": 90}


def test_only_peru_knows_whole_refunds_only() -> None:
    assert {site.id for site in SITES.values() if not site.partial_refunds} == {"MPE"}


# Methods and wallets


def test_any_wallet_is_said_only_where_it_is_documented() -> None:
    assert {site.id: site.interoperable for site in SITES.values() if site.any_wallet} == {
        "MLA": "Transferencias 3.0",
        "MLB": "Pix",
    }


@EVERY
def test_another_wallet_pays_by_a_transfer_of_the_site(site: Site) -> None:
    assert bool(site.other_wallets) == bool(site.interoperable) == site.any_wallet
    if site.other_wallets:
        method = site.method(site.other_wallets)
        assert method is not None
        assert method.type == "bank_transfer"


@EVERY
def test_a_method_is_named_once_and_has_a_type_of_the_contract(site: Site) -> None:
    ids = [method.id for method in site.methods]
    assert len(ids) == len(set(ids))
    assert {method.type for method in site.methods} <= {
        *("account_money", "bank_transfer", "credit_card", "debit_card", "prepaid_card"),
        *("digital_currency", "ticket", "atm"),
    }
    assert site.method("no-such-method") is None


@EVERY
def test_what_is_paid_with_everywhere_is_there(site: Site) -> None:
    types = {id_: method.type for id_ in ("account_money", "visa", "master", "debvisa") if (method := site.method(id_))}
    assert types == {
        "account_money": "account_money",
        "visa": "credit_card",
        "master": "credit_card",
        "debvisa": "debit_card",
    }


@EVERY
def test_the_rehearsal_pays_with_methods_of_the_site(site: Site) -> None:
    for id_, type_, *_ in believable(site.id)["methods"]:
        method = site.method(id_)
        assert method is not None, id_
        assert method.type == type_


def test_pix_is_a_transfer_and_not_a_type_of_its_own(shared: Path) -> None:
    """As recorded from life; the published description is wrong here."""
    pix = SITES["MLB"].method("pix")
    assert pix is not None
    seen = {
        (row["payment_method_id"], row["payment_type_id"])
        for file in sorted((shared / "api/samples-payments").glob("payment*.json"))
        for row in _payments(json.loads(file.read_text(encoding="utf-8")))
    }
    assert seen
    assert {type_ for id_, type_ in seen if id_ == "pix"} <= {pix.type}
    told = {(method.id, method.type) for site in SITES.values() for method in site.methods}
    assert {pair for pair in seen if pair[0] in dict(told)} <= told


def _payments(document: object) -> Iterator[dict[str, object]]:
    if isinstance(document, dict):
        if isinstance(document.get("payment_type_id"), str) and isinstance(document.get("payment_method_id"), str):
            yield document
        for value in document.values():
            yield from _payments(value)
    elif isinstance(document, list):
        for value in document:
            yield from _payments(value)


# The code and the orders


def test_the_layouts_that_are_known_from_real_codes() -> None:
    seen = {site.id: site.layout for site in SITES.values() if site.layout.seen}
    assert seen == {
        "MLA": Layout(initiation="11", trade="9700", pix=False, tax_id=True, room=167, seen=True),
        "MLB": Layout(initiation="12", trade="0000", pix=True, tax_id=False, room=257, seen=True),
    }


@EVERY
def test_where_no_code_is_public_the_longest_there_is_must_fit(site: Site) -> None:
    assert site.layout.seen or site.layout.room == 512
    assert (site.layout.name, site.layout.city) == (25, 15)


def test_the_generation_of_orders_and_what_to_fall_back_on() -> None:
    asked = {site.id: (site.on_register, site.on_screen) for site in SITES.values()}
    sure = ((Orders.ORDERS,), (Orders.ORDERS,))
    likely = ((Orders.ORDERS, Orders.ATTENDED), (Orders.ORDERS, Orders.DYNAMIC, Orders.ATTENDED))
    assert asked == {
        **dict.fromkeys(("MLA", "MLB", "MLC", "MLU"), sure),
        **dict.fromkeys(("MCO", "MPE"), likely),
        "MLM": ((Orders.ATTENDED, Orders.ORDERS), (Orders.DYNAMIC, Orders.ATTENDED, Orders.ORDERS)),
    }


# Zones


def offsets(zone: str) -> set[float]:
    """The offsets of a zone through a year, in hours."""
    begin = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("UTC"))
    days = [(begin + timedelta(days=n)).astimezone(ZoneInfo(zone)).utcoffset() for n in range(365)]
    return {day.total_seconds() / 3600 for day in days if day is not None}


@pytest.mark.parametrize(
    ("site", "state", "city", "hours"),
    [
        ("MLM", "Ciudad de México", "Coyoacán", {-6}),
        ("MLM", "Yucatán", "Mérida", {-6}),
        ("MLM", "Quintana Roo", "Cancún", {-5}),
        ("MLM", "Sonora", "Hermosillo", {-7}),
        ("MLM", "Sinaloa", "Culiacán", {-7}),
        ("MLM", "Baja California", "Tijuana", {-8, -7}),
        ("MLM", "Baja California Sur", "La Paz", {-7}),
        ("MLM", "Nayarit", "Tepic", {-7}),
        ("MLM", "Nayarit", "Bucerías", {-6}),
        ("MLM", "Chihuahua", "Chihuahua", {-6}),
        ("MLM", "Chihuahua", "Ciudad Juárez", {-7, -6}),
        ("MLM", "Chihuahua", "Juárez", {-7, -6}),
        ("MLM", "Chihuahua", "Ojinaga", {-6, -5}),
        ("MLM", "Coahuila", "Saltillo", {-6}),
        ("MLM", "Coahuila", "Piedras Negras", {-6, -5}),
        ("MLM", "Coahuila", "Juárez", {-6}),
        ("MLM", "Nuevo León", "Monterrey", {-6}),
        ("MLM", "Nuevo León", "Anáhuac", {-6, -5}),
        ("MLM", "Tamaulipas", "Tampico", {-6}),
        ("MLM", "Tamaulipas", "Reynosa", {-6, -5}),
        ("MLB", "São Paulo", "Campinas", {-3}),
        ("MLB", "Bahia", "Salvador", {-3}),
        ("MLB", "Pernambuco", "Recife", {-3}),
        ("MLB", "Pernambuco", "Fernando de Noronha", {-2}),
        ("MLB", "Amazonas", "Manaus", {-4}),
        ("MLB", "Amazonas", "Tabatinga", {-5}),
        ("MLB", "Acre", "Rio Branco", {-5}),
        ("MLB", "Mato Grosso", "Cuiabá", {-4}),
        ("MLB", "Mato Grosso do Sul", "Campo Grande", {-4}),
        ("MLB", "Rondônia", "Porto Velho", {-4}),
        ("MLB", "Roraima", "Boa Vista", {-4}),
        ("MLB", "Pará", "Santarém", {-3}),
        ("MLC", "Metropolitana de Santiago", "Santiago", {-4, -3}),
        ("MLC", "Aysén del General Carlos Ibáñez del Campo", "Coyhaique", {-3}),
        ("MLC", "Magallanes y de la Antártica Chilena", "Punta Arenas", {-3}),
        ("MLC", "Valparaíso", "Viña del Mar", {-4, -3}),
        ("MLC", "Valparaíso", "Hanga Roa", {-6, -5}),
        ("MLA", "Tierra del Fuego", "Ushuaia", {-3}),
        ("MLA", "Mendoza", "Mendoza", {-3}),
        ("MLU", "Montevideo", "Montevideo", {-3}),
        ("MCO", "San Andrés y Providencia", "San Andrés", {-5}),
        ("MPE", "Loreto", "Iquitos", {-5}),
    ],
)
def test_the_hour_of_a_city(site: str, state: str, city: str, hours: set[float]) -> None:
    """Offsets rather than names of zones: what people there see on the clock, in winter and in summer."""
    assert offsets(zone_of(site, state, city)) == hours


def test_argentina_uruguay_colombia_and_peru_have_one_hour() -> None:
    assert {site.id for site in SITES.values() if len(zones_of(site.id)) == 1} == {"MLA", "MLU", "MCO", "MPE"}
    assert zones_of("MLA") == (SITES["MLA"].zone,)


@EVERY
def test_every_zone_is_one_of_the_country(site: Site) -> None:
    territories = get_global("zone_territories")
    for zone in zones_of(site.id):
        assert ZoneInfo(zone)
        assert territories.get(zone, site.country) == site.country, zone
    assert zones_of(site.id)[0] == site.zone


@pytest.mark.parametrize("site", SEVERAL)
def test_every_state_of_the_catalogue_has_its_zone(site: str) -> None:
    places = catalogue(site)
    assert places.states
    assert [state for state in places.states if not knows_state(site, state)] == []
    assert [state for state in places.states if not knows_state(site, places.code(state))] == []
    assert all(zone_of(site, state) == zone_of(site, places.code(state)) for state in places.states)


@pytest.mark.parametrize("site", SEVERAL)
def test_every_state_of_another_list_too(site: str, shared: Path) -> None:
    rows = _rows(shared, site)
    assert {row["state"] for row in rows if not knows_state(site, row["state"])} == set()


@pytest.mark.parametrize("site", SEVERAL)
def test_name_and_point_of_a_city_agree(site: str, shared: Path) -> None:
    """Every municipality by its point alone has the zone its name gives it, but for those named with their reason."""
    rows = [row for row in _rows(shared, site) if row["latitude"]]
    different = {
        (row["state"], row["city"])
        for row in rows
        if zone_of(site, row["state"], row["city"])
        != zone_of(site, row["state"], "", float(row["latitude"]), float(row["longitude"]))
    }
    assert (
        different
        == {
            "MLM": {
                ("Coahuila", "Ocampo"),  # its seat lies 200 km south of the border that its municipality reaches to
                ("Coahuila", "Hidalgo"),  # another Hidalgo lies in the south of the state: only the point can tell
            },
            # a little east of the law's line, and counted to the west by the lists
            "MLB": {("Amazonas", c) for c in ("Boca do Acre", "Itamarati", "Pauini", "São Paulo de Olivença")},
            "MLC": set(),
        }[site]
    )


def _rows(shared: Path, site: str) -> list[dict[str, str]]:
    with (shared / f"data/places/{SITES[site].country}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("site", SEVERAL)
def test_a_state_is_found_in_any_spelling(site: str) -> None:
    for state in catalogue(site).states:
        plain = state.upper().replace("Á", "A").replace("É", "E").replace("Í", "I").replace("Ó", "O").replace("Ú", "U")
        for spelling in (state.upper(), f"  {state.lower()} ", f"Estado de {state}", f"REGIÓN DE {state}", plain):
            assert zone_of(site, spelling) == zone_of(site, state), spelling


def test_the_point_decides_where_the_name_of_the_city_says_nothing() -> None:
    assert zone_of("MLM", "Chihuahua", "Col. Partido Romero", 31.73, -106.47) == "America/Ciudad_Juarez"
    assert zone_of("MLM", "Chihuahua", "Col. Centro", 28.63, -106.07) == "America/Chihuahua"
    assert zone_of("MLB", "Amazonas", "", -6.66, -69.87) == "America/Eirunepe"
    assert zone_of("MLB", "Amazonas", "", -3.1, -60.02) == "America/Manaus"
    assert zone_of("MLC", "Valparaíso", "", -27.12, -109.35) == "Pacific/Easter"
    assert zone_of("MLC", "Valparaíso", "", -33.05, -71.61) == "America/Santiago"


def test_a_name_is_of_its_own_state_only() -> None:
    assert zone_of("MLM", "Coahuila", "Matamoros") == "America/Monterrey"  # near Torreón
    assert zone_of("MLM", "Tamaulipas", "Matamoros") == "America/Matamoros"
    assert zone_of("MLM", "Chihuahua", "Guerrero") == "America/Chihuahua"


def test_an_unknown_state_has_the_hour_of_most_of_the_country() -> None:
    assert zone_of("MLM", "Nowhere", "Cancún", 31.7, -106.4) == "America/Mexico_City"
    assert zone_of("MLB", "") == "America/Sao_Paulo"
    with pytest.raises(KeyError):
        zone_of("MLX", "São Paulo")


# The words on screen


@pytest.mark.parametrize(
    ("locale", "foreign"),
    [
        ("es_AR", ("letrero", "aviso impreso", "reembolso", "calcomanía", "adhesivo")),
        ("es_UY", ("letrero", "aviso impreso", "reembolso", "calcomanía", "adhesivo")),
        ("es_MX", ("cartel", "devolucion", "devolución", "calco ", "adhesivo")),
        ("es_CO", ("cartel", "letrero", "reembolso", "calco ", "calcomanía")),
        ("es_PE", ("letrero", "reembolso", "calco ", "calcomanía")),
        ("es_CL", ("letrero", "reembolso", "calco ", "calcomanía")),
    ],
)
def test_a_screen_says_the_words_of_the_country(locale: str, foreign: tuple[str, ...]) -> None:
    """The table of look.md: a sign is a letrero in Mexico and an aviso in Colombia, a refund a reembolso in Mexico."""
    wrong = {}
    for key, entry in words().items():
        for number in ("", "_one"):
            text = entry.get(f"{locale}{number}") or entry.get(f"es{number}") or ""
            if any(word in text.lower() for word in foreign):
                wrong[key] = text
    assert wrong == {}


def test_one_of_a_thing_is_said_as_one_in_every_country() -> None:
    """A country's own plural would else be taken for the one: "1 letreros"."""
    regional = {"es_AR", "es_UY", "es_MX", "es_CO", "es_PE", "es_CL"}
    missing = {
        (key, tag)
        for key, entry in words().items()
        for tag in regional & entry.keys()
        if "es_one" in entry and f"{tag}_one" not in entry
    }
    assert missing == set()
