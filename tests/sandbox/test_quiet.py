"""Chains whose registers fall silent: the truth the world tells is what its payments show."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from mpkit.sandbox import Quiet, World
from mpkit.sandbox.quiet import of
from mpkit.sites import SITES
from mpkit.work import FixedClock

BORN = datetime(2026, 11, 20, 15, tzinfo=UTC)
CHAIN = Quiet(fallen=0.4, slow=0.15, spare=0.1, seasonal=0.3, away=0.3)


def chain(site: str = "MLA", seed: int = 5, quiet: Quiet | None = CHAIN, payments: int = 40_000) -> World:
    return World(site, seed, FixedClock(BORN), stores=12, registers=30, payments=payments, quiet=quiet)


@pytest.fixture(scope="module")
def world() -> World:
    return chain()


def sales_of(world: World, pos: int) -> np.ndarray:
    all_ = world.book.columns
    return all_.created[: all_.count][all_.pos[: all_.count] == pos]


def test_nobody_sells_in_a_silence(world: World) -> None:
    assert {each.why for each in world.hush.silences} == {"fell", "season", "away", "works"}
    for each in world.hush.silences:
        at = sales_of(world, each.pos)
        assert not ((at >= each.begin) & (at < (each.end or 2**40))).any()


def test_who_came_back_sells_again(world: World) -> None:
    back = [each for each in world.hush.silences if each.end]
    assert back
    for each in back:
        covered = [one for one in world.hush.silences if one.pos == each.pos and (not one.end or one.end > each.end)]
        if each.pos not in world.hush.slow and not covered:
            assert (sales_of(world, each.pos) >= each.end).any()


def test_slow_registers_sell_some_twice_a_week(world: World) -> None:
    assert world.hush.slow
    for pos in world.hush.slow:
        quiet = sum((each.end or int(BORN.timestamp())) - each.begin for each in world.hush.silences if each.pos == pos)
        weeks = 52 - quiet / (7 * 86_400)
        assert 0.3 <= len(sales_of(world, pos)) / weeks <= 4.5


def test_why_a_register_is_quiet_is_told(world: World) -> None:
    each = next(each for each in world.hush.silences if each.why == "fell")
    assert of(world.hush.silences, each.pos, each.begin) is not None
    assert of([each], each.pos, each.begin - 1) is None
    assert of([each], each.pos + 1, each.begin) is None


def test_the_same_seed_is_the_same_chain(world: World) -> None:
    again = chain()
    assert again.hush.silences == world.hush.silences
    assert (again.book.columns.created == world.book.columns.created).all()


def test_without_asking_one_register_falls_silent_for_good() -> None:
    plain = chain(quiet=None, payments=4_000)
    assert [each.why for each in plain.hush.silences if not each.end] == ["fell"]


@pytest.mark.parametrize("site", SITES)
def test_every_country_has_them(site: str) -> None:
    made = chain(site, payments=6_000)
    assert any(each.why == "fell" for each in made.hush.silences)
    assert made.book.columns.count == 6_000
