"""The seam for an online geocoder: an address goes in, a point somebody else's service knows comes out.

None is shipped and none is asked unless `MPKIT_GEOCODER` names one (`module:factory`): an address is the merchant's to
give away. What it answers fills the sheet of gaps; it becomes a branch's point only when a person takes that sheet in.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from mpkit.errors import WrongUsage


@dataclass(frozen=True, slots=True)
class Sought:
    """An address as its row has it; `country` is ISO alpha-2."""

    name: str
    address: str
    city: str
    state: str
    country: str


@dataclass(frozen=True, slots=True)
class Found:
    """The point of an address in decimal degrees."""

    latitude: float
    longitude: float


class Geocoder(Protocol):
    """Somebody who knows where addresses are."""

    def find(self, sought: Sought) -> Found | None:
        """The point of an address, None where it is not known; raises `MpkitError` where nobody answers."""
        ...


def chosen(setting: str) -> Geocoder | None:
    """The geocoder a setting names as `module:factory`, None for ""; raises `WrongUsage` where there is none."""
    if not setting:
        return None
    module, colon, factory = setting.partition(":")
    try:
        make = getattr(import_module(module), factory) if colon else None
    except (ImportError, AttributeError, ValueError) as error:
        raise WrongUsage("geocoder_unknown", name=setting) from error
    if not callable(make):
        raise WrongUsage("geocoder_unknown", name=setting)
    return cast("Geocoder", make())
