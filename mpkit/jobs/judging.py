"""A review's files come in, each goes out judged with what was changed about it; one that fails stops no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mpkit import accounts, branches
from mpkit.errors import MpkitError, Refused, WrongUsage
from mpkit.jobs.workbench import Workbench
from mpkit.model import Account
from mpkit.places import Catalogue
from mpkit.places.own import of_account
from mpkit.sheet import Checked, across, files
from mpkit.sheet import rows as kept
from mpkit.sheet.book import check_book
from mpkit.sheet.review import Review, from_plain
from mpkit.sheet.run import Returned
from mpkit.work import Progress


@dataclass(frozen=True, slots=True)
class Judged:
    """One file, or a sheet of it: where it lies, and what came of it; `refusal` where it cannot be read as it is."""

    path: Path
    checked: Checked | None
    refusal: MpkitError | None = None


def judge(bench: Workbench, arguments: Mapping[str, Any], aside: Path, progress: Progress) -> tuple[Judged, ...]:
    """The files of a job, in their order, and the sheets of each; archives are unpacked into `aside`.

    `arguments` is {review, account}, or {paths, site, sheets, map, accept, passed} as a command says it.
    """
    review = from_plain(arguments["review"]) if "review" in arguments else None
    paths = review.paths if review else arguments["paths"]
    found = files.gather([Path(path) for path in paths], aside)
    found = tuple(path for path in found if review is None or path.name not in review.left_out)
    done: list[Returned] = []
    for number, (path, label) in enumerate(zip(found, files.labels(found), strict=True)):
        progress(number, len(found), "check_step")
        told = options(bench, arguments) if review is None else of_review(bench, arguments, review, path.name)
        try:
            sheets = check_book(path, **{"label": label, **told})
            done += [Returned(path, checked) for checked in sheets]
        except (Refused, WrongUsage) as refusal:
            done.append(Returned(path, refusal))
    name = str(arguments.get("account") or "")
    memory = branches.memory(bench.store, name) if name else across.NO_LIST
    accept = review.accept if review else tuple(arguments.get("accept") or ())
    told_passed = dict(arguments.get("passed") or {})
    passed = {file: {(int(row), str(code)) for row, code in told_passed[file]} for file in told_passed}
    passed |= {file: set(of.accepted) for file, of in review.files.items()} if review else {}
    return tuple(map(_judged, across.together(done, memory, across.Decided(accept, passed))))


def _judged(one: Returned) -> Judged:
    if isinstance(one.result, Checked):
        return Judged(one.path, one.result)
    return Judged(one.path, None, one.result)


def places_of(bench: Workbench, name: str = "") -> Path | Catalogue | None:
    """The lists of places to judge by: the account's own where it was read, else those of the settings or ours.

    `name` "" is the account of the settings, else the only one; where it is not clear which, none is asked.
    """
    account = meant(bench, name)
    own = of_account(bench.store, account, bench.settings.places) if account else None
    return own or bench.settings.places


def meant(bench: Workbench, name: str = "") -> Account | None:
    """The known account of that id or nickname, "" that of the settings or the only one; None where it is not clear."""
    known, name = accounts.known(bench.store), name or bench.settings.account
    found = [one for one in known if name in {one.id, one.nickname}] if name else list(known)
    return found[0] if len(found) == 1 else None


def options(bench: Workbench, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The options of `check_book` among a job's arguments, the same for all of its files."""
    return {
        "site": str(arguments.get("site") or ""),
        "sheets": tuple(arguments.get("sheets") or ()),
        "mapping": dict(arguments.get("map") or {}),
        "accept": tuple(arguments.get("accept") or ()),
        "names": str(arguments.get("names") or ""),
        "places": places_of(bench, str(arguments.get("account") or "")),
    }


def of_review(bench: Workbench, arguments: Mapping[str, Any], review: Review, file: str) -> dict[str, Any]:
    """The options of `check_book` for one file of a review; what was changed about a sheet is the sheet's."""
    account = str(arguments.get("account") or "")
    return {
        "label": file,
        "sheets": tuple(review.of(file).reading.get("sheets", ())),
        "site": review.site,
        "accept": tuple(sorted(review.accept)),
        "names": review.names,
        "places": places_of(bench, account),
        "recall": partial(kept.recall, bench.store, account),
        "of": review.of_sheet,
    }
