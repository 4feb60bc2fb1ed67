"""The till vendor's file comes back: each till against the register it was meant for; a swap pays the neighbour.

CSV, workbook or JSON, in any order, with the columns the vendor kept: the till's code and at least one of external id,
Mercado Pago's id or the code's text. Pure but for `read`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpkit.errors import Refused, UnreadableFile, of_system
from mpkit.model import Finding, Severity
from mpkit.places.names import fold
from mpkit.sheet import reading
from mpkit.sheet.grid import ReadAs
from mpkit.till.handoff import Line

_MOST_BYTES = 20 * 1024 * 1024
_NAMES = {  # what vendors call the columns, folded
    "till_code": "till code|till|codigo de caja|codigo caja|caja|terminal|codigo do caixa|codigo caixa|caixa|till id",
    "external_pos_id": "external pos id|pos external id|external id|id externo|external id pos|id externo de la caja",
    "pos_id": "pos id|id pos|id de la caja|id do caixa|pos",
    "qr_code": "qr code|qr|codigo qr|qr data|payload|texto del codigo|texto do codigo",
    "user_id": "user id|collector id|id de usuario|id do usuario|usuario",
    "external_store_id": "external store id|store external id|id externo de la sucursal",
    "store_id": "store id|id de la sucursal|id da loja",
    "amount_mode": "amount mode|modo|quien escribe el importe",
}
_NAMED = {folded: name for name, said in _NAMES.items() for folded in said.split("|")}
_IDS = ("external_pos_id", "pos_id", "qr_code")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the vendor's file: which in the file (from 1, the header counted), and its cells by our names."""

    number: int
    cells: Mapping[str, str]


def read(path: Path) -> tuple[Row, ...]:
    """The rows of a file. Raises `UnreadableFile`, and `Refused` where no column says the till or its register."""
    rows = _json(path) if path.suffix.lower() == ".json" else _table(path)
    found = {name for row in rows for name in row.cells}
    if "till_code" not in found or not found & set(_IDS):
        raise Refused("handoff_columns", file=path.name)
    return tuple(row for row in rows if any(row.cells.values()))


def _table(path: Path) -> list[Row]:
    lines = reading.read(path, ReadAs()).sheets[0].rows
    for start, line in enumerate(lines):
        heads = {index: _NAMED[fold(cell)] for index, cell in enumerate(line) if fold(cell) in _NAMED}
        if "till_code" in heads.values():
            return [
                Row(number, {name: _plain(cells[index]) for index, name in heads.items() if index < len(cells)})
                for number, cells in enumerate(lines[start + 1 :], start=start + 2)
            ]
    raise Refused("handoff_columns", file=path.name)


def _plain(cell: str) -> str:
    """A cell as it was before it was kept from being a formula."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" else text


def _json(path: Path) -> list[Row]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UnreadableFile("handoff_unreadable", file=path.name)
        document: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise of_system(error, where=path) or error from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile("handoff_unreadable", file=path.name) from error
    rows = document.get("tills") if isinstance(document, dict) else document
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableFile("handoff_unreadable", file=path.name)
    told = ({_NAMED.get(fold(str(name)), ""): str(value).strip() for name, value in row.items()} for row in rows)
    return [Row(number, {name: said for name, said in row.items() if name}) for number, row in enumerate(told, start=1)]


def judge(expected: Sequence[Line], rows: Sequence[Row]) -> tuple[Finding, ...]:
    """Everything that would put an amount on the wrong sign, or on none, row by row; what is missing last."""
    judged = _Judged(expected, rows)
    found = [*judged.each(), *judged.crossed(), *judged.missing()]
    return tuple(sorted(found, key=lambda one: (one.record == 0, one.record, one.code)))


class _Judged:
    """The hand-off by each of its keys, and the vendor's rows by till."""

    def __init__(self, expected: Sequence[Line], rows: Sequence[Row]) -> None:
        self.rows = rows
        self.by: dict[str, dict[str, Line]] = {name: {getattr(one, name): one for one in expected} for name in _IDS}
        self.tills = {one.till_code: one for one in expected}
        loose: dict[str, list[Line]] = defaultdict(list)
        for one in expected:
            loose[_loose(one.till_code)].append(one)
        self.loose = {code: found[0] for code, found in loose.items() if len(found) == 1}
        self.meant = {row.number: self._till(row) for row in rows}
        self.named = {row.number: self._registers(row) for row in rows}

    def _till(self, row: Row) -> Line | None:
        """Whose row it is: by its code, else by that code as a spreadsheet may have left it (007 as 7)."""
        said = row.cells.get("till_code", "")
        return self.tills.get(said) or self.loose.get(_loose(said))

    def _registers(self, row: Row) -> dict[str, Line]:
        """The registers a row names, by the column that names them; a code of nobody's is none."""
        return {name: self.by[name][said] for name in _IDS if (said := row.cells.get(name, "")) in self.by[name]}

    def each(self) -> Iterator[Finding]:
        """What is wrong with one row by itself."""
        for row in self.rows:
            meant, named = self.meant[row.number], self.named[row.number]
            if meant is None:
                yield self._said("handoff_unknown", row, till=row.cells.get("till_code", ""))
                continue
            user = row.cells.get("user_id", "")
            if user and user != meant.user_id:
                yield self._said("handoff_wrong_account", row, till=meant.till_code, found=user, wanted=meant.user_id)
            for name in ("external_pos_id", "pos_id"):
                if row.cells.get(name) and name not in named:
                    yield self._said("handoff_register_unknown", row, till=meant.till_code, found=row.cells[name])
            ids = {one.external_pos_id: one for name, one in named.items() if name != "qr_code"}
            if len(ids) > 1:
                yield self._said("handoff_contradiction", row, till=meant.till_code, found=" / ".join(sorted(ids)))
            code = row.cells.get("qr_code", "")
            if code and code != meant.qr_code and ("qr_code" not in named or meant.external_pos_id in ids):
                other = named.get("qr_code")
                owner = other.external_pos_id if other else "—"
                yield self._said(
                    "handoff_wrong_code", row, till=meant.till_code, wanted=meant.external_pos_id, found=owner
                )
            mode = row.cells.get("amount_mode", "")
            if mode and mode != meant.amount_mode:
                yield self._said("handoff_wrong_mode", row, till=meant.till_code, found=mode, wanted=meant.amount_mode)

    def crossed(self) -> Iterator[Finding]:
        """Tills that stand on each other's register, on somebody else's, several on one, one in several rows."""
        onto: dict[str, list[tuple[Row, Line]]] = defaultdict(list)
        to: dict[str, Line] = {}
        seen: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            meant, named = self.meant[row.number], list(self.named[row.number].values())
            if meant is not None:
                seen[meant.till_code].append(row)
                if named:
                    to[meant.external_pos_id] = named[0]
                    onto[named[0].external_pos_id].append((row, meant))
        for row in self.rows:
            meant, named = self.meant[row.number], list(self.named[row.number].values())
            if meant is None or not named or named[0].external_pos_id == meant.external_pos_id:
                continue
            back = to.get(named[0].external_pos_id)
            swapped = back is not None and back.external_pos_id == meant.external_pos_id
            code = "handoff_swapped" if swapped else "handoff_wrong_register"
            values = {"till": meant.till_code, "wanted": meant.external_pos_id, "found": named[0].external_pos_id}
            yield self._said(code, row, other=named[0].till_code, **values)
        for register, found in onto.items():
            tills = list(dict.fromkeys(meant.till_code for _, meant in found))
            if len(tills) > 1:
                yield self._said("handoff_doubled", found[0][0], found=register, tills=", ".join(tills), n=len(tills))
        for till, found_rows in seen.items():
            if len(found_rows) > 1:
                numbers = ", ".join(str(row.number) for row in found_rows)
                yield self._said("handoff_twice", found_rows[0], till=till, rows=numbers)

    def missing(self) -> Iterator[Finding]:
        """Tills that the file does not have."""
        there = {meant.till_code for meant in self.meant.values() if meant is not None}
        for code, line in self.tills.items():
            if code not in there:
                values = {"till": code, "wanted": line.external_pos_id}
                yield Finding("handoff_missing", Severity.BLOCKING, 0, 0, values=values)

    def _said(self, code: str, row: Row, **values: object) -> Finding:
        return Finding(code, Severity.BLOCKING, row.number, row.number, values=values)


def _loose(code: str) -> str:
    """A code without what a spreadsheet takes from it: capitals apart, zeros in front."""
    text = code.strip().casefold()
    return text.lstrip("0") or text[:1]
