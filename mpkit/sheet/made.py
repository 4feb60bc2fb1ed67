"""Columns of values come in, as many frozen objects go out: field by field, in half the time of one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import repeat
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Kind = TypeVar("_Kind", bound="DataclassInstance")


def made(kind: type[_Kind], count: int, **columns: Sequence[object]) -> list[_Kind]:
    """`count` objects of a frozen dataclass with slots; `columns` name every field of it.

    A frozen object's own way sets each field through `object.__setattr__`: of tens of thousands of branches that is a
    tenth of all the work. Raises `TypeError` where a field is missing, `ValueError` where a column has another length.
    """
    if columns.keys() != kind.__dataclass_fields__.keys():
        message = f"every field of {kind.__name__}, and no other"
        raise TypeError(message)
    found: list[_Kind] = list(map(object.__new__, repeat(kind, count)))
    for name, values in columns.items():
        if len(values) != count:
            message = f"{len(values)} values of {name} for {count} {kind.__name__}"
            raise ValueError(message)
        deque(map(getattr(kind, name).__set__, found, values), maxlen=0)
    return found
