"""Choices that stand in the address by what they mean, not by the words of a language: a link says the same to all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from mpkit.pages.frame import words


def begin(name: str, default: str, allowed: Collection[str] | None = None) -> None:
    """Before the widget with this key: begin with what the address says, where that can be chosen."""
    said = st.query_params.get(name, "") or st.session_state.get(f"kept_{name}", "")
    if name not in st.session_state or (allowed is not None and st.session_state[name] not in allowed):
        st.session_state[name] = said if said and (allowed is None or said in allowed) else default


def keep(name: str, default: str, *, everywhere: bool = False) -> str:
    """After the widget: write its value into the address, or nothing where it is the default.

    `everywhere`: the choice holds on every page of the session, also where an address does not say it.
    """
    value = str(st.session_state.get(name) or "")
    if everywhere:
        st.session_state[f"kept_{name}"] = value
    if value and value != default:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
    return value


def choose(name: str, options: Sequence[str], key: str) -> str:
    """One of a few views of a page as a row of presses, said as `{key}_{option}`; the first where none was chosen."""
    begin(name, options[0], options)
    st.segmented_control(
        words(key),
        options,
        required=True,
        key=name,
        format_func=lambda each: words(f"{key}_{each}"),
        label_visibility="collapsed",
    )
    return keep(name, options[0]) or options[0]
