"""Carteles: choose a design, see any register on it, print; a book is shown only with its proof."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping

import streamlit as st

from mpkit import jobs, kit, ledger
from mpkit.jobs import Job
from mpkit.kit.printing.paper import fitting
from mpkit.kit.signs import template_document
from mpkit.model import Account
from mpkit.pages import books, gallery, printable, rollout, steps, thumbnails, watch
from mpkit.pages.frame import CLOCK, go, head, house, language, needs_account, plain, say, words

COPIES = 20
SHOWN_WIDTH = 340  # pixels
FINE = 900  # pixels of a picture looked at closely
SHOWN = 12  # registers named by name


def choose(one: Account, found: Mapping[str, kit.Design]) -> None:
    """First step: all designs in the merchant's own colours, on a register of theirs."""
    known = printable.registers(one)
    st.subheader(words("signs_step_choose"), anchor=False)
    with st.container(horizontal=True):
        go("brand", "signs_brand", icon=":material/palette:")
        go("artwork", "signs_artwork", icon=":material/draw:")
        if st.button(words("document_take"), icon=":material/verified:", key="take_mercadopago"):
            take(template_document.NAME)
            st.rerun()
    if not known:
        st.caption(words("signs_sample"))
    gallery.show(tuple(found.values()), known[0] if known else printable.sample(one), printable.worn(one), take)


def take(name: str) -> None:
    """The design goes into the address: a reload and a link show the same."""
    st.query_params["sign"] = name


def choose_paper(design: kit.Design) -> str:
    """The name of the sheet the signs go on; only sheets on which the design fits."""
    papers = fitting(kit.papers(house().settings.data), design)
    if design.untouched:  # what others made may not be what a press standard asks for: any printer takes it first
        papers = tuple(sorted(papers, key=lambda each: bool(each.standard)))
    found = {each.name: each for each in papers}
    return str(
        st.selectbox(
            words("signs_paper"), list(found.keys()), format_func=lambda name: gallery.title(found[name]), key="paper"
        )
    )


def order(one: Account, design: kit.Design) -> None:
    """Second and third step: how it will look, and what to print."""
    known = printable.theirs(one) if design.untouched else printable.registers(one)
    if st.button(words("signs_other"), icon=":material/arrow_back:", type="tertiary", key="other_design"):
        st.query_params.pop("sign", None)
        st.rerun()
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader(words("signs_step_see"), anchor=False)
        preview(one, design, known)
    with right:
        st.subheader(words("signs_step_print"), anchor=False)
        st.markdown(f"**{plain(gallery.title(design))}**")
        paper = choose_paper(design)
        tills = named(known)
        picked = [] if tills else choose_stores(one)
        copies = st.number_input(words("signs_copies"), 1, COPIES, 1, format="%d", key="copies", width=220)
        arguments = {
            "account": one.id,
            "sign": design.name,
            "paper": paper,
            "stores": picked,
            "registers": tills,
            "copies": copies,
            "instead": in_place_of(one, tills),
            "reader": language()[:2],
            "who": "screen",
        }
        if st.button(words("signs_print"), type="primary", icon=":material/print:", key="print"):
            press(one, arguments)
        st.caption(words("signs_proof_first"))


def choose_stores(one: Account) -> list[str]:
    """External ids of the stores whose registers are printed; none: all of them."""
    stores = printable.stores(one)
    return st.multiselect(
        words("signs_stores"),
        list(stores),
        format_func=lambda each: stores[each],
        placeholder=say("page_all"),
        key="sign_stores",
    )


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


def in_place_of(one: Account, tills: Collection[str]) -> bool:
    """Whether the signs that named registers have already are replaced by these: said yes to, unless taken back."""
    printed = ledger.in_use(house().store, one.id)
    n = sum(printed.get(each, 0) for each in tills)
    return bool(n) and st.checkbox(words("signs_instead", n=n), value=True, key="signs_instead")


def press(one: Account, arguments: Mapping[str, object]) -> None:
    """Ask for the book; the name is given once for this page, so that a second click is the same book."""
    token = st.session_state.setdefault("book", secrets.token_hex(3).upper())
    book = f"{CLOCK.now():%Y%m%d}-{token}"
    watch.submit("kit", book, {**arguments, "book": book}, account=one.id)
    st.rerun()


def preview(one: Account, design: kit.Design, known: tuple[kit.Subject, ...]) -> None:
    """Any register on the chosen sign, drawn as it is printed."""
    if design.untouched:
        st.caption(words("document_how"))
        if not known:
            return
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
    wanted = thumbnails.Wanted(design, subject, printable.worn(one), FINE)
    thumbnails.SHELF.ask(wanted).exception()  # looked at closely, it is waited for
    with st.container(border=True, horizontal_alignment="center"):
        gallery.picture(wanted, SHOWN_WIDTH)
    st.caption("  \n".join(gallery.facts(design, subject)))


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
    designs = {each.name: each for each in gallery.in_order(kit.designs(house().settings.data, one.id))}
    asked = st.query_params.get("sign", "")
    chosen = printable.their_design(one) if asked == template_document.NAME else designs.get(asked)
    if chosen is None:
        choose(one, designs)
    else:
        order(one, chosen)
    books.earlier(one)
elif watch.done(job):
    books.show(job)
elif not job.finished:
    st.caption(words("watch_reload"))
else:
    books.another()
