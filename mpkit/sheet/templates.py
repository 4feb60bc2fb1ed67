"""A site and a language come in, three files go out: an empty workbook, a filled example, the field reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from mpkit.errors import WrongUsage
from mpkit.i18n import LANGUAGES, say
from mpkit.places import Catalogue, catalogue
from mpkit.sheet.writing import Looks, Worksheet, formats, title, workbook, write_text
from mpkit.sites import SITES

FIELDS = (
    "external_id",
    "store_name",
    "street_name",
    "street_number",
    "city",
    "state",
    "latitude",
    "longitude",
    "register_count",
    "opening_hours",
    "reference",
)
REQUIRED = frozenset({"store_name", "street_name", "street_number", "city", "state", "latitude", "longitude"})
_ROWS = 2_000  # rows prepared as text and with a list of states
_WIDTHS = (18, 30, 30, 16, 26, 26, 14, 14, 16, 34, 30)
_EXAMPLES = 5
_STREETS = {
    "es": ("San Martín", "Belgrano", "Independencia", "Av. Libertad", "Bolívar"),
    "pt": ("Rua Sete de Setembro", "Rua São João", "Avenida Brasil", "Rua da Praia", "Rua das Flores"),
    "en": ("San Martín", "Belgrano", "Independencia", "Av. Libertad", "Bolívar"),
}


def headings(language: str) -> tuple[str, ...]:
    """The header row of the template."""
    return tuple(say(f"field_{name}", language) for name in FIELDS)


@cache
def own_headings() -> Mapping[str, str]:
    """Every heading of the templates of all languages → its meaning."""
    return {heading: name for language in LANGUAGES for name, heading in zip(FIELDS, headings(language), strict=True)}


@cache
def own_sheets() -> frozenset[str]:
    """The names of all sheets our templates have beside the one to fill in."""
    return own_hidden_sheets() | {title(say("template_help_sheet", language)) for language in LANGUAGES}


@cache
def own_hidden_sheets() -> frozenset[str]:
    """The names of the sheet our templates hide: the states to choose from."""
    return frozenset(title(say("template_states_sheet", language)) for language in LANGUAGES)


def template(site: str, language: str, folder: Path | str) -> tuple[Path, ...]:
    """Write the three files into `folder`; raises `WrongUsage` for a site that does not exist."""
    if site.upper() not in SITES:
        raise WrongUsage("site_unknown", site=site, known=" ".join(SITES))
    places, folder = catalogue(site.upper()), Path(folder)
    names = [say(key, language) for key in ("template_file", "template_example_file", "template_reference_file")]
    empty, example, reference = (folder / name for name in names)
    _write(empty, places, language, [])
    _write(example, places, language, example_rows(places, language))
    reference.write_text(_reference(language), encoding="utf-8")
    return empty, example, reference


def example_rows(places: Catalogue, language: str) -> list[tuple[str, ...]]:
    """Five branches in five states that check clean: invented, at the centres of real towns."""
    rows: list[tuple[str, ...]] = []
    for state in places.states:
        city = next(
            (c for c in (_namesake(places, state), *places.cities(state)) if c and places.point(state, c)), None
        )
        if city is None or len(rows) == _EXAMPLES:
            continue
        latitude, longitude = places.point(state, city) or (0.0, 0.0)
        n = len(rows)
        street = _STREETS["pt" if places.country == "BR" else "es"][n]
        name = f"{say('template_branch', language)} {city}"
        hours = say("template_hours", language)
        point = (f"{latitude:.5f}", f"{longitude:.5f}")
        rows.append((f"{n + 1:04d}", name, street, str(120 + 35 * n), city, state, *point, str(n % 3 + 1), hours, ""))
    return rows


def _namesake(places: Catalogue, state: str) -> str:
    """The city that is called like its state: mostly its capital."""
    match = places.match_city(state, state)
    return match.value if match.kind.lossless else ""


def _write(out: Path, places: Catalogue, language: str, rows: Sequence[Sequence[str]]) -> None:
    with workbook(out) as book:
        looks = formats(book)
        page = book.add_worksheet(title(say("mark_values_sheet", language)))
        _prepare(page, language, looks)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if cell:
                    write_text(page, number, column, cell, looks["text"])
        lists = book.add_worksheet(title(say("template_states_sheet", language)))
        for number, state in enumerate(places.states):
            write_text(lists, number, 0, state, looks["text"])
        source = f"='{lists.get_name()}'!$A$1:$A${len(places.states)}"
        column = FIELDS.index("state")
        warning = {"error_type": "warning", "error_message": say("template_state_hint", language)[:255]}
        page.data_validation(1, column, _ROWS, column, {"validate": "list", "source": source, **warning})
        lists.hide()
        _explain(book.add_worksheet(title(say("template_help_sheet", language))), language, looks)


def _prepare(page: Worksheet, language: str, looks: Looks) -> None:
    """Header row, text cells (so that 0425 stays 0425), what to write as a hint on each heading."""
    for column, (name, heading) in enumerate(zip(FIELDS, headings(language), strict=True)):
        page.set_column(column, column, _WIDTHS[column], looks["text"])
        write_text(page, 0, column, heading, looks["heading"])
        page.write_comment(0, column, say(f"field_{name}_help", language), {"x_scale": 2})
    page.freeze_panes(1, 2)


def _explain(page: Worksheet, language: str, looks: Looks) -> None:
    """The field reference as a sheet."""
    for row, line in enumerate(_lines(language)):
        for column, cell in enumerate(line):
            write_text(page, row, column, cell, looks["heading" if row == 0 else "wrapped"])
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 16)
    page.set_column(2, 2, 90)


def _lines(language: str) -> list[tuple[str, str, str]]:
    head = tuple(say(f"template_{name}", language) for name in ("field", "needed", "meaning"))
    yes, no = say("template_yes", language), say("template_no", language)
    return [
        (head[0], head[1], head[2]),
        *(
            (say(f"field_{n}", language), yes if n in REQUIRED else no, say(f"field_{n}_help", language))
            for n in FIELDS
        ),
    ]


def _reference(language: str) -> str:
    """The field reference as Markdown."""
    head, *rows = _lines(language)
    lines = [f"| {' | '.join(head)} |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)]
    return f"# {say('template_help_sheet', language)}\n\n" + "\n".join(lines) + "\n"
