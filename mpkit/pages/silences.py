"""Registers without sales as pages say them: an account comes in, lines that nobody has answered yet go out."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from mpkit import branches, ledger, sales
from mpkit.model import Account
from mpkit.pages import answers, figures
from mpkit.pages.frame import house, language, mirror, numbers, words
from mpkit.sales import Mirror, Silences, SilentLine


def seen(one: Account) -> Silences:
    """The silences of an account: judged once for every state of its sales and its list, answered as of now."""
    source, store = mirror(one), house().store
    found: Silences = answers.kept(_judged, source, branches.stamp(store, one.id))
    return found.answered(ledger.snoozed(store, one.id, sales.local_day(source)))


def _judged(source: Mirror, _stamp: str) -> Silences:
    return sales.silences(source)


def last_sale(line: SilentLine) -> str:
    """When it sold last, on its own clock."""
    return figures.moment(line.last.astimezone(ZoneInfo(line.zone)), language())


def told(line: SilentLine) -> str:
    """What is known of a silence, in one sentence."""
    values = {
        "last": last_sale(line),
        "usual": figures.estimate(line.usual, numbers()),
        "missed": figures.estimate(line.missed, numbers()),
    }
    return words("silent_told", **values, n=max(1, round(line.days)))


def place(line: SilentLine) -> str:
    """What is silent: a branch with how many registers, or a register of a branch."""
    if line.object == "store":
        return words("silent_branch", store=line.name, n=len(line.registers))
    return words("silent_register" if line.store else "silent_register_alone", register=line.name, store=line.store)
