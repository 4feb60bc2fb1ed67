"""What happened to a branch or a register, the newest first: the journal, the list's origins and the prints come in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import streamlit as st

from mpkit import branches, jobs, ledger
from mpkit.branches import Listed
from mpkit.jobs import logbook
from mpkit.ledger import PANEL, Piece
from mpkit.model import Account
from mpkit.pages import alarms, comparing, paging, tables
from mpkit.pages.frame import house, language, say, site, words
from mpkit.pages.watch import local

PAGE = 20
_ORDER = ("name", "own_id", "branch_external_id", "region", "street_name", "street_number", "city", "state")
_HIDDEN = frozenset({"approximate", "latitude", "longitude"})  # of the table: the point stands in one row


class Event(NamedTuple):
    """One thing that happened, and who did it."""

    at: datetime
    what: str
    who: str


def entry(one: Account, kind: str, id_: str) -> Listed | None:
    """A branch or register as the list keeps it, each value with where it came from."""
    listed = branches.listed(house().store, one.id)
    return next((each for each in listed if each.object == kind and each.external_id == id_), None)


def values(listed: Listed) -> None:
    """Every value with who or what wrote it."""
    rows = [
        {
            say("changes_field"): comparing.named(name),
            say("shop_value"): comparing.shown(name, value),
            say("shop_from"): comparing.written_by(listed.origins.get("latitude" if name == "point" else name, {})),
        }
        for name, value in _told(listed)
    ]
    tables.sentences(rows, alt=say("shop_data"))


def _told(listed: Listed) -> Iterable[tuple[str, object]]:
    """The values that say something; the point as one."""
    order = {name: place for place, name in enumerate(_ORDER)}
    for name, value in sorted(listed.values.items(), key=lambda each: order.get(each[0], len(order))):
        if name == "latitude":
            yield "point", f"{value}, {listed.values.get('longitude')}"
        elif name not in _HIDDEN and value not in (None, "", {}) and (name != "closed" or value):
            yield name, value


def events(one: Account, listed: Listed, objects: Sequence[tuple[str, str]], pieces: Iterable[Piece]) -> list[Event]:
    """What is known of it: requests, values written by hand or file, signs printed; the newest first."""
    begun = min(listed.origins.values(), key=lambda origin: str(origin.get("at", "")), default={})
    found = [Event(listed.added, say("story_added"), comparing.written_by({**begun, "at": ""}))]
    who: dict[str, str] = {}
    for kind, id_ in objects:
        journal = ledger.of_object(house().store, one.id, kind, id_)
        for each in journal:
            if each.plan not in who:
                run = next(iter(jobs.of_keys(house().store, one.id, "apply", each.plan)), None)
                who[each.plan] = logbook.who(run, language()) if run is not None else ""
        found += [Event(each.ended, logbook.told(each, language()), who[each.plan]) for each in journal if each.ended]
    for name, origin in listed.origins.items():
        at = datetime.fromisoformat(str(origin["at"])) if origin.get("at") else None
        if at is not None and at > listed.added and name not in _HIDDEN:
            text = say("story_wrote", field=comparing.named(name), value=comparing.shown(name, listed.values.get(name)))
            found.append(Event(at, text, comparing.written_by({**origin, "at": ""})))
    books: dict[tuple[str, datetime], list[Piece]] = {}
    for piece in pieces:
        books.setdefault((piece.book, piece.printed), []).append(piece)
    for (book, at), printed in books.items():
        key = "story_sticker" if book == PANEL else "story_printed"
        found.append(Event(at, say(key, n=len(printed), book=book), ""))
    return sorted(found, key=lambda each: each.at, reverse=True)


def show(found: Sequence[Event]) -> None:
    """The story as a table, a page at a time."""
    first = paging.pages(len(found), PAGE, key="story")
    rows = [
        {
            say("history_when"): local(each.at, site()),
            say("history_what"): each.what,
            say("history_who"): each.who if each.who != "—" else "",
        }
        for each in found[first : first + PAGE]
    ]
    tables.sentences(rows, alt=say("shop_story"))


def pieces_of(one: Account, ids: Sequence[str]) -> tuple[Piece, ...]:
    """Every printed piece of some registers; without the key, of which the top says, as they stand on record."""
    sealed, trouble = alarms.held()
    found = ledger.pieces_of(house().store, one.id, ids, seal=sealed)
    return found if trouble is None else tuple(replace(each, sound=True) for each in found)


def pieces(found: Sequence[Piece]) -> None:
    """The pieces as a table: number, where it was printed, what became of it."""
    if not found:
        st.caption(words("shop_no_pieces"))
        return
    rows = [
        {
            say("plan_recall_serial"): str(each.serial),
            say("create_pos"): each.register,
            say("shop_piece_check"): each.check_code or "—",
            say("shop_piece_book"): say("shop_piece_panel") if each.book == PANEL else each.book,
            say("shop_piece_printed"): local(each.printed, site()),
            say("shop_piece_state"): say(f"shop_piece_{each.state}") if each.sound else say("shop_piece_damaged"),
        }
        for each in found
    ]
    tables.show(rows, alt=say("shop_pieces"), key="pieces")
