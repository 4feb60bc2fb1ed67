"""The first minute: what mpkit does in one sentence, and three doors into it."""

from __future__ import annotations

import streamlit as st

from mpkit import kit
from mpkit.pages import printable, steps
from mpkit.pages.frame import house, say, script, words

DOORS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("review", ":material/fact_check:", "branches", {"step": "file"}),
    ("connect", ":material/link:", "connect", {}),
    ("example", ":material/visibility:", "branches", {"step": "file", "example": "1"}),
)


def show(*, example: tuple[str, dict[str, str]] | None = None) -> None:
    """Three doors side by side; `example` is the page and query the third leads to where there is something to see."""
    with st.grid(3, min_column_width=260):
        for name, icon, page, query in DOORS:
            if name == "example" and example is not None:
                page, query = example  # noqa: PLW2901 - the third door leads to what exists
            with st.container(border=True, height="stretch"):
                with st.container(height="stretch"):
                    st.subheader(words(f"door_{name}"), anchor=False)
                    st.markdown(words(f"door_{name}_what"))
                if st.button(
                    words(f"door_{name}_press"),
                    key=f"door_{name}",
                    icon=icon,
                    type="primary" if name == "review" else "secondary",
                    width="stretch",
                ):
                    st.switch_page(script(page), query_params=query or None)


def tour(site_id: str) -> None:
    """What comes out of it: the five steps, and a sign as it will be printed, marked as a rehearsal."""
    st.space("small")
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        st.subheader(words("door_tour"), anchor=False)
        for step in steps.STEPS:
            st.markdown(f"{steps.ICONS[step]} {words(f'door_tour_{step}')}")
    designs = kit.designs(house().settings.data)[:2]
    for place, design in zip(right.columns(2), designs, strict=False):
        picture = printable.picture(design, printable.sample(None, site_id))
        place.image(picture, width="stretch", alt=say("signs_sample"))
