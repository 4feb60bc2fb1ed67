"""The shapes of refusals: the four envelopes of the API, and what the gateway says before a route is reached."""

from __future__ import annotations

from collections.abc import Mapping

from mpkit.sandbox.description.kinds import NOTHING, TEXT, WHOLE
from mpkit.sandbox.description.operations import Shape
from mpkit.sandbox.description.shapes import either, record, rows

SHAPES: Mapping[str, Shape] = {
    "Classic": record(
        {
            "error": TEXT,
            "message": TEXT,
            "status": WHOLE,
            "causes": rows(record({"code": WHOLE, "description": TEXT})),
        }
    ),
    "Family": record(
        {
            "message": TEXT,
            "error": TEXT,
            "status": WHOLE,
            "cause": rows(record({"code": WHOLE, "description": TEXT, "data": either(TEXT, NOTHING)})),
        }
    ),
    "Newer": record(
        {"errors": {**rows(record({"code": TEXT, "message": TEXT}, perhaps={"details": rows(TEXT)})), "minItems": 1}}
    ),
    "Flat": record({"code": TEXT, "message": TEXT}),
    "Limited": record({"status": WHOLE, "error": TEXT, "message": TEXT}),
    "Broken": record({"message": TEXT, "error": TEXT, "status": WHOLE}),
    "Control": record({"error": TEXT, "message": TEXT, "status": WHOLE}),
}
