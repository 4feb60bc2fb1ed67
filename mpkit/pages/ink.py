"""The letters on what is chosen: the one colour Streamlit has for presses and for chosen segments cannot suit both.

White on a press and that colour on the dark page would each have to stand out 4.5 times; letters on what is chosen get
the text colours of `.streamlit/config.toml` instead.
"""

from __future__ import annotations

import streamlit as st

LIGHT, DARK = "#0B5B55", "#2DD4BF"
_STYLE = f"""<style>
.stButtonGroup button[data-selected="true"]:not(:disabled)
{{ color: light-dark({LIGHT}, {DARK}) !important; }}
</style>"""


def show() -> None:
    """Once a run, on every page."""
    st.html(_STYLE)
