"""The kinds of a single value that the API takes and answers, as JSON Schema."""

from __future__ import annotations

from mpkit.sandbox.description.operations import Shape

TEXT: Shape = {"type": "string"}
SAID: Shape = {"type": "string", "pattern": r"\S"}  # not only blanks
WHOLE: Shape = {"type": "integer"}
COUNT: Shape = {"type": "integer", "minimum": 0}
PAGED: Shape = {"type": "integer", "minimum": 0, "maximum": 999_999_999}  # a parameter of a search
NUMBER: Shape = {"type": "number"}
FLAG: Shape = {"type": "boolean"}
NOTHING: Shape = {"type": "null"}
DIGITS: Shape = {"type": "string", "pattern": "^[0-9]+$"}
LETTERS_AND_DIGITS: Shape = {"type": "string", "pattern": "^[A-Za-z0-9]+$"}
ANY_RECORD: Shape = {"type": "object"}
ZULU: Shape = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
MINUS_FOUR: Shape = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000-04:00$"}
INSTANT: Shape = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$"}
