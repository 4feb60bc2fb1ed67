"""The bar of registers without sales: generated years of seven countries, looked at each morning, against the truth."""

from __future__ import annotations

from pathlib import Path

from mpkit.sites import SITES
from tests.sales.quiet_years import REGULAR, Measured, measured, told, year_seen
from tests.soak import Bar

_SITES = tuple(SITES)
_FIRST = 100  # seeds below were used to choose the parameters
_SMALL = {"stores": 16, "registers": 48, "payments": 240_000}


def test_silent_registers_are_found_and_others_left_alone(bar: Bar, tmp_path: Path) -> None:
    """Of the registers that fall silent ≥ 95 % are found in two open days; < 1 false alarm per 100 a month."""
    whole = Measured()
    for n in bar.rounds(stated=21, reduced=1):
        year = year_seen(_SITES[n % 7], _FIRST + n // 7, tmp_path / str(n), **({} if bar.whole else _SMALL))
        whole.add(measured(year, 140 if bar.whole else 50))
        year.world.close()
    bar.saw(told(whole))
    assert whole.share(*REGULAR) >= (0.95 if bar.whole else 0.9), told(whole)
    assert whole.false_a_month < (1.0 if bar.whole else 2.0), told(whole)
    assert sum(whole.silences[name] for name in REGULAR) >= (500 if bar.whole else 5)
