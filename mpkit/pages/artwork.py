"""Diseños propios: a merchant's own artwork handed in, looked at, kept as a design; placeholders for designers."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from babel.numbers import format_decimal

from mpkit import kit
from mpkit.errors import MpkitError
from mpkit.i18n import locale_of, say_error
from mpkit.kit import artwork
from mpkit.kit.artwork import Examined, placeholder
from mpkit.kit.artwork import design as own
from mpkit.kit.artwork.advice import advice, slots
from mpkit.model import Account
from mpkit.pages import gallery, printable, uploads
from mpkit.pages.frame import go, head, house, language, needs_account, plain, words

_LONGEST = 60  # letters of a title
_SHOWN = 420  # pixels of the picture


def placeholders() -> None:
    """What a designer puts where the code goes."""
    st.subheader(words("artwork_step_place"), anchor=False)
    st.markdown(words("artwork_place_how"))
    with st.container(horizontal=True):
        for name in placeholder.NAMES[:2]:
            for kind in placeholder.KINDS:
                st.download_button(
                    f"{name} · {kind.upper()}",
                    placeholder.placeholder(name, kind),
                    f"placeholder-{name}.{kind}",
                    icon=":material/download:",
                    on_click="ignore",
                    key=f"placeholder_{name}_{kind}",
                )


def choose() -> tuple[str, bytes] | None:
    """The file handed in last, by name and content."""
    st.subheader(words("artwork_step_choose"), anchor=False)
    files = uploads.box("artwork_choose", "artwork", key="artwork_file", kinds=("pdf", "svg"))
    return (files[-1].name, files[-1].getvalue()) if files else None


def examined(content: bytes) -> Examined | None:
    """What is in the file, asked of the limited child once for a file; says why there is nothing."""
    kept = st.session_state.get("artwork_seen")
    if kept is None or kept[0] != hash(content):
        try:
            kept = (hash(content), artwork.examine(content))
        except MpkitError as error:
            kept = (hash(content), error)
        st.session_state["artwork_seen"] = kept
    if isinstance(kept[1], MpkitError):
        st.error(plain(say_error(kept[1], language())), icon=":material/error:")
        return None
    found: Examined = kept[1]
    return found


def look(found: Examined, name: str, one: Account, data: Path, content: bytes) -> None:
    """The picture first, then what is to be said, then the press that keeps it."""
    st.subheader(words("artwork_step_look"), anchor=False)
    left, right = st.columns([2, 3], gap="large")
    with left, st.container(border=True, horizontal_alignment="center"):
        st.image(found.picture, width=min(_SHOWN, round(_SHOWN * 1.4 * found.width / found.height)))
        st.caption(words("artwork_picture"))
    said = advice(found)
    with right:
        placed = ", ".join(f"{slot} {_mm(code.side)} mm" for slot, code in slots(found).items()) or "-"
        texts = ", ".join(each.name for each in found.fields) or "-"
        size = {"wide": _mm(found.width), "high": _mm(found.height), "bleed": _mm(found.bleed)}
        st.markdown(words("artwork_read", slots=placed, fields=texts, **size))
        for each in said:
            show = st.error if each.stops else st.info
            icon = ":material/error:" if each.stops else ":material/lightbulb:"
            show(plain(each.sentence(language())), icon=icon)
        if not said:
            st.success(words("artwork_clean"), icon=":material/check_circle:")
        title = st.text_input(words("artwork_title"), name.rpartition(".")[0][:_LONGEST], max_chars=_LONGEST)
        stopped = any(each.stops for each in said)
        if st.button(
            words("artwork_keep"), type="primary", icon=":material/save:", key="artwork_keep", disabled=stopped
        ):
            keep(one, data, content, title)


def _mm(value: float) -> str:
    return str(format_decimal(value, "0.#", locale=locale_of(language())))


def keep(one: Account, data: Path, content: bytes, title: str) -> None:
    """The artwork becomes a design among the others."""
    try:
        own.keep(data, one.id, content, title)
    except MpkitError as error:
        st.error(plain(say_error(error, language())), icon=":material/error:")
        return
    st.toast(words("artwork_saved"))
    st.rerun()


def kept(one: Account, data: Path) -> None:
    """The designs there are, each with what it looks like, the way to print it and the press that takes it away."""
    known = own.names(data, one.id)
    if not known:
        return
    st.subheader(words("artwork_yours"), anchor=False)
    registers = printable.registers(one)
    gallery.show(
        [kit.design(name, data, one.id) for name in known],
        registers[0] if registers else printable.sample(one),
        printable.worn(one),
    )
    for name in known:
        design = kit.design(name, data, one.id)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(gallery.title(design), width="stretch")
            if st.button(words("artwork_remove"), type="tertiary", icon=":material/delete:", key=f"remove_{name}"):
                own.forget(data, one.id, name)
                st.rerun()


def page() -> None:
    """Three steps, then what there is."""
    one = needs_account("page_artwork")
    data = house().settings.data
    head("page_artwork", words("artwork_answer"))
    go("signs", "brand_print", icon=":material/print:")
    placeholders()
    chosen = choose()
    if chosen is not None and (found := examined(chosen[1])) is not None:
        look(found, chosen[0], one, data, chosen[1])
    kept(one, data)


page()
