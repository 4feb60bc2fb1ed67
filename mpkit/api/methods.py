"""How one can pay an account: the API's list in, `PaymentMethod`s out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpkit.api.answers import amount, identity, rows, text
from mpkit.api.calls import Calls, Unreadable
from mpkit.model import PaymentMethod


def every(calls: Calls) -> tuple[PaymentMethod, ...]:
    """Every method of the account's country, also those that are not in use."""
    return calls.read("/v1/payment_methods", parse=lambda answer: tuple(method(row) for row in rows(answer, "methods")))


def method(value: Mapping[str, Any]) -> PaymentMethod:
    """One method; a limit that is not said is None."""
    return PaymentMethod(
        id=identity(value.get("id"), "id"),
        name=text(value.get("name")),
        type=text(value.get("payment_type_id")),
        status=text(value.get("status")),
        least=_limit(value, "min_allowed_amount"),
        most=_limit(value, "max_allowed_amount"),
        minutes=_minutes(value.get("accreditation_time")),
    )


def _limit(value: Mapping[str, Any], field: str) -> int | None:
    return None if value.get(field) is None else amount(value[field], field)


def _minutes(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).isdecimal():
        field = "accreditation_time"
        raise Unreadable(field)
    return int(value)
