"""The merchant's own ids come in, ids Mercado Pago accepts go out: one visible rule, stable, and no two become one.

Mercado Pago takes letters and digits: stores up to 60, POS up to 39 (its text says "less than 40"), compared without
regard to case. So:
- an own id of A-Z and 0-9 that does not begin with X stays as it is;
- any other is written as X followed by itself, with what is not A-Z or 0-9 spelt out: XM is `-`, XU `_`, XP `.`,
  XS `/`, XE a blank, XC turns capitals off and on, XX is the letter X, XH…Z any other letter by its hexadecimal number;
- an id too long ends in XT and 15 letters of its hash;
- a branch without own id gets XD and 20 letters of the hash of name, address and place.
A register adds C01, C02 … (counted), R7 (the own number of the register) or `…L04` (any other own id and its length).
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from mpkit.model import Branch, Register
from mpkit.places.names import fold

STORE_MOST, POS_MOST = 60, 39
_PLAIN = re.compile(r"[A-WYZ0-9][A-Z0-9]*")
_ESCAPES = {"-": "XM", "_": "XU", ".": "XP", "/": "XS", " ": "XE", "X": "XX"}
_TAIL = 15
_COUNTED = re.compile(r"C\d{2,}")
_EYES = str.maketrans("oil|", "0111")


@lru_cache(maxsize=100_000)
def store_id(own: str) -> str:
    """The external id of the store with this own id; never longer than 60."""
    if _PLAIN.fullmatch(own) and len(own) <= STORE_MOST:
        return own
    return _joined("X", _pieces(own), own, STORE_MOST)


def derived_id(name: str, address: str, city: str, state: str) -> str:
    """The external id of a branch without own id: the same branch gives the same id, in any file."""
    return "XD" + _hash("\n".join(fold(part) for part in (name, address, city, state)), 20)


def register_id(store: str, own: str = "", number: int = 1) -> str:
    """The external id of a register of the store with this external id; never longer than 39."""
    if not own:
        tail = f"C{number:02d}"
    elif own.isascii() and own.isdigit():
        tail = f"R{own}"
    else:
        spelt = "".join(_pieces(own))
        tail = f"{spelt}L{len(spelt):02d}"
    if len(store) + len(tail) <= POS_MOST:
        return store + tail
    return _joined("", [store[: POS_MOST - 25].rstrip("X")], store + "\n" + tail, POS_MOST)


def _pieces(own: str) -> list[str]:
    """The id spelt out, one piece a character, so that it can be read back letter by letter."""
    pieces: list[str] = []
    capitals = True
    for letter in own:
        if letter.isascii() and letter.isalpha():
            turn = "" if letter.isupper() == capitals else "XC"
            capitals = letter.isupper()
            pieces.append(turn + ("XX" if letter in "xX" else letter.upper()))
        elif letter.isascii() and letter.isdigit():
            pieces.append(letter)
        else:
            pieces.append(_ESCAPES.get(letter) or f"XH{ord(letter):X}Z")
    return pieces


def _joined(start: str, pieces: list[str], whole: str, most: int) -> str:
    """The pieces, or as many as fit before the hash of the whole."""
    text = start + "".join(pieces)
    if len(text) <= most and start:
        return text
    kept = start
    for piece in pieces:
        if len(kept) + len(piece) + 2 + _TAIL > most:
            break
        kept += piece
    return kept + "XT" + _hash(whole, _TAIL)


def _hash(text: str, length: int) -> str:
    return base64.b32encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()).decode()[:length]


def of_branch(branch: Branch) -> str:
    """The external id the rule gives a branch, whoever it was found to be since."""
    if branch.own_id:
        return store_id(branch.own_id)
    place = branch.location
    return derived_id(branch.name, f"{place.street_name} {place.street_number}", place.city, place.state)


def moved(register: Register, store: str) -> str:
    """The external id of a register under another store: that of the branch its own turned out to be."""
    if register.own_id:
        return register_id(store, register.own_id)
    tail = register.external_id.removeprefix(register.branch_external_id)
    if _COUNTED.fullmatch(tail):
        return register_id(store, number=int(tail[1:]))
    return _joined("", [store[: POS_MOST - 25].rstrip("X")], store + "\n" + register.external_id, POS_MOST)


def plain(own: str) -> tuple[str, str, str]:
    """An own id as a hurried eye reads it: without capitals; without zeros in front too; O as 0, I and l as 1 too."""
    lower = own.strip().casefold()
    short = lower.lstrip("0") or lower[-1:]
    return lower, short, lower.translate(_EYES).lstrip("0")
