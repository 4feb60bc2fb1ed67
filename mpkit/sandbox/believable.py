"""What makes a generated year believable: a site's names, prices, methods and rates, read from `believable.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any, NamedTuple


class Method(NamedTuple):
    """A way to pay and what it costs, per cent."""

    id: str
    type: str
    fee: float


class Kind(NamedTuple):
    """A kind of shop: how large, when it is open, how busy by day and hour, what people spend there."""

    name: str
    share: float
    price: float
    size: tuple[float, float]
    sundays: float
    week: tuple[float, ...]
    hours: tuple[tuple[tuple[int, int], ...], ...]  # to choose from: intervals of whole hours
    busy: tuple[float, ...]  # for each hour of the day
    tickets: tuple[int, ...]  # at the knots, thousandths of the median
    description: str


@cache
def believable(site: str) -> dict[str, Any]:
    """The site's table over the one for all sites."""
    found: dict[str, Any] = loads((files("mpkit.sandbox") / "believable.toml").read_text(encoding="utf-8"))
    return {**found["all"], **found[site]}


@cache
def kinds(site: str) -> tuple[Kind, ...]:
    """The kinds of shops, in the language of the site."""
    language = int(site == "MLB")
    return tuple(_kind(name, told, language) for name, told in believable(site)["kinds"].items())


@cache
def methods(site: str, channel: str) -> tuple[tuple[Method, ...], tuple[float, ...]]:
    """The methods of a channel and their weights."""
    words = believable(site)
    if channel in {"transfer", "outgoing"}:
        return (Method(words[channel][0], words[channel][1], 0.0),), (1.0,)
    if channel == "funding":
        return (Method("account_money", "account_money", 0.0),), (1.0,)
    rows: Sequence[Any] = words["online" if channel == "online" else "methods"]
    if channel == "point":  # a terminal takes cards
        rows = [row for row in rows if row[1].endswith("_card")]
    if channel == "legacy":  # the integrations of before 2022 knew the wallet
        return (Method("account_money", "account_money", 0.0),), (1.0,)
    return tuple(Method(id_, type_, fee) for id_, type_, _, fee in rows), tuple(float(row[2]) for row in rows)


def method_of(site: str, id_: str) -> Method:
    """The method of this id at a register; `KeyError` where the site does not have it."""
    return {method.id: method for method in methods(site, "qr")[0]}[id_]


@cache
def charges(site: str, method: Method, channel: str, province: str) -> tuple[tuple[str, float], ...]:
    """The charges of a payment, name to per cent: the fee and, at a register, the province's withholdings."""
    if channel == "legacy":
        return ()
    rates: list[tuple[str, float]] = [("mercadopago_fee", method.fee)] if method.fee else []
    if channel in {"qr", "point"}:
        rates += [(f"tax_{name}", rate) for name, where, rate in believable(site)["taxes"] if where in {"", province}]
    return tuple(rates)


def _kind(name: str, told: Mapping[str, Any], language: int) -> Kind:
    return Kind(
        name,
        told["share"],
        told["price"],
        (told["size"][0], told["size"][1]),
        told["sundays"],
        tuple(told["week"]),
        tuple(tuple((opens, closes) for opens, closes in option) for option in told["hours"]),
        tuple(told["busy"]),
        tuple(told["tickets"]),
        told["description"][language],
    )
