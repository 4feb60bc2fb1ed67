"""The columns of addresses come in; each draft's street, number, names of places and reference are set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mpkit.model import Severity
from mpkit.sheet import address
from mpkit.sheet.findings import Findings
from mpkit.sheet.table import Table

if TYPE_CHECKING:
    from mpkit.sheet.draft import Draft

_WARN, _BLOCK = Severity.WARNING, Severity.BLOCKING


def read(table: Table, findings: Findings, drafts: list[Draft], texts: Mapping[str, list[str]]) -> None:
    """Street and number from one cell, from two, or cut out of a full address; city and state texts beside them."""
    meaning = next((m for m in ("street_and_number", "street_name", "full_address") if table.column(m)), "")
    whole = table.column("full_address") is not None and (
        meaning == "full_address" or not (table.column("city") and table.column("state"))
    )
    numbers = table.values("street_number")
    if not meaning:
        findings.add("missing_street", _BLOCK, 0)
    for draft in drafts:
        n = draft.record - 1
        draft.city_text, draft.state_text = texts["city"][n], texts["state"][n]
        found = address.Address("", "")
        if whole and texts["full_address"][n]:
            found = address.split_full(texts["full_address"][n], table.places)
            draft.city_text = draft.city_text or found.city
            draft.state_text = draft.state_text or found.state
        cell = draft.address = texts[meaning][n] if meaning else ""
        if meaning and (not cell or address.is_placeholder(cell)):
            findings.add("missing_address", _BLOCK, draft.record, meaning, found=cell)
        elif meaning:
            _stand(draft, found if meaning == "full_address" else address.split_street(cell), cell, numbers[n])
            if draft.number == address.NO_NUMBER:
                findings.add("no_street_number", _WARN, draft.record, meaning, found=cell)


def _stand(draft: Draft, found: address.Address, cell: str, own_number: str) -> None:
    """Street and number of a draft; what else its cell says goes into the reference, nothing is lost.

    A number in its own cell goes before one in the street's cell; where both are there and differ, the street's cell
    is a name with a number in it and stays whole.
    """
    number = _house(own_number)
    if number and number != found.number:
        draft.street, draft.number = cell, number
        return
    draft.street, draft.number = found.street, found.number or address.NO_NUMBER
    premises = ", ".join(filter(None, [found.reference, found.neighborhood]))
    if premises:
        draft.other["premises"] = premises
    if found.postcode:
        draft.other["postal_code"] = found.postcode


def _house(text: str) -> str:
    """A house number from its own cell; words for none give ""."""
    return text if (text.isdigit() or any(c.isdigit() for c in text)) and text.strip("0") else ""
