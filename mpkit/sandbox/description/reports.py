"""What is said about the two reports: configuration, request, list, search, task, file, schedule, and their control."""

from __future__ import annotations

from collections.abc import Mapping

from mpkit.sandbox.description.kinds import ANY_RECORD, COUNT, DIGITS, FLAG, MINUS_FOUR, PAGED, TEXT, WHOLE
from mpkit.sandbox.description.operations import Operation, Operations, Shape
from mpkit.sandbox.description.shapes import maybe, one_of, page, record, ref, rows
from mpkit.sandbox.reports.columns import COLUMNS, KINDS

_SECONDS: Shape = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
_DATE: Shape = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)$",
}
_FREQUENCY = record(
    {"hour": {**WHOLE, "minimum": 0, "maximum": 23}, "type": one_of("daily", "weekly", "monthly")},
    perhaps={"value": {**WHOLE, "minimum": 0, "maximum": 31}},
)
_FLAGS = {
    "settlement": ("include_withdraw", "shipping_detail", "show_chargeback_cancel", "show_fee_prevision"),
    "release": (
        *("include_withdrawal", "include_withdrawal_at_end", "execute_after_withdrawal"),
        *("check_available_balance", "compensate_detail"),
    ),
}


def _config(kind: str) -> Shape:
    perhaps: dict[str, Shape] = dict.fromkeys((*_FLAGS[kind], "refund_detailed", "coupon_detailed"), FLAG)
    return record(
        {
            "file_name_prefix": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,80}$"},
            "frequency": _FREQUENCY,
        },
        perhaps=perhaps
        | {
            "columns": rows(record({"key": one_of(*COLUMNS[kind])})),
            "display_timezone": {"type": "string", "pattern": r"^GMT[+-](0\d|1[0-4])(:?[0-5]\d)?$"},
            "separator": one_of(",", ";"),
            "report_translation": one_of("en", "es", "pt"),
            "notification_email_list": rows(TEXT),
            "scheduled": FLAG,
        },
        more=True,
    )


def _sent(kind: str) -> Shape:
    """A configuration as it is sent: null counts as left out, and what is unknown is not kept."""
    told = _config(kind)
    given: dict[str, Shape] = dict(told["properties"])
    frequency = {name: shape for name, shape in _FREQUENCY.items() if name != "additionalProperties"}
    fixed = {"file_name_prefix": given.pop("file_name_prefix"), "frequency": frequency}
    given |= {"columns": rows(record({"key": one_of(*COLUMNS[kind])}, more=True))}
    given.pop("frequency")
    flags = {name: shape for name, shape in given.items() if shape is FLAG and name != "scheduled"}
    others = {name: maybe(shape) for name, shape in given.items() if shape is not FLAG}
    return record(fixed, perhaps={**flags, **others}, more=True)


_ROW = {
    "id": WHOLE,
    "user_id": WHOLE,
    "begin_date": _SECONDS,
    "end_date": _SECONDS,
    "file_name": TEXT,
    "created_from": one_of("manual", "schedule"),
    "date_created": MINUS_FOUR,
}
SHAPES: Mapping[str, Shape] = {
    "SettlementConfig": _config("settlement"),
    "ReleaseConfig": _config("release"),
    "SentSettlementConfig": _sent("settlement"),
    "SentReleaseConfig": _sent("release"),
    "Report": record(_ROW, perhaps={"status": one_of("pending", "processed")}),
    "ReportAsked": record(
        {
            "id": WHOLE,
            "account_id": WHOLE,
            "begin_date": _SECONDS,
            "created_from": one_of("manual", "schedule"),
            "currency_id": TEXT,
            "end_date": _SECONDS,
            "generation_date": MINUS_FOUR,
            "internal_management": rows(record({"is_visible": FLAG, "notify": FLAG, "use_exact_time": FLAG})),
            "is_reserve": FLAG,
            "is_test": FLAG,
            "last_modified": MINUS_FOUR,
            "report_id": WHOLE,
            "retries": COUNT,
            "status": one_of("pending", "processed"),
            "sub_type": one_of(*KINDS),
            "user_id": WHOLE,
            "format": one_of("CSV", "XLSX"),
        }
    ),
    "ReportTask": record(
        {
            "id": WHOLE,
            "status": one_of("pending", "in_progress", "done", "failed"),
            "begin_date": _SECONDS,
            "end_date": _SECONDS,
            "created_at": _SECONDS,
            "updated_at": _SECONDS,
            "file_name": TEXT,
        }
    ),
    "ReportSchedule": record(
        {
            "id": WHOLE,
            "user_id": WHOLE,
            "begin_date": _SECONDS,
            "end_date": _SECONDS,
            "created_from": one_of("schedule"),
            "status": one_of("pending", "deleted"),
            "report_type": one_of(*KINDS),
            "generation_date": _SECONDS,
            "last_modified": MINUS_FOUR,
            "retries": COUNT,
        }
    ),
    "ReportQuirks": record(
        {},
        perhaps={
            "delay_s": {"type": "number", "minimum": 0, "maximum": 10_000_000},
            **{name: {**COUNT, "maximum": 10_000_000} for name in ("ask_again", "fail", "slack_s")},
            **dict.fromkeys(("pending_rows", "whole_days", "bom", "scientific", "loose_taxes"), FLAG),
        },
    ),
    "Family405": record({"message": TEXT, "error": TEXT, "status": WHOLE, "cause": rows(ANY_RECORD)}),
}
_PAGES = {"limit": PAGED, "offset": PAGED}
_PRESS = record({"action": one_of("config", "ask"), "report": one_of(*KINDS)}, more=True)


def _operations(kind: str) -> Operations:
    path, config = f"/v1/account/{kind}_report", ref(f"{kind.capitalize()}Config")
    sent = ref(f"Sent{kind.capitalize()}Config")
    missing = 404 if kind == "release" else 400
    body = record({"begin_date": _DATE, "end_date": _DATE}, more=True)
    return {
        f"POST {path}/config": Operation({201: config}, (400,), envelope="Family", body=sent),
        f"PUT {path}/config": Operation({200: config}, (400,), envelope="Family", body=sent),
        f"GET {path}/config": Operation({200: config}, (missing,), envelope="Family"),
        f"POST {path}": Operation(
            {202: ref("ReportAsked"), 203: None, 404: None}, (400,), envelope="Family", body=body
        ),
        f"GET {path}": Operation({405: ref("Family405")}),
        f"GET {path}/list": Operation({200: rows(ref("Report"))}, (400,), envelope="Family", query=_PAGES),
        f"GET {path}/search": Operation(
            {200: page(ref("Report"))},
            (400,),
            envelope="Family",
            query={**_PAGES, "begin_date": TEXT, "end_date": TEXT},
        ),
        f"GET {path}/task/{{id}}": Operation({200: ref("ReportTask")}, (500,), envelope="Family"),
        f"GET {path}/{{file_name}}": Operation({200: "text/csv"}, (404,), envelope="Family"),
        f"POST {path}/schedule": Operation({200: ref("ReportSchedule")}, (404,), envelope="Family"),
        f"DELETE {path}/schedule": Operation({200: ref("ReportSchedule")}, (404,), envelope="Family"),
    }


OPERATIONS: Operations = {
    **_operations("settlement"),
    **_operations("release"),
    "GET /_sandbox/reports": Operation(
        {
            200: record(
                {
                    "quirks": ref("ReportQuirks"),
                    "configs": rows(record({"user": DIGITS, "report": one_of(*KINDS)}, more=True)),
                    "schedules": rows(record({"user": DIGITS, "report": one_of(*KINDS), "next": _SECONDS})),
                    "orders": rows(
                        record(
                            {"id": WHOLE, "report": one_of(*KINDS), "begin": _SECONDS, "end": _SECONDS, "failed": FLAG}
                        )
                    ),
                }
            )
        }
    ),
    "PUT /_sandbox/reports": Operation(
        {200: record({"quirks": ref("ReportQuirks")})}, (400,), envelope="Control", body=ref("ReportQuirks")
    ),
    "POST /_sandbox/reports": Operation({201: record({"id": TEXT})}, (400,), envelope="Control", body=_PRESS),
}
