"""A finished PDF and what the account answers now come in; the evidence that every code is right goes out.

Nothing is taken from the memory of whoever drew it: the file is read again, in a limited child process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from mpkit.errors import ProofFailed
from mpkit.kit.proofs import anywhere, planned
from mpkit.kit.proofs.finding import Asked, Expected, Failure, Holders, Ladder, Proof, Sign
from mpkit.kit.proofs.looking import Look, known_by, see
from mpkit.work import Progress, silent

LEAST = "B"  # the worst grade that leaves without consent
_TOGETHER = 500  # pages whose proof is in memory at a time
CONSENTED = "C"  # and with it; worse never leaves

__all__ = [
    "Asked",
    "Expected",
    "Failure",
    "Ladder",
    "Proof",
    "Sign",
    "in_parts",
    "proof",
    "proofs",
    "refuse_unless_sound",
]


def proof(
    pdf: Path,
    expected: Sequence[Expected] | None,
    owned: Mapping[str, str],
    *,
    dpi: int = 300,
    workers: int = 1,
    least: str = LEAST,
    moved: bool = False,
    mark: str = "",
    digest: str = "",
    progress: Progress = silent,
) -> Proof:
    """Prove a file against the account. `owned` is external id to payload, as the account answers now.

    Without `expected` (no manifest) every code found must be owned, and lie beside its own id. With `moved` the pieces
    of the manifest are looked for anywhere: a print shop laid its pages anew. `least` is the worst grade that passes,
    `mark` and `digest` what a file of this book says of itself and of its manifest where it says anything.
    """
    asked = Asked(pdf, expected or (), mark=mark, digest=digest)
    if expected is not None and not moved:
        return proofs([asked], owned, dpi=dpi, workers=workers, least=least, progress=progress)[0]
    labels: dict[str, list[str]] = {}
    for register, payload in owned.items():
        labels.setdefault(known_by(payload.encode()), []).append(register)
    for one in expected or ():
        said = labels.setdefault(known_by((one.payload or "").encode()), [])
        said += [label for label in one.labels if label not in said]
    labels.pop(known_by(b""), None)
    look = Look(pdf, lambda _first, _last: (), list(labels.items()), dpi)
    found = anywhere.Comparison(asked, Holders(owned), least, manifest=expected is not None)
    for _, seen in see([look], workers=workers, progress=progress):
        found.add(seen)
    return found.proof()


def proofs(
    files: Sequence[Asked | tuple[Path, Sequence[Expected]]],
    owned: Mapping[str, str],
    *,
    dpi: int = 300,
    workers: int = 1,
    least: str = LEAST,
    progress: Progress = silent,
) -> list[Proof]:
    """Prove several files against what must stand in them, at its place, and the account; see `proof`."""
    holders = Holders(owned)
    found = [planned.Comparison(Asked(*one), holders, least) for one in files]
    looks = [_look(one.asked, dpi) for one in found]
    for at, seen in see(looks, workers=workers, progress=progress):
        found[at].add(seen)
    return [one.proof() for one in found]


def _look(asked: Asked, dpi: int) -> Look:
    pages = max((code.page + 1 for code in asked.codes), default=1)
    return Look(asked.pdf, partial(planned.questions, asked.codes), (), dpi, pages=pages)


def in_parts(
    files: Iterable[Asked], owned: Mapping[str, str], *, workers: int, least: str, progress: Progress
) -> Iterator[Proof]:
    """The proof of many files, as many at a time as keep the children busy: what was seen of them is soon gone."""
    before = 0

    def told(done: int, total: int | None, step: str = "") -> None:
        progress(before + done, None if total is None else before + total, step)

    rest = iter(files)
    while some := list(_enough(rest)):
        yield from proofs(some, owned, workers=workers, least=least, progress=told)
        before += sum(one.pages for one in some)


def _enough(files: Iterator[Asked]) -> Iterator[Asked]:
    pages = 0
    while pages < _TOGETHER and (one := next(files, None)) is not None:
        pages += one.pages
        yield one


def refuse_unless_sound(found: Proof, language: str) -> None:
    """Raise `ProofFailed` with the first faults named."""
    if found.passed:
        return
    first = "; ".join(f"{one.register or '?'}: {one.sentence(language)}" for one in found.failures[:3])
    raise ProofFailed("kit_proof_failed", file=found.file, n=len(found.failures), first=first)
