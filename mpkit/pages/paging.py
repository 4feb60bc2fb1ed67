"""How many things there are and how many fit a page come in, the place of the first one shown goes out."""

from __future__ import annotations

import streamlit as st

from mpkit.pages.frame import words


def pages(total: int, size: int, *, key: str) -> int:
    """Draw which of the pages is shown where there are several; what changes the total begins at the first again."""
    last = max(1, (total + size - 1) // size)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        place = st.empty()
        chosen = st.pagination(last, key=f"page_{key}_{total}") if last > 1 else 1
    first = (int(chosen) - 1) * size
    if not total:
        place.caption(words("paging_none"))
    elif last > 1:
        place.caption(words("paging_shown", first=first + 1, last=min(total, first + size), total=total))
    return first
