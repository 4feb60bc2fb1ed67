"""The bar of registers without sales: generated years of seven countries, looked at each morning, against the truth."""

from __future__ import annotations

from pathlib import Path

from mpkit.sites import SITES
from tests.sales import refund_years
from tests.sales.quiet_years import RARE, REGULAR, Measured, measured, told
from tests.sales.years_seen import Size, year_seen
from tests.soak import Bar

_SITES = tuple(SITES)
_FIRST = 100  # seeds below were used to choose the parameters
_SELDOM = 1 / 100  # of two open days in a row, those without a sale
_WHOLE, _SMALL, _BUSY = Size(), Size(12, 36, 150_000), Size(6, 16, 150_000)


def test_silent_registers_are_found_and_others_left_alone(bar: Bar, tmp_path: Path) -> None:
    """Fallen registers but those too rare to tell: ≥ 95 % found in two open days, < 1 false alarm per 100 a month."""
    whole = Measured()
    for n in bar.rounds(stated=21, reduced=1):
        year = year_seen(_SITES[n % 7], _FIRST + n // 7, tmp_path / str(n), _WHOLE if bar.whole else _SMALL)
        whole.add(measured(year, 140 if bar.whole else 40))
        year.world.close()
    bar.saw(told(whole))
    assert whole.share("found", "silences", *REGULAR) >= (0.95 if bar.whole else 0.9), told(whole)
    assert whole.false_a_month < (1.0 if bar.whole else 2.0), told(whole)
    assert whole.sum("silences", *REGULAR) >= (500 if bar.whole else 5)
    if bar.whole:  # too rare to tell is honest: they do have such days, the others do not, and they are few
        assert whole.share("bare", "pairs", RARE) > 10 * _SELDOM > 10 * whole.share("bare", "pairs", *REGULAR), told(
            whole
        )
        assert whole.of[RARE].silences < 0.15 * whole.sum("silences"), told(whole)
        assert whole.share("kept", "promised", RARE) >= 0.9, told(whole)


def test_weeks_with_far_more_refunds_are_found_and_others_left_alone(bar: Bar, tmp_path: Path) -> None:
    """Spells of refunds of ten payments or more: ≥ 95 % found in a week, < 1 false per 100 registers a month."""
    whole = refund_years.Measured()
    for n in bar.rounds(stated=7, reduced=1):
        looks = refund_years.Looks() if bar.whole else refund_years.Looks(_BUSY, mornings=40, every=4)
        whole.add(refund_years.measured(_SITES[n], _FIRST + 7 + n, tmp_path / str(n), looks))
    bar.saw(refund_years.told(whole))
    assert whole.share(refund_years.MANY) >= (0.95 if bar.whole else 0.5), refund_years.told(whole)
    assert whole.false_a_month < (1.0 if bar.whole else 4.0), refund_years.told(whole)
    assert whole.of[refund_years.MANY].spells >= (40 if bar.whole else 1)
