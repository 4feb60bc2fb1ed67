"""The configuration of a report: the body of a POST or PUT goes in, what the account keeps or a refusal comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta, timezone
from typing import Any

from mpkit.sandbox.answers import family
from mpkit.sandbox.reports.columns import COLUMNS

_TEXT = {"file_name_prefix", "display_timezone", "separator", "report_translation"}
_FLAGS = {
    "settlement": {"include_withdraw", "shipping_detail", "show_chargeback_cancel", "show_fee_prevision"},
    "release": {
        *("include_withdrawal", "include_withdrawal_at_end", "execute_after_withdrawal"),
        *("check_available_balance", "compensate_detail"),
    },
}
_BOTH_FLAGS = {"refund_detailed", "coupon_detailed"}
_ZONE = re.compile(r"GMT([+-])(\d\d)(?::?(\d\d))?", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9_.-]{1,80}", re.ASCII)
_FURTHEST_H = 14


def checked(kind: str, body: object) -> dict[str, Any]:
    """What is kept of a body. Raises `Refusal`: 400 for a field that is missing or cannot be meant."""
    if not isinstance(body, dict):
        raise _wrong("body")
    names = (*sorted(_TEXT), "columns", "frequency", "notification_email_list")
    kept = {name: body[name] for name in names if body.get(name) is not None}
    for name in sorted(_FLAGS[kind] | _BOTH_FLAGS):
        if name in body:
            if not isinstance(body[name], bool):
                raise _wrong(name)
            kept[name] = body[name]
    for name in _TEXT & set(kept):
        if not isinstance(kept[name], str):
            raise _wrong(name)
    if not _PREFIX.fullmatch(kept.get("file_name_prefix", "")):
        raise _wrong("file_name_prefix")
    kept["frequency"] = _frequency(kept.get("frequency"))  # mandatory, though not documented so
    kept["columns"] = _columns(kind, kept.get("columns", []))
    kept.setdefault("display_timezone", "GMT-04")
    offset(kept)
    if kept.setdefault("separator", ",") not in {",", ";"}:
        raise _wrong("separator")
    if kept.setdefault("report_translation", "en") not in {"en", "es", "pt"}:
        raise _wrong("report_translation")
    kept["notification_email_list"] = _texts(kept.get("notification_email_list", []))
    return kept


def offset(config: Mapping[str, Any]) -> timezone:
    """The time zone of the file's dates: "GMT-04" and the like, without daylight saving."""
    found = _ZONE.fullmatch(str(config.get("display_timezone", "GMT-04")))
    if found is None or int(found[2]) > _FURTHEST_H or int(found[3] or 0) >= 60:
        raise _wrong("display_timezone")
    away = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-away if found[1] == "-" else away)


def _columns(kind: str, asked: object) -> list[dict[str, str]]:
    keys = [row.get("key") if isinstance(row, dict) else None for row in asked] if isinstance(asked, list) else [None]
    if not all(key in COLUMNS[kind] for key in keys):
        raise _wrong("columns")
    return [{"key": key} for key in dict.fromkeys(keys) if isinstance(key, str)]


def _frequency(asked: object) -> dict[str, Any]:
    if not isinstance(asked, dict):
        raise _wrong("frequency")
    hour, type_, value = asked.get("hour"), asked.get("type"), asked.get("value", 1)
    if isinstance(hour, bool) or not isinstance(hour, int) or not 0 <= hour <= 23:
        raise _wrong("frequency.hour")
    if type_ not in ("daily", "weekly", "monthly"):  # a list: what was sent may be no text
        raise _wrong("frequency.type")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 31:
        raise _wrong("frequency.value")
    return {"hour": hour, "type": type_, "value": value}


def _texts(asked: object) -> list[str]:
    if not isinstance(asked, list) or not all(isinstance(text, str) for text in asked):
        raise _wrong("notification_email_list")
    return list(asked)


def _wrong(field: str) -> Exception:
    return family(400, "bad_request", f"Error invalid fields: {field}")
