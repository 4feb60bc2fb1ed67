"""A merchant's list comes in; where each register stands goes out, as one line for a sign."""

from __future__ import annotations

from mpkit.branches.listing import Wanted


def of_registers(listed: Wanted) -> dict[str, str]:
    """Street, number and city of each register's branch as the list says them, by the register's external id."""
    places = {branch.external_id: branch.location for branch in listed.branches}
    found = {}
    for one in listed.registers:
        place = places.get(one.branch_external_id)
        if place is not None and place.street_name:
            street = f"{place.street_name} {place.street_number}".strip()
            found[one.external_id] = ", ".join(part for part in (street, place.city) if part)
    return found
