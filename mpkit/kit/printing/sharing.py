"""Objects of a document come in one by one; for each that says what one before it said, that one goes out.

Signs of ten thousand registers have one picture, one font and one ground between them: each is to stand in a file once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Stream

_DEEPEST = 64  # objects in each other; what lies deeper is left as it is
_NAMELESS = (0, 0)  # of an object that stands in another one


@dataclass(frozen=True, slots=True)
class Shared:
    """What a document holds already, by the hash of all an object says, what it refers to included."""

    _kept: dict[bytes, Any] = field(default_factory=dict)
    _hashes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def of(self, one: Any) -> Any:  # noqa: ANN401 - pikepdf's own
        """The object that stands for this one: itself, its parts exchanged, or one that says the same."""
        return self._kept[self._hash(one, 0)]

    def _hash(self, one: Any, deep: int) -> bytes:  # noqa: ANN401 - as above
        """What an object says as a hash; its parts that were known before are exchanged for those."""
        name: tuple[int, int] = getattr(one, "objgen", _NAMELESS)
        if name in self._hashes:
            return self._hashes[name]
        itself = sha256(repr(name).encode()).digest()
        if name != _NAMELESS:
            self._hashes[name] = itself  # until it is known: what refers to itself is like nothing else
        if deep > _DEEPEST:
            return itself
        found = sha256()
        for key, part in _parts(one):
            digest = self._hash(part, deep + 1)
            found.update(f"{key}=".encode() + digest)
            if (known := self._kept.get(digest)) is not None and known.objgen != part.objgen:
                one[key] = known
        found.update(_own(one))
        if name != _NAMELESS:
            self._hashes[name] = found.digest()
            self._kept.setdefault(found.digest(), one)
        return found.digest()


def _parts(one: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - as above
    if isinstance(one, Array):
        yield from enumerate(list(one))
    elif isinstance(one, Dictionary | Stream):
        yield from ((key, one[key]) for key in sorted(one.keys()) if key != "/Length")


def _own(one: Any) -> bytes:  # noqa: ANN401 - as above
    """What an object says beside its parts."""
    if isinstance(one, Stream):
        content: bytes = one.read_raw_bytes()
        return b"stream " + content
    if isinstance(one, Array | Dictionary):
        return b"array" if isinstance(one, Array) else b"dictionary"
    if isinstance(one, pikepdf.Object):
        plain: bytes = one.unparse()
        return plain
    return repr(one).encode()
