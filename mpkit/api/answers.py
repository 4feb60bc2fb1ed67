"""What Mercado Pago answers, read at the edge: parsed JSON in, frozen nouns of `model` out, personal data left behind.

Ids are numbers or texts and become texts; dates come in five forms; amounts are numbers in hundredths' precision
(parsed as text, never as a float). Anything that is not what the contract says raises `Unreadable` with the field's
name, never its value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from mpkit.api.calls import Unreadable
from mpkit.model import WEEK, Account, Hours, Pos, Store
from mpkit.money import hundredths

_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d)?", re.ASCII)
_USUAL = len("2026-03-10T12:00:00.000-03:00")
_MOST = 10**17  # hundredths: what a database keeps in an integer, with room for sums
_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*(?:(Z)|([+-])(\d\d):?(\d\d)?)",
    re.IGNORECASE | re.ASCII,
)


def instant(value: object, field: str = "date") -> datetime:
    """A time as any of the API's services writes it (0 to 9 digits of a second, Z or an offset), in UTC.

    A time without an offset is refused: a guess would move sales to another day.
    """
    quick = _usual_instant(value)
    if quick is not None:
        return quick
    found = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise Unreadable(field)
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction, zulu, sign, hours, minutes = found.groups()[6:]
    offset = timedelta() if zulu else timedelta(hours=int(hours), minutes=int(minutes or 0))
    micros = int((fraction or "0").ljust(9, "0")[:6])
    try:
        zone = timezone(-offset if sign == "-" else offset)
        return datetime(year, month, day, hour, minute, second, micros, zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(field) from error


def _usual_instant(value: object) -> datetime | None:
    """The one form nearly all dates have, "2026-03-10T12:00:00.000-03:00", read several times faster; else None."""
    if not isinstance(value, str) or len(value) != _USUAL or value[19] != "." or value[7] + value[10] != "-T":
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None and value[26] == ":" else None


def maybe_instant(value: object, field: str = "date") -> datetime | None:
    """As `instant`, None for null or nothing."""
    return None if value in (None, "") else instant(value, field)


def identity(value: object, field: str = "id") -> str:
    """An id as text, whether it came as a number or as text; `Unreadable` for anything else or an empty one."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or str(value).strip() == "":
        raise Unreadable(field)
    return str(value).strip()


def maybe_identity(value: object, field: str = "id") -> str | None:
    """As `identity`, None for null and for the text "null" that some services send."""
    return None if value in (None, "", "null") else identity(value, field)


def text(value: object, field: str = "text") -> str:
    """A text, "" for null; a number is its digits. `Unreadable` for an object or a list."""
    if isinstance(value, (dict, list)):
        raise Unreadable(field)
    return "" if value is None else str(value)


def record(value: object, field: str = "answer") -> Mapping[str, Any]:
    """An object of JSON; `Unreadable` for anything else."""
    if not isinstance(value, dict):
        raise Unreadable(field)
    return value


def maybe_record(value: object) -> Mapping[str, Any]:
    """An object of JSON, an empty one for null, an empty list (old relays) or anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: object, field: str = "results") -> list[Mapping[str, Any]]:
    """A list of objects, an empty one for null."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(field)
    return [record(row, field) for row in value]


def amount(value: object, field: str) -> int:
    """An amount in hundredths, 0 for null."""
    try:
        if isinstance(value, (bool, dict, list)):
            raise Unreadable(field)
        found = hundredths(value)
    except (ValueError, ArithmeticError) as error:
        raise Unreadable(field) from error
    if abs(found) > _MOST:
        raise Unreadable(field)
    return found


def page(value: object) -> Mapping[str, Any]:
    """The page object of a search, its rows under `results`; older documents wrap it in a list, /v2/pos says `data`."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    found = record(value, "page")
    if "results" in found:
        return found
    if "data" in found:
        return {**found, "results": found["data"]}
    raise Unreadable("results")


def total(found: Mapping[str, Any]) -> int:
    """What a page says the whole has; a hint for progress bars, it changes while one pages."""
    said = maybe_record(found.get("paging")).get("total")
    return int(said) if isinstance(said, (int, str)) and re.fullmatch(r"\d{1,12}", str(said), re.ASCII) else 0


def account(value: object) -> Account:
    """Whose token it is (`GET /users/me`); of the person's or firm's own words only trade name and tax id are kept.

    Any part may be missing but the id and the site; a firm's tax id goes before the person's.
    """
    found = record(value)
    tags = found.get("tags")
    company, person = maybe_record(found.get("company")), maybe_record(found.get("identification"))
    status = maybe_record(found.get("status"))
    nickname = text(found.get("nickname"), "nickname")
    tax_id = text(person.get("number"), "identification")
    firm = text(company.get("identification"), "company")
    return Account(
        id=identity(found.get("id"), "id"),
        nickname=nickname,
        site=identity(found.get("site_id"), "site_id"),
        test="test_user" in (tags if isinstance(tags, list) else []) or nickname.upper().startswith("TESTUSER"),
        name=text(company.get("brand_name") or company.get("corporate_name"), "company"),
        tax_kind=text(person.get("type"), "identification") if tax_id or not firm else "",
        tax_id=firm or tax_id,
        active=text(status.get("site_status"), "status") in {"", "active"},
    )


def store(value: object) -> Store:
    """One store; street and city are not echoed, `address_line` is."""
    found = record(value)
    place = maybe_record(found.get("location"))
    return Store(
        id=identity(found.get("id"), "id"),
        name=text(found.get("name"), "name"),
        external_id=maybe_identity(found.get("external_id"), "external_id"),
        address_line=text(place.get("address_line"), "address_line"),
        latitude=_degrees(place.get("latitude")),
        longitude=_degrees(place.get("longitude")),
        reference=text(place.get("reference"), "reference"),
        hours=_hours(maybe_record(found.get("business_hours"))),
        # create answers say date_created, reads say date_creation
        created=maybe_instant(found.get("date_creation") or found.get("date_created"), "date_creation"),
    )


def _degrees(value: object) -> float | None:
    if value in (None, ""):
        return None
    try:
        found = float(str(value))
    except ValueError as error:
        raise Unreadable("location") from error
    if not math.isfinite(found):
        raise Unreadable("location")
    return found


def _hours(value: Mapping[str, Any]) -> Hours:
    return {
        day: tuple((_time(span.get("open")), _time(span.get("close"))) for span in rows(value[day], "business_hours"))
        for day in WEEK
        if value.get(day)
    }


def _time(value: object) -> str:
    """A time of the day as HH:MM; seconds, where there are any, are left out."""
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise Unreadable("business_hours")
    return f"{found[1]:0>2}:{found[2]}"


def pos(value: object) -> Pos:
    """One POS of either generation: v2 keeps the code in `qr_response` and the amount's mode in `config`."""
    found = record(value)
    qr = maybe_record(found.get("qr")) or maybe_record(found.get("qr_response"))
    config = maybe_record(maybe_record(found.get("config")).get("qr"))
    return Pos(
        id=identity(found.get("id"), "id"),
        name=text(found.get("name"), "name"),
        store_id=maybe_identity(found.get("store_id"), "store_id"),
        external_id=maybe_identity(found.get("external_id"), "external_id"),
        external_store_id=maybe_identity(found.get("external_store_id"), "external_store_id"),
        fixed_amount=_waits(found, config),
        category=_category(found.get("category") or config.get("category")),
        qr_code=_maybe_text(found.get("qr_code") or qr.get("qr_code"), "qr_code"),
        qr_image=_maybe_text(qr.get("image"), "qr.image"),
        template_document=_maybe_text(qr.get("template_document"), "qr.template_document"),
        template_image=_maybe_text(qr.get("template_image"), "qr.template_image"),
        uuid=_maybe_text(found.get("uuid") or qr.get("uuid"), "uuid"),
        status=text(found.get("status"), "status") or "active",
        created=maybe_instant(found.get("date_created"), "date_created"),
        updated=maybe_instant(found.get("date_last_updated"), "date_last_updated"),
        url=_maybe_text(found.get("url"), "url"),
    )


def _category(value: object) -> int | None:
    """A category (MCC) as a number, None for none."""
    if value in (None, "", 0):
        return None
    number = identity(value, "category")
    if not re.fullmatch(r"\d{1,12}", number, re.ASCII):
        raise Unreadable("category")
    return int(number)


def _maybe_text(value: object, field: str) -> str | None:
    """A text kept byte for byte, None for null or nothing."""
    if value in (None, ""):
        return None
    if not isinstance(value, str):
        raise Unreadable(field)
    return value


def _waits(found: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    """Whether the buyer's app waits for an order: v1 says it outright, v2 by operating mode."""
    fixed = found.get("fixed_amount")
    if fixed is not None and not isinstance(fixed, bool):
        raise Unreadable("fixed_amount")
    if isinstance(fixed, bool):
        return fixed
    return text(config.get("operating_mode"), "operating_mode") in {"pdv", "unattended", "self_service"}


def places(value: object, field: str) -> tuple[tuple[str, str], ...]:
    """Ids and names of the states of a country or the cities of a state."""
    return tuple(
        (identity(row.get("id"), "id"), text(row.get("name"))) for row in rows(record(value).get(field), field)
    )
