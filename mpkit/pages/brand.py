"""Marca: logo, two colours, style, font and free texts, chosen once for all signs and seen on all of them at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from mpkit import kit
from mpkit.errors import MpkitError
from mpkit.i18n import say_error
from mpkit.kit.drawing import family
from mpkit.kit.signs import logo
from mpkit.kit.signs.brand import folder_of, keep, remarks, store
from mpkit.model import Account
from mpkit.pages import gallery, printable, uploads
from mpkit.pages.frame import go, head, house, language, needs_account, plain, say, words

COLOURS = ("accent", "second")
LONGEST = 60  # letters of a free text
_PARTS = re.compile(r"[\s,;/]+")
_INKS = 4


def begin(folder: Path) -> kit.Brand:
    """The brand as it is kept; the widgets of this session begin with it."""
    kept = kit.brand(folder)
    mark = kept.model_dump_json()
    if st.session_state.get("brand_kept") != mark:
        st.session_state["brand_kept"] = mark
        for name in (*COLOURS, "mood", "tagline", "footnote", "logo", "regular", "semibold"):
            st.session_state[f"brand_{name}"] = getattr(kept, name)
        for name in COLOURS:
            inks = getattr(kept, f"{name}_inks")
            st.session_state[f"brand_{name}_inks"] = " ".join(f"{part * 100:g}" for part in inks) if inks else ""
    return kept


def draft(folder: Path) -> kit.Brand:
    """What is chosen on the page now."""
    chosen: dict[str, Any] = {}
    st.subheader(words("brand_colours"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in COLOURS:
            chosen[name] = st.color_picker(words(f"brand_{name}"), key=f"brand_{name}")
    with st.expander(words("brand_inks"), icon=":material/colorize:"):
        st.caption(words("brand_inks_how"))
        for name in COLOURS:
            typed = st.text_input(words(f"brand_{name}"), key=f"brand_{name}_inks", placeholder="96 27 55 20")
            chosen[f"{name}_inks"] = inks(typed)
    moods = {each.name: each for each in kit.moods(house().settings.data)}
    st.segmented_control(
        words("brand_mood"),
        list(moods),
        required=True,
        format_func=lambda name: plain(gallery.title(moods[name])),
        key="brand_mood",
    )
    chosen["mood"] = st.session_state["brand_mood"]
    st.subheader(words("brand_texts"), anchor=False)
    for name in ("tagline", "footnote"):
        chosen[name] = st.text_input(words(f"brand_{name}"), key=f"brand_{name}", max_chars=LONGEST)
    chosen["logo"] = choose_logo(folder)
    chosen |= choose_font(folder)
    return kit.Brand.model_validate(chosen)


def inks(typed: str) -> tuple[float, ...] | None:
    """Four inks typed in percent as parts of one; nothing typed or not to be understood is None, the latter said."""
    parts = [part.rstrip("%") for part in _PARTS.split(typed.strip()) if part.rstrip("%")]
    if not parts:
        return None
    if len(parts) == _INKS and all(part.isdigit() and int(part) <= 100 for part in parts):  # noqa: PLR2004 - percent
        return tuple(int(part) / 100 for part in parts)
    st.warning(words("brand_inks_wrong"), icon=":material/warning:")
    return None


def choose_logo(folder: Path) -> str:
    """The name of the logo's file in the brand's folder."""
    st.subheader(words("brand_logo"), anchor=False)
    st.caption(words("brand_logo_right"))
    taken("logo", ("png", "jpg", "jpeg", "svg", "pdf"), lambda content: store(folder, logo.cleaned(content)))
    return without("logo", "brand_logo_none")


def choose_font(folder: Path) -> dict[str, str]:
    """The names of the two font files; both or none."""
    with st.expander(words("brand_font"), icon=":material/text_fields:"):
        st.caption(words("brand_font_how"))
        for weight in family.WEIGHTS:
            taken(weight, ("ttf", "otf"), lambda content: store(folder, content, "ttf"))
        names = {weight: str(st.session_state.get(f"brand_{weight}") or "") for weight in family.WEIGHTS}
        if any(names.values()) and not all(names.values()):
            st.info(words("font_both"), icon=":material/text_fields:")
        if all(names.values()):
            try:
                family.family_of(*((folder / name).read_bytes() for name in names.values()))
            except (MpkitError, OSError) as error:
                refuse(error)
                return dict.fromkeys(names, "")
            if st.button(words("brand_font_none"), type="tertiary", key="brand_font_none"):
                for weight in family.WEIGHTS:
                    st.session_state[f"brand_{weight}"] = ""
                st.rerun()
            return names
    return dict.fromkeys(names, "")


def taken(name: str, kinds: tuple[str, ...], check: Callable[[bytes], str]) -> None:
    """A file handed in is checked and kept once; what is wrong with it is said under the box."""
    files = uploads.box(f"brand_{name}_choose", f"brand_{name}", key=f"brand_{name}_file", kinds=kinds)
    if not files or st.session_state.get(f"brand_{name}_taken") == files[-1].file_id:
        if refused := st.session_state.get(f"brand_{name}_refused"):
            st.error(refused, icon=":material/error:")
        return
    st.session_state[f"brand_{name}_taken"] = files[-1].file_id
    try:
        st.session_state[f"brand_{name}"] = check(files[-1].getvalue())
        st.session_state.pop(f"brand_{name}_refused", None)
    except MpkitError as error:
        st.session_state[f"brand_{name}_refused"] = refuse(error)


def refuse(error: Exception) -> str:
    """Say why a file is not taken; answers the sentence."""
    said = plain(say_error(error, language())) if isinstance(error, MpkitError) else words("font_both")
    st.error(said, icon=":material/error:")
    return said


def without(name: str, press: str) -> str:
    """The file chosen, with the press that takes it away."""
    chosen = str(st.session_state.get(f"brand_{name}") or "")
    if chosen and st.button(words(press), type="tertiary", icon=":material/delete:", key=press):
        st.session_state[f"brand_{name}"] = ""
        st.rerun()
    return chosen


def advise(chosen: kit.Brand, worn: kit.Dress) -> None:
    """What will not look or read well, as advice: the merchant decides."""
    about = [*remarks(chosen)]
    if worn.logo:
        about += [*logo.remarks(worn.logo, drawn=bool(worn.drawing)), *logo.lost(worn.logo, kit.designs(), worn)]
    for remark in about:
        st.info(words(remark.key, **remark.values), icon=":material/lightbulb:")


def save(one: Account, folder: Path, kept: kit.Brand, chosen: kit.Brand) -> None:
    """The press that keeps what is chosen, and the way back to ours."""
    with st.container(horizontal=True, vertical_alignment="center"):
        same = chosen == kept
        if st.button(words("brand_keep"), type="primary", icon=":material/save:", key="brand_keep", disabled=same):
            keep(folder, chosen)
            st.toast(words("brand_saved"))
            st.rerun()
        if kept != kit.Brand() and st.button(words("brand_ours"), type="tertiary", key="brand_ours"):
            keep(folder, kit.Brand())
            st.rerun()
        go("signs", "brand_print", icon=":material/print:")
    if same and kept != kit.Brand():
        st.caption(words("brand_is_kept", name=one.name or one.nickname))


def page() -> None:
    """The choices beside the whole family."""
    one = needs_account("page_brand")
    folder = folder_of(house().settings.data, one.id)
    head("page_brand", words("brand_answer"))
    kept = begin(folder)
    left, right = st.columns([2, 3], gap="large")
    with left:
        chosen = draft(folder)
    with right:
        save(one, folder, kept, chosen)
        worn = kit.dress(chosen, house().settings.data, folder=folder)
        advise(chosen, worn)
        known = printable.registers(one)
        designs = gallery.in_order(kit.designs(house().settings.data))
        gallery.show(designs, known[0] if known else printable.sample(one), worn)
        st.caption(say("brand_family"))


page()
