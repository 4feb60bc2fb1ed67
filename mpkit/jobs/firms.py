"""Whose rows are whose: the accounts known here in, the tax number Mercado Pago has for each out, asked only if needed.

The numbers are asked for each time and never kept: one may be a person's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mpkit import accounts, log
from mpkit.errors import MpkitError
from mpkit.jobs.workbench import Workbench
from mpkit.model import Account, Branch
from mpkit.plan import Firms

_log = log.get("jobs")


def around(bench: Workbench, account: Account, branches: Iterable[Branch]) -> Firms:
    """The firm of an account and those of its neighbours in the same country, as far as any branch names one."""
    if not any(branch.tax_id for branch in branches):
        return Firms(account)
    mine = replace(account, tax_id=bench.mercadopago(account).seller().tax_id)
    others = {one.nickname or one.id: number for one, number in _neighbours(bench, account)}
    return Firms(mine, others)


def owners(bench: Workbench, account: Account, branches: Iterable[Branch]) -> dict[str, Account]:
    """The other accounts that some of these branches belong to, by the tax number Mercado Pago has for them."""
    if not any(branch.tax_id for branch in branches):
        return {}
    return {number: one for one, number in _neighbours(bench, account)}


def _neighbours(bench: Workbench, account: Account) -> list[tuple[Account, str]]:
    """The other accounts of the same country and kind that can be asked, each with its tax number."""
    found = []
    for one in accounts.known(bench.store):
        if one.id == account.id or (one.site, one.test) != (account.site, account.test):
            continue
        try:
            number = bench.mercadopago(one).seller().tax_id
        except MpkitError as error:  # without a token, or with an expired one, nobody can say whose it is
            _log.info("not asked whose it is", account=one.id, why=error.key)
            continue
        if number:
            found.append((one, number))
    return found
