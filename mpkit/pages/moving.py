"""Another address for a branch: places of the account's catalogue to choose from, the point pasted; edits go out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from mpkit.model import Account, Branch
from mpkit.pages.frame import house, say, words
from mpkit.places import Catalogue, catalogue
from mpkit.places.own import of_account
from mpkit.sheet import pasted


def places(one: Account) -> Catalogue:
    """The account's own list of places where it was read, else the country's."""
    folder = house().settings.places
    return of_account(house().store, one, folder) or catalogue(one.site, folder)


def ask(one: Account, branch: Branch) -> dict[str, Any] | None:
    """The fields of the new place once all of it is said; None until then."""
    known, place = places(one), branch.location
    left, right = st.columns(2)
    states = list(dict.fromkeys([place.state, *known.states]))
    state = left.selectbox(words("do_state"), states, key="move_state")
    cities = known.cities(state)
    if state == place.state and place.city not in cities:
        cities = (place.city, *cities)
    at = cities.index(place.city) if place.city in cities else None
    city = right.selectbox(words("do_city"), cities, index=at, placeholder=say("wave_choose"), key=f"move_city_{state}")
    with st.form("move", border=False):
        left, right = st.columns(2)
        street = left.text_input(words("do_street"), place.street_name, key="move_street")
        number = right.text_input(words("do_number"), place.street_number, key="move_number")
        point = st.text_input(
            words("locate_paste"),
            f"{place.latitude}, {place.longitude}",
            placeholder=say("locate_example"),
            key="point",
        )
        go = st.form_submit_button(words("do_look"), type="primary", icon=":material/compare_arrows:", key="move_press")
    if not go:
        return None
    return _read(point, state=state, city=city, street_name=street.strip(), street_number=number.strip())


def _read(point: str, **place: str | None) -> dict[str, Any] | None:
    if not place["city"] or not place["street_name"]:
        st.warning(words("do_move_incomplete"), icon=":material/wrong_location:")
        return None
    found = pasted.point(point)
    if found is None:
        st.warning(words("locate_unreadable"), icon=":material/wrong_location:")
        return None
    return {**place, "latitude": found[0], "longitude": found[1], "approximate": False}
