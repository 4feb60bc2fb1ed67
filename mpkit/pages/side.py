"""The side of every page: where one can go, whose account it is, and the language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from mpkit import rehearsal
from mpkit.model import Account
from mpkit.pages import address
from mpkit.pages.frame import NAMES, account, first_language, house, is_test, known_accounts, plain, script, words
from mpkit.sites import SITES

# Pages that other pages lead to: what stands in the row of the navigation stays few.
_INSIDE = (
    ("changes", "cambios", "compare_arrows"),
    ("branch", "sucursal", "storefront"),
    ("register", "caja", "point_of_sale"),
    ("adopt", "incorporar", "move_to_inbox"),
    ("drift", "diferencias", "sync_problem"),
    ("history", "trabajos", "history"),
)


def navigation() -> StreamlitPage:
    """The navigation in the language of the session; the first page is Hoy once an account exists."""
    known_accounts(anew=True)
    place = st.sidebar.container()
    _choose_language()
    one = account()
    pages = [
        st.Page(script("today"), title=words("page_today"), icon=":material/today:", url_path="hoy", default=True),
        st.Page(script("branches"), title=words("page_branches"), icon=":material/storefront:", url_path="sucursales"),
        st.Page(script("signs"), title=words("page_signs"), icon=":material/qr_code_2:", url_path="carteles"),
        st.Page(script("sales"), title=words("page_sales"), icon=":material/bar_chart:", url_path="ventas"),
        st.Page(script("settings"), title=words("page_settings"), icon=":material/settings:", url_path="ajustes"),
        st.Page(
            script("connect"),
            title=words("page_connect"),
            icon=":material/link:",
            url_path="conectar",
            visibility="hidden" if one else "visible",
        ),
    ]
    pages += [
        st.Page(
            script(name), title=words(f"page_{name}"), icon=f":material/{icon}:", url_path=path, visibility="hidden"
        )
        for name, path, icon in _INSIDE
    ]
    if one is not None and rehearsal.playable(one, house().settings.api_url):
        play = st.Page(script("rehearsal"), title=words("page_rehearsal"), icon=":material/science:", url_path="ensayo")
        pages.insert(4, play)
    with place:
        _whose(one)
    return st.navigation(pages, position="sidebar")


def _whose(one: Account | None) -> None:
    if one is None:
        if house().rehearsal:
            st.badge(words("page_rehearsal"), icon=":material/science:", color="yellow")
        return
    known = known_accounts()
    if len(known) > 1:
        address.begin("account", one.id, [each.id for each in known])
        st.selectbox(
            words("page_account"),
            [each.id for each in known],
            format_func=_called(known).__getitem__,
            key="account",
        )
        address.keep("account", known[0].id, everywhere=True)
    else:
        st.text(one.name or one.nickname)
    country = SITES[one.site].name if one.site in SITES else one.site
    kind = words("page_account_test" if is_test(one) else "page_account_real")
    st.badge(f"{plain(country)} · {kind}", color="yellow" if is_test(one) else "gray")


def _called(known: Sequence[Account]) -> dict[str, str]:
    """What each account is called, by id; with its number where two are called alike."""
    names = Counter(each.name or each.nickname for each in known)
    return {
        each.id: name if names[name] == 1 else f"{name} · {each.id}"
        for each in known
        for name in (each.name or each.nickname,)
    }


def _choose_language() -> None:
    with st.sidebar:
        first = first_language()
        address.begin("lang", first, NAMES)
        st.selectbox(
            "Idioma · Language",
            list(NAMES),
            format_func=NAMES.__getitem__,
            key="lang",
            label_visibility="collapsed",
        )
        address.keep("lang", first, everywhere=True)
