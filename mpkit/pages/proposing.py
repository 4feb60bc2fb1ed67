"""What a geocoder knows of rows without a point: asked by a press, since it gives addresses away; a sheet comes out."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from mpkit.db import canonical
from mpkit.pages import watch
from mpkit.pages.frame import house, language, say, words
from mpkit.pages.judged import Judged
from mpkit.pages.reviews import Shown
from mpkit.sheet.gaps import Gap


def show(now: Shown, judged: Judged, gaps: Sequence[Gap]) -> None:
    """The press that asks, how far it is, and the sheet with what became known; nothing where no geocoder is set."""
    geocoder = house().settings.geocoder
    if not geocoder:
        return
    told = asked(now, judged, gaps)
    key = f"{now.begun.id}-{hashlib.sha256(canonical(told).encode()).hexdigest()[:16]}"
    job = watch.found("locate", account=now.account)
    if job is None or job.key != key:
        st.caption(words("propose_what", name=geocoder.partition(":")[0]))
        if st.button(words("propose_ask", n=len(gaps)), icon=":material/travel_explore:", key=now.key("propose")):
            watch.submit("locate", key, {**told, "name": key}, account=now.account)
            st.rerun()
        return
    if not watch.done(job):
        return
    result = job.result or {}
    st.markdown(words("propose_known", n=int(result.get("found", 0)), total=int(result.get("asked", 0))))
    st.download_button(
        words("propose_download"),
        Path(str(result.get("path"))).read_bytes,
        f"{say('gaps_sheet')}.xlsx",
        icon=":material/download:",
        on_click="ignore",
        key=now.key("proposed"),
    )


def asked(now: Shown, judged: Judged, gaps: Sequence[Gap]) -> dict[str, Any]:
    """What the job is asked: the rows by country, in the language of the page."""
    sites = {file.name: str(file.told["site"]) for file in judged.readable}
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    for gap in gaps:
        rows[sites[gap.file]].append(list(gap))
    return {"gaps": dict(rows), "account": now.account, "language": language()[:2]}
