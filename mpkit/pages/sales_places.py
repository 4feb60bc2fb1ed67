"""Which branch and register are looked at: few are offered as they are, of thousands those a few letters find."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import streamlit as st

from mpkit import sales
from mpkit.pages import address
from mpkit.pages.frame import say, words
from mpkit.sales import Mirror
from mpkit.sales.places_of_sale import REGISTER, STORE, Place, PlacesOfSale

FEW = 200  # offered without being asked for
OFFERED = 50
WIDTH = 156  # pixels of a filter: five stand in a row, two on a phone
NO_BRANCH = "none"


def choose(source: Mirror) -> tuple[str, str]:
    """The ids in the address: of a branch and of a register, "" for all of them, `NO_BRANCH` for none."""
    store, register = (_said(name) for name in ("store", "register"))
    some = sales.some_places(source, FEW, {store, register})
    many = len(some.stores) >= FEW or len(some.registers) >= FEW
    letters = ""
    if many:
        address.begin("place", "")
        st.text_input(words("sold_find_place"), key="place", width=WIDTH, icon=":material/search:")
        letters = address.keep("place", "").strip()
        some = _found(source, letters, {store, register}) if letters else sales.some_places(source, OFFERED, {store})
    store = _offer("store", some.stores.values(), also=store)
    inside = [each for each in some.registers.values() if store in {"", each.store_id}]
    if many and store and store != NO_BRANCH and not letters:
        inside = list(sales.registers_of(source, store, OFFERED))
    return store, _offer("register", inside, also=register)


def _said(name: str) -> str:
    return str(st.session_state.get(name) or st.query_params.get(name, ""))


def _offer(name: str, places: Iterable[Place], *, also: str) -> str:
    shown = {"": say(f"sold_{name}_all"), **{each.id: each.name for each in places}, NO_BRANCH: say(f"sold_no_{name}")}
    if also and also not in shown and name == "store":
        shown[also] = also
    address.begin(name, "", shown)
    st.selectbox(words(f"sold_{name}"), list(shown), format_func=lambda each: shown[each], key=name, width=WIDTH)
    return address.keep(name, "")


def _found(source: Mirror, letters: str, chosen: set[str]) -> PlacesOfSale:
    """Places whose name or own id holds the letters, whatever their accents, and those that are chosen."""
    wanted = folded(letters)
    every = _every(str(source.folder), source)
    stores = [each for each, name in every if each.kind == STORE and (wanted in name or each.id in chosen)][:OFFERED]
    at = {each.id for each in stores}
    registers = [
        each
        for each, name in every
        if each.kind == REGISTER and (wanted in name or each.id in chosen or each.store_id in at)
    ][:OFFERED]
    return PlacesOfSale(source.zone, {each.id: each for each in stores}, {each.id: each for each in registers})


@st.cache_resource(max_entries=2, ttl=300, show_spinner=False)
def _every(folder: str, _source: Mirror) -> list[tuple[Place, str]]:  # noqa: ARG001 - the folder is the key
    places = sales.places_of(_source)
    return [
        (each, folded(f"{each.name} {each.external_id}"))
        for each in (*places.stores.values(), *places.registers.values())
    ]


def folded(text: str) -> str:
    """Letters without case and accents."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter)
    )
