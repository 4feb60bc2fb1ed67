"""How many things there are and how many fit a page come in, the place of the first one shown goes out."""

from __future__ import annotations

import streamlit as st

from mpkit.pages.frame import words


def pages(total: int, size: int, *, key: str) -> int:
    """Draw which of the pages is shown where there are several; what changes the total begins at the first again."""
    if not total:
        st.caption(words("paging_none"))
        return 0
    last = (total + size - 1) // size
    if last == 1:
        return 0
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        place = st.container(width="content")
        number = st.pagination(last, key=f"page_{key}_{total}")
    first = (int(number) - 1) * size
    place.caption(words("paging_shown", first=first + 1, last=min(total, first + size), total=total))
    return first
