"""A finished book: its proof in one line, its files, and where each sign goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from mpkit import jobs
from mpkit.i18n import say as said
from mpkit.jobs import Job
from mpkit.model import Account
from mpkit.pages import tables, watch
from mpkit.pages.frame import house, language, say, words
from mpkit.pages.watch import local
from mpkit.sites import SITES

_NAMED = 30  # numbers of replaced signs said one by one; the record has all


def show(job: Job) -> None:
    """What was made, proven, left out; everything to download."""
    made: dict[str, Any] = dict(job.result or {})
    proof = made["proof"]
    st.success(words("signs_proven", matched=proof["matched"], symbols=proof["symbols"]), icon=":material/verified:")
    st.caption(words("signs_made", n=made["pieces"], pages=sum(file["pages"] for file in made["files"])))
    _files(made, job.id)
    with st.container(horizontal=True):
        another()
    if replaced := made.get("replaced"):
        serials = ", ".join(map(str, replaced[:_NAMED])) + (" …" if len(replaced) > _NAMED else "")
        st.info(words("kit_replaced", n=len(replaced), serials=serials), icon=":material/swap_horiz:")
    refused = list(made["refused"])
    if refused:
        st.warning(words("signs_refused", n=len(refused)), icon=":material/warning:")
        rows = [
            {
                say("sold_register"): str(each["register"]),
                say("create_column_why"): said(each["key"], language(), register=each["register"], **each["values"]),
            }
            for each in refused
        ]
        tables.show(rows, alt=say("signs_refused", n=len(refused)), key="refused")
    st.subheader(words("signs_handout"), anchor=False)
    st.markdown(words("signs_handout_how"))


def _files(made: dict[str, Any], key: str) -> None:
    """The book, its packing lists and its manifest."""
    files = [(Path(each["path"]), "signs_book", "primary") for each in made["files"]]
    files += [(Path(path), f"signs_packing_{Path(path).suffix[1:]}", "secondary") for path in made["packing"]]
    files.append((Path(made["manifest"]), "signs_manifest", "secondary"))
    with st.container(horizontal=True):
        for number, (path, label, kind) in enumerate(files):
            if not path.exists():
                continue
            several = kind == "primary" and len(made["files"]) > 1
            st.download_button(
                words(label) + (f" {number + 1}" if several else ""),
                path.read_bytes,
                path.name,
                type="primary" if kind == "primary" else "secondary",
                icon=":material/picture_as_pdf:" if path.suffix == ".pdf" else ":material/download:",
                on_click="ignore",
                key=f"file_{key}_{number}",
            )


def another() -> None:
    """Back to the order, for another book."""
    if st.button(words("signs_another"), icon=":material/add:", key="another_book"):
        st.session_state.pop("book", None)
        watch.leave("kit")
        st.rerun()


def earlier(one: Account) -> None:
    """The book made last, for whoever comes back for it."""
    last = jobs.latest(house().store, one.id, "kit")
    if last is None or last.state != "done" or last.ended is None:
        return
    with st.expander(words("signs_last", when=local(last.ended, SITES.get(one.site))), icon=":material/history:"):
        made: dict[str, Any] = dict(last.result or {})
        st.caption(words("signs_proven", matched=made["proof"]["matched"], symbols=made["proof"]["symbols"]))
        _files(made, last.id)
