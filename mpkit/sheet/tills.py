"""A branch and its rows come in, its registers go out: a row each, as many as counted, or one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mpkit.model import Amount, Branch, Register, Severity
from mpkit.places.names import fold
from mpkit.sheet import ids, till_lists
from mpkit.sheet.draft import Draft
from mpkit.sheet.findings import Findings
from mpkit.sheet.naming import Naming, distinct, naming
from mpkit.sheet.till_lists import Told
from mpkit.sites import SITES

_OWN = frozenset({"register_id", "register_name"})
_ONE = Told(1)
_SHORT = 24  # characters of an own code that are fit for a name
_AMOUNTS = {
    phrase: amount
    for amount, phrases in {
        Amount.BUYER: "buyer|comprador|o comprador|el comprador|cliente|el cliente|o cliente|customer|the buyer",
        Amount.OWN_SYSTEM: "own system|sistema|sistema propio|nuestro sistema|sistema proprio|nosso sistema|software",
        Amount.TILL: "till|mpkit|pagina de cobro|pagina de cobranca|charge page",
    }.items()
    for phrase in phrases.split("|")
}
_FOOD = frozenset(("gastronomia", "restaurante", "restaurant", "bar", "cafe", "cafeteria", "padaria", "lanchonete"))
_FUEL = frozenset(
    ("estacion de servicio", "gas station", "posto de gasolina", "gasolinera", "combustible", "posto", "combustivel")
)


class _Till(NamedTuple):
    """A register as its cell names it: its own code, and its own name; "" for one that was only counted.

    `code` is what the till software calls it: a row's, where the row is one register.
    """

    own: str = ""
    name: str = ""
    code: str = ""


def read(
    branch: Branch, group: list[Draft], findings: Findings, site: str, names: Naming | None = None
) -> list[Register]:
    """The registers of a branch; `group` are its rows: a row each, a list or a count in a cell, or one by default."""
    names = names or naming("", SITES[site].language)
    if not all(_OWN.isdisjoint(draft.other) for draft in group):
        told = [(draft, till) for draft in group for till in _of_row(draft)]
    else:
        count = _counted(group[0], findings)
        code = group[0].other.get("till_code", "") if count.count == 1 else ""
        told = [(group[0], _Till(each, code=code)) for each in count.own or ("",) * count.count]
    return [
        _register(branch, draft, till, n, names=names, findings=findings, site=site)
        for n, (draft, till) in enumerate(told, start=1)
    ]


def _counted(draft: Draft, findings: Findings) -> Told:
    """How many registers, or which ones; what cannot be read counts one."""
    text = draft.other.get("register_count", "")
    if not text:
        return _ONE
    told = till_lists.counted(text)
    if told is None or not told.count:
        findings.add("bad_register_count", Severity.WARNING, draft.record, "register_count", found=text)
        return _ONE
    return told


def _of_row(draft: Draft) -> list[_Till]:
    """The registers a row names: mostly one, several where a cell lists them."""
    own, name = draft.other.get("register_id", ""), draft.other.get("register_name", "")
    several = till_lists.listed(own) or (till_lists.listed(name) if not own else None)
    if several:
        return [_Till(each) for each in several.own or ("",) * several.count]
    return [_Till(own, name, draft.other.get("till_code", ""))]


def _register(
    branch: Branch, draft: Draft, till: _Till, n: int, *, names: Naming, findings: Findings, site: str
) -> Register:
    own = till.own
    listed = own if len(own) > 1 and not any(c.isdigit() for c in own) else ""
    named = names.name(branch, own if own and len(own) <= _SHORT else str(n), till.name or listed)
    if named.cut and (till.name or n == 1):
        findings.add("register_name_cut", Severity.WARNING, draft.record, "register_name", named.text, value=named.text)
    elif till.name and named.folded:
        findings.add("register_name_folded", Severity.INFO, draft.record, "register_name", named.text, value=named.text)
    return Register(
        ids.register_id(branch.external_id, own, n),
        branch.external_id,
        named.text,
        _amount(draft, findings),
        _category(draft, site),
        draft.record,
        branch.closed,
        own,
        till.code,
    )


def _amount(draft: Draft, findings: Findings) -> Amount | None:
    """Who enters the amount, where the row says so; anything else is said and left to the account's answer."""
    said = draft.other.get("amount_mode", "")
    if not said:
        return None
    amount = _AMOUNTS.get(fold(said))
    if amount is None:
        findings.add("bad_amount_mode", Severity.WARNING, draft.record, "amount_mode", found=said)
    return amount


def _category(draft: Draft, site: str) -> int | None:
    """The category of a trade Mercado Pago knows; for any other none is sent."""
    trade = fold(draft.other.get("category", ""))
    if not trade:
        return None
    if set(trade.split()) & _FOOD:
        return SITES[site].gastronomy
    return SITES[site].gas_station if trade in _FUEL else None


def unique(registers: Iterable[Register], findings: Findings) -> list[Register]:
    """Registers by external id, each with a name of its own; a branch whose rows repeat one register has it once."""
    found, anew = distinct({register.external_id: register for register in registers}.values())
    for register in found:
        if register.external_id in anew:
            record = register.record or 0
            findings.add(
                "register_name_twice", Severity.WARNING, record, "register_name", register.name, value=register.name
            )
    return found
