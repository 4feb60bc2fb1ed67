"""A branch and its rows come in, its registers go out: a row each, as many as counted, or one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mpkit.model import Amount, Branch, Register, Severity
from mpkit.places.names import fold
from mpkit.sheet import ids, till_lists
from mpkit.sheet.draft import Draft
from mpkit.sheet.findings import Findings
from mpkit.sheet.made import made
from mpkit.sheet.naming import Naming, distinct, naming
from mpkit.sheet.till_lists import Told
from mpkit.sites import SITES

_OWN = frozenset({"register_id", "register_name"})
_SAID = _OWN | {"register_count", "till_code"}  # meanings of cells that speak of registers
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


_DEFAULT = _Till()


def read(branch: Branch, group: list[Draft], findings: Findings, site: str) -> list[Register]:
    """The registers of a branch; `group` are its rows: a row each, a list or a count in a cell, or one by default."""
    return read_all([branch], [group], findings, site, naming("", SITES[site].language))


def read_all(
    branches: Sequence[Branch], groups: Sequence[list[Draft]], findings: Findings, site: str, names: Naming
) -> list[Register]:
    """The registers of all branches, each branch's as in its group of rows; named by the pattern of `names`."""
    told = [
        (branch, draft, till, n)
        for branch, group in zip(branches, groups, strict=True)
        for n, (draft, till) in enumerate(_told(group, findings), start=1)
    ]
    return made(
        Register,
        len(told),
        external_id=[ids.register_id(branch.external_id, till.own, n) for branch, _, till, n in told],
        branch_external_id=[branch.external_id for branch, _, _, _ in told],
        name=[_named(each, names, findings) for each in told],
        amount=[_amount(draft, findings) if "amount_mode" in draft.other else None for _, draft, _, _ in told],
        category=[_category(draft, site) if "category" in draft.other else None for _, draft, _, _ in told],
        record=[draft.record for _, draft, _, _ in told],
        closed=[branch.closed for branch, _, _, _ in told],
        own_id=[till.own for _, _, till, _ in told],
        till_code=[till.code for _, _, till, _ in told],
        closed_until=[""] * len(told),
    )


def _told(group: list[Draft], findings: Findings) -> list[tuple[Draft, _Till]]:
    """The registers the rows of one branch speak of, each with its row."""
    first = group[0]
    if len(group) == 1 and _SAID.isdisjoint(first.other):
        return [(first, _DEFAULT)]
    if not all(_OWN.isdisjoint(draft.other) for draft in group):
        return [(draft, till) for draft in group for till in _of_row(draft)]
    count = _counted(first, findings)
    code = first.other.get("till_code", "") if count.count == 1 else ""
    return [(first, _Till(each, code=code)) for each in count.own or ("",) * count.count]


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


def _named(told: tuple[Branch, Draft, _Till, int], names: Naming, findings: Findings) -> str:
    """The name of a branch's n-th register; one that is not as its cell says is told."""
    branch, draft, till, n = told
    own = till.own
    listed = own if len(own) > 1 and not any(c.isdigit() for c in own) else ""
    named = names.name(branch, own if own and len(own) <= _SHORT else str(n), till.name or listed)
    if named.cut and (till.name or n == 1):
        findings.add("register_name_cut", Severity.WARNING, draft.record, "register_name", named.text, value=named.text)
    elif till.name and named.folded:
        findings.add("register_name_folded", Severity.INFO, draft.record, "register_name", named.text, value=named.text)
    return named.text


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
