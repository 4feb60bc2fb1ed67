"""What can be pressed in the rehearsal: a customer, a colleague, a bad day; two clicks are one job."""

from __future__ import annotations

import hashlib
import secrets

import streamlit as st

from mpkit import i18n, jobs, rehearsal
from mpkit.db import canonical
from mpkit.model import Account
from mpkit.pages import rollout, watch
from mpkit.pages.frame import CLOCK, go, house, plain, say, words
from mpkit.rehearsal import Scene
from mpkit.sites import SITES

THEN = ("keep", "part", "all", "dispute")
_BRANDS = {"debvisa": "Visa", "debmaster": "Mastercard", "master": "Mastercard", "pse": "PSE", "pix": "Pix"}
_CREDIT = ("visa", "master", "naranja", "elo", "oca", "amex", "diners", "cabal", "hipercard")


def show(one: Account, scene: Scene | None) -> None:
    """Three groups of presses, one behind the other."""
    customer, colleague, server = st.tabs([words(f"rehearse_tab_{who}") for who in ("customer", "colleague", "server")])
    with customer:
        st.caption(words("rehearse_tab_customer_what"))
        _customer(one, scene)
    with colleague:
        st.caption(words("rehearse_tab_colleague_what"))
        _colleague(one, scene)
    with server:
        st.caption(words("rehearse_tab_server_what"))
        _server(one, scene)


def press(one: Account, act: str, **wanted: object) -> None:
    """Play an act. A second click within seconds is the first one's; the same wish later is another play."""
    wish = {"account": one.id, "act": act, **wanted}
    key = hashlib.sha256(canonical(wish).encode()).hexdigest()[:32]
    watch.submit("play", key, wish | {"press": secrets.token_hex(8)}, account=one.id, in_address=False)


def look_again(one: Account, because: str) -> None:
    """Look at the sandbox once more, once for each reason (a job that ended)."""
    wish = {"account": one.id, "act": "look", "press": f"look-{because}"}
    jobs.submit(
        house().store, account=one.id, kind="play", key=wish["press"], arguments=wish, who="screen", clock=CLOCK
    )


def _customer(one: Account, scene: Scene | None) -> None:
    site = SITES[one.site]
    till = _choose_till(scene, "pay_till")
    usual = (scene.usual if scene and scene.usual else 10_000) / 100
    left, right = st.columns(2, vertical_alignment="bottom")
    amount = left.number_input(
        words("rehearse_amount", currency=site.currency),
        min_value=1.0,
        max_value=1e9,
        value=usual,
        step=max(1.0, usual / 10),
        format=f"%.{site.decimals}f",
        key=f"pay_amount_{usual}",
    )
    methods = _methods(scene)
    method = right.selectbox(words("rehearse_method"), list(methods), format_func=methods.__getitem__, key="pay_method")
    then = st.segmented_control(
        words("rehearse_then"),
        THEN,
        default=THEN[0],
        required=True,
        format_func=lambda each: words(f"rehearse_then_{each}"),
        key="pay_then",
    )
    name, _, wallet = method.partition("|")
    wish = {"till": till, "amount": round(amount * 100), "method": name, "wallet": wallet}
    with st.container(horizontal=True):
        icon, curtain = ":material/qr_code_scanner:", scene is None
        if st.button(words("rehearse_pay"), type="primary", icon=icon, key="pay", disabled=curtain):
            press(one, "pay", n=1, then=then, **wish)
        if st.button(words("rehearse_rush"), icon=":material/groups:", key="rush", disabled=curtain):
            press(one, "pay", n=50, then="keep", **wish)


def _methods(scene: Scene | None) -> dict[str, str]:
    """Ways to pay by "method|wallet", in words."""
    found = {"": say("rehearse_method_any")}
    for method in scene.methods if scene else ():
        key = f"rehearse_method_{method}"
        brand = _BRANDS.get(method, method.removeprefix("deb").title())
        if method == "interop_transfer":
            found |= {f"{method}|{name}": say("rehearse_method_wallet", name=name) for name in scene.wallets}  # type: ignore[union-attr]
        elif key in i18n.words():
            found[method] = say(key)
        elif method.startswith("deb"):
            found[method] = say("rehearse_method_debit", name=brand)
        else:
            found[method] = say("rehearse_method_credit", name=brand) if method in _CREDIT else brand
    return found


def _choose_till(scene: Scene | None, key: str) -> str:
    found = {"": say("rehearse_any")} | ({till.id: scene.place(till) for till in scene.tills} if scene else {})
    return _choose(words("rehearse_where" if key == "pay_till" else "rehearse_till"), found, key)


def _choose_shop(scene: Scene | None) -> str:
    found = {"": say("rehearse_any_shop")} | ({shop.id: shop.name for shop in scene.shops} if scene else {})
    return _choose(words("rehearse_shop"), found, "edit_shop")


def _choose(label: str, found: dict[str, str], key: str) -> str:
    if st.session_state.get(key, "") not in found:  # what was chosen is gone
        st.session_state[key] = ""
    return str(st.selectbox(label, list(found), format_func=found.__getitem__, key=key))


def _colleague(one: Account, scene: Scene | None) -> None:
    if not rollout.listed(one):
        st.info(words("rehearse_list_first"), icon=":material/info:")
        go("branches", "rehearse_load", icon=":material/upload_file:", step="file", example="1")
    shop = _choose_shop(scene)
    with st.container(horizontal=True):
        if st.button(words("rehearse_rename"), icon=":material/edit:", key="rename"):
            press(one, "rename", shop=shop, word=say("rehearse_word"))
        if st.button(words("rehearse_hours"), icon=":material/schedule:", key="hours"):
            press(one, "hours", shop=shop)
    till = _choose_till(scene, "edit_till")
    with st.container(horizontal=True):
        if st.button(words("rehearse_switch"), icon=":material/swap_horiz:", key="switch"):
            press(one, "amount", till=till)
        if st.button(words("rehearse_delete"), icon=":material/delete:", key="delete"):
            press(one, "delete", till=till)
    st.space("small")
    help_ = words("rehearse_new_help")
    if st.button(words("rehearse_new"), icon=":material/add_business:", key="new", help=help_):
        press(one, "new", store=say("rehearse_new_store"), register=say("rehearse_new_register"))


def _server(one: Account, scene: Scene | None) -> None:
    kinds = st.pills(
        words("rehearse_faults"),
        list(rehearsal.FAULTS),
        selection_mode="multi",
        format_func=lambda each: words(f"rehearse_fault_{each}"),
        key="fault_kinds",
    )
    with st.container(horizontal=True):
        help_ = words("rehearse_very_bad_help")
        if st.button(words("rehearse_very_bad"), type="primary", icon=":material/thunderstorm:", key="bad", help=help_):
            press(one, "faults", kinds=["very-bad"])
        if st.button(words("rehearse_faults_on"), icon=":material/bolt:", key="faults", disabled=not kinds):
            press(one, "faults", kinds=sorted(kinds))
        off = scene is None or not scene.faults
        if st.button(words("rehearse_faults_off"), icon=":material/wb_sunny:", key="well", disabled=off):
            press(one, "faults", kinds=[])
    st.markdown(f"**{plain(say('rehearse_time'))}**")
    with st.container(horizontal=True):
        for how, icon in (("hour", "more_time"), ("night", "bedtime"), ("week", "date_range")):
            if st.button(words(f"rehearse_time_{how}"), icon=f":material/{icon}:", key=f"time_{how}"):
                press(one, "time", how=how)
