"""What would be made and changed: files into the list, the list against the account; nothing is written to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mpkit import branches, ledger, sheet
from mpkit.branches import Origin
from mpkit.cli import console
from mpkit.errors import Refused, WrongUsage
from mpkit.jobs import Workbench, run_now
from mpkit.model import Account, Amount
from mpkit.plan import Plan, markdown, parse_only, text


def command(
    files: Annotated[list[Path] | None, typer.Argument(help="files of branches to take into the list first")] = None,
    *,
    site: Annotated[str, typer.Option(help="country of the files, as MLA; the account's where not given")] = "",
    sheet_name: Annotated[str, typer.Option("--sheet", help="sheet of a workbook")] = "",
    mapping: Annotated[list[str] | None, typer.Option("--map", help="MEANING=COLUMN, repeatable")] = None,
    accept: Annotated[list[str] | None, typer.Option(help="code of a repair to apply, repeatable")] = None,
    amount: Annotated[str, typer.Option(help="who enters the amount: buyer, own-system or till; kept")] = "",
    only: Annotated[str, typer.Option(help="region=NAME, ID,… or first=N")] = "",
    out: Annotated[Path | None, typer.Option(help="write the plan to this file, for apply")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Compare the list with the account; 0: nothing to do, 3: there is something to do or to look at."""
    if amount and amount not in {one.value for one in Amount}:
        raise WrongUsage("plan_amount_wrong", text=amount)
    parse_only(only)
    columns = dict(_mapped(text_) for text_ in mapping or [])
    bench = console.bench()
    account = bench.account()
    options = {"site": site or account.site, "sheet": sheet_name, "mapping": columns, "accept": accept or []}
    found = sum(_take_in(bench, account, file, **options) for file in files or [])
    plan = _made(bench, account, amount, only)
    language = console.language()
    document = plan.document(language)
    if out:
        _write(out, document, plan, language)
    console.answer(document, "" if as_json else text(plan, language), as_json=as_json)
    if plan.work or plan.summary["blocked"] or found:
        console.look()


def _mapped(text_: str) -> tuple[str, str]:
    meaning, equals, column = text_.partition("=")
    if not equals or not meaning.strip() or not column.strip():
        raise WrongUsage("plan_map_wrong", text=text_)
    return meaning.strip(), column.strip()


def _take_in(bench: Workbench, account: Account, file: Path, **options: Any) -> int:  # noqa: ANN401 - as sheet.check
    """Propose a file to the list; how many findings it has."""
    checked = sheet.check(file, places=bench.settings.places, **options)
    origin = Origin(kind="file", what=file.name)
    reopens = any(column.meaning == "status" for column in checked.columns)
    branches.propose(
        bench.store,
        account.id,
        checked.branches,
        checked.registers,
        origin=origin,
        clock=bench.seams.clock,
        reopens=reopens,
    )
    counts = {"branches": len(checked.branches), "registers": len(checked.registers)}
    console.say("plan_taken_in", file=file.name, **counts)
    if checked.findings:
        console.say("plan_findings", n=len(checked.findings), file=file.name)
    return len(checked.findings)


def _made(bench: Workbench, account: Account, amount: str, only: str) -> Plan:
    arguments = {"account": account.id, "amount": amount, "only": only, "who": ""}
    with console.progress() as progress:
        job = run_now(bench, account=account.id, kind="plan", key=only, arguments=arguments, progress=progress)
    head = console.finished(job)
    document = ledger.find_plan(bench.store, account.id, str(head["plan"]))
    if document is None:
        raise Refused("plan_not_kept", plan=head["plan"])
    return Plan.read(document)


def _write(out: Path, document: dict[str, object], plan: Plan, language: str) -> None:
    """The plan as JSON, or as Markdown for people where the file is called so."""
    if out.suffix.lower() == ".md":
        said = markdown(plan, language)
    else:
        said = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    try:
        aside = out.with_name(out.name + ".part")
        aside.write_text(said, encoding="utf-8")
        aside.replace(out)
    except OSError as error:
        raise Refused("plan_unwritable_file", file=str(out), why=error.strerror or str(error)) from error
