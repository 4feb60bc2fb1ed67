"""Payments become answers: what Mercado Pago says goes in (sync), every question about sales comes out (ask)."""

from pathlib import Path

from mpkit.db import Engine
from mpkit.model import Account
from mpkit.sales.asking import Compared, ask, most_back, names_of, places_of, registers_of, some_places
from mpkit.sales.disputes import Dispute, Disputes, disputes
from mpkit.sales.export import as_csv, as_xlsx, payments_as_csv, payments_as_xlsx
from mpkit.sales.freshness import Freshness
from mpkit.sales.growth import Growth, growth
from mpkit.sales.kinds import Kind, charged, kinds
from mpkit.sales.mirror import Mirror
from mpkit.sales.paging import every_payment, payments_page
from mpkit.sales.peers import Rate, Rates, Spike, rates, spikes
from mpkit.sales.placing import days_told, set_day
from mpkit.sales.question import (
    BY,
    CHANNELS,
    COMPARE,
    Answer,
    PaymentFilter,
    PaymentLine,
    PaymentLines,
    Question,
    Row,
    Unexplained,
    Which,
    change,
)
from mpkit.sales.rows import Booked, booked
from mpkit.sales.standing import Standing, standing_of
from mpkit.sales.synced import Synced
from mpkit.sales.syncing import sync
from mpkit.sales.views import (
    Overview,
    Ranking,
    Today,
    Yesterday,
    by_store_and_day,
    freshness,
    hour_by_weekday,
    last_days,
    local_day,
    missing,
    overview,
    ranking,
    today,
    yesterday_sentence,
)
from mpkit.sales.watching import Silences, SilentLine, Unsold, Waited, silences, unsold
from mpkit.sites import SITES
from mpkit.work import Seams

__all__ = [
    "BY",
    "CHANNELS",
    "COMPARE",
    "Answer",
    "Booked",
    "Compared",
    "Dispute",
    "Disputes",
    "Freshness",
    "Growth",
    "Kind",
    "Mirror",
    "Overview",
    "PaymentFilter",
    "PaymentLine",
    "PaymentLines",
    "Question",
    "Ranking",
    "Rate",
    "Rates",
    "Row",
    "Silences",
    "SilentLine",
    "Spike",
    "Standing",
    "Synced",
    "Today",
    "Unexplained",
    "Unsold",
    "Waited",
    "Which",
    "Yesterday",
    "as_csv",
    "as_xlsx",
    "ask",
    "booked",
    "by_store_and_day",
    "change",
    "charged",
    "days_told",
    "disputes",
    "every_payment",
    "freshness",
    "growth",
    "hour_by_weekday",
    "kinds",
    "last_days",
    "local_day",
    "missing",
    "most_back",
    "names_of",
    "open_mirror",
    "overview",
    "payments_as_csv",
    "payments_as_xlsx",
    "payments_page",
    "places_of",
    "ranking",
    "rates",
    "registers_of",
    "set_day",
    "silences",
    "some_places",
    "spikes",
    "standing_of",
    "sync",
    "today",
    "unsold",
    "yesterday_sentence",
]


def open_mirror(data: Path, engine: Engine, account: Account, seams: Seams | None = None) -> Mirror:
    """The columns of an account among its own files; `catch_up` brings them up to date with the rows."""
    return Mirror(data / "accounts" / account.id / "mirror", engine, account.id, SITES[account.site].zone, seams)
