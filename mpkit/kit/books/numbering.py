"""What may be printed comes in; every sign of a book with its number and check code goes out, and its files' names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from mpkit.i18n import say
from mpkit.kit.books.manifest import Seal, check_code
from mpkit.kit.books.parts import Laid, Numbered
from mpkit.kit.signs.subject import Piece, Subject

if TYPE_CHECKING:
    from mpkit.kit.books.book import Order


@dataclass(frozen=True, slots=True)
class Numbering(Sequence[Numbered]):
    """Every sign of a book with its number, made when it is asked for: store by store, a register's copies together."""

    subjects: Sequence[Subject]
    copies: int
    language: str
    numbers: Sequence[int]
    checks: Sequence[str]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.subjects) * self.copies

    @overload
    def __getitem__(self, at: int) -> Numbered: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Numbered, ...]: ...
    def __getitem__(self, at: int | slice) -> Numbered | tuple[Numbered, ...]:
        """One of them, or some."""
        if isinstance(at, slice):
            return tuple(map(self.__getitem__, range(*at.indices(len(self)))))
        subject = self.subjects[range(len(self))[at] // self.copies]
        if not self.checks:  # nobody asks after the number of a sign without a code
            return Numbered(0, Piece(subject))
        number, digits = self.numbers[at], max(6, len(str(max(self.numbers[0], self.numbers[-1]))))
        serial = say("sign_serial", self.language, serial=f"{number:0{digits}d}")
        return Numbered(number, Piece(subject, serial, self.checks[at]))


def numbering(
    chosen: Iterable[Subject], order: Order, serials: Callable[[int], Sequence[int]], seal: Seal
) -> Numbering:
    """So many new numbers, and for each the code that proves it ours."""
    subjects = sorted(chosen, key=lambda one: (one.store_external_id, one.external_id))
    if order.design.per == "store":
        return Numbering(subjects, order.copies, order.language, (), ())
    numbers = serials(len(subjects) * order.copies)
    checks = [
        check_code(seal, subject.account, subject.external_id, number, subject.payload)
        for subject, number in zip((one for one in subjects for _ in range(order.copies)), numbers, strict=True)
    ]
    return Numbering(subjects, order.copies, order.language, numbers, checks)


def named(order: Order, files: Iterable[Sequence[Laid]]) -> list[str]:
    """The names of the files: sign, book, number, and the store's id where it is one store's."""
    stores = []
    for part in files:
        first = part[0].piece
        subject = first.subject if isinstance(first, Piece) else first
        stores.append("".join(c for c in subject.store_external_id if c.isascii() and c.isalnum())[:60])
    names = []
    for at, store in enumerate(stores, 1):
        number = f"{at:0{len(str(len(stores)))}d}" if len(stores) > 1 else ""
        words = (order.design.name, order.book, number, store if order.split == "store" else "")
        names.append("-".join(word for word in words if word) + ".pdf")
    return names
