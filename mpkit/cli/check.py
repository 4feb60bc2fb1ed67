"""Read files of branches and say what is wrong with them, by row and column; nothing is sent anywhere."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mpkit import sheet
from mpkit.cli import console
from mpkit.errors import UnreadableFile, WrongUsage
from mpkit.i18n import say, say_error
from mpkit.jobs.judging import places_of
from mpkit.model import Finding, Severity
from mpkit.places import Catalogue
from mpkit.sheet import Checked, files
from mpkit.sheet.marking import by_weight

_STYLE = {Severity.BLOCKING: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_ROWS = 12  # rows named of one kind; the marked workbook names them all


def command(
    *,
    paths: Annotated[list[Path], typer.Argument(metavar="FILE…", help="files, folders or ZIP archives")],
    site: Annotated[str, typer.Option(help="MLA MLB MLM MLC MLU MCO MPE; guessed from the file where not given")] = "",
    sheet_: Annotated[str, typer.Option("--sheet", help="the sheet of a workbook, by name")] = "",
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="MEANING=COLUMN (header or number); may be repeated")
    ] = None,
    accept: Annotated[list[str] | None, typer.Option(help="apply repairs of this CODE; may be repeated")] = None,
    out: Annotated[Path | None, typer.Option(help="write the marked workbook here")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """One file gives its document, several {"files": [documents]}; exit code 3 where there is something to look at."""
    language, mapping = console.language(), parse_map(map_ or [])
    documents: list[dict[str, Any]] = []
    texts: list[str] = []
    with TemporaryDirectory(prefix="mpkit-") as aside, console.progress() as progress:
        found = files.gather(paths, Path(aside))
        results = sheet.check_all(
            found,
            progress,
            site=site,
            sheet=sheet_,
            mapping=mapping,
            accept=accept or (),
            places=_places(),
        )
        for path, result in zip(found, results, strict=True):
            if isinstance(result, UnreadableFile):
                documents.append({"file": path.name, "error": say_error(result, language)})
                texts.append(say_error(result, language))
                continue
            documents.append(result.to_json(language))
            texts.append("" if as_json else report(result, language))
            if out:
                sheet.mark(path, result, _marked(out, path, several=len(found) > 1), language)
    document = documents[0] if len(documents) == 1 else {"files": documents}
    console.answer(document, "\n\n".join(texts), as_json=as_json)
    if any(isinstance(result, UnreadableFile) for result in results):
        raise typer.Exit(console.REFUSED)
    if any(result.findings for result in results if isinstance(result, Checked)):
        console.look()


def _places() -> Path | Catalogue | None:
    """The lists of places to judge by: those of an account where a store knows one; nothing is asked or made for it."""
    chosen = console.settings()
    kind, _, file = chosen.database.partition(":///")
    if kind == "sqlite" and not Path(file).exists():
        return chosen.places
    return places_of(console.bench())


def parse_map(said: list[str]) -> dict[str, str]:
    """MEANING=COLUMN, as often as said; raises `WrongUsage`."""
    mapping: dict[str, str] = {}
    for each in said:
        meaning, equals, column = each.partition("=")
        if not equals or not meaning.strip() or not column.strip():
            raise WrongUsage("map_unreadable", said=each)
        mapping[meaning.strip()] = column.strip()
    return mapping


def _marked(out: Path, path: Path, *, several: bool) -> Path:
    return out.with_stem(f"{out.stem}-{path.stem}") if several else out


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
    return f"{summary}\n\n{drawn.getvalue().rstrip()}"


def _groups(checked: Checked) -> list[list[Finding]]:
    """Findings of one kind together, worst kind first."""
    groups: dict[tuple[Severity, str, bool], list[Finding]] = {}
    for finding in by_weight(checked.findings):
        groups.setdefault((finding.severity, finding.code, finding.record == 0), []).append(finding)
    return list(groups.values())
