"""The list: the branches and registers a merchant wants, each value with where it came from."""

from mpkit.branches.amending import Edits, amend, amended, clear
from mpkit.branches.answering import Unanswered, unanswered
from mpkit.branches.comparing import Change, Choice, Origin, Proposed
from mpkit.branches.listing import (
    Listed,
    Memory,
    Source,
    Wanted,
    Witness,
    listed,
    memory,
    propose,
    propose_all,
    wanted,
)
from mpkit.branches.rows import read_origins, stamp
from mpkit.branches.takeins import TakeIn, Undone, taken_in, undo

__all__ = [
    "Change",
    "Choice",
    "Edits",
    "Listed",
    "Memory",
    "Origin",
    "Proposed",
    "Source",
    "TakeIn",
    "Unanswered",
    "Undone",
    "Wanted",
    "Witness",
    "amend",
    "amended",
    "clear",
    "listed",
    "memory",
    "propose",
    "propose_all",
    "read_origins",
    "stamp",
    "taken_in",
    "unanswered",
    "undo",
    "wanted",
]
