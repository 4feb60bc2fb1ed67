"""One payment as it is passed around: what it has beside its money, and the movements of its money."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, ValuesView
from typing import NamedTuple, TypeVar

from mpkit.sandbox.columns import Columns, Form

_T = TypeVar("_T")


class Movement(NamedTuple):
    """One entry of money, hundredths, always positive; the kind says which way it goes.

    `sale` in · `refund` out, `fee_refund` back in · `fee`, `tax` out, at the approval or, anew, when a charge is put
    right; `fee_back`, `tax_back` in, the whole of one that was wrong · `chargeback` out · `chargeback_back` in ·
    `chargeback_lost` 0, the decision · `outgoing` the merchant paid somebody · `funding` the merchant's own money in.
    No money moves with: `refund_asked` the bank has not decided yet · `refund_ended` 0, it has, `name` says how ·
    `touch` 0, the payment changed otherwise. `name` is the charge's name, `note` the id of the refund or chargeback.
    """

    at: int
    payment: int
    kind: str
    hundredths: int
    currency: str
    store: str
    pos: str
    name: str = ""
    note: str = ""


class Slip(NamedTuple):
    """What a payment has beside its money; `fate` where no money moved (rejected …) or it is in mediation."""

    id: int
    created: int
    method: str
    type: str
    channel: str  # qr, transfer, online, outgoing, funding
    store: str
    pos: str
    reference: str
    description: str
    payer: int  # the seed of a made-up person
    province: str  # ISO 3166-2 of the store
    asked: int = 0  # the amount where no money moved
    fate: str = ""  # status/status_detail, "" where the movements tell
    installments: int = 1
    wallet: str = ""
    coupon: int = 0  # paid by the platform
    order: int = 0
    lag: int = 4  # seconds from approval to the last touch of the approval itself
    release: int = 0  # seconds from approval until the money is free
    rates: tuple[tuple[str, float], ...] = ()  # charge name to per cent
    extra: int = 0  # what the buyer pays on top, to pay in instalments
    taken: str = ""  # how a register took it: "" its sign, "point" a terminal, "legacy" an old integration
    quoted: bool = False  # its ids arrive as texts

    def form(self) -> Form:
        """What it shares with others."""
        return Form(
            self.channel, self.method, self.type, self.taken, self.rates, self.province, self.wallet, self.description,
            self.installments, self.quoted,
        )  # fmt: skip


class _Values(ValuesView[_T]):
    """The values in the order of the ids, or the other way round."""

    def __init__(self, of: Mapping[int, _T]) -> None:
        super().__init__(of)
        self._of = of

    def __reversed__(self) -> Iterator[_T]:
        return map(self._of.__getitem__, reversed(list(self._of)))


class ByPayment(Mapping[int, _T]):
    """Something of each payment, found by the payment's id; made when it is asked for."""

    def __init__(self, columns: Columns, made: Callable[[int], _T]) -> None:
        self._columns, self._made = columns, made

    def __getitem__(self, payment: int) -> _T:
        row = self._columns.row_of(payment)
        if row < 0:
            raise KeyError(payment)
        return self._made(row)

    def values(self) -> _Values[_T]:
        """All of them, made one after the other."""
        return _Values(self)

    def __contains__(self, payment: object) -> bool:
        return isinstance(payment, int) and self._columns.row_of(payment) >= 0

    def __iter__(self) -> Iterator[int]:
        yield from self._columns.id[: self._columns.count].tolist()

    def __len__(self) -> int:
        return self._columns.count
