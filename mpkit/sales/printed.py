"""A page of the sales on paper: a question comes in, a PDF with its figures, charts, tables and facts goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from babel.numbers import format_percent
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table

from mpkit.i18n import locale_of, say, words, written
from mpkit.money import shown
from mpkit.sales.about import about
from mpkit.sales.asking import Compared, ask, names_of
from mpkit.sales.mirror import Mirror
from mpkit.sales.printed_charts import Bars, Squares
from mpkit.sales.question import MEASURES, Question, Row, change
from mpkit.sales.views import Overview, hour_by_weekday, overview, ranking

INK, QUIET, LINE, PANEL = (HexColor(code) for code in ("#1C2230", "#5A6472", "#E3DFD4", "#F6F4EE"))
MARGIN = 16 * mm
WIDE = A4[0] - 2 * MARGIN
PLACES = 25  # stores and registers in a table; the rest of them is one line
_PARTS = ("gross", "refunds", "chargebacks", "fees", "taxes", "net")


@dataclass(frozen=True)
class Page:
    """What a page says: an overview of one currency, in a language."""

    mirror: Mirror
    asked: Question
    seen: Overview
    language: str
    name: str

    def say(self, key: str, **values: object) -> str:
        """A sentence of the page."""
        return say(key, self.language, **values)

    def money(self, hundredths: int) -> str:
        """An amount as the country writes it."""
        return shown(hundredths, self.asked.currency, locale_of(self.language))

    def count(self, number: int) -> str:
        """A number as the country writes it."""
        return str(written(number, self.language))

    def total(self, before: bool = False) -> Row:
        """The sums of the period, or of the one before."""
        answer = self.seen.answer.previous if before else self.seen.answer
        rows = answer.totals if answer else ()
        return next((row for row in rows if row.currency == self.asked.currency), Row("", self.asked.currency))


def print_page(mirror: Mirror, asked: Question, target: BinaryIO, *, language: str, name: str) -> None:
    """Write the PDF; `asked` names its one currency, `name` is whose sales they are."""
    page = Page(mirror, asked, overview(mirror, asked), language, name)
    document = BaseDocTemplate(
        target,
        pagesize=A4,
        title=f"{page.say('sales_sheet')} {asked.period.first} {asked.period.last}",
        author=name,
        creator="mpkit",
    )
    low = MARGIN + 12 * mm
    body = Frame(MARGIN, low, WIDE, A4[1] - MARGIN - low, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [body], onPage=_foot(page)))
    document.build(list(_story(page)))


def _story(page: Page) -> Iterator[Flowable]:
    period = page.asked.period
    yield Paragraph(escape(page.say("sales_sheet")), _style("title"))
    yield Paragraph(escape(f"{page.name} · {_day(period.first, page)} → {_day(period.last, page)}"), _style("quiet"))
    yield Spacer(0, 4 * mm)
    yield _headline(page)
    yield Spacer(0, 6 * mm)
    than = page.say(f"sold_than_{page.asked.compare or 'previous'}")
    legend = Paragraph(escape(page.say("sold_by_day_legend", than=than)), _style("quiet"))
    yield KeepTogether([_heading(page, "sold_by_days"), _days(page), legend])
    yield KeepTogether([_heading(page, "sales_parts"), _parts(page)])
    yield KeepTogether([_heading(page, "sold_by_hour"), _hours(page)])
    yield from _mix(page)
    for by in ("store", "register"):
        yield from _places(page, by)
    yield _heading(page, "sales_about")
    yield _facts(page)


def _headline(page: Page) -> Table:
    """Four figures, each with its change."""
    now, before = page.total(), page.total(before=True)
    cells = []
    for name in ("gross", "count", "ticket", "net"):
        value = getattr(now, name)
        moved = change(value, getattr(before, name))
        cells.append(
            [
                Paragraph(escape(page.say(f"sales_{name}")), _style("quiet")),
                Paragraph(escape(page.count(value) if name == "count" else page.money(value)), _style("figure")),
                Paragraph("" if moved is None else _signed(moved, page.language), _style("quiet")),
            ]
        )
    style: list[Any] = [
        ("BACKGROUND", (0, 0), (-1, -1), PANEL),
        ("LEFTPADDING", (0, 0), (-1, -1), 8),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table([cells], colWidths=[WIDE / 4] * 4, style=style)


def _signed(part: float, language: str) -> str:
    return str(format_percent(part, "+#,##0.0 %;-#,##0.0 %", locale=locale_of(language)))


def _days(page: Page) -> Flowable:
    rows = [row for row in page.seen.rows if row.currency == page.asked.currency]
    before = [row.gross for row in page.seen.before if row.currency == page.asked.currency]
    labels = [_day(date.fromisoformat(row.key), page) for row in rows]
    return Bars(
        WIDE,
        [row.gross for row in rows],
        [row.refunds + row.chargebacks for row in rows],
        before[: len(rows)],
        labels,
        (font("regular"), page.money(max((row.gross for row in rows), default=0))),
    )


def _parts(page: Page) -> Table:
    """From what was sold to what is left, each figure with what it means."""
    total = page.total()
    lines = []
    for name in _PARTS:
        amount = getattr(total, name) if name in {"gross", "net"} else -getattr(total, name)
        weight = "strong" if name in {"gross", "net"} else "cell"
        lines.append(
            [
                Paragraph(escape(page.say(f"sales_{name}")), _style(weight)),
                Paragraph(escape(page.money(amount)), _style(weight, right=True)),
                Paragraph(escape(page.say(f"sold_{name}_means")), _style("quiet")),
            ]
        )
    return Table(lines, colWidths=[WIDE * 0.18, WIDE * 0.22, WIDE * 0.6], style=_RULED)


def _hours(page: Page) -> Flowable:
    found = [
        (int(day) - 1, int(row.key), row.gross)
        for day, row in hour_by_weekday(page.mirror, page.asked)
        if row.currency == page.asked.currency
    ]
    week = [page.say(f"sales_weekday_{number}") for number in range(1, 8)]
    return Squares(WIDE, {(day, hour): gross for day, hour, gross in found}, week, font("regular"))


def _mix(page: Page) -> Iterator[Flowable]:
    rows = ask(page.mirror, replace(page.asked, by="means", compare="")).rows
    ranked = sorted(rows, key=lambda row: -row.gross)
    labelled = [replace(row, label=_means(page, row.key)) for row in ranked]
    yield KeepTogether([_heading(page, "sales_by_means"), _sums(page, labelled, "sales_by_means")])


def _means(page: Page, key: str) -> str:
    return page.say(f"sold_method_{key}") if f"sold_method_{key}" in words() else key or page.say("sales_unsaid")


def _places(page: Page, by: str) -> Iterator[Flowable]:
    """The first of them, the others as one line, what came without one, and the total."""
    found = ranking(page.mirror, page.asked, by, 0, PLACES)
    if not found.places:
        return
    lines = (
        _named_fully(page, [each.now for each in found.rows]) if by == "register" else [each.now for each in found.rows]
    )
    others = found.places - len(lines)
    if others > 0:
        lines.append(_named(found.rest, page.say("sales_others", n=others)))
    lines.append(_named(found.nowhere, page.say(f"sales_without_{by}")))
    yield _heading(page, f"sales_by_{by}")
    yield _sums(page, lines, f"sales_by_{by}")


def _named_fully(page: Page, rows: Sequence[Row]) -> list[Row]:
    """Registers with their branch: every branch has a first register."""
    registers = names_of(page.mirror, [row.key for row in rows]).registers
    stores = names_of(page.mirror, {each.store_id for each in registers.values()})
    return [
        replace(row, label=f"{row.label} · {stores.store_name(registers[row.key].store_id)}")
        if row.key in registers
        else row
        for row in rows
    ]


def _named(sums: Compared, label: str) -> Row:
    return replace(sums.now, label=label)


def _sums(page: Page, rows: Sequence[Row], label: str) -> Table:
    """Rows of sums under one header, and their total."""
    names = ("count", *(name for name in MEASURES if name != "count"))
    header = [Paragraph(escape(page.say(label)), _style("head"))]
    header += [Paragraph(escape(page.say(f"sales_{name}")), _style("head", right=True)) for name in names]
    lines: list[list[Flowable]] = [list(header)]
    for row in (*rows, replace(page.total(), label=page.say("sales_total"))):
        figures = [page.count(row.count), *(page.money(getattr(row, name)) for name in names[1:])]
        lines.append(
            [
                Paragraph(escape(row.label or row.key), _style("small")),
                *(Paragraph(escape(text), _style("small", right=True)) for text in figures),
            ]
        )
    first, count = WIDE * 0.18, WIDE * 0.08
    rest = (WIDE - first - count) / (len(names) - 1)
    return Table(lines, colWidths=[first, count, *[rest] * (len(names) - 1)], repeatRows=1, style=_RULED)


def _facts(page: Page) -> Table:
    answer = page.seen.answer
    lines = [
        [Paragraph(escape(name), _style("quiet")), Paragraph(escape(text), _style("cell"))]
        for name, text in about(page.asked, answer.as_of, answer.zone, page.language)
    ]
    return Table(lines, colWidths=[WIDE * 0.25, WIDE * 0.75], style=_RULED)


def _heading(page: Page, key: str) -> Paragraph:
    return Paragraph(escape(page.say(key)), _style("heading"))


def _foot(page: Page) -> Any:  # noqa: ANN401 - what the library calls for every page
    facts = dict(about(page.asked, page.seen.answer.as_of, page.seen.answer.zone, page.language))
    said = " · ".join(
        f"{name}: {facts[name]}"
        for name in (page.say("sales_zone"), page.say("sales_as_of"), page.say("sales_filters"))
    )

    def draw(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(font("regular"), 7)
        canvas.setFillColor(QUIET)
        line = Paragraph(escape(said), _style("foot"))
        _, high = line.wrap(WIDE - 20 * mm, 20 * mm)
        line.drawOn(canvas, MARGIN, MARGIN + 6 * mm - high)
        canvas.drawRightString(A4[0] - MARGIN, MARGIN, f"{facts[page.say('sales_program')]} · {document.page}")
        canvas.restoreState()

    return draw


def _day(day: date, page: Page) -> str:
    return day.strftime("%Y-%m-%d" if page.language.startswith("en") else "%d/%m/%Y")


_RULED: list[Any] = [
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
]
_STYLES = {  # weight, size, colour, space above, space below
    "title": ("semibold", 20, INK, 0, 2),
    "heading": ("semibold", 12, INK, 10, 4),
    "figure": ("semibold", 11.5, INK, 1, 1),
    "strong": ("semibold", 9, INK, 0, 0),
    "cell": ("regular", 9, INK, 0, 0),
    "small": ("regular", 6, INK, 0, 0),
    "head": ("semibold", 6, QUIET, 0, 0),
    "quiet": ("regular", 8, QUIET, 0, 0),
    "foot": ("regular", 7, QUIET, 0, 0),
}


@cache
def _style(name: str, *, right: bool = False) -> ParagraphStyle:
    weight, size, colour, above, below = _STYLES[name]
    return ParagraphStyle(
        f"{name}{right}",
        fontName=font(weight),
        fontSize=size,
        leading=size * 1.25,
        textColor=colour,
        spaceBefore=above,
        spaceAfter=below,
        alignment=TA_RIGHT if right else TA_LEFT,
        keepWithNext=int(name == "heading"),
    )


@cache
def font(weight: str) -> str:
    """The name by which the PDF knows a weight of the house's type."""
    name = f"mpkit-sales-{weight}"
    file = {"regular": "Regular", "semibold": "SemiBold"}[weight]
    pdfmetrics.registerFont(TTFont(name, str(files("mpkit") / "fonts" / f"IBMPlexSans-{file}.ttf")))
    return name
