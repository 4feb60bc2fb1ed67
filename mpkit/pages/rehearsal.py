"""Ensayo: what customers, colleagues and bad days do, beside what mpkit does about it; only where all is invented."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from mpkit import rehearsal
from mpkit.model import Account
from mpkit.pages import rehearsal_presses, rehearsal_story, watch
from mpkit.pages.frame import head, house, needs_account, site, words
from mpkit.rehearsal import Scene


def answer(scene: Scene) -> str:
    """What time it is there, and how the server is."""
    at = watch.local(datetime.fromisoformat(scene.at), site())
    return f"{words('rehearse_now', at=at)} {words('rehearse_unwell' if scene.faults else 'rehearse_well')}"


def show(one: Account) -> None:
    """The presses on the left, what came of them on the right; on a phone one below the other."""
    scene = rehearsal.kept(house().settings.data, one.id)
    head("rehearse_title", answer(scene) if scene else words("rehearse_curtain"))
    left, right = st.columns(2, gap="large")
    with left:
        rehearsal_presses.show(one, scene)
    with right:
        rehearsal_story.show(one, scene)


account = needs_account("rehearse_title")
if rehearsal.playable(account, house().settings.api_url):  # asked again: the menu is not the only way here
    show(account)
else:
    st.error(words("rehearse_not_here"), icon=":material/block:")
