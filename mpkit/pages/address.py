"""Choices that stand in the address by what they mean, not by the words of a language: a link says the same to all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from mpkit.pages.frame import words

_LEFT, _CHOSEN = "_address_left", "_address_chosen"


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
    wanted = value if value != default else ""
    _remember(name, wanted, st.session_state.get(name))
    if wanted != st.query_params.get(name, ""):  # every write is a step of the browser's history
        put(**{name: wanted})
    return value


def put(**values: str) -> None:
    """Write values into the address at once, one step of the browser's history; "" takes one out."""
    now = st.query_params.to_dict() | values
    st.query_params.from_dict({name: value for name, value in now.items() if value})


def follow(names: Sequence[str]) -> None:
    """Before the widgets of these keys: where the browser went back or forth, the address says what is chosen.

    It did so where the address is another than the page left it, and no widget was touched meanwhile: a click that
    brings an address of before, because the browser had not heard of the last one yet, takes nothing back.
    """
    chosen, left_ = st.session_state.get(_CHOSEN, {}), st.session_state.get(_LEFT, {})
    touched = any(name in st.session_state and st.session_state[name] != chosen.get(name) for name in names)
    if left_ and not touched and any(left_.get(name, "") != st.query_params.get(name, "") for name in names):
        for name in names:
            st.session_state.pop(name, None)


def left(names: Sequence[str]) -> None:
    """After them: remember how the page leaves the address."""
    for name in names:
        _remember(name, st.query_params.get(name, ""), st.session_state.get(name))


def _remember(name: str, said: str, chosen: object) -> None:
    """At once, since whoever goes back at once ends a run before its end."""
    st.session_state.setdefault(_LEFT, {})[name] = said
    st.session_state.setdefault(_CHOSEN, {})[name] = chosen


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
