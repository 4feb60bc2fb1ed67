"""Which fault strikes which request: probabilities and a seed go in, at most one fault a request comes out.

The draw depends on the seed, the request and how often this very request came before, not on the order of different
requests: the same work meets the same faults, also when several threads do it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping

from mpkit.errors import WrongUsage
from mpkit.work import HttpRequest

# in the order in which they are drawn
NAMES = (
    "429",
    "token-expired",
    "reset",
    "500",
    "502",
    "503",
    "html-error",
    "lost-answer",
    "half-answer",
    "slow",
    "stale-read",
    "short-page",
    "moving-page",
)
_PAGES = frozenset({"short-page", "moving-page"})
_PAGED = ("/stores/search", "/pos", "/v2/pos", "/v1/payments/search")


class Faults:
    """The faults of one world; `fired` counts them."""

    def __init__(self, seed: int, probabilities: Mapping[str, float] | None = None) -> None:
        self._seed = seed
        self._seen: Counter[bytes] = Counter()
        self.fired: Counter[str] = Counter()
        self.probabilities: dict[str, float] = {}
        self.set(probabilities or {})

    def set(self, probabilities: Mapping[str, float]) -> None:
        """Replace all probabilities; raises `WrongUsage` for an unknown name or a number outside 0 to 1."""
        for name, probability in probabilities.items():
            if name not in NAMES:
                raise WrongUsage("sandbox_fault_unknown", name=name, names=", ".join(NAMES))
            if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0 <= probability <= 1:
                raise WrongUsage("sandbox_fault_probability", name=name)
        self.probabilities = dict(probabilities)

    def drawn(self, request: HttpRequest) -> str | None:
        """The fault that strikes this request, None for none; counted as fired."""
        if not self.probabilities:
            return None
        key = _fingerprint(request)
        self._seen[key] += 1
        for name in NAMES:
            probability = self.probabilities.get(name, 0.0)
            if probability and _applies(name, request) and self.chance(name, key, self._seen[key]) < probability:
                self.fired[name] += 1
                return name
        return None

    def variant(self, request: HttpRequest, of: str) -> bool:
        """One of two variants of a fault, evenly drawn (429 with or without Retry-After, 500 before or after)."""
        key = _fingerprint(request)
        return self.chance(f"variant {of}", key, self._seen[key]) < 0.5

    def chance(self, name: str, key: bytes, nth: int) -> float:
        """A number from 0 to 1, the same for the same seed, name, request and turn."""
        text = f"{self._seed}|{name}|{nth}|".encode() + key
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) / 2**64


def _fingerprint(request: HttpRequest) -> bytes:
    text = f"{request.method} {request.path} {sorted(request.query)}".encode()
    return hashlib.blake2b(text + request.body, digest_size=12).digest()


def _applies(name: str, request: HttpRequest) -> bool:
    if name in _PAGES:
        return request.method == "GET" and request.path.endswith(_PAGED)
    if name == "stale-read":
        about = "/stores" in request.path or "/pos" in request.path or request.path.startswith("/v1/payments")
        return about and (request.method == "GET" or request.path in {"/pos", "/v2/pos"})
    return True
