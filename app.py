"""The entry of the dashboard: page config and navigation, nothing else."""

import streamlit as st

from mpkit import shipped
from mpkit.pages import frame, ink, side

st.set_page_config(
    page_title="mpkit",
    page_icon=str(shipped.folder("static/icon.png")),
    layout="wide",
    initial_sidebar_state="auto",
)
st.logo(str(shipped.folder("static/wordmark.png")), size="large", icon_image=str(shipped.folder("static/icon.png")))
ink.show()
with frame.guarded():
    page = side.navigation()
    page.run()
frame.settle()
