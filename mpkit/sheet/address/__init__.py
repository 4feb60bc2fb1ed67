"""Address cells come in, street, number, reference, neighbourhood, city, state and postcode go out; nothing is lost."""

from mpkit.sheet.address.full import split_full
from mpkit.sheet.address.street import NO_NUMBER, Address, is_placeholder, split_street

__all__ = ["NO_NUMBER", "Address", "is_placeholder", "split_full", "split_street"]
