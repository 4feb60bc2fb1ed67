"""A branch and its rows come in, its registers go out: a row each, as many as counted, or one."""

from __future__ import annotations

from collections.abc import Iterable

from mpkit.model import Amount, Branch, Register, Severity
from mpkit.places.names import fold
from mpkit.sheet import ids
from mpkit.sheet.draft import Draft
from mpkit.sheet.findings import Findings
from mpkit.sheet.text import safe_name
from mpkit.sites import SITES

NAME_MOST = 44  # characters of a POS name both generations of the API take
_MOST_REGISTERS = 500
_HEAD_LEAST = 8  # characters of a POS name kept for the branch
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


def read(branch: Branch, group: list[Draft], findings: Findings, site: str) -> list[Register]:
    """The registers of a branch; `group` are its rows."""
    word = "Caixa" if SITES[site].language == "pt" else "Caja"
    if not any("register_id" in draft.other or "register_name" in draft.other for draft in group):
        return _counted(branch, group[0], findings, site, word=word)
    return [
        _named(branch, draft, findings, site, fallback=f"{word} {n}", n=n) for n, draft in enumerate(group, start=1)
    ]


def _counted(branch: Branch, draft: Draft, findings: Findings, site: str, *, word: str) -> list[Register]:
    text = draft.other.get("register_count", "")
    count = int(text) if text.isascii() and text.isdigit() else 0 if text else 1
    if not 0 < count <= _MOST_REGISTERS:
        findings.add("bad_register_count", Severity.WARNING, draft.record, "register_count", found=text)
        count = 1
    head = safe_name(branch.own_id or branch.name, NAME_MOST)
    amount, category = _amount(draft, findings), _category(draft, site)
    own = (branch.external_id, draft.record, branch.closed)
    return [
        Register(
            ids.register_id(own[0], number=n), own[0], _joined(head, f"{word} {n}"), amount, category, own[1], own[2]
        )
        for n in range(1, count + 1)
    ]


def _named(branch: Branch, draft: Draft, findings: Findings, site: str, *, fallback: str, n: int) -> Register:
    own = draft.other.get("register_id", "")
    name = draft.other.get("register_name", "") or (f"{fallback.split(maxsplit=1)[0]} {own}" if own else fallback)
    return Register(
        ids.register_id(branch.external_id, own, n),
        branch.external_id,
        pos_name(branch.own_id or branch.name, name),
        _amount(draft, findings),
        _category(draft, site),
        draft.record,
        branch.closed,
        own,
    )


def pos_name(branch: str, register: str) -> str:
    """`0425 Caja 1`: the branch is shortened first, the register's own part stays readable."""
    tail = safe_name(register, NAME_MOST - _HEAD_LEAST) or "Caja"
    return _joined(safe_name(branch, NAME_MOST), tail)


def _joined(head: str, tail: str) -> str:
    """Two safe names in one that is short enough."""
    return f"{head[: NAME_MOST - 1 - len(tail)].rstrip()} {tail}".strip()


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
    if set(trade.split()) & _FOOD:
        return SITES[site].gastronomy
    return SITES[site].gas_station if trade in _FUEL else None


def unique(registers: Iterable[Register]) -> list[Register]:
    """Registers by external id; a branch whose rows repeat one register has it once."""
    return list({register.external_id: register for register in registers}.values())
