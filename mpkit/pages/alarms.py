"""What is wrong with a branch or a register, each in one sentence at the top of its page, with what to do."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from mpkit import ledger
from mpkit.errors import StoreTrouble
from mpkit.i18n import say_error
from mpkit.jobs.seals import sealer
from mpkit.ledger import Known, Seal
from mpkit.model import Account
from mpkit.pages import figures, rollout, silences
from mpkit.pages.frame import go, house, language, numbers, plain, words
from mpkit.pages.presses import Shop
from mpkit.pages.till_presses import Till


def held() -> tuple[Seal, StoreTrouble | None]:
    """The seal, by which a damaged row is told; without its key none, and why: a page to read stays readable."""
    try:
        return sealer(house().settings, house().store), None
    except StoreTrouble as trouble:
        return rollout.unread, trouble


def of_branch(shop: Shop) -> None:
    """The alarms of a branch and of its registers."""
    if shop.branch.location.approximate:
        st.warning(words("alarm_approximate"), icon=":material/wrong_location:")
    ids = [each.external_id for each in shop.registers]
    _all(shop.account, [("store", shop.branch.external_id), *(("pos", each) for each in ids)])


def of_register(till: Till) -> None:
    """The alarms of a register."""
    _all(till.shop.account, [("pos", till.register.external_id)])


def _all(one: Account, objects: Iterable[tuple[str, str]]) -> None:
    sealed, trouble = held()
    if trouble is not None:
        st.error(plain(say_error(trouble, language())), icon=":material/key_off:")
    known = ledger.known(house().store, one.id, seal=sealed)
    mine = {key: known[key] for key in objects if key in known}
    for (_, id_), each in mine.items():
        if not each.sound and trouble is None:
            st.error(words("alarm_damaged", id=id_), icon=":material/gpp_bad:")
    _silent(one, mine)
    _differing(one, mine)


def _silent(one: Account, mine: dict[tuple[str, str], Known]) -> None:
    """What stopped selling although it usually does, and nobody has answered yet."""
    lines = silences.seen(one).of({each.remote_id for each in mine.values()})
    for each in lines:
        values = {
            "name": each.name,
            "last": silences.last_sale(each),
            "missed": figures.estimate(each.missed, numbers()),
        }
        st.warning(words(f"alarm_silent_{each.object}", **values), icon=":material/notifications_paused:")
    if lines:
        go("silent", "alarm_silent_see", icon=":material/arrow_forward:")


def _differing(one: Account, mine: dict[tuple[str, str], Known]) -> None:
    """What the last look at the account found to be otherwise than the list."""
    found = rollout.differences(one)
    rows = [row for name in ("missing", "changed", "code_changed") for row in found.get(name, ())]
    if any((row["object"], row["external_id"]) in mine for row in rows):
        st.warning(words("alarm_drift"), icon=":material/sync_problem:")
        go("drift", "alarm_drift_see", icon=":material/arrow_forward:")
