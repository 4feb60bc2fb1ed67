"""Coordinates as people and programs write them, what happened to them on the way, and what would put them right."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.i18n import LANGUAGES, say
from mpkit.places import catalogue
from mpkit.sheet import pasted, points
from mpkit.sheet.degrees import from_utm, from_web_metres, marks, read

AR, CO, BR = catalogue("MLA"), catalogue("MCO"), catalogue("MLB")
PALERMO = ("Capital Federal", "Palermo")

WRITTEN = [
    ("-34.6037", -34.6037),
    ("-34,6037", -34.6037),
    ("−34.6037", -34.6037),  # noqa: RUF001
    ("34.6037 S", -34.6037),
    ("S 34.6037", -34.6037),
    ("34,6037° Sur", -34.6037),
    ("58.3816 O", -58.3816),
    ("58.3816W", -58.3816),
    ("4.61 N", 4.61),
    ("4.61 Norte", 4.61),
    ("34°36'13.4\"S", -34.603722),
    ("34º36'13,4''S", -34.603722),
    ("34 36 13.4 S", -34.603722),
    ("-34:36:13.4", -34.603722),
    ("34°36.2233'S", -34.603722),
    ("S34°36’13.4”", -34.603722),  # noqa: RUF001
    ("34° 36' S", -34.6),
]


@pytest.mark.parametrize(("text", "value"), WRITTEN)
def test_a_coordinate_in_any_writing(text: str, value: float) -> None:
    assert points.degrees(text) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("text", ["", "abc", "34.6.1", "34°75'00\"S", "34 36 99 S", "1/2", "-34.603.722", "Av. 34"])
def test_what_is_no_coordinate_is_none(text: str) -> None:
    assert read(text) is None


@given(st.floats(-90, 90), st.sampled_from(["{d}°{m}'{s:.4f}\"{h}", "{d} {m} {s:.4f} {h}", "{h} {d}°{m}’{s:.4f}”"]))  # noqa: RUF001
def test_degrees_minutes_seconds_there_and_back(latitude: float, form: str) -> None:
    seconds = round(abs(latitude) * 3600, 4)
    whole, minutes = int(seconds // 3600), int(seconds % 3600 // 60)
    text = form.format(d=whole, m=minutes, s=min(59.9999, seconds % 60), h="S" if latitude < 0 else "N")
    assert points.degrees(text) == pytest.approx(latitude, abs=1e-6)


def test_a_lost_mark_may_have_stood_in_three_places() -> None:
    assert marks("48595225") == (4.8595225, 48.595225)
    assert marks("-34.603.722") == (-3.4603722, -34.603722)
    assert marks("12") == ()


def one(places: object, latitude: str, longitude: str, named: tuple[str, str] = ("", "")) -> points.Judged:
    return points.judge([latitude], [longitude], places, {0: named})[0]  # type: ignore[arg-type]


ACCIDENTS = [
    (AR, "-58.38", "-34.603", ("", ""), "coordinates_swapped", (-34.603, -58.38), 60),
    (AR, "-58.38", "-34.603", PALERMO, "coordinates_swapped", (-34.603, -58.38), 95),
    (AR, "34.603", "58.38", PALERMO, "coordinates_wrong_sign", (-34.603, -58.38), 95),
    (AR, "-34.603", "58.38", PALERMO, "coordinates_wrong_sign", (-34.603, -58.38), 95),
    (AR, "58.38", "34.603", PALERMO, "coordinates_swapped", (-34.603, -58.38), 95),
    (AR, "-34603722", "-58381592", PALERMO, "coordinates_without_mark", (-34.603722, -58.381592), 95),
    (AR, "-34.603.722", "-58.381.592", PALERMO, "coordinates_without_mark", (-34.603722, -58.381592), 95),
    (AR, "34603722", "58381592", PALERMO, "coordinates_without_mark", (-34.603722, -58.381592), 95),
    (AR, "-3.4603722", "-58.381592", PALERMO, "coordinates_without_mark", (-34.603722, -58.381592), 95),
    (CO, "48595225", "-757123456", ("Risaralda", "Pereira"), "coordinates_without_mark", (4.8595225, -75.7123456), 95),
    (CO, "-4.8133", "-75.6961", ("Risaralda", "Pereira"), "coordinates_wrong_sign", (4.8133, -75.6961), 95),
    (BR, "3.7172", "-38.5433", ("Ceará", "Fortaleza"), "coordinates_wrong_sign", (-3.7172, -38.5433), 95),
    (AR, "372000", "6170000", PALERMO, "coordinates_in_metres", (-34.60386, -58.39597), 95),
    (AR, "6170000", "372000", PALERMO, "coordinates_in_metres", (-34.60386, -58.39597), 95),
    (AR, "-6499000", "-4112000", PALERMO, "coordinates_in_metres", (-34.61734, -58.38151), 95),
]


@pytest.mark.parametrize(("places", "latitude", "longitude", "named", "code", "better", "sure"), ACCIDENTS)
def test_what_happened_to_a_point_is_seen_and_how_sure_the_repair_is(  # noqa: PLR0917 - one row of the table
    places: object,
    latitude: str,
    longitude: str,
    named: tuple[str, str],
    code: str,
    better: points.Point,
    sure: int,
) -> None:
    found = one(places, latitude, longitude, named)
    assert found.code == code
    assert found.better == pytest.approx(better, abs=2e-4)
    assert found.values["sure"] == sure
    assert found.values["near"]
    assert not found.usable
    for language in LANGUAGES:
        told = say(code, language, found=f"{latitude}; {longitude}", better=str(better), **found.values)
        assert f"{sure}" in told


NOWHERE = [("0", "0"), ("0.0", "0,0"), ("-1", "-1"), ("1", "1"), ("200", "200"), ("999", "999"), ("-999", "-999")]


@pytest.mark.parametrize(("latitude", "longitude"), [*NOWHERE, ("99999", "99999"), ("", "-58.3"), ("-34.6", "")])
def test_what_programs_write_for_no_point_is_a_missing_one(latitude: str, longitude: str) -> None:
    assert one(AR, latitude, longitude).code == "missing_coordinates"


def test_a_point_that_fits_needs_no_repair_and_one_of_another_country_gets_none() -> None:
    assert one(AR, "-34.5795", "-58.4241", PALERMO) == points.Judged((-34.5795, -58.4241))
    found = one(AR, "40.4168", "-3.7038", PALERMO)
    assert (found.code, found.better) == ("coordinates_outside_country", None)


def test_a_point_in_the_country_but_elsewhere_is_left_to_the_city_when_no_repair_brings_it_there() -> None:
    assert one(AR, "-31.4167", "-64.1833", PALERMO).code == ""


def test_cut_decimals_are_told_and_the_point_is_used() -> None:
    found = one(AR, "-34.6", "-58.4", PALERMO)
    assert (found.code, found.usable, found.point) == ("coordinates_coarse", True, (-34.6, -58.4))
    assert one(AR, "-34.6", "-58.41", PALERMO).code == ""


def test_the_metres_of_known_points() -> None:
    # Obelisk of Buenos Aires, Christ of Rio, Monserrate of Bogotá: UTM as any converter gives it (WGS 84).
    assert from_utm(373_317, 6_170_036, 21, southern=True) == pytest.approx((-34.6037, -58.3816), abs=2e-4)
    assert from_utm(500_000, 0, 18, southern=False) == pytest.approx((0.0, -75.0), abs=1e-9)
    assert from_utm(500_000, 10_000_000, 18, southern=True) == pytest.approx((0.0, -75.0), abs=1e-9)
    assert from_web_metres(-20_037_508.34, 0) == pytest.approx((0.0, -180.0), abs=1e-6)


@given(st.floats(-55, 14), st.floats(-117, -35))
def test_web_metres_there_and_back(latitude: float, longitude: float) -> None:
    x = math.radians(longitude) * 6_378_137.0
    y = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) * 6_378_137.0
    assert from_web_metres(x, y) == pytest.approx((latitude, longitude), abs=1e-9)


PAIRS = [
    ("-34.6037, -58.3816", ("-34.6037", "-58.3816")),
    ("-34.6037;-58.3816", ("-34.6037", "-58.3816")),
    ("(-34.6037 -58.3816)", ("-34.6037", "-58.3816")),
    ("-34,6037; -58,3816", ("-34,6037", "-58,3816")),
    ("-34,6037,-58,3816", ("-34,6037", "-58,3816")),
    ("-34,6037 -58,3816", ("-34,6037", "-58,3816")),
    ("34°36'13\"S 58°22'54\"O", ("34°36'13\"S", "58°22'54\"O")),
    ("34 36 13 S 58 22 54 W", ("34 36 13 S", "58 22 54 W")),
    ("nada", ("", "")),
]


@pytest.mark.parametrize(("text", "two"), PAIRS)
def test_two_coordinates_in_one_cell(text: str, two: tuple[str, str]) -> None:
    assert points.split_pair(text) == two


LINKS = [
    "https://www.google.com/maps/@-34.6037,-58.3816,17z",
    "https://www.google.com.ar/maps/place/Obelisco/@-34.5,-58.5,17z/data=!3m1!4b1!4m6!3m5!1s0x95:0x3!8m2!3d-34.6037!4d-58.3816",
    "https://maps.google.com/?q=-34.6037,-58.3816",
    "https://www.google.com/maps?q=loc:-34.6037,-58.3816",
    "https://www.google.com/maps/search/?api=1&query=-34.6037%2C-58.3816",
    "https://www.google.com/maps/search/-34.6037,+-58.3816",
    "https://www.google.com/maps/place/-34.6037,-58.3816",
    "https://www.google.com/maps/dir/?api=1&destination=-34.6037,-58.3816",
    "https://maps.apple.com/?ll=-34.6037,-58.3816&q=Obelisco",
    "https://maps.apple.com/place?coordinate=-34.6037,-58.3816&name=Obelisco",
    "https://www.openstreetmap.org/?mlat=-34.6037&mlon=-58.3816#map=17/-34.6/-58.4",
    "https://www.openstreetmap.org/#map=17/-34.6037/-58.3816",
    "https://waze.com/ul?ll=-34.6037,-58.3816&navigate=yes",
    "https://www.waze.com/live-map/directions?to=ll.-34.6037%2C-58.3816",
    "https://www.bing.com/maps?cp=-34.6037~-58.3816&lvl=17",
    "geo:-34.6037,-58.3816?z=17",
    "geo:0,0?q=-34.6037,-58.3816(Obelisco)",
]


@pytest.mark.parametrize("text", LINKS)
def test_a_pasted_link_says_its_point(text: str) -> None:
    assert pasted.point(text) == pytest.approx((-34.6037, -58.3816))


SHORT = [
    "https://maps.app.goo.gl/AbCdEf123",
    "https://goo.gl/maps/xyz",
    "https://waze.com/ul/h69y7",
    "https://bit.ly/3abc",
]


@pytest.mark.parametrize("text", SHORT)
def test_a_short_link_is_named_as_such_and_never_asked(text: str) -> None:
    assert pasted.point(text) is None
    assert pasted.is_short(text)
    assert one(AR, *pasted.pair(text)).code == "coordinates_short_link"


def test_a_link_or_a_pair_in_the_column_of_latitudes() -> None:
    firsts, seconds = pasted.spread([LINKS[0], "-34.6, -58.4", "-34.61", ""], ["", "", "-58.41", ""])
    assert [points.degrees(cell) for cell in firsts[:3]] == pytest.approx([-34.6037, -34.6, -34.61])
    assert [points.degrees(cell) for cell in seconds[:3]] == pytest.approx([-58.3816, -58.4, -58.41])
    assert (firsts[3], seconds[3]) == ("", "")
