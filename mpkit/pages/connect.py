"""Connect an account: a token typed once, "is this it?" before anything is stored, then the first sales."""

from __future__ import annotations

import streamlit as st
from pydantic import SecretStr

from mpkit import jobs
from mpkit.accounts import handover
from mpkit.jobs import Job
from mpkit.pages import watch
from mpkit.pages.frame import guards, head, house, plain, script, site_name, words


def ask_token() -> None:
    """Where the token is pasted; it goes from here to the worker and stays nowhere in between."""
    if house().offered:
        st.info(words("link_configured"), icon=":material/key:")
        if st.button(words("link_look"), type="primary", icon=":material/search:", key="look_offered"):
            watch.submit("look", house().offered, {"handover": house().offered})
            st.rerun()
    with st.form("token", border=False, clear_on_submit=True):
        st.text_input(
            words("link_token"), type="password", autocomplete="off", help=words("link_token_help"), key="token_field"
        )
        pressed = st.form_submit_button(
            words("link_look"), type="primary", icon=":material/search:", on_click=hand_over
        )
    with st.expander(words("link_where"), icon=":material/help:"):
        for n in range(1, 5):
            st.markdown(f"{n}. {words(f'link_where_{n}')}")
    if pressed:  # a press that handed something over is shown by its job instead
        st.warning(words("link_token_missing"), icon=":material/warning:")


@guards
def hand_over() -> None:
    """Give the typed token to the worker. A callback, because the second click of a double click cuts a run short.

    That second click comes with an emptied field: it goes on with what the first one left (`watch.found`).
    """
    typed = st.session_state.get("token_field", "")
    if typed:
        name = handover.leave(house().settings.data, SecretStr(typed))
        watch.submit("look", name, {"handover": name})


def ask_whether(look: Job) -> None:
    """Whose account it is, before anything is stored."""
    found = look.result or {}
    with st.container(border=True):
        st.caption(words("link_is_this"))
        st.subheader(plain(found["name"] or found["nickname"]), anchor=False)
        with st.container(horizontal=True):
            st.badge(plain(site_name(found["site"])), icon=":material/public:", color="gray")
            kind = "test" if found["test"] else "real"
            st.badge(words(f"link_{kind}"), color="yellow" if found["test"] else "green")
            st.badge(words("link_user", user=found["user_id"]), color="gray")
        with st.container(horizontal=True):
            if st.button(words("link_yes"), type="primary", icon=":material/check:", key="connect_yes"):
                name = str(look.arguments["handover"])
                watch.submit("connect", name, {"handover": name, "user_id": found["user_id"]})
                st.rerun()
            if st.button(words("link_no"), key="connect_no"):
                watch.leave("look")
                st.rerun()
    st.caption(words("link_nothing_stored"))


def welcome(connect: Job) -> None:
    """The account is there: fetch its sales in the background and go on."""
    account_id = str((connect.result or {})["user_id"])
    if jobs.latest(house().store, account_id, "sync") is None:
        watch.submit("sync", "sync", {"account": account_id}, account=account_id, in_address=False)
    st.success(words("link_done"), icon=":material/check_circle:")
    kept = {"review": st.query_params["review"]} if "review" in st.query_params else {}
    with st.container(horizontal=True):
        if st.button(words("door_review_press"), type="primary", icon=":material/upload_file:", key="after_review"):
            st.switch_page(script("branches"), query_params=kept or None)
        if st.button(words("link_to_today"), icon=":material/today:", key="after_today"):
            st.switch_page(script("today"))


head("page_connect", words("link_answer"))
connecting, looking = watch.found("connect"), watch.found("look")
if connecting is not None:
    if watch.done(connecting):
        welcome(connecting)
    elif connecting.state == "failed":
        ask_token()
elif looking is not None:
    if watch.done(looking):
        ask_whether(looking)
    elif looking.state == "failed":
        ask_token()
else:
    ask_token()
