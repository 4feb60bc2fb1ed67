"""Sales as figures and days: an overview of an account, branch or register comes in, what is shown of it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st

from mpkit import sales
from mpkit.model import Account, Period
from mpkit.pages import answers, charges, charts, figures, sales_filters, tables
from mpkit.pages.frame import go, ink, mirror, numbers, plain, say, script, words
from mpkit.sales import Mirror, Overview, Question, Row, Today
from mpkit.sales.kinds import FEE, TAX
from mpkit.sales.question import earlier
from mpkit.sites import SITES

_NARROW = 10  # characters of a figure two of which stand side by side on a phone
_WIDE = 13  # characters of a figure four of which stand side by side on a desk
_PARTS = ("gross", "refunds", "chargebacks", "fees", "taxes", "net")


@dataclass(frozen=True)
class Shown:
    """What a view of the sales is about: `asked` names its one currency; `live` is there where it is today."""

    source: Mirror
    asked: Question
    seen: Overview
    live: Today | None = None
    known: bool = True  # whether the days it is compared with were fetched

    @property
    def currency(self) -> str:
        """The currency of every figure."""
        return self.asked.currency

    @property
    def total(self) -> Row:
        """The sums of the period."""
        return figures.total(self.seen.answer, self.currency)

    @property
    def before(self) -> Period:
        """The days it is compared with."""
        previous = self.seen.answer.previous
        return previous.question.period if previous else earlier(self.asked.period, "previous")

    @property
    def compared(self) -> tuple[Row, Row]:
        """What changes are said of: the sums of both periods; of today's, of the hours that are over.

        Of a period that was fetched in part only nothing is said.
        """
        if not self.known:
            return self.total, Row("", self.currency)
        if self.live:
            return self.live.compared(self.currency)
        return self.total, figures.total(self.seen.answer.previous, self.currency)


def show(shown: Shown) -> None:
    """The summary."""
    show_figures(shown)
    show_days(shown)
    if shown.live or shown.asked.period.first == shown.asked.period.last:
        show_parts(shown)  # of one day there is no week to show
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        show_hours(shown)
    with right:
        show_parts(shown)


def look() -> charts.Look:
    """How charts look on this page."""
    return charts.Look(numbers(), ink())


def show_figures(shown: Shown) -> None:
    """Four figures, each with its change and its days."""
    spoken, currency = numbers(), shown.currency
    now, (part, before) = shown.total, shown.compared
    rows = [row for row in shown.seen.rows if row.currency == currency]
    than = say(f"sold_than_{shown.asked.compare or 'previous'}")
    written = {name: figures.money(getattr(now, name), currency, spoken) for name in ("gross", "ticket", "net")}
    written["count"] = figures.count(now.count, spoken)
    with st.grid(4, min_column_width=least(*written.values())):
        for name in ("gross", "count", "ticket", "net"):
            st.metric(
                words(f"sold_{name}"),
                plain(written[name]),
                figures.change(getattr(part, name), getattr(before, name), spoken),
                border=True,
                help=f"{words(f'sold_{name}_means')} {words('sold_arrow', than=than)}",
                chart_data=[getattr(row, name) / 100 for row in rows] if len(rows) > 1 else None,
                chart_type="area",
                height="stretch",
            )


def least(*written: str) -> int:
    """The least pixels of a card with such a figure: long ones stand one by one on a phone, two by two on a desk."""
    longest = max(map(len, written))
    return 290 if longest > _WIDE else 190 if longest > _NARROW else 150


def show_days(shown: Shown) -> None:
    """The main chart: income up, refunds down, the period before in grey; a bar leads to its payments."""
    by = "hour" if shown.live else "day"
    st.subheader(words(f"sold_by_{by}s"), anchor=False)
    titles = {name: say(f"sold_chart_{name}") for name in ("income", "refunds", "before")}
    points = (
        figures.chart_hours(shown.seen, shown.currency)
        if shown.live
        else figures.chart_days(shown.seen, shown.currency, numbers())
    )
    spec = charts.bars(points, titles | {"name": say(f"sold_chart_{by}")}, currency=shown.currency, look=look())
    st.vega_lite_chart(
        spec, alt=say("sold_by_day_alt"), key=f"days_{by}", on_select=_day_pressed, selection_mode=charts.PRESSED
    )
    than = say(f"sold_than_{shown.asked.compare or 'previous'}")
    st.caption(f"{words('sold_by_day_legend', than=than)} {words('sold_press_mark')}")
    rows = [row for row in shown.seen.rows if row.currency == shown.currency]
    tables.as_table(rows, f"sold_chart_{by}", key="days", total=shown.total, leads=_day_of)


def _day_pressed() -> None:
    """From a bar to its payments; from one below the axis to those that were given back."""
    for mark in (*tables.pressed("days_day"), *tables.pressed("days_hour")):
        back = mark.startswith(charts.GIVEN)
        _day_of(mark.removeprefix(charts.GIVEN), only="back" if back else "")


def _day_of(key: str, only: str = "") -> None:
    if key.isdigit():
        sales_filters.leads(hour=str(int(key)), only=only)
    else:
        when = date.fromisoformat(key)
        sales_filters.leads(**sales_filters.days(when, when), only=only)


def show_hours(shown: Shown) -> None:
    """When it is sold: hour by weekday; a square leads to its payments."""
    st.subheader(words("sold_by_hour"), anchor=False)
    found = [(int(day) - 1, row) for day, row in answers.kept(sales.hour_by_weekday, shown.source, shown.asked)]
    titles = {name: say(f"sold_chart_{name}") for name in ("weekday", "hour", "income")}
    cells = {(day, int(row.key)): row.gross / 100 for day, row in found}
    spec = charts.heat(cells, titles, look=look(), names=numbers())
    st.vega_lite_chart(
        spec, alt=say("sold_by_hour_alt"), key="hours", on_select=_hour_pressed, selection_mode=charts.PRESSED
    )
    labelled = [
        replace(row, key=f"{day + 1}-{row.key}", label=f"{tables.weekday(day)} {row.key} h") for day, row in found
    ]
    tables.as_table(labelled, "sold_chart_hour", key="hours", total=shown.total, leads=_hour_of)


def _hour_pressed() -> None:
    for mark in tables.pressed("hours"):
        _hour_of(mark)


def _hour_of(key: str) -> None:
    weekday, _, hour = key.partition("-")
    sales_filters.leads(weekday=weekday, hour=str(int(hour)))


def show_parts(shown: Shown) -> None:
    """From what was sold to what is left: every figure with what it means, kind by kind where there are several."""
    st.subheader(words("sold_parts"), anchor=False)
    total = shown.total
    rows = [
        (name, getattr(total, name) if name in {"gross", "net"} else -getattr(total, name), say(f"sold_{name}_means"))
        for name in _PARTS
    ]
    titles = [say(f"sold_part_{name}") for name in ("name", "amount", "means")]
    tables.sentences(
        [
            dict(zip(titles, (say(f"sold_{name}"), _exact(amount, shown), means), strict=True))
            for name, amount, means in rows
        ],
        alt=say("sold_parts"),
    )
    if (total.fees or total.taxes) and not (shown.asked.hours or shown.asked.weekdays):
        _kinds(shown)
    found = shown.seen.answer.unexplained
    if found:
        st.warning(words("sold_unexplained_many", n=len(found)), icon=":material/help:")
        st.button(
            words("sold_see_payments"), key="see_unexplained", on_click=sales_filters.leads,
            kwargs={"only": "unexplained"}, icon=":material/arrow_forward:",
        )  # fmt: skip


def _exact(hundredths: int, shown: Shown) -> str:
    return figures.money(hundredths, shown.currency, numbers(), exact=True)


def _kinds(shown: Shown) -> None:
    """Fees and taxes kind by kind, once somebody asks for them."""
    with st.expander(words("sold_kinds"), icon=":material/percent:", key="kinds", on_change="rerun") as all_:
        if not all_.open:
            return
        found = answers.kept(sales.kinds, shown.source, replace(shown.asked, compare=""), shown.total)
        heads = [say(f"sold_part_{name}") for name in ("name", "amount")]
        for kind, title in ((FEE, "fees"), (TAX, "taxes")):
            lines = [(charges.named(each.name, each.amount), each.amount) for each in found if each.kind == kind]
            if lines:
                lines.append((say(f"sold_kinds_{title}"), getattr(shown.total, title)))
                tables.sentences(
                    [dict(zip(heads, (name, _exact(amount, shown)), strict=True)) for name, amount in lines],
                    alt=say(f"sold_{title}"),
                )


def lately(one: Account, *, stores: tuple[str, ...] = (), registers: tuple[str, ...] = ()) -> None:
    """The last 30 days of a branch or a register (ids of Mercado Pago), and the way to all of its sales."""
    source = mirror(one)
    asked = Question(one.id, sales.last_days(source), stores=stores, registers=registers)
    seen = answers.kept(sales.overview, source, asked)
    if seen.answer.as_of is None:
        st.caption(words("sold_nothing_yet"))
        return
    if not seen.answer.totals:
        st.caption(words("shop_no_sales"))
        return
    money = figures.main_currency(seen.answer, SITES[one.site].currency)
    shown = Shown(source, Question(one.id, asked.period, stores, registers, currency=money), seen)
    show_figures(shown)
    query = {"store": stores[0]} if stores else {"register": registers[0]}
    glance(shown, query)
    go("sales", "shop_all_sales", icon=":material/bar_chart:", **query)


def glance(shown: Shown, query: Mapping[str, str] | None = None, *, height: int = charts.HEIGHT) -> None:
    """The main chart on another page: a bar leads to its payments among the sales."""
    titles = {name: say(f"sold_chart_{name}") for name in ("income", "refunds", "before")}
    points = figures.chart_days(shown.seen, shown.currency, numbers())
    titles["name"] = say("sold_chart_day")
    spec = charts.bars(points, titles, currency=shown.currency, look=look(), height=height)
    st.vega_lite_chart(spec, alt=say("sold_by_day_alt"), key="glance", on_select="rerun", selection_mode=charts.PRESSED)
    for mark in tables.pressed("glance"):
        when = date.fromisoformat(mark.removeprefix(charts.GIVEN))
        also = {**(query or {}), **({"only": "back"} if mark.startswith(charts.GIVEN) else {})}
        st.switch_page(script("sales"), query_params={"view": "payments", **sales_filters.days(when, when), **also})
    st.caption(words("sold_by_day_legend", than=say("sold_than_previous")))
    rows = [row for row in shown.seen.rows if row.currency == shown.currency]
    tables.as_table(rows, "sold_chart_day", key="days", total=shown.total)
