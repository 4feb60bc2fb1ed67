"""Growth of the same branches: those open in both periods, and beside them the new ones and those that are gone."""

from __future__ import annotations

import streamlit as st

from mpkit import sales
from mpkit.pages import answers, charts, figures, sales_filters, tables
from mpkit.pages.frame import numbers, plain, say, words
from mpkit.pages.sold import Shown, look
from mpkit.sales import Compared, Growth
from mpkit.sales.growth import PARTS, Part

TOP = 12


def show(shown: Shown) -> None:
    """The one figure, then each part with its branches."""
    seen: Growth = answers.kept(sales.growth, shown.source, shown.asked)
    if not seen.known:
        st.warning(words("growth_unknown", day=figures.day(seen.before.first, numbers())), icon=":material/history:")
    st.markdown(_answer(seen))
    _figures(seen, shown.currency)
    st.caption(words("growth_means"))
    _chart(seen)
    for part in PARTS:
        _branches(seen, part, shown.currency)


def _answer(seen: Growth) -> str:
    """The one sentence."""
    if seen.growth is None:
        return words("growth_answer_none")
    days = {"first": figures.day(seen.before.first, numbers()), "last": figures.day(seen.before.last, numbers())}
    key = "growth_answer_more" if seen.growth >= 0 else "growth_answer_less"
    return words(key, change=figures.share(abs(seen.growth), numbers()), **days)


def _figures(seen: Growth, currency: str) -> None:
    spoken = numbers()
    with st.grid(3, min_column_width=180):
        for part in PARTS:
            total = seen.total(part)
            main = total.before if part == "gone" else total.now
            moved = figures.change(total.now.gross, total.before.gross, spoken) if part == "same" else None
            st.metric(
                words(_called(seen, part), n=len(getattr(seen, part))),
                plain(figures.money(main.gross, currency, spoken)),
                moved,
                border=True,
                help=words(f"{_called(seen, part)}_means"),
                height="stretch",
            )


def _called(seen: Growth, part: Part) -> str:
    """What a part is called: what seems to be new is not known to be, where the sales do not reach back so far."""
    return "growth_unsure" if part == "new" and not seen.known else f"growth_{part}"


def _chart(seen: Growth) -> None:
    """The branches that moved the whole most, up or down."""
    moved = sorted(seen.same, key=lambda each: -abs(each.now.gross - each.before.gross))[:TOP]
    if not moved:
        return
    st.subheader(words("growth_moved"), anchor=False)
    titles = {name: say(f"sold_chart_{name}") for name in ("name", "income", "before")}
    bars = [(each.now.key, each.now.label, each.now.gross / 100, each.before.gross / 100) for each in moved]
    st.vega_lite_chart(
        charts.ranking(bars, titles, look=look()),
        alt=say("growth_moved"),
        key="growth_moved",
        on_select=_pressed,
        selection_mode=charts.PRESSED,
    )


def _pressed() -> None:
    for mark in tables.pressed("growth_moved"):
        sales_filters.leads(store=mark)


def _branches(seen: Growth, part: Part, currency: str) -> None:
    rows: tuple[Compared, ...] = getattr(seen, part)
    if not rows:
        return
    heads = {name: say(f"growth_column_{name}") for name in ("store", "now", "before", "change")}
    total = seen.total(part)
    with st.expander(words(_called(seen, part), n=len(rows)), expanded=part != "same", key=f"growth_{part}"):
        tables.show(
            [
                {
                    heads["store"]: label,
                    heads["now"]: figures.bare(each.now.gross, currency, numbers()),
                    heads["before"]: figures.bare(each.before.gross, currency, numbers()),
                    heads["change"]: figures.change(each.now.gross, each.before.gross, numbers()) or "—",
                }
                for label, each in (*((each.now.label, each) for each in rows), (say("sold_total"), total))
            ],
            alt=say(_called(seen, part), n=len(rows)),
            right=[heads[name] for name in ("now", "before", "change")],
            key=f"growth_lines_{part}",
            narrow={heads["store"]: tables.NARROW},
        )
        st.caption(words("sold_amounts_in", currency=currency))
