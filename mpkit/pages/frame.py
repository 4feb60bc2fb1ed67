"""What every page stands in: the house behind it, the language, the account, the heading, and the one way to fail."""

from __future__ import annotations

import gc
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import streamlit as st

from mpkit import accounts, i18n, log, rehearsal, sales
from mpkit.accounts import handover
from mpkit.db import Engine, open_store
from mpkit.errors import MpkitError
from mpkit.jobs import ensure_worker
from mpkit.model import Account
from mpkit.pages import charts
from mpkit.settings import REAL_API, Settings, load
from mpkit.sites import BY_COUNTRY, SITES, Site
from mpkit.work import Seams, SystemClock

_log = log.get("pages")
CLOCK = SystemClock()
NAMES = {"es": "Español", "pt": "Português", "en": "English"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:])")

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class House:
    """The store and the settings of this dashboard; the settings hold no token."""

    settings: Settings
    store: Engine
    offered: str = ""  # the handover of a token this dashboard was started with, until an account is connected

    @property
    def rehearsal(self) -> bool:
        """Whether everything here happens in a sandbox."""
        return self.settings.api_url != REAL_API


@st.cache_resource(show_spinner=False)
def house() -> House:
    """The house, opened once a process: a worker lives, and this process no longer holds the token."""
    settings = load()
    ensure_worker(settings)
    os.environ.pop("MPKIT_ACCESS_TOKEN", None)
    store = open_store(settings.database)
    log.setup(settings.log_level, settings.log_format, errors=settings.data / "errors.log")
    log.guard()
    token, offered = settings.access_token, ""
    if token is not None and not accounts.known(store):
        offered = handover.leave(settings.data, token)
    return House(settings.model_copy(update={"access_token": None}), store, offered)


def settle() -> None:
    """After a run in which modules were loaded: what they hold stays, and is not gone through for garbage again.

    Streamlit looks for garbage after every run. Without this two thirds of a run of a page are that look.
    """
    loaded = len(sys.modules)
    if loaded != _SETTLED.get("modules"):
        _SETTLED["modules"] = loaded
        gc.collect()
        gc.freeze()


_SETTLED: dict[str, int] = {}


def plain(text: str) -> str:
    """The text so that Markdown shows it letter by letter: no images, links, formulas or colours."""
    return _MARKDOWN.sub(r"\\\1", text)


def language() -> str:
    """The language of this session, with the country where the words differ by country (`es_MX`)."""
    chosen = st.session_state.get("lang") or first_language()
    site = SITES.get(_account_site())
    if site is not None and site.language == chosen:
        return site.locale
    country = (st.context.locale or "").partition("-")[2].upper()
    return f"{chosen}_{country}" if country in BY_COUNTRY and BY_COUNTRY[country].language == chosen else chosen


def numbers() -> str:
    """The locale figures are written in: of the words around them, and of the account's country where it speaks so."""
    return i18n.locale_of(language())


def first_language() -> str:
    """The language before anybody chose: as set, else the browser's, else the account's, else Spanish."""
    spoken = (st.context.locale or "").partition("-")[0].lower()
    site = SITES.get(_account_site())
    return house().settings.lang or (spoken if spoken in NAMES else "") or (site.language if site else "es")


def say(key: str, /, **values: object) -> str:
    """The sentence for places that show text as it is: tables, charts, file names, `st.text`."""
    return i18n.say(key, language(), **values)


def words(key: str, /, **values: object) -> str:
    """The sentence for places that read Markdown (nearly all of Streamlit): everything in it is shown as text."""
    return plain(say(key, **values))


def number(value: int) -> str:
    """A whole number as the session's language writes it."""
    return str(i18n.written(value, language()))


def known_accounts(*, anew: bool = False) -> tuple[Account, ...]:
    """The accounts, read from the store once a run of the page (`anew`): every word asks whose country it is in."""
    kept: tuple[Account, ...] | None = None if anew else st.session_state.get("_accounts")
    if kept is None:
        kept = accounts.known(house().store)
        st.session_state["_accounts"] = kept
    return kept


def account() -> Account | None:
    """The account this session looks at: the only one, or the one chosen in Settings."""
    known = known_accounts()
    wanted = st.session_state.get("account") or st.query_params.get("account") or house().settings.account
    named = [one for one in known if wanted in {one.id, one.nickname}]
    return next(iter(named or known), None)


def _account_site() -> str:
    chosen = account()
    return chosen.site if chosen else ""


def site() -> Site | None:
    """The country of the account."""
    return SITES.get(_account_site())


def country() -> str:
    """The site of the account, else the one whose words the browser speaks, else Argentina."""
    spoken, _, place = language().partition("_")
    of_language = {"pt": "MLB"}.get(spoken, "MLA")
    return _account_site() or (BY_COUNTRY[place].id if place in BY_COUNTRY else of_language)


def site_name(site_id: str) -> str:
    """A country's name in its own language."""
    return SITES[site_id].name if site_id in SITES else site_id


def ink() -> charts.Ink:
    """The colours of charts on the page as it is shown now."""
    return charts.DARK if st.context.theme.type == "dark" else charts.LIGHT


def mirror(one: Account) -> sales.Mirror:
    """The columns of an account; opening them reads nothing yet."""
    data = house().settings.data
    return sales.open_mirror(data, house().store, one, rehearsal.ahead(data, one.id, Seams(CLOCK)))


def needs_account(title: str = "") -> Account:
    """The account, or the page ends here under its `title` with the way to connect one."""
    found = account()
    if found is None:
        if title:
            head(title)
        st.info(words("page_needs_account"), icon=":material/link:")
        go("connect", "page_door_connect", kind="primary")
        st.stop()
    return found


def is_test(one: Account) -> bool:
    """Whether nothing this account does is real: a test seller, or the sandbox."""
    return one.test or house().rehearsal


def head(title: str, answer: str = "", *, icon: str = "", name: str = "") -> None:
    """The top of a page: the question, whose account it is, and the answer in one sentence (already escaped).

    `name` is what a page of one thing is called instead.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(plain(name) or words(title), anchor=False, width="content")
        one = account()
        if (one is not None and is_test(one)) or (one is None and house().rehearsal):
            st.badge(
                words("page_rehearsal"), icon=":material/science:", color="yellow", help=words("page_rehearsal_why")
            )
    if answer:
        st.markdown(f"{icon} {answer}".strip())


def go(page: str, key: str, *, kind: str = "secondary", icon: str | None = None, **query: str) -> None:
    """A press that leads to another page."""
    if st.button(words(key), key=f"go_{page}_{key}", type="primary" if kind == "primary" else "secondary", icon=icon):
        st.switch_page(script(page), query_params=query or None)


def script(page: str) -> str:
    """The path of a page's script, absolute: nothing depends on the folder the dashboard was started in."""
    return str(Path(__file__).with_name(f"{page}.py"))


@contextmanager
def guarded() -> Iterator[None]:
    """Fail in one sentence: a known error says its own, anything else gets a number that the log knows."""
    try:
        yield
    except MpkitError as error:
        _log.warning("refused", key=error.key)
        st.error(plain(i18n.say_error(error, _whatever_language())), icon=":material/error:")
    except Exception:  # noqa: BLE001 - a page stays up whatever happens in it
        number = secrets.token_hex(3).upper()
        _log.exception("failed", number=number)
        st.error(plain(i18n.say("page_failed", _whatever_language(), number=number)), icon=":material/error:")


def _whatever_language() -> str:
    """The language of a failure: the session's, or the browser's where the house itself cannot be opened."""
    try:
        return language()
    except Exception:  # noqa: BLE001 - what failed is told already
        spoken = (st.context.locale or "").partition("-")[0].lower()
        return spoken if spoken in NAMES else "es"


def guards(function: Callable[P, R]) -> Callable[P, R | None]:
    """The same for a fragment, which runs again without the page around it."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R | None:
        with guarded():
            return function(*args, **kwargs)
        return None

    return run
