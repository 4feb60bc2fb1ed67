"""What was paid and how: visits go in; the price, the method, the wallet and the instalments of each come out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from mpkit.sandbox.believable import believable, charges, kinds, methods
from mpkit.sandbox.chain import Shop
from mpkit.sandbox.columns import Form, Numbers, Texts
from mpkit.sandbox.dice import Dice
from mpkit.sandbox.visits import CHANNELS, COUNTER, Visits
from mpkit.sites import Site

_SLOW = frozenset({"ticket", "atm"})  # types that are paid later, somewhere else
_WAYS = ("", "point", "legacy")  # how a register takes a payment
_LARGE = 4  # kiosk tickets: what is less is not paid in instalments
_ELSEWHERE = {"transfer": 2, "online": 6, "outgoing": 30, "funding": 60}  # the median in kiosk tickets


class Tickets(NamedTuple):
    """One entry a payment; amounts in hundredths."""

    form: Numbers
    amount: Numbers
    installments: Numbers
    counter: Numbers  # at a register
    sale: Numbers  # by a customer, at a register or online
    credit: Numbers
    slow: Numbers
    release_days: Numbers


class _Drawn(NamedTuple):
    """Places in the lists that a form is put together from."""

    group: Numbers  # how a register took it, or the channel
    method: Numbers
    province: Numbers
    kind: Numbers
    wallet: Numbers
    plan: Numbers
    quoted: Numbers


def tickets(site: Site, known: Texts, shops: Sequence[Shop], seen: Visits, dice: Dice) -> Tickets:
    """The form of every payment, numbered in `known`, and what it came to."""
    words, count, sorts = believable(site.id), len(seen.at), kinds(site.id)
    counter = seen.channel == CHANNELS.index(COUNTER)
    luck = dice.share(count)
    way = np.select([luck < words["point"], luck > 1 - words["legacy"]], [1, 2], 0)
    group = np.where(counter, way, len(_WAYS) - 1 + seen.channel)
    types, method = _methods(site, group, dice)
    kind = np.array([*(shop.kind for shop in shops), len(sorts)])[seen.shop]
    amount = _prices(site, np.where(counter, kind, len(sorts) + seen.channel - 1), dice)
    places = list(dict.fromkeys(shop.province for shop in shops))
    large = (types == "credit_card") & (amount >= _LARGE * words["price"])
    plan = dice.pick(count, [weight for _, weight in words["instalments"]])
    wallet = dice.pick(count, [1.0 / (n + 1) for n in range(len(words["wallets"]))])
    drawn = _Drawn(
        group=group,
        method=method,
        province=np.array([*(places.index(shop.province) for shop in shops), len(places)])[seen.shop],
        kind=kind,
        wallet=np.where((types == "bank_transfer") & (group == 0), wallet + 1, 0),
        plan=np.where(large, plan, 0),
        quoted=(dice.share(count) < words["quoted"]).astype("i8"),
    )
    sizes = [int(column.max(initial=0)) + 1 for column in drawn]
    distinct, which = np.unique(np.ravel_multi_index(drawn, sizes), return_inverse=True)
    made = [
        _form(site, [*places, ""], _Drawn(*(int(n) for n in np.unravel_index(each, sizes))))  # type: ignore[arg-type]
        for each in distinct
    ]

    def each(value: Callable[[Form], Any]) -> Numbers:
        return np.array([value(form) for form in made])[which]

    return Tickets(
        form=each(known.number),
        amount=amount,
        installments=each(lambda form: form.installments),
        counter=counter,
        sale=counter | (seen.channel == CHANNELS.index("online")),
        credit=each(lambda form: form.type == "credit_card"),
        slow=each(lambda form: form.type in _SLOW),
        release_days=each(lambda form: _release(site, form)),
    )


def _group(place: int) -> tuple[str, str, str]:
    """Channel, how a register took it, and where its methods are told."""
    if place < len(_WAYS):
        return "qr", _WAYS[place], _WAYS[place] or "qr"
    channel = CHANNELS[place - len(_WAYS) + 1]
    return channel, "", channel


def _methods(site: Site, group: Numbers, dice: Dice) -> tuple[Numbers, Numbers]:
    """The type and the place of the method of each payment."""
    place = np.zeros(len(group), dtype="i8")
    types = np.zeros(len(group), dtype="U16")
    for each in np.unique(group).tolist():
        there = np.flatnonzero(group == each)
        found, weights = methods(site.id, _group(each)[2])
        place[there] = dice.pick(len(there), weights)
        types[there] = np.array([method.type for method in found])[place[there]]
    return types, place


def _form(site: Site, places: Sequence[str], at: Any) -> Form:  # noqa: ANN401 - whole numbers
    words, sorts = believable(site.id), kinds(site.id)
    channel, taken, told = _group(at.group)
    method, province = methods(site.id, told)[0][at.method], places[at.province]
    return Form(
        channel=channel,
        method=method.id,
        type=method.type,
        taken=taken,
        rates=charges(site.id, method, told, province),
        province=province,
        wallet=words["wallets"][at.wallet - 1] if at.wallet else "",
        description=sorts[at.kind].description if at.kind < len(sorts) else words["elsewhere_description"],
        installments=words["instalments"][at.plan][0],
        quoted=bool(at.quoted),
    )


def _release(site: Site, form: Form) -> int:
    """Days until the money is free: at once at a register, but for credit."""
    words = believable(site.id)
    if form.channel == "online":
        return int(words["online_release_days"])
    return int(words["release_days"]) if form.type == "credit_card" else 0


def _prices(site: Site, sort: Numbers, dice: Dice) -> Numbers:
    """What each came to: the tickets of its kind of shop, rounded as the country prices things."""
    words, sorts = believable(site.id), kinds(site.id)
    knots = np.array(words["knots"])
    usual = next(each for each in sorts if each.price == max(each.price for each in sorts))
    lines = [each.tickets for each in sorts] + [usual.tickets] * len(_ELSEWHERE)
    scale = [each.price for each in sorts] + list(_ELSEWHERE.values())
    tables = np.array(
        [np.array(line) * int(words["price"] * much) // 1000 for line, much in zip(lines, scale, strict=True)]
    )
    at = dice.below(len(sort), 1_000_000)
    place = np.searchsorted(knots * 1000, at, side="right") - 1
    begin, end = tables[sort, place], tables[sort, place + 1]
    width = (knots[place + 1] - knots[place]) * 1000
    value = begin + (end - begin) * (at - knots[place] * 1000) // width
    chosen = dice.pick(len(sort), [weight for weight, _, _ in words["steps"]])
    step, ending = np.array([[step, ending] for _, step, ending in words["steps"]])[chosen].T
    unit = 1 if site.decimals else 100
    rounded: Numbers = np.maximum((value + step // 2) // step * step, step) + ending
    return np.maximum(rounded, unit)
