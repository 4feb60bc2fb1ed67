"""Registers to look at because they stopped selling: a mirror comes in, one line a register or branch goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from mpkit.ledger import Snooze
from mpkit.sales.entries import business_day
from mpkit.sales.habits import LOOK
from mpkit.sales.mirror import Mirror
from mpkit.sales.places_of_sale import PlacesOfSale
from mpkit.sales.question import with_offset
from mpkit.sales.rows import known_places
from mpkit.sales.said import Said
from mpkit.sales.silence import Judged, judge
from mpkit.sales.standing import Standing, standing_of
from mpkit.sales.waiting import SOON
from mpkit.sites import SITES, holidays

OLD = timedelta(hours=24)  # sales known no further than this many hours back raise no alarm: who knows what came since


@dataclass(frozen=True, slots=True)
class SilentLine:
    """A register ("pos"), or a branch ("store") all of whose registers stopped selling; ids are Mercado Pago's.

    `last` is the last sale, `usual` the sales of one of its usual days, `missed` those that would have come since and
    `days` its open days since. `listed` is the external id by which the list knows it, "" where it does not.
    """

    object: Literal["store", "pos"]
    id: str
    name: str
    store_id: str
    store: str
    last: datetime
    zone: str
    usual: float
    missed: float
    days: float
    registers: tuple[str, ...] = ()
    listed: str = ""
    snooze: Snooze | None = None

    def to_json(self) -> dict[str, Any]:
        """As `sales --silent --json` writes it."""
        document: dict[str, Any] = {
            "object": {"store": "store", "pos": "register"}[self.object],
            "id": self.id,
            "external_id": self.listed or None,
            "name": self.name,
            "store": {"id": self.store_id, "name": self.store},
            "last_sale": with_offset(self.last, self.zone),
            "usual_a_day": round(self.usual, 1),
            "missed": round(self.missed, 1),
            "open_days": round(self.days, 1),
            "registers": list(self.registers),
        }
        if self.snooze is not None:
            document |= {"until": self.snooze.until.isoformat(), "reason": self.snooze.reason}
        return document


@dataclass(frozen=True, slots=True)
class Waited:
    """A register that sells too rarely to be told in two open days: it is after `days` of them, at worst.

    `usual` are the sales of one of its usual days.
    """

    id: str
    name: str
    store: str
    usual: float
    days: int

    def to_json(self) -> dict[str, Any]:
        """As `sales --silent --json` writes it."""
        return {
            "id": self.id,
            "name": self.name,
            "store": self.store,
            "usual_a_day": round(self.usual, 1),
            "told_after_open_days": self.days,
        }


@dataclass(frozen=True, slots=True)
class Silences:
    """What there is to say about registers without sales, as of `as_of`; who fell silent last comes first.

    `state`: "never" nothing was fetched yet, "old" it was fetched too long ago for an alarm, else "known". `put_off`
    are the lines somebody has answered already; `watched` is how many registers sell enough to be watched, and `waited`
    are those of them that are told later than after two open days. Who has not sold for `LOOK` days is in none of them.
    """

    state: Literal["never", "old", "known"]
    as_of: datetime | None = None
    importing: bool = False
    lines: tuple[SilentLine, ...] = ()
    put_off: tuple[SilentLine, ...] = ()
    watched: int = 0
    waited: tuple[Waited, ...] = ()

    @property
    def registers(self) -> int:
        """How many registers the lines are about."""
        return sum(len(each.registers) for each in self.lines)

    def of(self, ids: set[str]) -> tuple[SilentLine, ...]:
        """The lines about any of these stores or registers."""
        return tuple(each for each in self.lines if each.id in ids or ids.intersection(each.registers))

    def answered(self, put_off: Mapping[tuple[str, str], Snooze]) -> Silences:
        """The same without the lines that somebody has put off."""
        said = [replace(each, snooze=put_off.get((each.object, each.id))) for each in self.lines]
        open_ = tuple(each for each in said if each.snooze is None)
        return replace(self, lines=open_, put_off=tuple(each for each in said if each.snooze is not None))

    def to_json(self) -> dict[str, Any]:
        """The document of `sales --silent --json`."""
        return {
            "as_of": with_offset(self.as_of, "UTC"),
            "state": self.state,
            "importing": self.importing,
            "watched": self.watched,
            "waited_longer": [each.to_json() for each in self.waited],
            "silent": [each.to_json() for each in self.lines],
            "put_off": [each.to_json() for each in self.put_off],
        }


def silences(mirror: Mirror, standing: Standing | None = None) -> Silences:
    """The silences as the columns tell them, judged at the moment until which the sales are known."""
    manifest, now = mirror.manifest(), mirror.seams.clock.now()
    if manifest is None or manifest.as_of is None:
        return Silences("never")
    fresh = mirror.freshness()
    if now - manifest.as_of > OLD:
        return Silences("old", manifest.as_of, fresh.importing)
    known = standing or standing_of(mirror.engine, mirror.account)
    tills, branches = judge(mirror, known, manifest.as_of, feasts_of(mirror, manifest.as_of))
    places = _Known(known_places(mirror.engine, mirror.account, mirror.zone), known)
    news = (_horizon(mirror, manifest.as_of) - tills.first).days
    of_store = _open(places, tills, business_day(now, mirror.zone), news)
    found = sorted(
        _lines(places, of_store, tills, branches), key=lambda each: (-each.last.timestamp(), each.store, each.name)
    )
    some = tills.usual.believed >= 1.0
    later = some & (tills.waits.days > SOON) & ~tills.silent.alarming
    waited = [n for mine in of_store.values() for n in mine if later[n]]
    return Silences(
        "known",
        manifest.as_of,
        fresh.importing,
        tuple(found),
        watched=sum(int(some[n]) for mine in of_store.values() for n in mine),
        waited=tuple(_waited(places.places, tills, sorted(waited, key=lambda n: -tills.waits.days[n]))),
    )


def feasts_of(mirror: Mirror, moment: datetime) -> frozenset[date]:
    """The national holidays of the account's country, of this year and the one before."""
    site = next((each.id for each in SITES.values() if each.zone == mirror.zone), "")
    years = (moment.year - 1, moment.year) if site else ()
    return frozenset(day for year in years for day in holidays(site, year))


class _Known(NamedTuple):
    places: PlacesOfSale
    standing: Standing


def _horizon(mirror: Mirror, as_of: datetime) -> date:
    """The day before which a last sale is no news any more: such a register is one without sales, not a silent one."""
    return business_day(as_of, mirror.zone) - timedelta(days=LOOK)


def _open(known: _Known, tills: Judged, today: date, news: int) -> dict[str, list[int]]:
    """The registers by branch, as places in the arrays, but those the account or the list says are out of use.

    Those that last sold before the day `news` (as the habits count days) are left out: nobody waits for them.
    """
    places, standing = known
    found: dict[str, list[int]] = {}
    lately = (tills.habits.last >= news).tolist()
    for n, (pos, store) in enumerate(zip(tills.habits.place.tolist(), tills.stores, strict=True)):
        if not lately[n]:
            continue
        unknown = bool(places.registers) and pos not in places.registers
        if not (unknown or pos in standing.over or store in standing.over or standing.resting(store, pos, today)):
            found.setdefault(store, []).append(n)
    return found


def _waited(places: PlacesOfSale, tills: Judged, lines: Iterable[int]) -> Iterator[Waited]:
    for n in lines:
        id_ = str(tills.habits.place[n])
        name, store = places.register_name(id_), places.store_name(tills.stores[n])
        yield Waited(id_, name, store, _a_day(tills, n), int(tills.waits.days[n]))


def _a_day(of: Judged, n: int) -> float:
    """The sales of one of its usual days."""
    own = of.usual.own[n]
    return float(of.usual.sales[n][own].mean()) if own.any() else 0.0


def _lines(
    known: _Known, of_store: Mapping[str, Sequence[int]], tills: Judged, branches: Judged
) -> Iterator[SilentLine]:
    """A line for each silent branch, then for each silent register of the others."""
    place = {store: n for n, store in enumerate(branches.stores)}
    alarming, silent = tills.silent.alarming, branches.silent.alarming
    for store, mine in of_store.items():
        loud = [n for n in mine if not alarming[n]]
        shut = store in place and bool(silent[place[store]])
        if store and len(mine) > 1 and (shut or not loud):
            ids = tuple(tills.habits.place[mine].tolist())
            yield _line(known, branches, place[store], "store", ids)
        else:
            yield from (_line(known, tills, n, "pos") for n in mine if alarming[n] or shut)


def _line(known: _Known, of: Judged, n: int, object_: Literal["store", "pos"], ids: tuple[str, ...] = ()) -> SilentLine:
    places, standing = known
    id_, store = str(of.habits.place[n]), of.stores[n]
    return SilentLine(
        object=object_,
        id=id_,
        name=places.store_name(id_) if object_ == "store" else places.register_name(id_),
        store_id=store,
        store=places.store_name(store),
        last=datetime.fromtimestamp(int(of.habits.at[n]), UTC),
        zone=places.zone_of(store),
        usual=_a_day(of, n),
        missed=float(of.silent.missed[n]),
        days=float(of.silent.days[n]),
        registers=ids or (id_,),
        listed=standing.listed.get((object_, id_), ""),
    )


@dataclass(frozen=True, slots=True)
class Unsold:
    """A register that never sold, or (with `last`) not for so long that it is no news any more.

    `listed` is the external id by which the list knows it, "" where it does not.
    """

    id: str
    name: str
    store: str
    last: date | None = None
    listed: str = ""


def unsold(mirror: Mirror) -> tuple[Unsold, ...]:
    """Registers of the account without any sale in the days a silence is looked for in; the never sold ones first."""
    manifest = mirror.manifest()
    if manifest is None or manifest.as_of is None:
        return ()
    text = (
        "SELECT pos_id, MAX(day) AS last_day FROM entries WHERE account = {account:String} AND pos_id <> '' "
        "AND kind = 'sale' GROUP BY pos_id ORDER BY pos_id"
    )
    last = dict(mirror.fetch(Said(text, {"account": mirror.account})))
    places = known_places(mirror.engine, mirror.account, mirror.zone)
    standing = standing_of(mirror.engine, mirror.account)
    horizon = _horizon(mirror, manifest.as_of)
    found = [
        Unsold(
            each.id,
            each.name,
            places.store_name(each.store_id),
            last.get(each.id),
            standing.listed.get(("pos", each.id), ""),
        )
        for each in places.registers.values()
        if not (each.line or {each.id, each.store_id} & standing.over) and last.get(each.id, date.min) < horizon
    ]
    return tuple(sorted(found, key=lambda each: (each.last is not None, each.last or date.min, each.store, each.name)))
