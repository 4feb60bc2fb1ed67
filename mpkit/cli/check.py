"""Read files of branches and say what is wrong with them, by row and column; nothing is sent anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mpkit import branches, sheet
from mpkit.branches import Listed, Memory, Unanswered
from mpkit.cli import console
from mpkit.errors import MpkitError, WrongUsage
from mpkit.i18n import say, say_error
from mpkit.jobs.judging import meant, places_of
from mpkit.model import Finding, Severity
from mpkit.places import Catalogue, listed
from mpkit.places.geocoder import chosen
from mpkit.sheet import Checked, Returned, across, files, gaps
from mpkit.sheet.book import sheet_name
from mpkit.sheet.linking import CODE
from mpkit.sheet.marking import by_weight
from mpkit.sheet.returning import BETWEEN, by_file
from mpkit.sheet.run import Decided
from mpkit.work import Progress

_STYLE = {Severity.BLOCKING: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_OF_SHEETS = frozenset({"sheets_unread", "sheets_read", "sheets_left_out"})
_ROWS = 12  # rows named of one kind; the marked workbook names them all


def command(
    *,
    paths: Annotated[list[Path], typer.Argument(metavar="FILE…", help="files, folders or ZIP archives")],
    site: Annotated[str, typer.Option(help="MLA MLB MLM MLC MLU MCO MPE; guessed from the file where not given")] = "",
    sheets: Annotated[
        list[str] | None,
        typer.Option("--sheet", help="a sheet of a workbook to read, by name; may be repeated; else all of branches"),
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="MEANING=COLUMN (header or number); may be repeated")
    ] = None,
    accept: Annotated[list[str] | None, typer.Option(help="apply repairs of this CODE; may be repeated")] = None,
    names: Annotated[
        str, typer.Option(help="how registers are called: text with {id} {branch} {city} {n} {register}")
    ] = "",
    same: Annotated[
        list[str] | None,
        typer.Option(
            help="[FILE:][SHEET:]ROW=ID: the row is that branch of the list; ROW=new: it is a new one; may be repeated"
        ),
    ] = None,
    expect: Annotated[
        list[str] | None, typer.Option(help="a region or a name whose file is waited for; may be repeated")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="write the marked workbook here; of several files a .zip, a folder or a summary")
    ] = None,
    gaps_: Annotated[
        Path | None, typer.Option("--gaps", help="write the rows without coordinates to this sheet, to be filled in")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """One file gives its document, several {"files": [documents]}; exit code 3 where there is something to look at."""
    language, mapping, known = console.language(), parse_map(map_ or []), _known(site)
    with TemporaryDirectory(prefix="mpkit-") as aside, console.progress() as progress:
        found = files.gather(paths, Path(aside))
        decided = Decided(accept or (), parse_same(same or [], [path.name for path in found]))
        options: dict[str, Any] = {"site": site, "sheets": sheets or (), "mapping": mapping, "accept": accept or ()}
        options |= {"names": names, "places": known.places}
        back = sheet.check_all(found, progress, memory=known.memory, decided=decided, **options)
        results = [each.result for each in back]
        missing = _missing(known, results, files.labels(found), tuple(expect or ()))
        if out:
            _send_back(out, back, missing, language)
        if gaps_:
            _write_gaps(gaps_, [one for one in results if isinstance(one, Checked)], known.places, language, progress)
    documents = [_document(each, language) for each in by_file(back)]
    texts = [] if as_json else [_text(result, language) for result in results] + _waiting(missing, language)
    console.answer(_whole(documents, missing), "\n\n".join(texts), as_json=as_json)
    if any(isinstance(result, MpkitError) for result in results):
        raise typer.Exit(console.REFUSED)
    if missing or any(result.findings for result in results if isinstance(result, Checked)):
        console.look()


def _send_back(out: Path, back: Sequence[Returned], missing: Sequence[Unanswered], language: str) -> None:
    """One file that was read as its marked workbook; anything else as a parcel or a summary."""
    [first, *others] = by_file(back)
    read = [each.result for each in first if isinstance(each.result, Checked)]
    if read and not others:
        sheet.mark(first[0].path, read, out, language)
    else:
        sheet.send_back(back, out, language, missing)


def _whole(documents: Sequence[dict[str, Any]], missing: Sequence[Unanswered]) -> dict[str, Any]:
    """What `--json` answers: the document of the one file, or those of all and what is between them."""
    unanswered = {"unanswered": [asdict(one) for one in missing]}
    if len(documents) == 1:
        return {**documents[0], **unanswered} if missing else documents[0]
    return {"files": documents, "conflicts": _between(documents), **unanswered}


def _write_gaps(
    out: Path, results: Sequence[Checked], places: Path | Catalogue | None, language: str, progress: Progress
) -> None:
    """The rows without a point, with what a geocoder knows of them where the settings name one."""
    geocoder = chosen(console.settings().geocoder)
    lacking = [(result, gaps.of(result)) for result in results]
    filled = [
        one
        for result, rows in lacking
        if geocoder is not None
        for one in gaps.asked(rows, geocoder, listed(result.site, places), progress)
    ]
    gaps.write(out, [gap for _, rows in lacking for gap in rows], language, filled)


@dataclass(frozen=True)
class _Known:
    """What the store knows of the one account that is meant: its places, its list; nothing is asked or made for it."""

    places: Path | Catalogue | None
    memory: Memory = across.NO_LIST
    listed: tuple[Listed, ...] = ()


def _known(site: str) -> _Known:
    """What is known, nothing where there is no store yet or where it is not clear which account is meant."""
    chosen = console.settings()
    kind, _, file = chosen.database.partition(":///")
    if kind == "sqlite" and not Path(file).exists():
        return _Known(chosen.places)
    bench = console.bench()
    account = meant(bench)
    if account is None or (site and site.upper() != account.site):
        return _Known(places_of(bench))
    return _Known(places_of(bench), branches.memory(bench.store, account.id), branches.listed(bench.store, account.id))


def _missing(
    known: _Known, results: Sequence[Checked | MpkitError], names: Sequence[str], expected: Sequence[str]
) -> tuple[Unanswered, ...]:
    named = {name for result in results if isinstance(result, Checked) for name in across.named(result)}
    return branches.unanswered(known.listed, names, named, expected)


def _document(back: Sequence[Returned], language: str) -> dict[str, Any]:
    """A file's document: what `Checked.to_json` says, and what its branches and registers are called by us.

    Of a workbook of several sheets it counts them all, its columns are those of the first one, and `sheets` has the
    document of each.
    """
    sheets = [
        {**each.result.to_json(language), "ids": sheet.identities(each.result)}
        for each in back
        if isinstance(each.result, Checked)
    ]
    for each in back:
        if isinstance(each.result, MpkitError):
            return {"file": each.path.name, "error": say_error(each.result, language)}
    if len(sheets) == 1:
        return sheets[0]
    read = [each.result for each in back if isinstance(each.result, Checked)]
    counts = {"rows": sum(each["rows"] for each in sheets), **across.counted(read)}
    lists = {
        name: [{**one, "sheet": each["sheet"]} for each in sheets for one in each[name]]
        for name in ("hours", "findings", "ids")
    }
    return {**sheets[0], **counts, **lists, "sheets": sheets}


def _between(documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The findings that are about two files, each with its own file."""
    return [
        {"file": document["file"], **finding}
        for document in documents
        for finding in document.get("findings", ())
        if finding["code"] in BETWEEN
    ]


def _text(result: Checked | MpkitError, language: str) -> str:
    return report(result, language) if isinstance(result, Checked) else say_error(result, language)


def _waiting(missing: Sequence[Unanswered], language: str) -> list[str]:
    """Who has not answered yet, a line each."""
    lines = [
        say("check_unanswered", language, who=say(f"missing_{one.kind}", language, name=one.name), n=one.missing)
        for one in missing
    ]
    return ["\n".join(lines)] if lines else []


def parse_same(said: list[str], names: Sequence[str]) -> dict[str, set[tuple[int, str]]]:
    """[FILE:][SHEET:]ROW=ID or ROW=new, as often as said, as what `Decided.passed` holds; raises `WrongUsage`."""
    found: dict[str, set[tuple[int, str]]] = {}
    for each in said:
        place, equals, name = each.rpartition("=")
        where, _, row = place.rpartition(":")
        file = next((one for one in names if where == one or where.startswith(f"{one}:")), "")
        sheet_ = where[len(file) :].strip(":")
        file = file or (names[0] if len(names) == 1 else "")
        if not equals or not name.strip() or not row.strip().isdecimal() or not file:
            raise WrongUsage("same_unreadable", said=each)
        code = CODE if name.strip() == "new" else f"{CODE}={name.strip()}"
        found.setdefault(sheet_name(file, sheet_) if sheet_ else file, set()).add((int(row), code))
    return found


def parse_map(said: list[str]) -> dict[str, str]:
    """MEANING=COLUMN, as often as said; raises `WrongUsage`."""
    mapping: dict[str, str] = {}
    for each in said:
        meaning, equals, column = each.partition("=")
        if not equals or not meaning.strip() or not column.strip():
            raise WrongUsage("map_unreadable", said=each)
        mapping[meaning.strip()] = column.strip()
    return mapping


def report(checked: Checked, language: str) -> str:
    """What a person reads: one sentence, then the findings by kind, worst first."""
    blocked = len(checked.blocked)
    document = checked.to_json(language)
    counts = {name: document[name] for name in ("rows", "branches", "registers")}
    key = "check_summary" if blocked else "check_clean"
    summary = say(key, language, file=checked.file, site=checked.site, blocked=blocked, **counts)
    if not checked.findings:
        return summary
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(say("check_code", language), no_wrap=True)
    table.add_column(say("check_rows", language), max_width=34)
    for heading in ("column", "example"):
        table.add_column(say(f"check_{heading}", language))
    for group in _groups(checked):
        first = group[0]
        rows = [str(finding.row) for finding in group if finding.record]
        more = f" … ({len(rows)})" if len(rows) > _ROWS else ""
        table.add_row(
            Text(first.code, style=_STYLE[first.severity]),
            Text(", ".join(rows[:_ROWS]) + more or say("check_whole_file", language)),
            Text(first.header or str(first.column or "")),
            Text(sheet.message(first, language)),
        )
    drawn = StringIO()
    Console(file=drawn, width=max(100, Console().width), color_system=None).print(table)
    said = f"{summary}\n\n{drawn.getvalue().rstrip()}"
    if any(finding.code in _OF_SHEETS for finding in checked.findings):  # whose words name a choice on the screen
        said += f"\n\n{say('check_sheet_option', language)}"
    return said


def _groups(checked: Checked) -> list[list[Finding]]:
    """Findings of one kind together, worst kind first."""
    groups: dict[tuple[Severity, str, bool], list[Finding]] = {}
    for finding in by_weight(checked.findings):
        groups.setdefault((finding.severity, finding.code, finding.record == 0), []).append(finding)
    return list(groups.values())
