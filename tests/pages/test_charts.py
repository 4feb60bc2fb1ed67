"""Charts as data: what stands above and below the axis, in whose numbers, and nothing left out."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.pages import charts, charts_written, figures
from mpkit.pages.frame import plain
from mpkit.sites import SITES

TITLES = {name: name for name in ("income", "refunds", "before", "name", "weekday", "hour")}
MARCH = [date(2026, 3, 1) + timedelta(n) for n in range(30)]
DAYS = [
    charts.Bar(
        day.isoformat(), str(day), charts_written.day_tick(day, "es_AR"), 100.0 + n, float(n), 90.0, off=n % 7 == 0
    )
    for n, day in enumerate(MARCH)
]


def look(ink=charts.LIGHT, locale="es_AR"):
    return charts.Look(locale, ink)


def daily(ink=charts.LIGHT, locale="es_AR"):
    return charts.bars(DAYS, TITLES, currency="ARS", look=look(ink, locale))


def rows_of(spec):
    return spec["data"]["values"]


def test_refunds_stand_below_the_axis_and_income_above():
    rows = rows_of(daily())
    assert len(rows) == 30
    assert all(row["income"] > 0 >= row["refunds"] for row in rows)
    assert [row["given"] for row in rows] == [float(n) for n in range(30)]


def test_the_colours_mean_the_same_everywhere():
    def seen(ink):
        layers = daily(ink)["layer"]
        return {layer["encoding"]["y"].get("field"): layer["mark"].get("color") for layer in layers}

    light = {field: colour for field, colour in seen(charts.LIGHT).items() if field and colour}
    assert light == {"income": "#0F766E", "refunds": "#D9480F", "before": "#98A1AE"}
    assert not {seen(charts.DARK)[field] for field in light} & set(light.values())


@pytest.mark.parametrize("site", SITES.values(), ids=lambda site: site.id)
def test_axes_speak_the_country(site):
    number = daily(locale=site.locale)["config"]["locale"]["number"]
    assert (number["decimal"], number["thousands"]) == ({".": (".", ","), ",": (",", ".")})[number["decimal"]]
    assert number["decimal"] == ("." if site.id in {"MLM", "MPE"} else ",")
    assert len(charts_written.weekdays(site.locale)) == 7


@pytest.mark.parametrize(("names", "tick"), [("es_AR", "1 mar"), ("pt_BR", "1 mar"), ("en", "Mar 1")])
def test_days_are_named_in_the_language(names, tick):
    assert charts_written.day_tick(MARCH[0], names) == tick


def test_labels_are_few_and_of_bars_that_are_there():
    axis = daily()["layer"][1]["encoding"]["x"]["axis"]
    assert 4 <= len(axis["values"]) <= 8
    assert set(axis["values"]) <= {row["key"] for row in rows_of(daily())}
    assert all(name in axis["labelExpr"] for name in axis["values"])


def test_money_is_named_on_the_axis_only():
    spec = daily()
    titles = [layer["encoding"]["y"].get("axis", {}).get("title") for layer in spec["layer"]]
    assert titles.count("ARS") == 1


def test_every_mark_can_be_pressed_and_says_what_it_is():
    heat = charts.heat({(1, 9): 5.0, (2, 10): 5.0}, TITLES, look=look(), names="es_AR")
    ranking = charts.ranking([("7", "Caja 1", 3.0, 1.0)], TITLES, look=look())
    for spec, key in ((heat, "1-9"), (ranking, "7")):
        assert rows_of(spec)[0]["key"] == key
        params = [each for layer in (spec, *spec.get("layer", ())) for each in layer.get("params", ())]
        assert params == [{"name": charts.PRESSED, "select": {"type": "point", "fields": ["key"]}}]


def test_what_is_read_aloud_are_words_and_of_what_can_be_pressed_only():
    heat = charts.heat({(1, 9): 5.0}, TITLES, look=look(), names="es_AR")
    ranking = charts.ranking([("7", "Caja 1", 1234.5, 1.0)], TITLES | {"income": "Vendido"}, look=look())
    for spec in (heat, ranking, daily()):
        for layer in spec["layer"]:
            aloud = layer["encoding"].get("description") == {"field": "said"}
            assert aloud == ("params" in layer)
            assert aloud or layer["mark"]["aria"] is False
        assert spec["config"]["axis"]["aria"] is False
    assert rows_of(ranking)[0]["said"] == "Caja 1: Vendido 1.235, before 1", "rounded as the headline is"


@pytest.mark.parametrize(
    ("value", "furthest", "locale", "text"),
    [
        (65_552_795.0, 65_552_795.0, "es_AR", "65,6 M"),
        (65_552_795.0, 65_552_795.0, "pt_BR", "65,6 mi"),
        (65_552_795.0, 65_552_795.0, "en_US", "65.6M"),
        (85_794.0, 65_552_795.0, "es_AR", "85.794"),
        (820_351.0, 1_091_941.0, "es_MX", "820,351"),
        (2_116_300_000.0, 2_116_300_000.0, "es_CO", "2.116,3 M"),
    ],
)
def test_figures_beside_marks_are_short_where_they_are_long(value, furthest, locale, text):
    assert charts_written.brief(value, furthest, locale).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("fraction", "locale", "text"),
    [(0.00012, "es_AR", "0,01 %"), (0.0546, "pt_BR", "5,5%"), (0.5, "en", "50%"), (0.0, "es_MX", "0.0 %")],
)
def test_small_parts_are_not_rounded_to_nothing(fraction, locale, text):
    assert figures.share(fraction, locale).replace("\u00a0", " ") == text


def test_english_dates_cannot_be_read_the_other_way_round():
    assert [figures.day(date(2026, 3, 4), each) for each in ("es_AR", "pt_BR", "en")] == [
        "4/3/26", "04/03/2026", "Mar 4, 2026",
    ]  # fmt: skip


def test_above_the_axis_a_day_is_pressed_below_it_what_was_given_back():
    (top,) = [layer for layer in daily()["layer"] if "params" in layer]
    assert top == daily()["layer"][-1], "nothing lies over it"
    reach = {row["press"]: row["to"] for row in top["data"]["values"]}
    assert reach["2026-03-02"] == max(point.income for point in DAYS)
    assert reach["-2026-03-02"] < 0
    assert "-2026-03-01" not in reach, "nothing was given back on that day"


def test_names_that_are_alike_are_told_apart():
    rows = [("1", "Caja 1", 3.0, 1.0), ("2", "Caja 1", 2.0, 1.0), ("3", "Caja 2", 1.0, None)]
    drawn = rows_of(charts.ranking(rows, TITLES, look=look()))
    assert [row["name"] for row in drawn] == ["Caja 1", "Caja 1 (2)", "Caja 2"]


def test_quiet_ends_of_the_day_are_left_out_of_the_heat_map():
    cells = {(day, hour): 1000.0 for day in range(7) for hour in range(9, 20)} | {(2, 3): 1.0}
    rows = rows_of(charts.heat(cells, TITLES, look=look(), names="es_AR"))
    assert {row["hour"] for row in rows} == set(range(9, 20))
    assert len(rows) == 7 * 11


@given(st.sampled_from(("7", "30", "90", "365", "month", "dates")), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_period_ends_yesterday_and_never_runs_backwards(choice, today):
    period = figures.period_of(choice, today)
    assert period.last == today - timedelta(days=1)
    assert period.first <= period.last
    if choice.isdigit():
        assert (period.last - period.first).days + 1 == int(choice)


@pytest.mark.parametrize(
    ("hundredths", "currency", "language", "text"),
    [
        (128_430_050, "ARS", "es_AR", "$ 1.284.301"),
        (99_950, "ARS", "es_AR", "$ 999,50"),
        (150_000, "CLP", "es_CL", "$1.500"),
        (128_430_000, "BRL", "pt_BR", "R$ 1.284.300"),
        (128_430_049, "MXN", "es_MX", "$1,284,300"),
    ],
)
def test_headline_money_is_whole_from_a_thousand_on(hundredths, currency, language, text):
    assert figures.money(hundredths, currency, language).replace("\u00a0", " ") == text


@given(st.text(max_size=60))
def test_escaping_keeps_every_letter(text):
    escaped = plain(text)
    assert re.sub(r"\\(.)", r"\1", escaped, flags=re.DOTALL) == text
    for sign in "*_[]()!<>`$#":
        assert all(escaped[i - 1] == "\\" for i, letter in enumerate(escaped) if letter == sign)
