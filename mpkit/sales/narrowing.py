"""What sales are meant, said of the rows of payments: a `Which` comes in, conditions on their columns go out."""

from __future__ import annotations

from mpkit.db import Condition
from mpkit.sales.question import Which
from mpkit.sales.rows import payments


def of_rows(asked: Which) -> list[Condition]:
    """All that is asked but the days and hours: income of the account, by place, method, channel and currency."""
    columns = payments.c
    which: list[Condition] = [columns.account == asked.account, columns.income]
    which += [columns[name].in_(wanted) for name, wanted in asked.lists() if wanted and name in columns]
    return which
