"""All designs side by side as a merchant's signs will look, each with what it is for, what it says, how it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import streamlit as st
from babel.numbers import format_decimal

from mpkit import kit
from mpkit.errors import MpkitError
from mpkit.i18n import locale_of, say_error
from mpkit.pages import thumbnails
from mpkit.pages.frame import guards, language, plain, say, words

EVERY = 0.6  # seconds between two looks at pictures that are being drawn
KINDS = ("sticker", "tent", "poster", "decal", "card", "door", "own")
CARD = 236  # pixels
SHOWN = 168  # pixels of a picture
HIGH = 252  # of the room a picture has on its card
SMALL = 132  # of one among the family
_STYLE = """<style>@media (max-width: 640px) {
[class*="st-key-card_"], :has(> [class*="st-key-card_"]) { width: 100% !important; flex: 1 1 100% !important; }
}</style>"""  # on a telephone a card is as wide as the page
_PARTS = ("steps", "payee", "register", "address", "logo")
_SAID = {"steps": "step1", "payee": "payee", "register": "register", "address": "address"}


def title(of: kit.Design | kit.Paper | kit.Mood) -> str:
    """What a design, a paper or a mood is called in the language of the session."""
    said = {str(tag): text for tag, text in of.title.items()}
    found = said.get(language()) or said[language()[:2]]
    return found.replace(" × ", "\xa0×\xa0").replace(" mm", "\xa0mm")  # noqa: RUF001 - a measure stays on one line


def in_order(designs: Iterable[kit.Design]) -> tuple[kit.Design, ...]:
    """Stickers first, then what stands, hangs and sticks; small before large; a merchant's own kind last."""
    return tuple(sorted(designs, key=lambda one: (KINDS.index(one.kind), one.width * one.height)))


def show(
    designs: Sequence[kit.Design],
    subject: kit.Subject,
    worn: kit.Dress,
    choose: Callable[[str], None] | None = None,
) -> None:
    """The designs as cards; with `choose` each has a press that takes its name."""
    wanted = [thumbnails.Wanted(each, subject, worn) for each in designs]
    if choose is not None:
        st.html(_STYLE)
    waiting = [each for each in wanted if not thumbnails.SHELF.ask(each).done()]
    st.fragment(_cards, run_every=EVERY if waiting else None)(wanted, choose, waiting=bool(waiting))


@guards
def _cards(wanted: Sequence[thumbnails.Wanted], choose: Callable[[str], None] | None, *, waiting: bool) -> None:
    if waiting and all(thumbnails.SHELF.ask(each).done() for each in wanted):
        st.rerun()
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom" if choose is None else "top"):
        for each in wanted:
            _card(each, choose)


def _card(wanted: thumbnails.Wanted, choose: Callable[[str], None] | None) -> None:
    design = wanted.design
    key = f"card_{design.name}" if choose else None  # what the style knows a card by
    high: Literal["stretch", "content"] = "stretch" if choose else "content"
    with st.container(width=CARD if choose else SMALL, height=high, border=bool(choose), key=key):
        with st.container(
            horizontal_alignment="center",
            vertical_alignment="center",
            height=HIGH if choose else "content",
            border=False,
        ):
            picture(wanted, SHOWN if choose else SMALL)
        if choose is None:
            st.caption(plain(title(design)))
            return
        st.markdown(f"**{plain(title(design))}**")
        st.caption("  \n".join(facts(design, wanted.subject)))
        st.space("stretch")  # the presses of a row stand on one line
        if st.button(words("signs_take"), key=f"take_{design.name}", width="stretch"):
            choose(design.name)
            st.rerun()


def picture(wanted: thumbnails.Wanted, width: int) -> None:
    """The sign as it will be, its empty place while it is drawn, or why it cannot be."""
    design, subject = wanted.design, wanted.subject
    wide = min(width, round(width * 1.4 * design.width / design.height))
    try:
        content = thumbnails.ready(wanted)
    except MpkitError as error:
        st.caption(plain(say_error(error, language())))
        return
    alt = say("signs_preview_alt", register=subject.register, store=subject.store)
    st.image(content or thumbnails.empty(*design.face), width=wide, alt=f"{title(design)}. {alt}")


def facts(design: kit.Design, subject: kit.Subject) -> list[str]:
    """What it is for, what stands on it, and from how far its code reads: one line each, already escaped."""
    lines = [words(f"signs_for_{design.kind}")]
    said = {name for box in design.texts for name in box.names}
    parts = [part for part in _PARTS if _SAID.get(part) in said or (part == "logo" and _takes_logo(design))]
    lines.append(words("signs_says", parts=", ".join(say(f"signs_says_{part}") for part in parts)))
    if design.code is not None:
        lines.append(_reading(design, subject))
    return lines


def _takes_logo(design: kit.Design) -> bool:
    return any(box.kind == "logo" for box in design.boxes)


def _reading(design: kit.Design, subject: kit.Subject) -> str:
    """How the code of this account reads on the design, or the smallest one on which it does."""
    found = kit.reads(design, subject.content)
    if not found.fits:
        return words("signs_reads_not", fits=title(kit.design(kit.smallest(subject.content))))
    return words(
        "signs_reads",
        module=format_decimal(found.module, "0.00", locale=locale_of(language())),
        reach=round(found.reach / 10),
    )
