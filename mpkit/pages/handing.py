"""A branch goes to another account: made there, its signs printed anew, the old ones taken down, the old codes watched.

The old registers go on collecting until nobody pays at them any more: only then it is time to close them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from mpkit import ledger, sales, sheet
from mpkit.branches import entry
from mpkit.model import Account, Period
from mpkit.pages import figures, presses, syncing, tables, watch
from mpkit.pages.frame import house, known_accounts, language, mirror, say, words
from mpkit.pages.presses import Shop
from mpkit.pages.rollout import unread
from mpkit.sales import Question

QUIET = 7  # days without a payment after which an old register has fallen silent


@dataclass(frozen=True)
class Old:
    """One register of before: its printed pieces, and when somebody paid there last, None for never since."""

    name: str
    external_id: str
    serials: tuple[int, ...]
    last: date | None

    def silent(self, today: date) -> bool:
        """Whether nobody has paid there for so long that it may go."""
        return self.last is None or (today - self.last).days >= QUIET


def others(one: Account) -> list[Account]:
    """The accounts a branch of this one can go to: of the same country."""
    return [each for each in known_accounts() if each.site == one.site and each.id != one.id]


def ask(shop: Shop) -> None:
    """To whom; the press leads to the plan of that account."""
    there = {each.id: each for each in others(shop.account)}
    if not there:
        st.info(words("hand_no_other"), icon=":material/link:")
        return
    chosen = st.selectbox(
        words("hand_to"), list(there), format_func=lambda each: _called(there[each]), width=420, key="hand_to"
    )
    st.button(
        words("hand_look", account=_called(there[chosen])),
        type="primary",
        icon=":material/compare_arrows:",
        key="hand_over",
        on_click=partial(_go, shop, there[chosen]),
    )


def _called(one: Account) -> str:
    return f"{one.name or one.nickname} · {one.id}"


def _go(shop: Shop, there: Account) -> None:
    """Ask for the plan in the other account, and look at that account from now on (before its choice is drawn)."""
    edits: dict[str, Any] = presses.of_branch(shop, **entry.of_branch(shop.branch))
    edits["registers"] = {each.external_id: entry.of_register(each) for each in shop.open}
    more = {"handed": {"account": shop.account.id, "branch": shop.branch.external_id}}
    job = presses.compare(there, shop.branch.external_id, edits, about=shop.about, more=more)
    st.session_state["account"] = there.id
    st.session_state["then"] = ("changes", {"plan": job.id, "account": there.id})


def note(handed: Mapping[str, str], to: Account) -> None:
    """Write into the list a branch comes from where it went: its registers are watched from today on."""
    source = next((each for each in known_accounts() if each.id == handed["account"]), None)
    if source is None:
        return
    values = {"handed_to": to.id, "handed_at": sales.local_day(mirror(source)).isoformat()}
    edits = {"branches": {handed["branch"]: values}}
    arguments = {"account": source.id, "edits": edits, "what": "hand_over", "who": "screen"}
    key = f"screen:handed:{handed['branch']}:{to.id}"
    watch.submit("amend", key, arguments, account=source.id, in_address=False)


def follow(shop: Shop) -> None:
    """How far the handing over is, step by step, and the press that comes next."""
    branch = shop.branch
    there = next((each for each in known_accounts() if each.id == branch.handed_to), None)
    if there is None:
        return
    store = house().store
    today = sales.local_day(mirror(shop.account))
    made = ledger.known(store, there.id, seal=unread)
    printed = ledger.in_use(store, there.id)
    ids = [each.external_id for each in shop.open]
    old = _old(shop, date.fromisoformat(branch.handed_at), today)
    hanging = sum(len(each.serials) for each in old)
    loud = [each for each in old if not each.silent(today)]
    seen = _seen(shop.account, today)
    waited = seen and today - date.fromisoformat(branch.handed_at) >= timedelta(days=QUIET)
    with st.container(border=True):
        st.subheader(words("hand_title", account=_called(there)), anchor=False)
        done = sum(("pos", each) in made for each in ids)
        _step(done == len(ids), words("hand_made", done=done, total=len(ids)))
        signed = sum(each in printed for each in ids)
        _step(signed == len(ids), words("hand_printed", done=signed, total=len(ids)))
        _step(not hanging, words("hand_hanging", n=hanging))
        said = words("hand_loud", n=len(loud)) if loud else words("hand_silent", days=QUIET)
        _step(waited and not loud, said if seen else words("hand_unseen"))
        syncing.freshness_line(shop.account)
        syncing.failed_line(shop.account)
        if old:
            tables.show([_cells(each, today, waited=waited) for each in old], alt=say("hand_old"), key="hand_old")
        with st.container(horizontal=True):
            if hanging:
                st.download_button(
                    words("cost_take_down"),
                    partial(_workbook, shop, old, language()),
                    f"{say('plan_recall_sheet')}.xlsx",
                    icon=":material/download:",
                    on_click="ignore",
                    key="hand_recall",
                )
            if waited and not loud and st.button(words("hand_close"), type="primary", key="hand_close"):
                presses.look(shop, presses.closing(shop), close=[f"store:{branch.external_id}"])


def _seen(one: Account, today: date) -> bool:
    """Whether it is known who paid until yesterday: the payments are asked for while somebody looks, and at night."""
    syncing.keep_fresh(one)
    source = mirror(one)
    until = sales.freshness(source).as_of
    return until is not None and until.astimezone(ZoneInfo(source.zone)).date() >= today


def _step(done: bool, text: str) -> None:
    st.markdown(f"{':material/check_circle:' if done else ':material/radio_button_unchecked:'} {text}")


def _old(shop: Shop, since: date, today: date) -> list[Old]:
    """The registers of before that still exist, with what hangs there and who still pays there."""
    store, one = house().store, shop.account
    known = ledger.known(store, one.id, seal=unread)
    serials = ledger.serials_in_use(store, one.id)
    source = mirror(one)
    last: dict[str, date | None] = {}
    for each in shop.open:
        found = known.get(("pos", each.external_id))
        if found is None:
            continue
        asked = Question(one.id, Period(min(since, today), today), by="day", registers=(found.remote_id,))
        days = [date.fromisoformat(row.key) for row in sales.ask(source, asked).rows if row.count]
        last[each.external_id] = max(days, default=None)
    return [
        Old(each.name, each.external_id, tuple(serials.get(each.external_id, ())), last[each.external_id])
        for each in shop.open
        if each.external_id in last
    ]


def _cells(each: Old, today: date, *, waited: bool) -> dict[str, str]:
    spoken = language()
    state = "loud" if not each.silent(today) else "silent" if waited else "waiting"
    return {
        say("hand_old"): each.name,
        say("create_column_code"): each.external_id,
        say("create_column_signs"): str(len(each.serials)),
        say("hand_last"): figures.day(each.last, spoken) if each.last else "—",
        say("hand_state"): say(f"hand_state_{state}"),
    }


def _workbook(shop: Shop, old: list[Old], spoken: str) -> bytes:
    """What to take down, one row a sign."""
    headings = [f"plan_recall_{name}" for name in ("branch", "register", "name", "serial")]
    rows: list[list[object]] = [
        [shop.branch.name, each.external_id, each.name, serial] for each in old for serial in each.serials
    ]
    with tempfile.TemporaryDirectory(prefix="mpkit-") as folder:
        file = Path(folder) / "recall.xlsx"
        sheet.results(file, rows, spoken, headings=headings, sheet="plan_recall_sheet")
        return file.read_bytes()
