"""Names of states and cities: the exact spelling from what people write, and how sure it is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.errors import UnreadableFile
from mpkit.places import Catalogue, Kind, catalogue
from mpkit.places.atlas import kilometres, known_states
from mpkit.places.names import abbreviates, distance, fold, letters
from mpkit.sites import SITES

AR = catalogue("MLA")
COUNTS = {"MLA": 24, "MLB": 27, "MLC": 16, "MCO": 33, "MLM": 32, "MPE": 25, "MLU": 19}


@pytest.mark.parametrize("site", SITES)
def test_every_country_has_all_its_states_with_iso_codes_and_cities_inside_its_box(site: str) -> None:
    places = catalogue(site)
    assert len(places.states) == COUNTS[site]
    for state in places.states:
        assert places.cities(state)
        assert places.code(state).startswith(SITES[site].country + "-")
        assert "-X" not in places.code(state) or places.code(state) == "AR-X"
        assert places.state_of_code(places.code(state)) == state
    for place in places.places:
        assert place.latitude is not None
        assert place.longitude is not None
        assert SITES[site].box.holds(place.latitude, place.longitude), place


@pytest.mark.parametrize("site", SITES)
def test_states_of_the_shared_lists_are_all_known(site: str, shared: Path) -> None:
    places = catalogue(site, shared / "data/places")
    assert len(places.states) == COUNTS[site]
    known = {state.code for state in known_states()[SITES[site].country]}
    assert {places.code(state) for state in places.states} == known


STATES = [
    ("Córdoba", Kind.EXACT, "Córdoba"),
    (" CORDOBA ", Kind.REPAIRED, "Córdoba"),
    ("AR-B", Kind.REPAIRED, "Buenos Aires"),
    ("ar-b", Kind.REPAIRED, "Buenos Aires"),
    ("B", Kind.REPAIRED, "Buenos Aires"),
    ("CABA", Kind.GUESS, "Capital Federal"),
    ("C.A.B.A.", Kind.GUESS, "Capital Federal"),
    ("Ciudad Autónoma de Buenos Aires", Kind.GUESS, "Capital Federal"),
    ("Provincia de Córdoba", Kind.GUESS, "Córdoba"),
    ("Corodba", Kind.GUESS, "Córdoba"),
    ("Sgo. del Estero", Kind.GUESS, "Santiago del Estero"),
    ("Entre Rios", Kind.REPAIRED, "Entre Ríos"),
    ("Narnia", Kind.NONE, ""),
    ("", Kind.NONE, ""),
]


@pytest.mark.parametrize(("text", "kind", "value"), STATES)
def test_states(text: str, kind: Kind, value: str) -> None:
    match = AR.match_state(text)
    assert (match.kind, match.value) == (kind, value)
    assert match.kind.lossless == (kind in {Kind.EXACT, Kind.REPAIRED})


CITIES = [
    ("Rosario", "Santa Fe", Kind.EXACT, "Rosario"),
    ("ROSARIO", "Santa Fe", Kind.REPAIRED, "Rosario"),
    ("  rosario ", "Santa Fe", Kind.REPAIRED, "Rosario"),
    ("Rosraio", "Santa Fe", Kind.GUESS, "Rosario"),
    ("Resisitencia", "Chaco", Kind.GUESS, "Resistencia"),
    ("S.M. de Tucuman", "Tucumán", Kind.GUESS, "San Miguel de Tucumán"),
    ("Gral. Roca", "Río Negro", Kind.GUESS, "General Roca"),
    ("CIUDAD DE CORDOBA NORTE", "Córdoba", Kind.GUESS, "Córdoba"),
    ("Palermo", "Capital Federal", Kind.EXACT, "Palermo"),
    ("Microcentro", "Capital Federal", Kind.GUESS, "Ciudad Autónoma de Buenos Aires"),
    ("Capital Federal", "Capital Federal", Kind.GUESS, "Ciudad Autónoma de Buenos Aires"),
    ("Bariloche", "Río Negro", Kind.GUESS, "San Carlos de Bariloche"),
    ("Xyzzy", "Santa Fe", Kind.NONE, ""),
    ("", "Santa Fe", Kind.NONE, ""),
]


@pytest.mark.parametrize(("text", "state", "kind", "value"), CITIES)
def test_cities(text: str, state: str, kind: Kind, value: str) -> None:
    match = AR.match_city(text, state)
    assert (match.kind, match.value) == (kind, value)


def test_a_city_of_another_state_is_suggested_with_its_state() -> None:
    match = AR.match_city("Rosario", "Mendoza")
    assert match.kind is Kind.NONE
    assert ("Santa Fe", "Rosario") in {(place.state, place.city) for place in match.suggestions}


def test_without_state_a_name_of_several_is_several_until_the_point_tells() -> None:
    assert AR.match_city("Santa Rosa", None).kind is Kind.SEVERAL
    near = AR.point("La Pampa", "Santa Rosa")
    match = AR.match_city("Santa Rosa", None, near)
    assert (match.kind, match.state, match.value) == (Kind.GUESS, "La Pampa", "Santa Rosa")
    assert AR.match_city("San Carlos de Bariloche", None).state == "Río Negro"


def test_a_state_in_the_city_column_is_no_city_and_the_point_suggests_one() -> None:
    match = AR.match_city("ENTRE RIOS", "Entre Ríos", (-31.3951, -58.0129))
    assert match.kind is Kind.NONE
    assert match.suggestions[0].city == "Concordia"
    assert match.suggestions[0].distance_km is not None
    assert match.suggestions[0].distance_km < 5


def test_a_guess_the_point_contradicts_is_none() -> None:
    assert AR.match_city("Santa Cruz", "Santa Cruz").value == "Puerto Santa Cruz"
    assert AR.match_city("Santa Cruz", "Santa Cruz", (-46.444906, -67.533789)).kind is Kind.NONE


def test_a_certain_match_stays_certain_wherever_the_point_is() -> None:
    assert AR.match_city("Rosario", "Santa Fe", (-54.8, -68.3)).kind is Kind.EXACT


def test_capital_and_quarters_in_a_list_that_has_one_city_for_all(shared: Path) -> None:
    places = catalogue("MLA", shared / "data/places")
    state = places.match_state("AR-C").value
    assert state == "Ciudad Autónoma de Buenos Aires"
    for quarter in ("Palermo", "BELGRANO", "Núñez", "Villa Crespo", "CABA", "Buenos Aires"):
        match = places.match_city(quarter, state)
        assert (match.kind, match.value) == (Kind.GUESS, "Ciudad Autónoma de Buenos Aires"), quarter


def test_one_name_under_several_parents_is_one_name(shared: Path) -> None:
    places = catalogue("MLA", shared / "data/places")
    twice = [(p.state, p.city) for p in places.places]
    state, city = next(key for key in twice if twice.count(key) > 1)
    assert places.match_city(city, state).kind is Kind.EXACT
    there = [p for p in places.places if (p.state, p.city) == (state, city)]
    for place in there:
        assert places.distance(state, city, place.latitude or 0, place.longitude or 0) == pytest.approx(0, abs=1e-6)


@given(st.sampled_from(AR.places), st.randoms(use_true_random=False))
def test_case_accents_and_blanks_never_lose_a_city(place: object, rng: random.Random) -> None:
    found = next(p for p in AR.places if p == place)
    words = fold(found.city).split()
    text = (" " * rng.randint(1, 3)).join(rng.choice((str.upper, str.title, str.lower))(word) for word in words)
    match = AR.match_city(f" {text} ", found.state)
    assert match.kind.lossless or match.kind is Kind.SEVERAL
    if match.value:
        assert fold(match.value) == fold(found.city)


@given(st.text(max_size=20), st.sampled_from([None, *AR.states]))
def test_any_text_has_an_answer_in_the_catalogue_or_none(text: str, state: str | None) -> None:
    match = AR.match_city(text, state)
    if match.value:
        assert match.value in AR.cities(match.state)
        assert state in {None, match.state}
    else:
        assert match.kind in {Kind.NONE, Kind.SEVERAL}


def slow_distance(a: str, b: str) -> int:
    """Optimal string alignment by its definition."""
    if not a or not b:
        return len(a) + len(b)
    edits = [slow_distance(a[1:], b) + 1, slow_distance(a, b[1:]) + 1, slow_distance(a[1:], b[1:]) + (a[0] != b[0])]
    if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
        edits.append(slow_distance(a[2:], b[2:]) + 1)
    return min(edits)


@given(st.text("abc", max_size=5), st.text("abc", max_size=5), st.integers(0, 6))
def test_distance_is_the_number_of_edits(a: str, b: str, most: int) -> None:
    exact = slow_distance(a, b)
    assert min(distance(a, b, most), most + 1) == min(exact, most + 1)


@given(st.text("abcdefgñz", max_size=9), st.text("abcdefgñz", max_size=9))
def test_the_quick_look_at_the_letters_never_throws_a_close_name_away(a: str, b: str) -> None:
    assert (letters(a) ^ letters(b)).bit_count() <= 2 * distance(a, b, 20)


def test_abbreviations_go_word_by_word() -> None:
    assert abbreviates("s m de tucuman", "san miguel de tucuman")
    assert not abbreviates("s m tucuman", "san miguel de tucuman")
    assert not abbreviates("rosario", "rosario de la frontera")


@given(st.floats(-55, -22), st.floats(-73, -54))
def test_the_nearest_places_are_the_nearest(latitude: float, longitude: float) -> None:
    around = AR.around(latitude, longitude, 3)
    brute = sorted(kilometres(p.latitude or 0, p.longitude or 0, latitude, longitude) for p in AR.places)[:3]
    assert [place.distance_km for place in around] == pytest.approx(brute)
    assert AR.nearest(latitude, longitude) == around[0]


def test_a_folder_of_ones_own_takes_the_place_of_the_built_in(tmp_path: Path) -> None:
    text = "state,city,latitude,longitude,parent\nOz,Emerald,-34.0,-60.0,\nCORDOBA,Sin Punto,,,\n"
    (tmp_path / "AR.csv").write_text(text, encoding="utf-8-sig")
    own = catalogue("MLA", tmp_path)
    assert own.states == ("CORDOBA", "Oz")
    assert own.match_state("Córdoba").value == "CORDOBA"
    assert own.match_state("AR-X").value == "CORDOBA"
    assert own.code("Oz") != own.code("CORDOBA")
    assert own.point("CORDOBA", "Sin Punto") is None
    assert own.nearest(-34, -60) is not None
    assert isinstance(own, Catalogue)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "state,city,latitude,longitude,parent\nA,B,south,west,\n"])
def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableFile, match=r"AR\.csv"):
        catalogue("MLA", tmp_path / "missing")
    (tmp_path / "AR.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"AR\.csv"):
        catalogue("MLA", tmp_path)


def test_a_namesake_far_away_is_not_offered_as_near() -> None:
    match = catalogue("MLA").match_city("JUAN BAUTISTA ALBERDI", "Tucumán", near=(-27.5889, -65.6202))
    assert match.suggestions
    assert all(place.state == "Tucumán" for place in match.suggestions)


def test_a_quarter_of_bogota_is_no_city_to_be_chosen():
    known = catalogue("MCO")
    assert known.nearest(4.6165, -74.14597).city.startswith("Bogotá")
    found = known.match_city("Kennedy", "Bogotá, D.C.")
    assert {each.city for each in found.suggestions} == {"Bogotá", "Bogotá, D.C."}
