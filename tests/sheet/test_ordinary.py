"""Rows in which nothing is in doubt: what is said of them at once is what a close look says of them too."""

import random

import pytest

from mpkit.places import catalogue
from mpkit.sheet import points
from mpkit.sheet.ordinary import Ordinary
from mpkit.sheet.settlement import Case, Settlement

ROWS = 400


@pytest.mark.parametrize("site", ["MLA", "MLB", "MCO"])
def test_at_once_and_closely_agree(site):
    chance, places = random.Random(site), catalogue(site)
    cities = [(state, city) for state in places.states for city in places.cities(state)]
    settlement, ordinary, at_once = Settlement(places, (), has_state=True), Ordinary(places), 0
    for state, city in chance.sample(cities, ROWS):
        centre = places.point(state, city)
        off = chance.choice((0.0, 0.05, 0.13, 0.5, 3.0))
        point = (centre[0] + off, centre[1] - off) if centre and chance.random() < 0.9 else None
        text = chance.choice((city, city.upper(), city[:-1], chance.choice(cities)[1], state))
        found = ordinary.place(state, text, point)
        if found is not None:
            at_once += 1
            assert settlement.judge(Case(state, text, "Sur", point)) == found
    assert at_once > ROWS / 8


@pytest.mark.parametrize("site", ["MLA", "MLM"])
def test_points_at_once_and_closely_agree(site):
    chance, places = random.Random(site), catalogue(site)
    cities = [(state, city) for state in places.states for city in places.cities(state)]
    judging = points._Judging(places, points.SITES[site].box)
    at_once = 0
    for state, city in chance.sample(cities, ROWS):
        centre = places.point(state, city) or (0.0, 0.0)
        off = chance.choice((0.0, 0.1, 0.24, 1.0))
        texts = [
            f"{chance.choice((1, 1, -1)) * (degree + off):.{chance.choice((0, 1, 5, 5, 6, 6, 7, 7))}f}"
            for degree in centre
        ]
        cells = texts if chance.random() < 0.9 else texts[::-1]
        if (found := judging.at_once(*cells, judging.town(state, city))) is not None:
            at_once += 1
            assert judging.judge(*cells, (state, city)) == found
    assert at_once > ROWS / 10
