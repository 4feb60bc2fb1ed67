"""The sandbox described by OpenAPI 3.1: its route tables and what is said of each route go in, one document comes out.

A route that nothing is said of, or something said of no route, is an error: a test holds it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mpkit import __version__
from mpkit.sandbox.description import afterwards, control, envelopes, instore, orders, payments, pos, reports, stores
from mpkit.sandbox.description.kinds import DIGITS, TEXT
from mpkit.sandbox.description.operations import JSON, PLAIN, Operation, Operations, Shape
from mpkit.sandbox.description.shapes import either, ref

if TYPE_CHECKING:
    from mpkit.sandbox.routes import Route

_ROOMS = (stores, pos, instore, orders, payments, afterwards, reports, control)
SHAPES: Mapping[str, Shape] = {name: s for room in (*_ROOMS, envelopes) for name, s in room.SHAPES.items()}
OPERATIONS: Operations = {name: operation for room in _ROOMS for name, operation in room.OPERATIONS.items()}
_KEY = {
    "name": "X-Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {**TEXT, "minLength": 1, "maxLength": 64},
}
_NUMBERED = ("/users/", "/stores/", "/pos/")  # paths whose ids are refused where they are no numbers
_ABOUT = (
    "The part of Mercado Pago's API that mpkit uses, as its sandbox answers it. Made from the code: every route of the "
    "sandbox is here, and nothing else. Answers are complete (no field beside those named); where a fault is set, any "
    "route but the control ones may answer 429 or 5XX instead."
)


def described(routes: Iterable[Route], open_to_all: Collection[str], url: str) -> dict[str, Any]:
    """The document. `routes`: every route; `open_to_all`: the paths that ask for no token; `url`: where it is served.

    Raises `KeyError` for a route that nothing is said of.
    """
    paths: dict[str, dict[str, Any]] = {}
    for method, path, handler in routes:
        said = OPERATIONS[f"{method} {path}"]
        needs_token = path not in open_to_all
        about = inspect.cleandoc(handler.__doc__ or "")
        paths.setdefault(path, {})[method.lower()] = _operation(method, path, said, about, needs_token=needs_token)
    return {
        "openapi": "3.1.0",
        "info": {"title": "mpkit sandbox", "version": __version__, "description": _ABOUT},
        "servers": [{"url": url}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(SHAPES.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(method: str, path: str, said: Operation, about: str, *, needs_token: bool) -> dict[str, Any]:
    parts = re.findall(r"{(\w+)}", path)
    shape = DIGITS if path.startswith(_NUMBERED) else {**TEXT, "minLength": 1}
    parameters: list[dict[str, Any]] = [
        {"name": part, "in": "path", "required": True, "schema": shape} for part in parts
    ]
    for name, shape in said.query.items():
        parameters.append({"name": name, "in": "query", "required": name in said.required, "schema": shape})
    found: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "tags": [_tag(path)],
        "summary": about.partition("\n")[0],
        "security": [{"token": []}] if needs_token else [],
        "parameters": [*parameters, *([_KEY] if said.key else [])],
        "responses": _responses(path, said, needs_token=needs_token),
    }
    if said.body is not None:
        found["requestBody"] = {"required": not said.without_body, "content": {JSON: {"schema": said.body}}}
    return found


def _tag(path: str) -> str:
    parts = path.strip("/").split("/")
    return {"v1": parts[1], "v2": "pos", "users": parts[-1]}.get(parts[0], parts[0]) if len(parts) > 1 else parts[0]


def _responses(path: str, said: Operation, *, needs_token: bool) -> dict[str, Any]:
    """Every status a route answers, its own and the gateway's."""
    found = {str(status): _answer("Done", shape) for status, shape in said.answers.items()}
    found |= {str(status): _answer("Refused", ref(said.envelope)) for status in said.refused}
    if path.startswith("/_sandbox/"):
        return dict(sorted(found.items()))
    if needs_token:
        found["401"] = _answer(
            "No token, a wrong one, or somebody else's object", either(ref("Flat"), ref(said.envelope))
        )
    texts = {PLAIN: {"schema": TEXT}}
    limited = {"Retry-After": {"description": "Seconds; not always there", "schema": TEXT}}
    found["429"] = {
        "description": "Too many requests",
        "headers": limited,
        "content": {JSON: {"schema": ref("Limited")}, **texts},
    }
    found["5XX"] = {"description": "A fault that was set", "content": {JSON: {"schema": ref("Broken")}, **texts}}
    return dict(sorted(found.items()))


def _answer(about: str, shape: Shape | str | None) -> dict[str, Any]:
    if shape is None:
        return {"description": about}
    if isinstance(shape, str):
        return {"description": about, "content": {kind: {} for kind in shape.split()}}
    return {"description": about, "content": {JSON: {"schema": shape}}}
