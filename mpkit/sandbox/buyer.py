"""The buyer of the sandbox: pays at a register, gets money back, disputes; each a few movements in the book."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mpkit.money import hundredths
from mpkit.sandbox import documents
from mpkit.sandbox.answers import Answer, Effect, Refusal
from mpkit.sandbox.book import Movement, Slip
from mpkit.sandbox.claims import complaint
from mpkit.sandbox.corrections import in_force, put_right
from mpkit.sandbox.figures import figures
from mpkit.sandbox.office import Complaint
from mpkit.sandbox.sale import charges, disputed, given_back, method_of, methods_of, paid, release_of, usual, wallets_of
from mpkit.sandbox.shelf import PosRow

if TYPE_CHECKING:
    from mpkit.sandbox.world import World

_AT_ONCE_S = 600


def act(world: World, wanted: Mapping[str, Any]) -> Answer:
    """One press of the buyer, named by `action`.

    `pay` (`pos`: id or external id, `amount`, optional `method`, `wallet`, `as_order`: the till has sent the amount,
    `pending`: it is not paid yet) · `refund` (`payment_id`, optional `amount`) · `chargeback` (`payment_id`) · `settle`
    (`payment_id`, `outcome`: reimbursed or settled) · `correct` (`payment_id`, optional `charge`: "fee" or "tax", `to`:
    what it should have been) · `claim` (`payment_id`, optional `reason`) and `close_claim`.
    Answers with the payment as the API shows it.
    """
    action = _ACTIONS.get(str(wanted.get("action")))
    if action is None:
        raise _refused(f"action is one of {', '.join(_ACTIONS)}")
    payment, verb = action(world, wanted)
    document = documents.payment(world.book, world.seller, payment)
    return Answer(201, document, Effect(verb, "payment", str(payment)))


def customs(world: World) -> dict[str, Any]:
    """How people pay here: the methods of the site (id and type), the other wallets there are, a usual amount."""
    methods = [{"id": method.id, "type": method.type} for method in methods_of(world.site.id)]
    return {"methods": methods, "wallets": list(wallets_of(world.site.id)), "usual": usual(world.site)}


def _pay(world: World, wanted: Mapping[str, Any]) -> tuple[int, str]:
    pos = _register(world, str(wanted.get("pos", "")))
    if pos.fixed_amount and not wanted.get("as_order"):
        raise _refused("the buyer's app waits: this register needs an order, and none was sent", 409)
    amount = _amount(wanted)
    try:
        method = method_of(world.site.id, str(wanted.get("method", "account_money")))
    except KeyError as error:
        raise _refused(f"unknown method {error}") from error
    store = world.shelf.stores.get(pos.store_id or "")
    province = world.places.code(store.location["state_name"]) if store else ""
    at, id_ = int(world.now().timestamp()), world.book.next_payment
    draw = random.Random(f"{world.seed}|{id_}")  # noqa: S311 - a seed, not a secret
    slip = Slip(
        id=id_,
        created=at,
        method=method.id,
        type=method.type,
        channel="qr",
        store=pos.store_id or "",
        pos=pos.id,
        reference=str(wanted.get("reference", "QR #1")),
        description=str(wanted.get("description", "")) or pos.name,
        payer=1_000_000_000 + draw.randrange(900_000_000),
        province=province,
        wallet=str(wanted.get("wallet") or wallets_of(world.site.id)[-1]) if method.id == "interop_transfer" else "",
        order=36_000_000_000 + id_ % 10**9 if wanted.get("as_order") else 0,
        lag=0,
        release=release_of(world.site.id, method),
        rates=charges(world.site.id, method, "qr", province),
    )
    if wanted.get("pending"):
        world.book.add(slip._replace(fate="pending/pending_waiting_payment", asked=amount), [])
    else:
        world.book.add(slip, paid(world.site, slip, at, amount))
    return id_, "pay"


def _refund(world: World, wanted: Mapping[str, Any]) -> tuple[int, str]:
    slip, left = _sold(world, wanted)
    amount = _amount(wanted) if wanted.get("amount") is not None else left
    if not 0 < amount <= left:
        raise _refused("more than is left of this payment")
    at, money = int(world.now().timestamp()), world.book.money[slip.id]
    world.book.move(slip.id, given_back(world.site, slip, money, amount=amount, at=at, refund=world.book.next_refund))
    return slip.id, "refund"


def _dispute(world: World, wanted: Mapping[str, Any]) -> tuple[int, str]:
    slip, left = _sold(world, wanted)
    at, case = int(world.now().timestamp()), str(world.book.next_chargeback)
    world.book.move(slip.id, [disputed(world.site, slip, left, at, case=case)])
    return slip.id, "chargeback"


def _settle(world: World, wanted: Mapping[str, Any]) -> tuple[int, str]:
    slip = _slip(world, wanted)
    opened = [entry for entry in world.book.money[slip.id] if entry.kind.startswith("chargeback")]
    kinds = {"reimbursed": "chargeback_back", "settled": "chargeback_lost"}
    kind = kinds.get(str(wanted.get("outcome")))
    if len(opened) != 1 or kind is None:
        raise _refused("there is no open dispute, or outcome is neither reimbursed nor settled")
    at = int(world.now().timestamp())
    world.book.move(slip.id, [disputed(world.site, slip, opened[0].hundredths, at, case=opened[0].note, kind=kind)])
    return slip.id, "settle"


def _correct(world: World, wanted: Mapping[str, Any]) -> tuple[int, str]:
    slip, _ = _sold(world, wanted)
    money, kind = world.book.money[slip.id], str(wanted.get("charge", "fee"))
    wrong = next((entry for entry in in_force(money) if entry.kind == kind), None)
    to = _hundredths(wanted.get("to", "0"))
    if wrong is None or to < 0 or any(entry.kind == "refund" for entry in money):
        raise _refused("there is no such charge, or something of it was given back", 409)
    at = int(world.now().timestamp())
    if at - max(entry.at for entry in money) <= _AT_ONCE_S:
        raise _refused("what is charged at once is told as a part of the sale: some minutes have to pass", 409)
    world.book.move(slip.id, put_right(slip, money, name=wrong.name, to=to, at=at))
    return slip.id, "correct"


def _complain(world: World, wanted: Mapping[str, Any]) -> tuple[int, str]:
    slip, _ = _sold(world, wanted)
    at, reason = int(world.now().timestamp()), str(wanted.get("reason") or "PDD9939")
    world.office.note_complaint(Complaint(world.office.next_complaint, slip.id, reason, at))
    _mediate(world, slip, at, "in_mediation/pending")
    return slip.id, "claim"


def _reconcile(world: World, wanted: Mapping[str, Any]) -> tuple[int, str]:
    slip, at = _slip(world, wanted), int(world.now().timestamp())
    found = complaint(world, slip.id)
    if found is None or found.closed:
        raise _refused("there is no open claim", 409)
    world.office.note_complaint(found._replace(closed=at))
    _mediate(world, slip, at, "")
    return slip.id, "close_claim"


def _mediate(world: World, slip: Slip, at: int, fate: str) -> None:
    world.book.refate(slip.id, fate)
    world.book.move(slip.id, [Movement(at, slip.id, "touch", 0, world.site.currency, slip.store, slip.pos)])


def _register(world: World, name: str) -> PosRow:
    pos = world.shelf.pos.get(name) or world.shelf.pos_by_external_id(world.seller.id, name)
    if pos is None:
        raise _refused(f"there is no register {name}", 404)
    return pos


def _slip(world: World, wanted: Mapping[str, Any]) -> Slip:
    id_ = str(wanted.get("payment_id", ""))
    slip = world.book.slips.get(int(id_)) if id_.isdecimal() else None
    if slip is None:
        raise _refused(f"there is no payment {id_}", 404)
    return slip


def _sold(world: World, wanted: Mapping[str, Any]) -> tuple[Slip, int]:
    """An approved payment and what is left of it."""
    slip = _slip(world, wanted)
    sums = figures(slip, world.book.money[slip.id])
    if sums.status != "approved" or slip.channel not in {"qr", "online"}:
        raise _refused(f"the payment is {sums.status}: nothing can be given back", 409)
    if slip.id in world.office.waiting:
        raise _refused("a refund of it is on its way", 409)
    return slip, sums.amount - sums.refunded


def _amount(wanted: Mapping[str, Any]) -> int:
    found = _hundredths(wanted.get("amount"))
    if found <= 0:
        raise _refused("an amount above 0 is needed")
    return found


def _hundredths(value: object) -> int:
    try:
        return hundredths(value)
    except ValueError as error:
        raise _refused(str(error)) from error


def _refused(message: str, status: int = 400) -> Refusal:
    return Refusal(Answer(status, {"error": "buyer_refused", "message": message, "status": status}))


_ACTIONS = {
    "pay": _pay,
    "refund": _refund,
    "chargeback": _dispute,
    "settle": _settle,
    "correct": _correct,
    "claim": _complain,
    "close_claim": _reconcile,
}
