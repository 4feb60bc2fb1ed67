"""Payments, refunds and chargebacks brought up to date: an account comes in, rows and columns that know more go out.

Every window is written down when it is planned and when it is done, and every payment is written by its newest version
only: a sync killed anywhere goes on where it was, and two at once do no harm.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from mpkit import api
from mpkit.api import MercadoPago
from mpkit.db import Engine
from mpkit.errors import NotFound, RefusedByApi, Unauthorised, WrongUsage
from mpkit.model import Account, Branch, Payment
from mpkit.sales import coverage, freshness, placing, rows
from mpkit.sales.answers import KEPT_DAYS, Answers
from mpkit.sales.entries import zone_of
from mpkit.sales.history import History
from mpkit.sales.mirror import Mirror
from mpkit.sales.places_of_sale import PlacesOfSale, from_api
from mpkit.sales.reading import Reading, TooMany
from mpkit.sales.synced import Synced
from mpkit.sales.windows import (
    CREATED,
    LONGEST,
    NIGHTLY_OVERLAP,
    OVERLAP,
    REACH,
    STATUSES,
    UPDATED,
    Window,
    gaps,
    halves,
    sliced,
)
from mpkit.sites import SITES
from mpkit.work import Progress, Seams, silent

_THREADS = 4
_MIRROR_EVERY = 3.0  # seconds between two looks of the columns at the rows while a sync runs
_TICK = 0.5  # seconds between two words of progress
_DUE = 200  # payments whose chargebacks are asked for at once


def sync(
    mercadopago: MercadoPago,
    mirror: Mirror,
    account: Account,
    *,
    branches: Iterable[Branch] = (),
    since: date | None = None,
    until: date | None = None,
    consent: bool = False,
    answers_days: int = KEPT_DAYS,
    seams: Seams | None = None,
    progress: Progress = silent,
) -> Synced:
    """Bring the account's payments up to date.

    The first time everything the search reaches (12 months), newest first; then what changed. `since` and `until` read
    the payments made on these days again; with `until` nothing else is read. What a `since` means beyond the search's
    reach is read from settlement reports, month by month; `consent` lets mpkit add the columns that takes. `branches`
    give stores their own zones. `answers_days`: how long what may be kept of the answers is.
    Raises `Refused` where that consent is needed and not given, an `ApiError` when Mercado Pago cannot be read (what
    was read stays), `Cancelled` when asked to stop.
    """
    work = _Sync(mercadopago, mirror, account, seams or mirror.seams, progress)
    work.answers.days = answers_days
    older = work.older(since, consent=consent)
    work.refresh_places(branches)
    alone = until if older is not None and until is not None and until < work.reached() else None
    if alone is not None:  # none of these days is the search's, which goes on as ever
        since = until = None
    for window in work.plan(since, until):
        work.queue.append(window)
    work.read_all(stored=True)
    work.read_chargebacks()
    work.read_older(older, alone)
    if until is None:
        work.queue.extend(work.what_changed())
        work.read_all(stored=False)
        work.read_chargebacks()
    while not mirror.catch_up(progress=progress):  # another process is at it, and may have begun before our last change
        progress(0, None, "sales_step_mirror")
    work.answers.sweep(work.now())
    return work.result()


class _Sync:
    """One run: its queue of windows and its counts."""

    def __init__(
        self, mercadopago: MercadoPago, mirror: Mirror, account: Account, seams: Seams, progress: Progress
    ) -> None:
        self.mercadopago = mercadopago
        self.mirror = mirror
        self.engine: Engine = mirror.engine
        self.account = account.id
        self.site = account.site
        self.zone = SITES[account.site].zone
        self.seams = seams
        self.progress = progress
        self.queue: list[Window] = []
        self.places: PlacesOfSale = rows.known_places(self.engine, self.account, self.zone)
        self.read = self.changed = self.chargebacks = 0
        self.total: int | None = None
        folder = mirror.folder.with_name("reports")
        self.history = History(
            mercadopago, self.engine, self.account, zone=self.zone, folder=folder, seams=seams, progress=progress
        )
        self.answers = Answers(mirror.folder.with_name("answers"))
        self._counting = threading.Lock()
        self._stop = threading.Event()
        self._mirrored = seams.clock.monotonic()

    def refresh_places(self, branches: Iterable[Branch]) -> None:
        """Learn the names and zones of stores and registers; sales booked in another zone move to their day."""
        self.progress(0, None, "sales_step_places")
        found = from_api(self.site, self.mercadopago.stores(), self.mercadopago.pos_list(), branches)
        placing.keep_places(self.engine, self.account, self.zone, found)
        self.places = rows.known_places(self.engine, self.account, self.zone)

    # What the search does not reach

    def reached(self) -> date:
        """The first day the search reaches, not all of it."""
        return (self.now() - REACH).astimezone(zone_of(self.zone)).date()

    def older(self, since: date | None, *, consent: bool) -> date | None:
        """From which day on reports have to be read; None where the search, or what was read before, has it all."""
        if since is None or since >= self.reached():
            return None
        if self.history.left(since):
            self.history.prepare(consent=consent)
        return since

    def read_older(self, since: date | None, last: date | None) -> None:
        """Read the reports, then what became of their payments since: the search tells of changes within its reach."""
        if since is None:
            return
        left = self.history.left(since, last)
        self.changed += self.history.read(left, self.places)
        known = coverage.known_windows(self.engine, self.account)
        created = [window for window in known if window.range == CREATED]
        begin, anchor = min(w.begin for w in created), min(w.anchor for w in created)
        for start, end in gaps(begin, anchor, [window for window in known if window.range == UPDATED]):
            self.queue += sliced(UPDATED, start, end, anchor)
        self.read_all(stored=False)
        self.read_chargebacks()

    # Planning

    def now(self) -> datetime:
        """This second: windows end at a fixed time, never at whatever the server calls now."""
        return self.seams.clock.now().replace(microsecond=0)

    def plan(self, since: date | None, until: date | None) -> list[Window]:
        """The windows over the creation date that are still to be read, newest first; written down before use."""
        now = self.now()
        known = coverage.known_windows(self.engine, self.account)
        if since or until:
            again = self._named(since, until, now)
            coverage.plan_windows(self.engine, self.account, again, instead_of=again)
        else:
            as_of = freshness.judge(known).as_of
            if as_of is not None and now - as_of > LONGEST:  # away for a year: what changed cannot be asked for
                coverage.forget_windows(self.engine, self.account)
                known = ()
            coverage.plan_windows(self.engine, self.account, self._missing(known, now))
        planned = coverage.known_windows(self.engine, self.account)
        left = sorted((w for w in planned if w.done is None), key=lambda w: w.end, reverse=True)
        self.total = self._announced(left)
        return left

    def _named(self, since: date | None, until: date | None, now: datetime) -> tuple[Window, ...]:
        zone = zone_of(self.zone)
        begin = now - REACH  # what lies before is silently not there, and must never count as read
        if since:
            begin = max(begin, datetime.combine(since, time(), zone).astimezone(now.tzinfo))
        end = datetime.combine(until + timedelta(days=1), time(), zone) if until else now
        if begin >= end or begin >= now:
            raise WrongUsage("sales_period_backwards", first=since or begin.date(), last=until or end.date())
        return sliced(CREATED, begin, min(end.astimezone(now.tzinfo), now), now)

    def _missing(self, known: Sequence[Window], now: datetime) -> list[Window]:
        """What no window over the creation date covers or is to cover."""
        made = [replace(window, done=now) for window in known if window.range == CREATED]
        end = min((window.anchor for window in made), default=now)
        return [w for a, b in gaps(now - REACH, end, made) for w in sliced(CREATED, a, b, end if made else now)]

    def what_changed(self) -> list[Window]:
        """The windows over the date of the last change, from where everything is known, with an overlap."""
        now = self.now()
        as_of = freshness.judge(coverage.known_windows(self.engine, self.account)).as_of
        if as_of is None:
            return []
        overlap = OVERLAP if as_of.date() == now.date() else NIGHTLY_OVERLAP
        return list(reversed(sliced(UPDATED, as_of - overlap, now, now)))

    def _announced(self, left: Sequence[Window]) -> int | None:
        """About how many payments the windows hold, for the progress; one question for most of a year."""
        if not left:
            return 0
        begin, end = min(w.begin for w in left), max(w.end for w in left)
        total = 0
        while begin < end:
            stop = min(begin + LONGEST, end)
            window = api.Window(CREATED, begin, stop)  # type: ignore[arg-type]
            total += self.mercadopago.payments_page(window=window, limit=1, collector_id=self.account).total
            begin = stop
        return total

    # Reading

    def read_all(self, *, stored: bool) -> None:
        """Read the queue with a few threads; `stored` windows are written down when they are cut."""
        running: dict[Future[int], Window] = {}
        with ThreadPoolExecutor(_THREADS, "sales") as pool:
            try:
                while self.queue or running:
                    while self.queue and len(running) < _THREADS:
                        window = self.queue.pop(0)
                        running[pool.submit(self._read, window)] = window
                    done, _ = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
                    for future in done:
                        self._settle(future, running.pop(future), stored=stored)
                    self._look_up()
            except BaseException:
                self._stop.set()
                raise

    def _read(self, window: Window) -> int:
        try:
            return self._reading(window).whole()
        except TooMany:
            if halves(window):
                raise
        try:  # one second holds more than paging reaches
            return sum(self._reading(window, status).whole() for status in STATUSES)
        except TooMany:
            raise RefusedByApi("api_too_dense", at=window.begin) from None

    def _reading(self, window: Window, status: str = "") -> Reading:
        return Reading(self.mercadopago, self.account, window, self._keep, self._stop, status)

    def _keep(self, batch: Sequence[Payment]) -> None:
        changed = rows.keep_payments(self.engine, self.account, batch, self.places)
        with self._counting:
            self.read += len(batch)
            self.changed += len(changed)
        self.answers.keep(changed, self.now())

    def _settle(self, future: Future[int], window: Window, *, stored: bool) -> None:
        try:
            future.result()
        except TooMany:
            newest_first = sorted(halves(window) or (), key=lambda part: part.end, reverse=window.range == CREATED)
            if stored:
                coverage.plan_windows(self.engine, self.account, newest_first, instead_of=[window])
            self.queue[:0] = newest_first
        else:
            coverage.finish_window(self.engine, self.account, window, self.seams.clock.now())

    def _look_up(self) -> None:
        """Say how far it is, and let the columns catch up now and then, so that pages show what is there."""
        total = None if self.total is None else max(self.total, self.read)
        self.progress(self.read, total, "sales_step_payments")
        if self.seams.clock.monotonic() - self._mirrored >= _MIRROR_EVERY:
            self.mirror.catch_up(wait=0.0)
            self._mirrored = self.seams.clock.monotonic()

    def read_chargebacks(self) -> None:
        """Ask for the chargebacks of every payment that has or had one: there is no other way to find them."""
        with ThreadPoolExecutor(_THREADS, "chargebacks") as pool:
            for due in self._due():
                self.progress(self.chargebacks, None, "sales_step_chargebacks")
                self.chargebacks += sum(pool.map(self._read_chargebacks, due))

    def _due(self) -> Iterator[tuple[rows.Due, ...]]:
        asked: set[rows.Due] = set()
        while due := tuple(d for d in rows.chargebacks_due(self.engine, self.account, _DUE) if d not in asked):
            asked.update(due)
            yield due

    def _read_chargebacks(self, due: rows.Due) -> int:
        """Chargebacks found; a refusal leaves the payment's own word for it (test tokens may not ask)."""
        try:
            found = self.mercadopago.chargebacks_of(due.payment_id)
        except (NotFound, Unauthorised, RefusedByApi):
            found = ()
        rows.keep_chargebacks(self.engine, self.account, due, found)
        return len(found)

    def result(self) -> Synced:
        """The counts, and what is known now."""
        known = coverage.known_windows(self.engine, self.account)
        fresh = freshness.judge(known)
        missing: list[tuple[datetime, datetime]] = []
        if fresh.as_of is not None:
            created = [window for window in known if window.range == CREATED]
            begin, anchor = min(w.begin for w in created), min(w.anchor for w in created)
            missing = gaps(begin, min(anchor, fresh.as_of), created)
            missing += gaps(anchor, fresh.as_of, [window for window in known if window.range == UPDATED])
        return Synced(
            self.read,
            self.changed,
            self.chargebacks,
            fresh.as_of,
            fresh.since,
            tuple(missing),
            self.zone,
            self.history.lost,
        )
