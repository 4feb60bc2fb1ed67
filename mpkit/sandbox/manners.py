"""The API as its documents describe it, where live answers were seen to differ: an answer goes in and comes out so.

The sandbox answers as the API was seen to (`live`). A client must bear both: the contract's section 14 lists where they
part. Codes in capitals and `cause`; 200 for what is made; a store's id as a number, a POS's as a text when it is read;
the search of stores wrapped in an array; a body where a POS was deleted; a store may send its own external id again.
"""

from __future__ import annotations

from typing import Any, Literal

import orjson

from mpkit.sandbox.answers import Answer
from mpkit.work import HttpRequest

Manner = Literal["live", "documented"]


def documented(request: HttpRequest, answer: Answer) -> Answer:
    """The answer in the form of the documents; those of other families as they are."""
    about = _about(request.path)
    if not about or not answer.kind.startswith("application/json"):
        return answer
    status = 200 if answer.status in {201, 204} else answer.status
    document = orjson.loads(answer.body) if answer.document is not None else {}
    if status >= 400:
        return Answer(status, _refused(document), answer.effect, headers=answer.headers)
    if about == "store":
        document = _store(document, search=request.path.endswith("/search"))
    elif request.method == "GET" and request.path != "/pos":
        document["id"] = str(document["id"])
    return Answer(status, document, answer.effect)


def _about(path: str) -> str:
    """Which of the two older families a path belongs to, "" for any other."""
    if path == "/pos" or path.startswith("/pos/"):
        return "pos"
    return "store" if path.startswith("/stores/") or "/stores" in path.removeprefix("/users/") else ""


def _refused(document: dict[str, Any]) -> dict[str, Any]:
    if "causes" not in document:  # the gateway's own
        return document
    return {**document, "error": document["error"].upper(), "cause": document["causes"]} | {"causes": []}


def _store(document: dict[str, Any], *, search: bool) -> Any:  # noqa: ANN401 - an object or an array of one
    if search:
        rows = [{**row, "id": int(row["id"])} for row in document["results"]]
        return [{**document, "results": rows}]
    return {**document, "id": int(document["id"])} if "id" in document else document
