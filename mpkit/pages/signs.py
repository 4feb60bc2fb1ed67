"""Carteles: choose a design, see any register on it, print; a book is shown only with its proof."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import streamlit as st

from mpkit import jobs, kit
from mpkit.jobs import Job
from mpkit.model import Account
from mpkit.pages import address, books, printable, rollout, steps, watch
from mpkit.pages.frame import CLOCK, head, house, language, needs_account, plain, say, words

COPIES = 20
SHOWN_WIDTH = 260  # pixels
THUMBNAIL = 120
SHOWN = 12  # registers named by name


def choose_design(sample: kit.Subject) -> kit.Design:
    """The designs side by side, each as it will be printed."""
    found = {each.name: each for each in kit.designs(house().settings.data)}
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        for each in found.values():
            st.image(printable.picture(each, sample), width=THUMBNAIL, alt=title(each))
    first = next(iter(found))
    address.begin("sign", first, found)
    st.segmented_control(
        words("signs_design"),
        list(found),
        required=True,
        format_func=lambda name: plain(title(found[name])),
        key="sign",
    )
    return found[address.keep("sign", first) or first]


def choose_paper() -> str:
    """The name of the sheet the signs go on."""
    found = {each.name: each for each in kit.papers(house().settings.data)}
    return str(
        st.selectbox(words("signs_paper"), list(found.keys()), format_func=lambda name: title(found[name]), key="paper")
    )


def title(of: kit.Design | kit.Paper) -> str:
    """What a design or a paper is called in the language of the session."""
    said = {str(tag): text for tag, text in of.title.items()}
    return said.get(language()) or said[language()[:2]]


def order(one: Account) -> None:
    """What to print, beside how it will look."""
    known = printable.registers(one)
    left, right = st.columns([3, 2], gap="large")
    with right:
        shown = st.container()
    with left:
        design = choose_design(known[0] if known else printable.sample(one))
        paper = choose_paper()
        stores = printable.stores(one)
        tills = named(known)
        picked = (
            []
            if tills
            else st.multiselect(
                words("signs_stores"),
                list(stores),
                format_func=lambda each: stores[each],
                placeholder=say("page_all"),
                key="sign_stores",
            )
        )
        copies = st.number_input(words("signs_copies"), 1, COPIES, 1, format="%d", key="copies", width=220)
        arguments = {
            "account": one.id,
            "sign": design.name,
            "paper": paper,
            "stores": picked,
            "registers": tills,
            "copies": copies,
            "who": "screen",
        }
        if st.button(words("signs_print"), type="primary", icon=":material/print:", key="print"):
            press(one, arguments)
        st.caption(words("signs_proof_first"))
    with shown:
        preview(one, design, known)


def named(known: tuple[kit.Subject, ...]) -> list[str]:
    """The registers the address names, from a press on another page; none: all of the stores chosen here."""
    wanted = [each for each in st.query_params.get("registers", "").split(",") if each]
    if not wanted:
        return []
    called = {each.external_id: f"{each.store} · {each.register}" for each in known}
    st.info(words("signs_only", n=len(wanted)), icon=":material/filter_alt:")
    st.caption(plain(", ".join(called.get(each, each) for each in wanted[:SHOWN])))
    if st.button(words("signs_all_again"), type="tertiary", key="signs_all", icon=":material/close:"):
        st.query_params.pop("registers")
        st.rerun()
    return wanted


def press(one: Account, arguments: Mapping[str, object]) -> None:
    """Ask for the book; the name is given once for this page, so that a second click is the same book."""
    token = st.session_state.setdefault("book", secrets.token_hex(3).upper())
    book = f"{CLOCK.now():%Y%m%d}-{token}"
    watch.submit("kit", book, {**arguments, "book": book}, account=one.id)
    st.rerun()


def preview(one: Account, design: kit.Design, known: tuple[kit.Subject, ...]) -> None:
    """Any register on the chosen sign, drawn as it is printed."""
    subjects = {each.external_id: each for each in known}
    subject = printable.sample(one)
    if subjects:
        chosen = st.selectbox(
            words("signs_see"),
            list(subjects),
            format_func=lambda each: f"{subjects[each].store} · {subjects[each].register}",
            key="see",
        )
        subject = subjects[chosen]
    else:
        st.caption(words("signs_sample"))
    alt = say("signs_preview_alt", register=subject.register, store=subject.store)
    with st.container(border=True, horizontal_alignment="center"):
        st.image(printable.picture(design, subject), width=SHOWN_WIDTH, alt=alt)


def current(one: Account) -> Job | None:
    """The book in the address, or the one being made right now."""
    found = watch.found("kit", account=one.id)
    if found is None:
        latest = jobs.latest(house().store, one.id, "kit")
        found = latest if latest is not None and not latest.finished else None
        if found is not None:
            st.query_params["kit"] = found.id
    return found


one = needs_account("page_signs")
counts = rollout.counts(one)
job = current(one)
finished = job is not None and job.state == "done"
head("page_signs", words("signs_answer", n=counts.existing, printed=counts.printed))
steps.show("handout" if finished else "print", "handout" if counts.printed else "print")
if job is None:
    order(one)
    books.earlier(one)
elif watch.done(job):
    books.show(job)
elif not job.finished:
    st.caption(words("watch_reload"))
else:
    books.another()
