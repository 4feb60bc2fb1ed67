"""A branch and a register come in, the register's name goes out: finance meets it in Mercado Pago's own reports.

Both generations of the POS calls take up to 44 characters: letters, digits, hyphen, underscore and blanks inside. The
name says where the register is (`0425 Caja 1`), by a pattern the merchant sees and may change.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from string import Formatter
from typing import NamedTuple

from mpkit.errors import WrongUsage
from mpkit.i18n import say
from mpkit.model import Branch, Register
from mpkit.places.names import fold
from mpkit.sheet.text import safe_name, tidy

MOST = 44
FIELDS = ("id", "branch", "city", "n", "register")
_TAIL_MOST = 36  # characters of what tells registers of a branch apart; the rest is the branch's
_HASH = 3
_OF_BRANCH = re.compile(r"\{(?:id|branch|city)")


class Named(NamedTuple):
    """A name, and whether letters were written otherwise or the end was cut to make it."""

    text: str
    folded: bool = False
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Naming:
    """A pattern: text with `{id}` (the branch's own code, else its name), `{branch}`, `{city}`, `{n}`, `{register}`."""

    pattern: str

    def name(self, branch: Branch, n: str, own: str = "") -> Named:
        """The name of a register: `n` is its own number or its place in the branch, `own` its own name, if any.

        A name too long is cut in the part that is the branch's, with a hyphen and three letters that tell it from
        others that begin alike; the same branch is always cut the same.
        """
        head, tail, own_only = _split(self.pattern)
        own = own if own and safe_name(own) else ""
        if own and "{register}" not in self.pattern:
            tail, own_only = "{register}", True
        code = branch.own_id or branch.name
        if own_only and head == "{id}":  # the pattern of nearly everybody
            first, (last, end) = code, _own_part(tail, n, own or n)
        else:
            values = {"id": code, "branch": branch.name, "city": branch.location.city, "n": n, "register": own or n}
            first, last = head.format_map(values), tail.format_map(values)
            end = safe_name(last)
        start = safe_name(first)
        whole = f"{start} {end}" if start else end
        folded = (first, last) != (start, end) and (_is_folded(first, start) or _is_folded(last, end))
        if len(whole) <= MOST and len(end) <= _TAIL_MOST:
            return Named(whole, folded=folded)
        parts = _shortened(start, MOST - 1 - min(len(end), _TAIL_MOST)), _shortened(end, _TAIL_MOST)
        return Named(" ".join(filter(None, parts))[:MOST].strip(), folded=folded, cut=parts != (start, end))


def naming(pattern: str, language: str) -> Naming:
    """A pattern as the merchant wrote it, or the language's own; raises `WrongUsage` for one that cannot name."""
    pattern = pattern.strip() or say("register_pattern", language)
    try:
        used = [name for _, name, spec, _ in Formatter().parse(pattern) if name is not None]
        plain = all(not spec for _, name, spec, _ in Formatter().parse(pattern) if name is not None)
    except ValueError:
        used, plain = [""], False
    known = ", ".join(f"{{{name}}}" for name in FIELDS)
    if not plain or set(used) - set(FIELDS) or not {"n", "register"} & set(used):
        raise WrongUsage("register_pattern_unreadable", pattern=pattern, known=known)
    return Naming(pattern)


def distinct(registers: Iterable[Register], taken: Iterable[str] = ()) -> tuple[list[Register], frozenset[str]]:
    """The registers with names that stand once in the account, and the ids of those that had to be named anew.

    Names are compared without regard to case; a second one ends in a hyphen and letters made of its id, always the
    same. `taken` are names of the account that other registers have.
    """
    seen = {fold(name) for name in taken}
    found: list[Register] = []
    anew: set[str] = set()
    for register in registers:
        name, length = register.name, _HASH
        while (folded := fold(name)) in seen:
            mark = f"-{_letters(register.external_id, length)}"
            name, length = register.name[: MOST - len(mark)].rstrip(" -_") + mark, length + 1
        seen.add(folded)
        if name != register.name:
            anew.add(register.external_id)
            register = replace(register, name=name)  # noqa: PLW2901 - the same one by its new name
        found.append(register)
    return found, frozenset(anew)


def _is_folded(text: str, safe: str) -> bool:
    """Whether a name was written otherwise; blanks do not count."""
    return text != safe and " ".join(tidy(text).split()) != safe


@lru_cache(maxsize=10_000)
def _own_part(tail: str, n: str, register: str) -> tuple[str, str]:
    """What a pattern says of the register alone, and that as a safe name: few are different."""
    last = tail.format(n=n, register=register)
    return last, safe_name(last)


@lru_cache(maxsize=100)
def _split(pattern: str) -> tuple[str, str, bool]:
    """What the pattern says of the branch; the register's own part, with the word before it: `Caja {n}`.

    And whether that part says nothing of the branch.
    """
    own = re.search(r"(?:[^\s{}]+\s+)?[^\s{}]*\{(?:n|register)\}.*$", pattern)
    start = own.start() if own else 0
    tail = pattern[start:].strip()
    return pattern[:start].strip(), tail, not _OF_BRANCH.search(tail)


def _shortened(text: str, most: int) -> str:
    """A text that fits: cut, and marked by a hyphen and letters made of the whole."""
    if len(text) <= most:
        return text
    mark = f"-{_letters(text, _HASH)}"
    return text[: most - len(mark)].rstrip(" -_") + mark


def _letters(text: str, count: int) -> str:
    """Letters that stand for a text, always the same."""
    return base64.b32encode(hashlib.sha256(fold(text).encode()).digest()).decode()[:count]
