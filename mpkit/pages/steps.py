"""The job inside Sucursales as five steps: where one is, what is done; a done step can be looked at again."""

from __future__ import annotations

import streamlit as st

from mpkit.pages.frame import script, words

STEPS = ("file", "review", "create", "print", "handout")
ICONS = {
    "file": ":material/upload_file:",
    "review": ":material/fact_check:",
    "create": ":material/add_business:",
    "print": ":material/print:",
    "handout": ":material/local_shipping:",
}
_PAGE = {"create": "changes", "print": "signs", "handout": "signs"}
KEPT = ("review", "plan", "apply", "kit")  # ids in the address that belong to the job


def show(current: str, reached: str) -> None:
    """The row of steps; steps up to `reached` can be pressed."""
    furthest = STEPS.index(reached)
    with st.container(horizontal=True, gap="xsmall", key="steps"):
        for number, step in enumerate(STEPS):
            here = step == current
            done = number < STEPS.index(current)
            pressed = st.button(
                f"{number + 1}  {words('step_' + step)}",
                key=f"step_{step}",
                icon=":material/check:" if done else ICONS[step],
                type="secondary" if here else "tertiary",
                disabled=number > furthest,
            )
            if pressed and not here:
                to(step)


def to(step: str) -> None:
    """Go to a step, with the ids of the job kept in the address."""
    query = {name: st.query_params[name] for name in KEPT if name in st.query_params}
    st.switch_page(script(_PAGE.get(step, "branches")), query_params={**query, "step": step})


def forward(step: str, key: str) -> None:
    """The press that goes on to the next step: always primary, always worded by what comes."""
    if st.button(words(key), type="primary", icon=ICONS[step], key=f"forward_{step}"):
        to(step)


def back(step: str, key: str) -> None:
    """The press that goes back to an earlier step."""
    if st.button(words(key), icon=":material/arrow_back:", key=f"back_{step}"):
        to(step)
