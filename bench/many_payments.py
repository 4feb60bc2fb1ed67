"""A store filled with believable payments, straight into its tables: a count and a seed come in, rows are there.

Made in columns, so that ten million take minutes; the rows are what `rows.keep_payments` would have left of the same
payments (`bench/sales.py` compares the figures of rows and columns before it measures anything).
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from mpkit.db import Engine, open_store
from mpkit.model import Charge, Payment, Refund

ACCOUNT, ZONE = "1", "America/Argentina/Buenos_Aires"
BEHIND_UTC = timedelta(hours=3)  # that zone, all year
STORES, REGISTERS, DAYS, SEED = 4_000, 5, 400, 7
END = datetime(2026, 11, 1, 3, tzinfo=UTC)  # midnight there
_BATCH = 200_000
_METHODS = ("visa", "master", "debvisa", "account_money", "interop_transfer")
_KINDS = ("credit_card", "credit_card", "debit_card", "account_money", "bank_transfer")
_HOURS = np.array([1, 0, 0, 0, 0, 0, 1, 4, 12, 18, 20, 22, 26, 22, 16, 14, 16, 22, 28, 30, 24, 14, 6, 2], float)
_PAYMENT = (
    "account, payment_id, seniority, version, status, status_detail, operation_type, currency, income, amount, "
    "refunded, net_received, coupon, fees, taxes, fees_refunded, taxes_refunded, unexplained, created, approved, "
    "updated, released, day, zone, method, method_type, channel, store_id, pos_id, order_id, wallet, "
    "reference, chargebacks_due"
)
_REFUND = "account, payment_id, refund_id, amount, status, created, day, fees, taxes"


def filled(folder: Path, count: int) -> Engine:
    """The store of a folder: the one an earlier run left there, else a new one with `count` payments."""
    file = folder / "store.sqlite"
    known = file.exists()
    store = open_store(f"sqlite:///{file}")
    if not known:
        fill(store, count)
    return store


def fill(engine: Engine, count: int, *, end: datetime = END, stores: int = STORES, each: int = REGISTERS) -> None:
    """Write `count` payments over 400 days, every fortieth with a refund; nothing else is there.

    They end at midnight there (`end`), and are those of `stores` with so many registers `each`.
    """
    store = sqlite3.connect(str(engine.url.database), isolation_level=None)
    for quick in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
        store.execute(f"PRAGMA {quick}")
    (index,) = store.execute("SELECT sql FROM sqlite_master WHERE name = 'payments_of_store'").fetchone()
    store.execute("DROP INDEX payments_of_store")  # made at once at the end: much faster than row by row
    payment = f"INSERT INTO payments ({_PAYMENT}) VALUES ({', '.join('?' * (_PAYMENT.count(',') + 1))})"
    refund = f"INSERT INTO refunds ({_REFUND}) VALUES ({', '.join('?' * (_REFUND.count(',') + 1))})"
    for payments, refunds in _batches(count, int(end.timestamp() * 1_000_000), stores * each, each):
        store.execute("BEGIN")
        store.executemany(payment, payments)
        store.executemany(refund, refunds)
        store.execute("COMMIT")
    store.execute(index)
    store.execute("ANALYZE")
    store.close()


def _batches(
    count: int, last: int, registers: int, each: int
) -> Iterator[tuple[Iterator[tuple[Any, ...]], list[tuple[Any, ...]]]]:
    chance = np.random.default_rng(SEED)
    midnight = last - DAYS * 86_400_000_000
    names = {day: str(date.fromordinal(719_163 + day)) for day in range(20_000, 21_500)}  # days since 1970
    for start in range(0, count, _BATCH):
        size = min(_BATCH, count - start)
        number = np.arange(start, start + size)
        day = number * DAYS // count  # the ids of payments grow with time, as Mercado Pago's do
        hour = chance.choice(24, size, p=_HOURS / _HOURS.sum())
        approved = midnight + day * 86_400_000_000 + hour * 3_600_000_000 + chance.integers(0, 3_600_000, size) * 1000
        register = (chance.random(size) ** 2 * registers).astype(int)  # some sell much more than others
        amount = chance.integers(50_000, 5_000_000, size)
        way = chance.integers(0, len(_METHODS), size)
        fees, taxes = amount * 8 // 1000, amount * 3 // 100
        back = np.where(number % 40 == 0, amount // 2, 0)
        fees_back = np.where(back > 0, fees // 2, 0)
        given = np.minimum(approved + chance.integers(1, 20, size) * 86_400_000_000, last - 3_600_000_000)
        ids = [str(each) for each in (number + 10**11).tolist()]
        here = [names[each] for each in ((approved - _behind()) // 86_400_000_000).tolist()]
        yield (
            zip(
                *_same(size, ACCOUNT), ids, (approved // 1000 * 1_000_000).tolist(), ids,
                *_same(size, "approved", "accredited", "regular_payment", "ARS", 1),
                amount.tolist(), back.tolist(), (amount - fees - taxes).tolist(), *_same(size, 0),
                fees.tolist(), taxes.tolist(), fees_back.tolist(), *_same(size, 0, 0),
                (approved - 2_000_000).tolist(), approved.tolist(), (approved + 8_000_000).tolist(), *_same(size, None),
                here, *_same(size, ZONE), [_METHODS[each] for each in way.tolist()],
                [_KINDS[each] for each in way.tolist()], *_same(size, "qr"),
                [str(store) for store in (register // each + 70_000).tolist()],
                [str(each) for each in (register + 3_000_000).tolist()], *_same(size, "", "", "", 0),
                strict=True,
            ),
            [
                (ACCOUNT, ids[each], f"r{ids[each]}", int(back[each]), "approved", int(given[each]),
                 names[int(given[each] - _behind()) // 86_400_000_000], int(fees_back[each]), 0)
                for each in np.flatnonzero(back).tolist()
            ],
        )  # fmt: skip


def payments(stop: int, start: int, *, of: int) -> list[Payment]:
    """Payments as the API answers them, numbers `start` to `stop` `of` all; every fortieth with a refund."""
    chance = random.Random(SEED + start)
    made = []
    for number in range(start, stop):
        at = END - timedelta(days=DAYS) + timedelta(seconds=DAYS * 86_400 * number // of)
        amount, register = chance.randrange(50_000, 5_000_000), chance.randrange(STORES * REGISTERS)
        fee, tax = amount * 8 // 1000, amount * 3 // 100
        key = str(number + 10**11)
        back = min(at + timedelta(days=chance.randrange(1, 20)), END - timedelta(hours=1))
        refunds = () if number % 40 else (Refund(f"r{key}", key, amount // 2, "approved", back),)
        made.append(
            Payment(
                id=key, collector_id=ACCOUNT, status="approved", status_detail="accredited",
                operation_type="regular_payment", currency="ARS", amount=amount,
                refunded=sum(each.amount for each in refunds), net_received=amount - fee - tax, coupon=0,
                created=at, approved=at, updated=at + timedelta(seconds=8), method=chance.choice(_METHODS),
                method_type="credit_card", store_id=str(register // REGISTERS + 70_000),
                pos_id=str(register + 3_000_000), channel="qr", refunds=refunds,
                charges=(
                    Charge("fee", "mercadopago_fee", "collector", fee, fee // 2 if refunds else 0),
                    Charge("tax", "withholding", "collector", tax, 0),
                ),
            )
        )  # fmt: skip
    return made


def _same(size: int, *values: object) -> list[list[object]]:
    return [[value] * size for value in values]


def _behind() -> int:
    return int(BEHIND_UTC.total_seconds()) * 1_000_000
