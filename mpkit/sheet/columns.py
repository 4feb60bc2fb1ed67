"""The sheet's columns come in, what each means goes out: header words and contents decide jointly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mpkit.errors import WrongUsage
from mpkit.places import Catalogue
from mpkit.sheet import exported, matching
from mpkit.sheet.fitting import fit
from mpkit.sheet.header import fold_header, meanings
from mpkit.sheet.hours import days_in
from mpkit.sheet.profile import Profile, profile
from mpkit.sheet.templates import FIELDS, own_headings
from mpkit.sites import SITES

ASK = 0.6  # a meaning less sure than this is a guess: a person is asked
NOTHING: Mapping[int, str] = {}
_SEVERAL = frozenset(
    {"alt_id", "chain_brand", "phone", "company_name", "format_type", "neighborhood", "ignore", "contact", "reference"}
)
_TIMES = frozenset({"opening_hours", "opens_at", "closes_at"})
_ENOUGH = 0.42
_SOME, _HALF, _MOSTLY, _NEARLY, _FEW = 0.3, 0.5, 0.6, 0.95, 3
_GUESS = 0.5
_UNKNOWN = 0.7  # how sure it is that a column nothing fits is to be left alone


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet, counted from 1, and what it means, from 0 (a guess) to 1 (certain)."""

    index: int
    header: str
    meaning: str
    confidence: float


def recognise(
    headers: Sequence[str],
    cells: Sequence[Sequence[str]],
    catalogue: Catalogue,
    mapping: Mapping[str, str],
    chosen: Mapping[int, str] = NOTHING,
) -> tuple[Column, ...]:
    """The meaning of each column; raises `WrongUsage`.

    What was said goes before what is seen: `mapping` is meaning → header or number, `chosen` column number → meaning.
    """
    box = next(site.box for site in SITES.values() if site.country == catalogue.country)
    profiles = [profile(values, catalogue, box) for values in cells]
    told = {**{number - 1: meaning for number, meaning in chosen.items()}, **_told(headers, mapping)}
    choice = _Choice(headers, profiles, frozenset(told), {**_own(headers), **told})
    choice.by_day()
    choice.assign()
    choice.settle()
    return tuple(
        Column(index + 1, header, choice.meaning.get(index, "ignore"), round(choice.sure(index), 2))
        for index, header in enumerate(headers)
    )


class _Choice:
    """The meanings chosen so far: `fixed` columns were told and stay as they are."""

    def __init__(
        self, headers: Sequence[str], profiles: Sequence[Profile], fixed: frozenset[int], decided: dict[int, str]
    ) -> None:
        self.headers, self.profiles, self.fixed = headers, profiles, fixed
        self.meaning = decided
        self.score = dict.fromkeys(decided, 1.0)
        self.fits = [fit(header, p) for header, p in zip(headers, profiles, strict=True)]

    def give(self, index: int, meaning: str, score: float) -> None:
        """One column gets a meaning."""
        self.meaning[index], self.score[index] = meaning, min(1.0, score)

    def where(self, meaning: str) -> list[int]:
        """The columns of a meaning, the surest first."""
        found = [index for index, held in self.meaning.items() if held == meaning]
        return sorted(found, key=lambda index: -self.score[index])

    def free(self) -> list[int]:
        """The columns nobody has said anything of."""
        return [index for index in range(len(self.headers)) if index not in self.meaning]

    def by_day(self) -> None:
        """A column for each week day or run of days: all of them are hours, or opening and closing times."""
        named = {index: days_in(self.headers[index]) for index in self.free()}
        days = [index for index, found in named.items() if found]
        covered: frozenset[str] = frozenset().union(*(named[index] for index in days))
        if len({named[index] for index in days}) < 2 or len(covered) < _FEW:  # noqa: PLR2004 - one column is no plan of a week
            return
        for index in days:
            p, found = self.profiles[index], self.fits[index]
            times = {meaning: found[meaning] for meaning in ("opens_at", "closes_at") if meaning in found}
            if times and p.time >= _HALF:
                self.give(index, max(times, key=lambda meaning: times[meaning]), 1.0)
            elif p.hours + p.time + p.status >= _HALF or not p.count:
                self.give(index, "opening_hours", 1.0)

    def assign(self) -> None:
        """Each meaning to one column, so that all columns together fit best; some meanings several may have."""
        free = self.free()
        taken = set(self.meaning.values())
        several = {index: self._best_of_several(index) for index in free}
        wanted = [meaning for meaning in meanings() if meaning not in _SEVERAL and meaning not in taken]
        gains = [
            [_worth(self.fits[index].get(meaning, 0.0)) - _worth(several[index][1]) for index in free]
            for meaning in wanted
        ]
        for meaning, place in zip(wanted, matching.best(gains), strict=True):
            if place >= 0:
                self.give(free[place], meaning, self.fits[free[place]][meaning])
        for index in self.free():
            meaning, score = several[index]
            if score >= _ENOUGH:
                self.give(index, meaning, score)

    def _best_of_several(self, index: int) -> tuple[str, float]:
        found = {m: s for m, s in self.fits[index].items() if m in _SEVERAL}
        return max(found.items(), key=lambda item: (item[1], item[0]), default=("ignore", 0.0))

    def settle(self) -> None:
        """What only shows once all columns have a meaning."""
        self._ids()
        self._streets()
        self._number_of_what()
        self._turn_points()
        self._brands()
        self._wanting()

    def _ids(self) -> None:
        """Where no id is the shop's own, the best other one is, if each stands once; a counter beside an id is none."""
        own = self.where("external_id")
        if not own:
            once = [index for index in self.where("alt_id") if self.profiles[index].distinct >= _NEARLY]
            if once and once[0] not in self.fixed:
                self.give(once[0], "external_id", min(self.score[once[0]], _MOSTLY))
        elif not self.where("row_index"):
            for index in self.where("alt_id"):
                if self.profiles[index].sequence and index not in self.fixed:
                    self.give(index, "row_index", self.score[index])

    def _streets(self) -> None:
        """A street beside a column of numbers is its name alone; one with numbers in it is both."""
        for index in self.where("street_and_number"):
            if self.where("street_number") and self.profiles[index].street < _SOME and index not in self.fixed:
                self.give(index, "street_name", self.score[index])

    def _number_of_what(self) -> None:
        """Without a street a number is none of a house: where each stands once, it numbers the shops."""
        found = set(self.meaning.values())
        if found & _STREETS or "external_id" in found:
            return
        for index in self.where("street_number"):
            if index in self.fixed:
                continue
            if self.profiles[index].distinct == 1.0:
                self.give(index, "external_id", min(self.score[index], _MOSTLY))
            else:
                self.give(index, "ignore", _GUESS)

    def _turn_points(self) -> None:
        """Latitude is what holds latitudes, whatever the header says."""
        lat, lng = self.where("latitude"), self.where("longitude")
        if not lat or not lng or {lat[0], lng[0]} & self.fixed:
            return
        a, b = self.profiles[lat[0]], self.profiles[lng[0]]
        if a.longitude > 0.8 and b.latitude > 0.8 and a.latitude < 0.2 and b.longitude < 0.2:  # noqa: PLR2004
            self.meaning[lat[0]], self.meaning[lng[0]] = "longitude", "latitude"

    def _brands(self) -> None:
        """Brand and company are told apart by what the cells look like, not by the header alone."""
        brands = self.where("chain_brand")
        for index, meaning in list(self.meaning.items()):
            p = self.profiles[index]
            if index in self.fixed:
                continue
            if meaning == "company_name" and not brands and p.company < _SOME:
                self.give(index, "chain_brand", self.score[index])
            if meaning in {"chain_brand", "company_name", "format_type"} and p.constant and p.count > _FEW:
                self.give(index, "ignore", self.score[index])

    def _wanting(self) -> None:
        """An id, a city or a name no header speaks of is looked for among the columns left: a guess, to be asked."""
        left = [i for i in self.free() if self.profiles[i].count > _FEW]
        if not self.where("external_id") and not self.where("alt_id"):
            codes = [i for i in left if _could_be_id(self.profiles[i])]
            if codes:
                self.give(codes[0], "external_id", _GUESS)
        if not self.where("city") and not self.where("full_address"):
            towns = [i for i in left if self.profiles[i].city >= _MOSTLY and not self.profiles[i].constant]
            if towns:
                self.give(max(towns, key=lambda i: (self.profiles[i].city, -i)), "city", _GUESS)
        if not self.where("store_name"):
            names = [i for i in self.free() if _could_name(self.profiles[i])]
            if names:
                self.give(max(names, key=lambda i: (self.profiles[i].distinct, -i)), "store_name", _GUESS)

    def sure(self, index: int) -> float:
        """How sure a column's meaning is; one left alone is the less so the better something else would have fitted."""
        if index in self.meaning:
            return self.score[index]
        others = max((s for m, s in self.fits[index].items() if m not in _SEVERAL), default=0.0)
        return _GUESS if others >= _ENOUGH else _UNKNOWN


_STREETS = frozenset({"street_name", "street_and_number", "full_address"})


def _could_name(p: Profile) -> bool:
    """Whether cells are different texts that are neither places, times nor addresses."""
    strange = max(p.city, p.hours, p.email, p.pair, p.road, p.commas)
    return p.count > _FEW and p.letters >= _NEARLY and p.distinct >= _NEARLY and strange < _HALF and not p.dated


def _could_be_id(p: Profile) -> bool:
    """Whether cells are codes of one length, each once: no measure, date or counter looks like that."""
    codes = p.code >= _NEARLY and p.distinct == 1.0 and p.fill >= _NEARLY and p.count > 3 * _FEW
    return codes and p.even >= _MOSTLY and p.decimal + p.time + p.phone < _HALF and not p.sequence and not p.dated


def _worth(score: float) -> float:
    """What a fit counts: one certain column is worth more than two doubtful ones; none below `_ENOUGH`."""
    return (score - _ENOUGH) ** 2 + 1e-9 if score >= _ENOUGH else 0.0


def _own(headers: Sequence[str]) -> dict[int, str]:
    """Column index → meaning where the header row is that of our own template, whatever the cells hold."""
    if ours := exported.meanings(headers):
        return ours
    known = own_headings()
    found = {index: known[header] for index, header in enumerate(headers) if header in known}
    return found if len(set(found.values())) == len(FIELDS) else {}


def fitting(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """What of a mapping names a column these headers have; raises `WrongUsage` for a meaning there is not."""
    found: dict[str, str] = {}
    for meaning, column in mapping.items():
        try:
            _told(headers, {meaning: column})
        except WrongUsage as error:
            if error.key != "map_column_unknown":
                raise
        else:
            found[meaning] = column
    return found


def _told(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[int, str]:
    """Column index → meaning, as somebody said it; a column is named by its header or its number."""
    told: dict[int, str] = {}
    folded = [fold_header(header) for header in headers]
    for meaning, column in mapping.items():
        if meaning not in meanings():
            raise WrongUsage("map_meaning_unknown", meaning=meaning, known=", ".join(sorted(meanings())))
        exact = [index for index, header in enumerate(headers) if header.strip() == column.strip()]
        alike = [index for index, header in enumerate(folded) if header and header == fold_header(column)]
        if exact or alike:
            told[(exact or alike)[0]] = meaning
        elif column.strip().isdigit() and 1 <= int(column) <= len(headers):
            told[int(column) - 1] = meaning
        else:
            raise WrongUsage("map_column_unknown", column=column, known=", ".join(h for h in headers if h))
    return told
