"""Which fault strikes which request: probabilities and a seed go in, at most one fault a request comes out.

The draw depends on the seed, the request and how often this very request came before, not on the order of different
requests: the same work meets the same faults, also when several threads do it. A storm depends on the time alone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from mpkit.errors import WrongUsage
from mpkit.work import HttpRequest

# in the order in which they are drawn
NAMES = (
    "429-storm",
    "429",
    "token-expired",
    "403",
    "reset",
    "500",
    "502",
    "503",
    "html-error",
    "late",
    "lost-answer",
    "half-answer",
    "slow",
    "stale-read",
    "late-index",
    "old-version",
    "short-page",
    "moving-page",
    "order-flips",
    "duplicate-ids",
    "cut-page",
    "changed-type",
)
_PAGES = frozenset({"short-page", "moving-page", "order-flips", "duplicate-ids", "cut-page"})
_PAGED = ("/stores/search", "/pos", "/v2/pos", "/v1/payments/search")
STORM_S = 5  # a storm lasts as long, and begins at a multiple of it
_DEEP = 3  # slashes of the path of one payment
_LATE_S = (5.0, 40.0)
_MOST_SEEN = 500_000  # different requests whose turns are counted; a day's work has far fewer


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
        self.probabilities = {name: probabilities[name] for name in NAMES if name in probabilities}

    def drawn(self, request: HttpRequest, now_s: float = 0.0) -> str | None:
        """The fault that strikes this request at this second since 1970, None for none; counted as fired."""
        if not self.probabilities:
            return None
        key = _fingerprint(request)
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        self._seen[key] += 1
        applying, nth = _applying(request.method, request.path), self._seen[key]
        for name, probability in self.probabilities.items():
            if not probability or name not in applying:
                continue
            storm = name == "429-storm"
            chance = self.chance(name, b"%d" % (now_s // STORM_S), 1) if storm else self.chance(name, key, nth)
            if chance < probability:
                self.fired[name] += 1
                return name
        return None

    def variant(self, request: HttpRequest, of: str) -> bool:
        """One of two variants of a fault, evenly drawn (429 with or without Retry-After, 500 before or after)."""
        return self.draw(request, of) < 0.5

    def lateness(self, request: HttpRequest) -> float:
        """Seconds until a request that was lost on its way is carried out after all."""
        least, most = _LATE_S
        return least + (most - least) * self.draw(request, "late")

    def draw(self, request: HttpRequest, of: str) -> float:
        """A number from 0 to 1 for the details of a fault, the same for the same turn of the same request."""
        key = _fingerprint(request)
        return self.chance(f"variant {of}", key, self._seen[key])

    def calm_in(self, now_s: float) -> int:
        """Whole seconds until this storm may be over."""
        return int(STORM_S - now_s % STORM_S) or 1

    def chance(self, name: str, key: bytes, nth: int) -> float:
        """A number from 0 to 1, the same for the same seed, name, request and turn."""
        text = f"{self._seed}|{name}|{nth}|".encode() + key
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) / 2**64


def _fingerprint(request: HttpRequest) -> bytes:
    text = f"{request.method} {request.path} {sorted(request.query)}".encode()
    return hashlib.blake2b(text + request.body, digest_size=12).digest()


@lru_cache(maxsize=4096)
def _applying(method: str, path: str) -> frozenset[str]:
    """The faults that may strike such a request."""
    return frozenset(name for name in NAMES if _applies(name, method, path))


def _applies(name: str, method: str, path: str) -> bool:
    if name in _PAGES:
        return method == "GET" and path.endswith(_PAGED)
    if name == "late-index":
        return method == "GET" and path == "/v1/payments/search"
    if name == "old-version":
        return method == "GET" and path.startswith("/v1/payments/") and path.count("/") == _DEEP
    if name == "late":
        return method != "GET"
    if name == "stale-read":
        about = "/stores" in path or "/pos" in path or path.startswith("/v1/payments")
        return about and (method == "GET" or path in {"/pos", "/v2/pos"})
    return True
