"""The routes of claims: what buyers complain about, found by payment or state, read one by one.

Fields and their words: the official reference of claims (contract 3.5); its page of the search answers with `data`,
where the OpenAPI says `results`: the reference is followed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mpkit.sandbox.answers import Answer, counted, family, payment_date
from mpkit.sandbox.book import Slip
from mpkit.sandbox.office import Complaint
from mpkit.sandbox.refund_rules import closed_by_policy
from mpkit.sandbox.routes import long

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_PAGE, _MOST = 30, 100
_FIRST = 5_000_000_000  # ids of the generated ones begin here
_ANSWER_WITHIN = 5 * 86_400
_AFTER = 3600  # a generated complaint comes this long after its payment


@long
def search(world: World, call: Call) -> Answer:
    """`GET /post-purchase/v1/claims/search`: by id, resource and its id, status, stage or type; newest last."""
    closed_by_policy(world, "claims")
    query = call.query
    limit, offset = _whole(query, "limit", _PAGE), _whole(query, "offset", 0)
    found = [document(world, each) for each in _candidates(world, call)]
    for name in ("id", "type", "stage", "status", "resource", "resource_id"):
        if query.get(name):
            found = [row for row in found if str(row[name]) == query[name]]
    page = found[offset : offset + min(limit, _MOST)]
    return Answer(200, {"paging": {"offset": offset, "limit": min(limit, _MOST), "total": len(found)}, "data": page})


@long
def read(world: World, call: Call) -> Answer:
    """`GET /post-purchase/v1/claims/{claim_id}`."""
    closed_by_policy(world, "claims")
    wanted = call.params["claim_id"]
    for each in _all(world) if call.seller == world.seller else ():
        if str(each.id) == wanted:
            return Answer(200, document(world, each))
    raise family(404, "not_found", "Claim not found")


def complaint(world: World, payment: int) -> Complaint | None:
    """The last complaint about a payment, None where there never was one."""
    kept = world.office.complaints.get(payment)
    slip = world.book.slips.get(payment)
    if kept is not None or slip is None or not slip.fate.startswith("in_mediation"):
        return kept
    return _generated(world, slip)


def document(world: World, each: Complaint) -> dict[str, Any]:
    """A claim as the API shows it; the people in it only by their ids."""
    slip = world.book.slips[each.payment]
    due = payment_date(each.opened + _ANSWER_WITHIN)
    actions = [{"action": "send_message_to_mediator", "due_date": due, "mandatory": True}]
    last = each.closed or each.opened
    closed = {"reason": "respondent_timeout", "date_created": payment_date(last), "decision": ["complainant"]}
    return {
        "id": each.id,
        "resource_id": each.payment,
        "resource": "payment",
        "status": "closed" if each.closed else "opened",
        "type": "mediations",
        "stage": "dispute",
        "parent_id": None,
        "reason_id": each.reason,
        "fulfilled": True,
        "quantity_type": "total",
        "players": [
            {"role": "complainant", "type": "payer", "user_id": slip.payer, "available_actions": []},
            {
                "role": "respondent",
                "type": "collector",
                "user_id": int(world.seller.id),
                "available_actions": [] if each.closed else actions,
            },
        ],
        "resolution": closed if each.closed else None,
        "date_created": payment_date(each.opened),
        "last_updated": payment_date(last),
    }


def _candidates(world: World, call: Call) -> list[Complaint]:
    if call.seller != world.seller:
        return []
    payment = call.query.get("resource_id", "")
    if payment.isdecimal():
        found = complaint(world, int(payment))
        return [found] if found else []
    return _all(world)


def _all(world: World) -> list[Complaint]:
    """Every complaint; finding the generated ones looks at every payment, once."""
    office, slips = world.office, world.book.slips
    if office.born_in_mediation is None:
        found = world.book.fated("in_mediation")
        office.born_in_mediation = tuple(id_ for id_ in found if id_ not in office.complaints)
    kept = office.complaints
    made = [_generated(world, slips[id_]) for id_ in office.born_in_mediation if id_ not in kept]
    return sorted([*made, *kept.values()], key=lambda each: (each.opened, each.id))


def _generated(world: World, slip: Slip) -> Complaint:
    reasons = ("PDD9939", "PNR3430", "CS5001")
    opened = min(slip.created + _AFTER, int(world.journal.born.timestamp()))
    return Complaint(_FIRST + slip.id % 10**9, slip.id, reasons[slip.id % len(reasons)], opened)


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    found = counted(query, name, default)
    if found is None:
        raise family(400, "bad_request", f"{name} is to be a number")
    return found


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("GET", "/post-purchase/v1/claims/search", search),
    ("GET", "/post-purchase/v1/claims/{claim_id}", read),
)
