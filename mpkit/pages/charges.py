"""What Mercado Pago's names of charges mean: a name comes in, what people call it goes out."""

from __future__ import annotations

from mpkit import i18n
from mpkit.pages.frame import say


def named(name: str, amount: int) -> str:
    """A fee by its name, a withholding by its regime and province; without a name it is what was given back."""
    if not name:
        return say("sold_charge_back" if amount < 0 else "sold_charge_unnamed")
    key = f"sold_charge_{name}"
    if key in i18n.words():
        return say(key)
    regime, _, province = name.removeprefix("tax_").removeprefix("withholding_").partition("-")
    what = regime.replace("_", " ").upper()
    place = province.replace("_", " ").title()
    return say("sold_charge_withheld" if "withholding" in name else "sold_charge_other", what=what) + (
        f" ({place})" if place else ""
    )
