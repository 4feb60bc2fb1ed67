"""Whose a branch is: tax numbers in, why an account must not have it out; who has the register is paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mpkit.model import Account, Branch
from mpkit.sheet import taxes
from mpkit.sites import SITES


@dataclass(frozen=True)
class Firms:
    """The tax number of an account, as Mercado Pago says it, and those of the other accounts known here, by name."""

    account: Account
    others: Mapping[str, str] = field(default_factory=dict, repr=False)

    def against(self, branch: Branch) -> tuple[str, dict[str, object]] | None:
        """Why this account must not have the branch, as a sentence's key and values; None where it may.

        A branch that names no firm may stand anywhere. One that names another account's firm goes there; one that names
        none of several connected accounts' goes to nobody where the code itself carries the number (Argentina).
        """
        site = SITES[self.account.site]
        if not branch.tax_id or taxes.same_firm(branch.tax_id, self.account.tax_id, site.country):
            return None
        for name, number in self.others.items():
            if taxes.same_firm(branch.tax_id, number, site.country):
                return "plan_why_other_account", {"account": name}
        if self.others and self.account.tax_id and site.layout.tax_id:
            return "plan_why_other_firm", {"kind": taxes.NAMES[site.country]}
        return None

    def remark(self, branch: Branch) -> dict[str, object]:
        """What a change says of a branch that this account may have, although its code will carry another number.

        With one account only, a number in a file may be anything; no sign is printed of such a branch.
        """
        site = SITES[self.account.site]
        if not (branch.tax_id and self.account.tax_id and site.layout.tax_id):
            return {}
        if taxes.same_firm(branch.tax_id, self.account.tax_id, site.country):
            return {}
        return {"also": ["plan_other_firm"], "kind": taxes.NAMES[site.country]}
