"""What somebody wants of a control route: a call's body comes in, the object it is goes out, or the refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mpkit.sandbox.answers import Answer, Refusal

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call


def wanted_of(call: Call) -> dict[str, Any]:
    """The body, which has to be an object."""
    if not isinstance(call.body, dict):
        raise wrong_control("the body must be a JSON object")
    return call.body


def wrong_control(message: str) -> Refusal:
    """What is not understood, said in English: no part of the API."""
    return Refusal(Answer(400, {"error": "wrong_control", "message": message, "status": 400}))
