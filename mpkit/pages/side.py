"""The side of every page: where one can go, whose account it is, and the language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from mpkit import rehearsal
from mpkit.model import Account
from mpkit.pages import address, watch
from mpkit.pages.frame import NAMES, account, first_language, house, is_test, known_accounts, plain, script, words
from mpkit.sites import SITES

_SHOWN = {  # name of the script: its address and its picture
    "today": ("hoy", "today"),
    "branches": ("sucursales", "storefront"),
    "signs": ("carteles", "qr_code_2"),
    "sales": ("ventas", "bar_chart"),
    "settings": ("ajustes", "settings"),
}
_INSIDE = {  # pages that other pages lead to: what stands in the row of the navigation stays few
    "changes": ("cambios", "compare_arrows"),
    "branch": ("sucursal", "storefront"),
    "register": ("caja", "point_of_sale"),
    "silent": ("cajas-sin-ventas", "notifications_paused"),
    "counter": ("pagos-de-la-caja", "receipt_long"),
    "brand": ("marca", "palette"),
    "artwork": ("disenos", "draw"),
    "adopt": ("incorporar", "move_to_inbox"),
    "drift": ("diferencias", "sync_problem"),
    "history": ("trabajos", "history"),
}


def navigation() -> StreamlitPage:
    """The navigation in the language of the session; the first page is Hoy once an account exists."""
    known_accounts(anew=True)
    place = st.sidebar.container()
    _choose_language()
    one = account()
    pages = [_page(name, *_SHOWN[name], default=name == "today") for name in _SHOWN]
    pages.append(_page("connect", "conectar", "link", visibility="hidden" if one else "visible"))
    pages += [_page(name, path, icon, visibility="hidden") for name, (path, icon) in _INSIDE.items()]
    if one is not None and rehearsal.playable(one, house().settings.api_url):
        pages.insert(4, _page("rehearsal", "ensayo", "science"))
    with place:
        _whose(one)
    chosen = st.navigation(pages, position="sidebar")
    watch.led({name: path for name, (path, _) in {**_SHOWN, **_INSIDE}.items()}, chosen.url_path)
    return chosen


def _page(
    name: str, path: str, icon: str, *, visibility: Literal["visible", "hidden"] = "visible", default: bool = False
) -> StreamlitPage:
    return st.Page(
        script(name),
        title=words(f"page_{name}"),
        icon=f":material/{icon}:",
        url_path=path,
        default=default,
        visibility=visibility,
    )


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
