"""The payment methods of a country: `sites` and the names and limits of `methods.toml` go in, the API's list out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import TYPE_CHECKING, Any

from mpkit.sandbox.answers import Answer
from mpkit.sites import SITES

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_LOGO = "https://www.mercadopago.com/org-img/MP3/API/logos"
_CARDS = frozenset({"credit_card", "debit_card", "prepaid_card"})
_ACCREDITED = {"credit_card": 2880, "debit_card": 1440, "ticket": 1440, "atm": 1440}  # minutes; else at once
_ABOUT_A_CARD = ("cardholder_name", "cardholder_identification_type", "cardholder_identification_number")


def every(world: World, call: Call) -> Answer:  # noqa: ARG001 - every route has this shape
    """`GET /v1/payment_methods`: a bare array, the same for every account of the country."""
    return Answer(200, documents(world.site.id))


@cache
def documents(site: str) -> list[dict[str, Any]]:
    """The methods of a site, as the API shows them; those only its published description lists are in testing."""
    said = loads((files("mpkit.sandbox") / "methods.toml").read_text(encoding="utf-8"))
    names, limits = said["names"] | said["names"].get(site, {}), said["limits"][site]
    return [
        _document(
            method.id,
            str(names[method.id]),
            method.type,
            limits.get(method.id, limits[method.type]),
            status="testing" if method.listed_only else "active",
        )
        for method in SITES[site].methods
    ]


def _document(id_: str, name: str, type_: str, limits: Sequence[float], *, status: str) -> dict[str, Any]:
    card = type_ in _CARDS
    return {
        "id": id_,
        "name": name,
        "payment_type_id": type_,
        "status": status,
        "secure_thumbnail": f"{_LOGO}/{id_}.gif",
        "thumbnail": f"{_LOGO}/{id_}.gif",
        "deferred_capture": {"credit_card": "supported", "debit_card": "unsupported"}.get(type_, "does_not_apply"),
        "settings": [_digits(id_)] if card else [],
        "additional_info_needed": list(_ABOUT_A_CARD) if card else [],
        "min_allowed_amount": limits[0],
        "max_allowed_amount": limits[1],
        "accreditation_time": _ACCREDITED.get(type_, 0),
        "financial_institutions": [{"id": "1", "description": name}] if type_ == "bank_transfer" else [],
        "processing_modes": ["aggregator"],
    }


def _digits(id_: str) -> dict[str, Any]:
    """How long a card's numbers are: an American Express has its own."""
    amex = id_ == "amex"
    pattern = "^(34|37)" if amex else "^(4)" if "visa" in id_ else "^(5)"
    return {
        "card_number": {"validation": "standard", "length": 15 if amex else 16},
        "bin": {"pattern": pattern, "installments_pattern": "", "exclusion_pattern": None},
        "security_code": {
            "length": 4 if amex else 3,
            "card_location": "front" if amex else "back",
            "mode": "mandatory",
        },
    }


ROUTES: Sequence[tuple[str, str, Any]] = (("GET", "/v1/payment_methods", every),)
