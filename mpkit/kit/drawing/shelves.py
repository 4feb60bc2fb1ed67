"""Where designs and papers stand, and how one of their files is read: ours, and the merchant's own laid over them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from mpkit import shipped
from mpkit.errors import Refused

Kind = TypeVar("Kind", bound=BaseModel)


def shelves(name: str, overlay: Path | None) -> tuple[Path, ...]:
    """The folders called `name` that hold templates: those of `overlay` (the data folder) come before ours."""
    ours = shipped.folder("templates") / name
    return (overlay / "templates" / name, ours) if overlay is not None else (ours,)


def read(path: Path, kind: type[Kind]) -> Kind:
    """The file as that kind of thing; `Refused` names the file, the place in it and what is wrong there."""
    try:
        return checked(path, kind, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise Refused("kit_design_wrong", where=str(path), why=str(error)) from error


def checked(where: Path | str, kind: type[Kind], content: object) -> Kind:
    """What was read as that kind of thing; `Refused` names where it stood, the place in it and what is wrong there."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Refused("kit_design_wrong", where=str(where), why=f"{place}: {first['msg']}") from error
