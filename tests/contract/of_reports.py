"""Cases of the two reports of an account (contract P 6)."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.contract.stage import Cases, Stage

case = Cases("Reports")
SHOP: Mapping[str, int] = {"stores": 2, "registers": 4, "payments": 600}
BEGIN, END = datetime(2026, 10, 1, 3, tzinfo=UTC), datetime(2026, 11, 1, 3, tzinfo=UTC)
SPAN = {"begin_date": "2026-10-01T03:00:00Z", "end_date": "2026-11-01T02:59:59Z"}
PATH = "/v1/account/{}_report"
CONFIG: Mapping[str, Any] = {
    "file_name_prefix": "shop",
    "columns": [{"key": "SOURCE_ID"}],
    "frequency": {"hour": 0, "type": "monthly", "value": 1},
    "show_fee_prevision": True,
}


def configured(on: Stage, kind: str):
    reports = on.account.reports(kind)
    reports.prepare(consent=True)
    return reports


def by_others(on: Stage, kind: str = "settlement", **changed: object) -> None:
    """Somebody has configured the report in the panel."""
    sent = {name: value for name, value in CONFIG.items() if kind == "settlement" or name != "show_fee_prevision"}
    on.control("reports", {"action": "config", "report": kind, "config": {**sent, **changed}})


for kind, never_configured in (("settlement", 400), ("release", 404)):
    path = PATH.format(kind)

    @case(f"GET {path}/config", "never configured", "P 6.2",
          f"{never_configured} config_not_found_for_user · cause", "nothing")  # fmt: skip
    def never(on: Stage, kind=kind):
        return on.account.reports(kind).config

    @case(f"POST {path}/config", "the columns we read, the first time", "P 6.3",
          f"{never_configured} config_not_found_for_user · cause → 201", "ReportConfig")  # fmt: skip
    def first(on: Stage, kind=kind):
        reports = on.account.reports(kind)

        def check(config):
            assert {"SOURCE_ID", "STORE_ID", "POS_ID"} <= set(config.columns)
            assert (config.zone, config.scheduled) == ("GMT-04", False)

        return lambda: reports.prepare(consent=True), check

    @case(f"PUT {path}/config", "columns added to what others configured; the rest stays", "P 6.3", "200",
          "ReportConfig")  # fmt: skip
    def widened(on: Stage, kind=kind):
        by_others(on, kind)
        reports = on.account.reports(kind)

        def check(config):
            assert config.columns[0] == "SOURCE_ID"
            assert len(config.columns) > 10
            assert config.prefix == "shop"

        return lambda: reports.prepare(consent=True), check

    @case(f"POST {path}", "a month: asked for, waited for, found on the list", "P 6.8", "200 → 202 → 200",
          "ReportFile", **SHOP)  # fmt: skip
    def obtained(on: Stage, kind=kind):
        reports = configured(on, kind)

        def check(file):
            assert (file.begin, file.end) == (BEGIN, END - timedelta(seconds=1))
            assert file.name.endswith(".csv")

        return lambda: reports.obtain(BEGIN, END), check

    @case(
        f"POST {path}",
        "accepted, but nothing made (203): asked again",
        "P 6.2",
        "200 → 203 → 202 → 200",
        "ReportFile",
        **SHOP,
    )
    def asked_again(on: Stage, kind=kind):
        reports = configured(on, kind)
        on.control("reports", {"ask_again": 2})
        return lambda: reports.obtain(BEGIN, END)

    @case(f"POST {path}", "without a configuration: 404 without a body", "P 6.2", "200 → 404, no body", "NotFound")
    def unconfigured(on: Stage, kind=kind):
        return lambda: on.account.reports(kind).obtain(BEGIN, END)

    @case(
        f"POST {path}",
        "a generation that fails is asked for anew",
        "P 6.2",
        "202 → 200",
        "ReportFile",
        **SHOP,
    )
    def failing(on: Stage, kind=kind):
        reports = configured(on, kind)
        on.control("reports", {"fail": 1})
        return lambda: reports.obtain(BEGIN, END)

    for situation, changed, code in (
        ("no `begin_date`", {"begin_date": None}, "invalid_begin_date"),
        ("an `end_date` that is none", {"end_date": "tomorrow"}, "invalid_end_date"),
        ("the end before the begin", {"end_date": "2026-09-01T00:00:00Z"}, "end_date_before_begin_date"),
        ("more than 60 days", {"begin_date": "2026-08-01T00:00:00Z"}, "invalid_end_date"),
        ("less than a day", {"end_date": "2026-10-01T04:00:00Z"}, "invalid_end_date"),
    ):

        @case(f"POST {path}", situation, "P 6.4", f"400 {code} · cause", "RefusedByApi")
        def wrong_span(on: Stage, kind=kind, changed=changed):
            configured(on, kind)
            return lambda: on.ask("POST", PATH.format(kind), {**SPAN, **changed})

    @case(f"POST {path}/config", "a column that does not exist", "P 6.3", "400 bad_request · cause", "RefusedByApi")
    def wrong_column(on: Stage, kind=kind):
        wrong = {**CONFIG, "columns": [{"key": "COLOUR"}]}
        return lambda: on.ask("POST", f"{PATH.format(kind)}/config", wrong)

    @case(f"GET {path}/list", "none yet", "P 6.2", "200", "an empty list")
    def empty(on: Stage, kind=kind):
        configured(on, kind)
        return lambda: list(on.account.reports(kind).files())

    @case(f"GET {path}/list", "one asked for in the panel", "P 6.2", "200", "list of ReportFile", **SHOP)
    def listed(on: Stage, kind=kind):
        configured(on, kind)
        on.control("reports", {"action": "ask", "report": kind, **SPAN})
        on.clock.sleep(3600)
        return lambda: list(on.account.reports(kind).files())

    @case(f"GET {path}/search", "the same with paging", "P 6.2", "200", "document", **SHOP)
    def searched(on: Stage, kind=kind):
        configured(on, kind).obtain(BEGIN, END)
        return lambda: on.ask("GET", f"{PATH.format(kind)}/search", query={"limit": 5})

    @case(f"GET {path}/task/{{id}}", "how far a generation is", "P 6.2", "200", "text", **SHOP)
    def task(on: Stage, kind=kind):
        reports, asked = configured(on, kind), []
        reports.obtain(BEGIN, END, note=asked.append)
        return lambda: reports.status(asked[-1]), lambda status: _is(status, "done")

    @case(f"GET {path}/{{file_name}}", "the file: the columns asked for, a row a movement", "P 6.5",
          "200 text/csv", "Lines", **SHOP)  # fmt: skip
    def downloaded(on: Stage, kind=kind):
        reports = configured(on, kind)
        file = reports.obtain(BEGIN, END)

        def call():
            with tempfile.TemporaryDirectory() as folder:
                return Lines(reports.download(file, Path(folder) / "report.csv").read_text("utf-8-sig").splitlines())

        def check(lines):
            assert "SOURCE_ID" in lines.lines[0].split(";")
            assert len(lines.lines) > 10

        return call, check

    @case(f"GET {path}/{{file_name}}", "a file nobody made", "P 6.2", "404 not_found · cause", "NotFound")
    def no_file(on: Stage, kind=kind):
        return lambda: on.ask("GET", f"{PATH.format(kind)}/none.csv", query={})

    @case(f"POST {path}/schedule", "enabled: what `frequency` says", "P 6.2", "200", "document")
    def scheduled(on: Stage, kind=kind):
        reports = configured(on, kind)

        def check(document):
            assert (document["status"], document["created_from"]) == ("pending", "schedule")
            assert reports.config().scheduled

        return lambda: on.ask("POST", f"{PATH.format(kind)}/schedule"), check

    @case(f"POST {path}/schedule", "without a configuration", "P 6.2", "404 not_found · cause", "NotFound")
    def schedule_unconfigured(on: Stage, kind=kind):
        return lambda: on.ask("POST", f"{PATH.format(kind)}/schedule")

    @case(f"DELETE {path}/schedule", "disabled", "P 6.2", "200", "document")
    def unscheduled(on: Stage, kind=kind):
        configured(on, kind)
        on.ask("POST", f"{PATH.format(kind)}/schedule")
        return (
            lambda: on.ask("DELETE", f"{PATH.format(kind)}/schedule"),
            lambda document: _is(document["status"], "deleted"),
        )

    @case(f"GET {path}", "in the official description, not routed", "P 12-24", "405 method_not_allowed · cause",
          "RefusedByApi")  # fmt: skip
    def not_routed(on: Stage, kind=kind):
        return lambda: on.ask("GET", PATH.format(kind))


@case("PUT /v1/account/settlement_report/config", "another frequency while the schedule runs", "P 6.3",
      "400 bad_request · cause", "RefusedByApi")  # fmt: skip
def running(on: Stage):
    by_others(on)
    on.ask("POST", "/v1/account/settlement_report/schedule")
    other = {**CONFIG, "frequency": {"hour": 1, "type": "daily", "value": 1}}
    return lambda: on.ask("PUT", "/v1/account/settlement_report/config", other)


class Lines:
    """The lines of a file that was brought here."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines


def _is(found, wanted):
    assert found == wanted


CASES = case.all
