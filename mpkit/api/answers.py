"""What Mercado Pago answers, read at the edge: parsed JSON in, frozen nouns of `model` out, personal data left behind.

Ids are numbers or texts and become texts; dates come in five forms; amounts are numbers in hundredths' precision
(parsed as text, never as a float). Anything that is not what the contract says raises `Unreadable` with the field's
name, never its value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from mpkit.api.calls import Unreadable
from mpkit.model import WEEK, Account, Chargeback, Hours, Pos, Store
from mpkit.money import hundredths

_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*(?:(Z)|([+-])(\d\d):?(\d\d)?)",
    re.IGNORECASE | re.ASCII,
)


def instant(value: object, field: str = "date") -> datetime:
    """A time as any of the API's services writes it (0 to 9 digits of a second, Z or an offset), in UTC.

    A time without an offset is refused: a guess would move sales to another day.
    """
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


def text(value: object) -> str:
    """A text, "" for null."""
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
        return hundredths(value)
    except (ValueError, ArithmeticError) as error:
        raise Unreadable(field) from error


def page(value: object) -> Mapping[str, Any]:
    """The page object of a search; older documents wrap it in a list."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    found = record(value, "page")
    if "results" not in found:
        raise Unreadable("results")
    return found


def total(found: Mapping[str, Any]) -> int:
    """What a page says the whole has; a hint for progress bars, it changes while one pages."""
    said = maybe_record(found.get("paging")).get("total")
    return int(said) if isinstance(said, (int, str)) and re.fullmatch(r"\d{1,12}", str(said), re.ASCII) else 0


def account(value: object) -> Account:
    """Whose token it is (`GET /users/me`); of the person's or firm's own words only the trade name is kept."""
    found = record(value)
    tags = found.get("tags")
    company = maybe_record(found.get("company"))
    nickname = text(found.get("nickname"))
    return Account(
        id=identity(found.get("id"), "id"),
        nickname=nickname,
        site=identity(found.get("site_id"), "site_id"),
        test="test_user" in (tags if isinstance(tags, list) else []) or nickname.upper().startswith("TESTUSER"),
        name=text(company.get("brand_name") or company.get("corporate_name")),
    )


def store(value: object) -> Store:
    """One store; street and city are not echoed, `address_line` is."""
    found = record(value)
    place = maybe_record(found.get("location"))
    return Store(
        id=identity(found.get("id"), "id"),
        name=text(found.get("name")),
        external_id=maybe_identity(found.get("external_id"), "external_id"),
        address_line=text(place.get("address_line")),
        latitude=_degrees(place.get("latitude")),
        longitude=_degrees(place.get("longitude")),
        reference=text(place.get("reference")),
        hours=_hours(maybe_record(found.get("business_hours"))),
        # create answers say date_created, reads say date_creation
        created=maybe_instant(found.get("date_creation") or found.get("date_created"), "date_creation"),
    )


def _degrees(value: object) -> float | None:
    if value in (None, ""):
        return None
    try:
        return float(str(value))
    except ValueError as error:
        raise Unreadable("location") from error


def _hours(value: Mapping[str, Any]) -> Hours:
    return {
        day: tuple((text(span.get("open")), text(span.get("close"))) for span in rows(value[day], "business_hours"))
        for day in WEEK
        if value.get(day)
    }


def pos(value: object) -> Pos:
    """One POS of either generation: v2 keeps the code in `qr_response` and the amount's mode in `config`."""
    found = record(value)
    qr = maybe_record(found.get("qr")) or maybe_record(found.get("qr_response"))
    config = maybe_record(maybe_record(found.get("config")).get("qr"))
    category = found.get("category") or config.get("category")
    return Pos(
        id=identity(found.get("id"), "id"),
        name=text(found.get("name")),
        store_id=maybe_identity(found.get("store_id"), "store_id"),
        external_id=maybe_identity(found.get("external_id"), "external_id"),
        external_store_id=maybe_identity(found.get("external_store_id"), "external_store_id"),
        fixed_amount=_waits(found, config),
        category=int(identity(category, "category")) if category else None,
        qr_code=_maybe_text(found.get("qr_code") or qr.get("qr_code"), "qr_code"),
        qr_image=_maybe_text(qr.get("image"), "qr.image"),
        template_document=_maybe_text(qr.get("template_document"), "qr.template_document"),
        uuid=_maybe_text(found.get("uuid") or qr.get("uuid"), "uuid"),
        status=text(found.get("status")) or "active",
        created=maybe_instant(found.get("date_created"), "date_created"),
        updated=maybe_instant(found.get("date_last_updated"), "date_last_updated"),
    )


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
    return fixed if isinstance(fixed, bool) else config.get("operating_mode") in {"pdv", "unattended", "self_service"}


def chargeback(value: object, payment_id: str) -> Chargeback:
    """One chargeback, as found for one payment."""
    found = record(value)
    covered = found.get("coverage_applied")
    if covered is not None and not isinstance(covered, bool):
        raise Unreadable("coverage_applied")
    created = instant(found.get("date_created"), "date_created")
    return Chargeback(
        id=identity(found.get("id"), "id"),
        payment_id=payment_id,
        amount=amount(found.get("amount"), "amount"),
        currency=text(found.get("currency")),
        covered=covered,
        created=created,
        updated=maybe_instant(found.get("date_last_updated"), "date_last_updated") or created,
    )


def places(value: object, field: str) -> tuple[tuple[str, str], ...]:
    """Ids and names of the states of a country or the cities of a state."""
    return tuple(
        (identity(row.get("id"), "id"), text(row.get("name"))) for row in rows(record(value).get(field), field)
    )
