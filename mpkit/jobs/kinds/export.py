"""What goes out: the list as a sheet that reads back as itself, the hand-off for tills, the report of what was done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mpkit import branches, plan, till
from mpkit.errors import Refused, WrongUsage
from mpkit.i18n import say, words, written
from mpkit.jobs import seals
from mpkit.jobs.anchors import Verdict, verify
from mpkit.jobs.workbench import Workbench
from mpkit.kit.printing import report
from mpkit.ledger import By, Done, audit
from mpkit.ledger.audit import Entry
from mpkit.model import Account
from mpkit.sheet import exported, results
from mpkit.sheet.checking import as_json
from mpkit.sheet.writing import write_whole
from mpkit.sites import SITES
from mpkit.work import Progress

FORMS = {"list": (".xlsx", ".csv"), "till": (".csv", ".json"), "audit": (".pdf", ".xlsx")}
_COLUMNS = ("n", "at", "who", "kind", "object", "subject", "source", "details")
_SHARES = (0.5, 1.3, 1.0, 1.1, 0.8, 1.9, 1.7, 4.0)
_LONGEST = 400  # characters of details in a report; the record has all of them
_HASH = re.compile(r"(?:sha256:)?\b([0-9a-f]{12})[0-9a-f]{52}\b")


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, what, out, check, since, until, language, who}; `what` is list, till or audit.

    `out` is the file to write ("" for a check alone), `check` the till vendor's file, `since` and `until` days of the
    account's country, both in. Gives {file, …}: branches and registers · tills, missing, findings · rows, head, faults.
    """
    account = bench.account(str(arguments.get("account") or ""))
    what, out = str(arguments["what"]), Path(str(arguments.get("out") or ""))
    if what not in FORMS:
        raise WrongUsage("export_for_wrong", text=what)
    if arguments.get("out") and out.suffix.lower() not in FORMS[what]:
        raise WrongUsage("export_suffix", file=out.name, known=", ".join(FORMS[what]))
    if what == "list":
        return _list(bench, account, out, arguments)
    if what == "till":
        return _till(bench, account, out, arguments, progress)
    return _audit(bench, account, out, arguments)


def _list(bench: Workbench, account: Account, out: Path, arguments: Mapping[str, Any]) -> dict[str, Any]:
    wanted = branches.wanted(bench.store, account.id)
    if not wanted.branches:
        raise Refused("export_nothing")
    exported.write(out, wanted.branches, wanted.registers, _language(account, arguments))
    return {"file": str(out), "branches": len(wanted.branches), "registers": len(wanted.registers)}


def _language(account: Account, arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("language") or SITES[account.site].language)


def _till(
    bench: Workbench, account: Account, out: Path, arguments: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    wanted = branches.wanted(bench.store, account.id)
    if not wanted.branches:
        raise Refused("export_nothing")
    existing = plan.read(bench.mercadopago(account), (), progress)
    told, missing = till.lines(account, wanted, existing.stores, existing.pos)
    names = [one.external_id for one in missing]
    done: dict[str, Any] = {"file": None, "tills": len(told), "missing": names, "findings": []}
    if arguments.get("out"):
        made = bench.seams.clock.now().isoformat(timespec="seconds")
        json_ = out.suffix.lower() == ".json"
        write_whole(out, till.as_json(account, told, made=made) if json_ else till.as_csv(told))
        done["file"] = str(out)
    if arguments.get("check"):
        found = till.judge(told, till.read(Path(str(arguments["check"]))))
        done["findings"] = [as_json(one, _language(account, arguments)) for one in found]
    return done


def _audit(bench: Workbench, account: Account, out: Path, arguments: Mapping[str, Any]) -> dict[str, Any]:
    language, zone = _language(account, arguments), ZoneInfo(SITES[account.site].zone)
    since, until = _day(arguments.get("since")), _day(arguments.get("until"))
    entries = list(
        audit.entries(
            bench.store,
            account.id,
            since=datetime.combine(since, time(), zone) if since else None,
            until=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
        )
    )
    judged = verify(bench, account.id)
    rows = [_row(one, language, zone) for one in entries]
    head = _head(account, judged, (since, until), len(entries), language)
    headings = [say(f"report_{name}", language) for name in _COLUMNS]
    if out.suffix.lower() == ".pdf":
        foot = say("report_foot", language, account=account.id, head=str(judged.head))
        page = words()["report_page"][language]
        title = say("report_title", language)
        write_whole(out, report.pdf(report.Table(title, head, headings, _SHARES, rows, foot, page, language)))
    else:
        results(out, [*rows, [], *([line] for line in head)], language, headings=headings, sheet="report_title")
    by = By(str(arguments.get("who") or ""), bench.seams.clock.now(), out.name)
    details = {"since": since and since.isoformat(), "until": until and until.isoformat(), "head": str(judged.head)}
    audit.record(bench.store, account.id, [Done("report", "ledger", out.name, details)], by, seal=seals.seal_of(bench))
    faults = [{"code": fault.code, "n": fault.n, "upto": fault.upto or fault.n} for fault in judged.faults]
    return {"file": str(out), "rows": len(entries), "head": str(judged.head), "faults": faults}


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


def _head(
    account: Account, judged: Verdict, days: tuple[date | None, date | None], rows: int, language: str
) -> list[str]:
    """What stands above the rows: whose record, of which days, and whether it is whole."""
    since, until = (written(day, language) if day else "…" for day in days)
    lines = [
        say("report_account", language, name=account.nickname, id=account.id, site=account.site),
        say("report_days", language, since=since, until=until, rows=rows),
    ]
    if not judged.faults:
        return [*lines, say("audit_sound", language, rows=judged.rows, head=str(judged.head), anchors=judged.anchors)]
    return lines + [say(f"audit_{fault.code}", language, n=fault.n, upto=fault.upto) for fault in judged.faults]


def _row(one: Entry, language: str, zone: ZoneInfo) -> list[str]:
    told = " · ".join(_details(one.details, language))
    return [
        str(one.n),
        one.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        one.who or say("report_nobody", language),
        say(f"report_kind_{one.kind}", language),
        say(f"report_object_{one.object}", language),
        one.subject,
        one.source,
        told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…",
    ]


def _details(details: Mapping[str, Any], language: str) -> list[str]:
    """What else a row says, as people read it: names of values, lists with commas, hashes by their beginning."""
    told = []
    for name, value in details.items():
        if isinstance(value, Mapping):
            told += _details(value, language)
        elif value not in (None, "", []):
            key = f"report_detail_{name}"
            said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            told.append(f"{say(key, language) if key in words() else name}: {_HASH.sub(_begun, said)}")
    return told


def _begun(found: re.Match[str]) -> str:
    return f"{found[1]}…"
