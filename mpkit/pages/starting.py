"""Planilla: choose a file, or take a template or a filled example."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

import streamlit as st

from mpkit import sheet
from mpkit.model import Account
from mpkit.pages import reviews, uploads
from mpkit.pages.frame import language, say, words
from mpkit.sites import SITES

TEMPLATES = (
    ("empty", "template_file"),
    ("filled", "template_example_file"),
    ("reference", "template_reference_file"),
)


def show(one: Account | None) -> None:
    """The upload, the country where nothing says it, the template beside it."""
    country = ""
    with st.container(border=True):
        st.markdown(words("start_what", limit=uploads.MEGABYTES))
        if one is None:
            country = st.selectbox(
                words("start_country"),
                ["", *SITES],
                width=320,
                key="country",
                format_func=lambda each: SITES[each].name if each else say("start_guess"),
            )
        chosen = uploads.box("start_choose", "start", key="file")
        press = words("start_review" if len(chosen) < 2 else "start_review_several", n=len(chosen))  # noqa: PLR2004
        if chosen and st.button(press, type="primary", icon=":material/fact_check:", key="check"):
            begin(one, [(file.name, file.getvalue()) for file in chosen], site=country)
    templates(one.site if one else country or "MLA")
    if st.query_params.get("example"):
        st.query_params.pop("example")
        example = made(one.site if one else "MLA", language()[:2])[1]
        begin(one, [example], site=one.site if one else "MLA")


def begin(one: Account | None, files: Sequence[tuple[str, bytes]], *, site: str = "") -> None:
    """Keep the files and go on to their review; the same files again are the same review."""
    account = one.id if one else ""
    reviews.begin(one, [uploads.keep(name, content, account) for name, content in files], site)


def templates(site: str) -> None:
    """An empty workbook, a filled one and what each column means."""
    with st.expander(words("start_templates"), icon=":material/description:"):
        st.markdown(words("start_templates_what", country=SITES[site].name))
        with st.container(horizontal=True):
            for number, (name, file) in enumerate(TEMPLATES):
                st.download_button(
                    words(f"start_template_{name}"),
                    partial(content, site, language()[:2], number),
                    say(file),
                    key=f"template_{name}",
                    icon=":material/download:",
                    on_click="ignore",
                )


def content(site: str, spoken: str, number: int) -> bytes:
    """One of the template files."""
    return made(site, spoken)[number][1]


@lru_cache(maxsize=32)
def made(site: str, spoken: str) -> tuple[tuple[str, bytes], ...]:
    """The template files of a country in a language, made once."""
    with tempfile.TemporaryDirectory(prefix="mpkit-") as folder:
        return tuple((path.name, path.read_bytes()) for path in sheet.template(site, spoken, Path(folder)))
