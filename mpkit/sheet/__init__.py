"""Files become branches and registers, with findings; and go back marked.

The names are loaded when they are first asked for: the limited child that opens a stranger's file imports this package
too, and must not carry words, catalogues and writers with it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mpkit.sheet.across import check_all
    from mpkit.sheet.checking import Checked, check, message
    from mpkit.sheet.idsheet import identities
    from mpkit.sheet.marking import mark
    from mpkit.sheet.returning import send_back
    from mpkit.sheet.run import Returned
    from mpkit.sheet.templates import template
    from mpkit.sheet.writing import results

__all__ = [
    "Checked",
    "Returned",
    "check",
    "check_all",
    "identities",
    "mark",
    "message",
    "results",
    "send_back",
    "template",
]
_WHERE = {
    "Checked": "checking",
    "check": "checking",
    "check_all": "across",
    "message": "checking",
    "identities": "idsheet",
    "mark": "marking",
    "Returned": "run",
    "send_back": "returning",
    "results": "writing",
    "template": "templates",
}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        message = f"mpkit.sheet has no {name}"
        raise AttributeError(message)
    return getattr(import_module(f"mpkit.sheet.{_WHERE[name]}"), name)
