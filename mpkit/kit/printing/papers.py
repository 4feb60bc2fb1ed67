"""Names come in; papers go out: files of a sheet, rows of the tables of label sheets, presets of print shops.

`templates/paper/<name>.json` is a paper, `templates/presets/<name>.json` names one and what a shop wants otherwise,
`templates/labels.json` and the merchant's own `templates/labels.csv` in the data folder have a row a label sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from mpkit.errors import Refused
from mpkit.kit.drawing.boxes import Strict
from mpkit.kit.drawing.shelves import checked, read, shelves
from mpkit.kit.printing import labels
from mpkit.kit.printing.paper import Name, Paper

_FIRST = ("alone", "a4", "letter", "oficio", "a3", "sra3")


class Preset(Strict):
    """What a print shop wants: a paper, and what is otherwise than the paper's file says."""

    name: Name
    title: dict[Literal["es", "pt", "en"], str]
    paper: Name
    changes: dict[str, Any]


def papers(overlay: Path | None = None) -> tuple[Paper, ...]:
    """All papers: sheets, presets of print shops, label sheets; `overlay` (the data folder) is laid over ours."""
    names = dict.fromkeys((*_named("paper", overlay), *_named("presets", overlay), *labels.table(overlay)))
    return tuple(paper(name, overlay) for name in names)


def paper(name: str, overlay: Path | None = None) -> Paper:
    """The sheet, preset or label sheet of that name; `Refused` where there is none or its file is not right."""
    if (path := _found("paper", name, overlay)) is not None:
        return read(path, Paper)
    if (path := _found("presets", name, overlay)) is not None:
        chosen = read(path, Preset)
        return changed(paper(chosen.paper, overlay), {**chosen.changes, "name": name, "title": chosen.title}, path)
    if (row := labels.table(overlay).get(name)) is not None:
        return row.paper()
    known = dict.fromkeys((*_named("paper", overlay), *_named("presets", overlay), *labels.table(overlay)))
    raise Refused("kit_no_paper", name=name, known=", ".join(known))


def changed(paper: Paper, changes: Mapping[str, Any], where: Path | str = "") -> Paper:
    """The paper with other values; `Refused` where they are none of a paper's or do not go together."""
    return checked(where or paper.name, Paper, {**paper.model_dump(), **changes}) if changes else paper


def _named(shelf: str, overlay: Path | None) -> Iterator[str]:
    names = {path.stem for folder in shelves(shelf, overlay) for path in folder.glob("*.json")}
    return iter(sorted(names, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)))


def _found(shelf: str, name: str, overlay: Path | None) -> Path | None:
    paths = [folder / f"{name}.json" for folder in shelves(shelf, overlay)]
    return next((path for path in paths if path.is_file() and path.parent in shelves(shelf, overlay)), None)
