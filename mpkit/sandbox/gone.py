"""Paths that the API has given up: which they are and how they answer goes in, the answer of one that is gone out."""

from __future__ import annotations

from collections.abc import Mapping

from mpkit.sandbox.answers import Answer
from mpkit.work import HttpRequest

FAMILIES = ("/pos", "POST /pos", "/v2/pos")  # a path with all below it, or one method of it
STATUSES = (404, 405, 410)  # how an API answers at a path it no longer has


def answer(gone: Mapping[str, int], request: HttpRequest) -> Answer | None:
    """The answer of a path that is gone, None where it is not."""
    for family, status in gone.items():
        method, _, path = family.rpartition(" ")
        below = request.path == path or request.path.startswith(f"{path}/")
        if below and method in {"", request.method}:
            return _ANSWERS[status]
    return None


_ANSWERS = {
    404: Answer(404, {"message": "resource not found", "error": "not_found", "status": 404, "cause": []}),
    405: Answer(405, "<html><body>405 Not Allowed</body></html>", kind="text/html; charset=utf-8"),
    410: Answer(410, {"error": "gone", "message": "This resource is no longer available", "status": 410, "causes": []}),
}
