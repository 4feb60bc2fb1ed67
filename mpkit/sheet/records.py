"""A table comes in, the records that are rows of branches go out: no totals, titles between them, headers said again.

And what a row says of itself: a warehouse, an office or a vending machine is no shop, one marked as closed is closed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from mpkit.model import Severity
from mpkit.places.names import fold
from mpkit.sheet import heading
from mpkit.sheet.findings import Findings
from mpkit.sheet.table import Table

if TYPE_CHECKING:
    from mpkit.sheet.draft import Draft

_TOTAL = re.compile(r"(sub ?)?tota(l|is|les)\b|suma\b|soma\b|promedio\b|media\b|cantidad\b|quantidade\b|grand total\b")
_FOOT = 5  # the last records, where totals stand
_WIDE = 4  # filled cells of an ordinary record: with fewer a lone cell may be a branch
_COMMON = 0.2  # a word so many names have is none that sets them apart: the branches of a bank are all offices
_NO_SHOP = re.compile(
    r"\b(cedis?|cendis|(centro|ctro|cto) (de )?distribu(cion|icao|icion)|distribution cent(er|re)|centro logistico"
    r"|(bodega|almacen|deposito|warehouse) (central|general|principal|regional)|deposito|warehouse|galpon|galpao"
    r"|oficinas?( (central|centrales|corporativas?|administrativas?))?|escritorio|corporativo|administracion"
    r"|vending|(maquina )?expendedora|catering|planta (?!baja|alta)\w+|fabrica|nodo|despachos?|dark store"
    r"|(tienda|loja) (virtual|online|en linea)|e ?commerce|back ?office|prueba|teste?|no usar|nao usar|dummy)\b"
)
_CLOSED = re.compile(
    r"[-(\[*/]\s*(?:cerrad[oa]|clausurad[oa]|inactiv[oa]|inativ[oa]|fechad[oa]|desativad[oa]|closed|baja"
    r"|fuera de servicio)\s*[)\]*]*\s*$",
    re.IGNORECASE,
)
_WARN, _BLOCK = Severity.WARNING, Severity.BLOCKING


def kept(table: Table, findings: Findings) -> list[int]:
    """Indexes of the records that are rows of branches; what is none and not empty is a finding."""
    width, blanks = len(table.cells), _blanks(table)
    usual = median([width - blanks[n] for n in range(table.count) if blanks[n] < width] or [0])
    again, found = _said_again(table), list[int]()
    for n in range(table.count):
        count = width - blanks[n]
        sparse = count <= max(2, width // 2 if n >= table.count - _FOOT else usual / 2)
        if not sparse and n not in again and table.cells[0][n].strip():
            found.append(n)
            continue
        row = [column[n] for column in table.cells]
        if not "".join(row).strip():
            continue
        if not (n in again or _is_none(row, usual)):
            found.append(n)
        else:
            column, first = next((c, cell) for c, cell in enumerate(row, start=1) if cell.strip())
            findings.add("not_a_store", _BLOCK, n + 1, column=column, found=first.strip())
    return found


def _blanks(table: Table) -> Counter[int]:
    """Record → how many of its cells hold nothing; those with a text in each have none."""
    found: Counter[int] = Counter()
    for column in table.cells:
        if "" in column:
            found.update(n for n, cell in enumerate(column) if not cell)
    return found


def _is_none(row: Sequence[str], usual: float) -> bool:
    """Whether a record of few cells is a total or a lone title between the others."""
    cells = [cell for cell in row if cell.strip()]
    if len(cells) == 1 and usual >= _WIDE:
        return True
    return bool(_TOTAL.match(fold(cells[0])))


def _said_again(table: Table) -> frozenset[int]:
    """The records that are the header once more: told by its first named column before all are looked at."""
    first = next((c for c, name in enumerate(table.headers) if name), None) if table.header_row else None
    if first is None:
        return frozenset()
    named = heading.Heading(table.header_row, table.headers)
    said = heading.lower(table.headers[first]).casefold()
    alike = {cell for cell in set(table.cells[first]) if cell.strip().casefold() == said}
    return frozenset(
        n
        for n, cell in enumerate(table.cells[first] if alike else ())
        if cell in alike and heading.repeats(named, [column[n] for column in table.cells])
    )


def say_what_is_no_shop(table: Table, findings: Findings, drafts: Iterable[Draft]) -> None:
    """Rows whose name, or kind of shop, says that they are none; and names that say it was closed."""
    drafts = list(drafts)
    kinds = table.values("format_type")
    odd = {kind for kind in set(kinds) if _NO_SHOP.search(fold(kind))}
    named = [(draft, found) for draft in drafts if (found := _NO_SHOP.search(fold(draft.name)))]
    if len(named) <= _COMMON * len(drafts) or len(named) == 1:
        for draft, found in named:
            findings.add("not_a_store", _WARN, draft.record, "store_name", found=found[0])
    told = {draft.record for draft, _ in named}
    for draft in drafts:
        if kinds[draft.record - 1] in odd and draft.record not in told:
            findings.add("not_a_store", _WARN, draft.record, "format_type", found=kinds[draft.record - 1])
        if not draft.closed and _CLOSED.search(draft.name):
            draft.closed = True
            findings.add("closed", _WARN, draft.record, "store_name", value=draft.name)
