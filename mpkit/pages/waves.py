"""How much of the list one comparison is about: all, a region, some branches or the first n, as `--only` has it."""

from __future__ import annotations

import streamlit as st

from mpkit.model import Account
from mpkit.pages import listing, rollout, watch
from mpkit.pages.frame import plain, say, words

WAVES = ("all", "region", "some", "first")
BEGIN = 5  # branches of a first wave: few enough to walk to


def ask(one: Account) -> None:
    """The choice of the wave, the press that compares, and the list it is chosen from."""
    wanted = [each for each in rollout.wanted(one).branches if not each.closed]
    regions = sorted({each.region for each in wanted if each.region})
    waves = [wave for wave in WAVES if wave != "region" or regions]
    st.markdown(words("create_compare_what"))
    with st.container(border=True):
        wave = st.segmented_control(
            words("wave_what"),
            waves,
            default="all",
            required=True,
            key="wave",
            format_func=lambda each: words(f"wave_{each}"),
        )
        st.caption(words(f"wave_{wave}_means"))
        only = _only(str(wave), regions, {each.external_id: each.name for each in wanted})
        pressed = st.button(
            words("create_compare"),
            type="primary",
            icon=":material/compare_arrows:",
            key="compare",
            disabled=only is None,
        )
    if pressed and only is not None:
        watch.submit("plan", f"screen:{only}", {"account": one.id, "only": only, "who": "screen"}, account=one.id)
        st.rerun()
    listing.show(one)


def _only(wave: str, regions: list[str], named: dict[str, str]) -> str | None:
    """The chosen limit as a text; None while nothing of it is chosen."""
    if wave == "region":
        picked = st.multiselect(words("wave_regions"), regions, placeholder=say("wave_choose"), key="wave_regions")
        return f"region={','.join(picked)}" if picked else None
    if wave == "some":
        ids = st.multiselect(
            words("wave_branches"),
            list(named),
            format_func=lambda each: f"{named[each]} · {each}",
            placeholder=say("wave_choose"),
            key="wave_branches",
        )
        return ",".join(f"store:{each}" for each in ids) if ids else None
    if wave == "first":
        first = st.number_input(
            words("create_first"), min_value=1, value=BEGIN, step=1, format="%d", key="first", width=320
        )
        return f"first={first}"
    return ""


def told(only: str) -> str:
    """The wave of a comparison, said as it was chosen."""
    name, equals, value = only.partition("=")
    if not only:
        return words("wave_told_all")
    if not equals:
        return words("wave_told_some", n=len(only.split(",")))
    key = "wave_told_region" if name == "region" else "wave_told_first"
    return words(key, n=int(value)) if name == "first" else words(key, text=plain(value))
