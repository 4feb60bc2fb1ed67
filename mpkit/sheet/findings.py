"""What the rules find is gathered here, each finding at its record, row and column."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mpkit.errors import WrongUsage
from mpkit.model import Finding, Severity
from mpkit.sheet.table import Table

# Repairs or risks a person may agree to for a whole file with `--accept CODE`.
ACCEPTABLE = frozenset(
    [
        "missing_coordinates",
        "coordinates_swapped",
        "coordinates_wrong_sign",
        "coordinates_without_mark",
        "coordinates_in_metres",
        "coordinates_far_from_city",
        "missing_city",
        "missing_state",
        "city_unknown",
        "city_misspelled",
        "city_mismatch",
        "state_unknown",
        "state_misspelled",
        "state_mismatch",
        "repeated_store",
        "name_not_unique",
        "duplicate_location",
        "not_a_store",
        "mojibake",
        "lookalike_letters",
        "files_differ",
    ]
)

# Of those, what stands as it is where somebody says so for one row: nothing has to be written anew.
PASSABLE = frozenset(
    [
        "coordinates_far_from_city",
        "repeated_store",
        "name_not_unique",
        "duplicate_location",
        "not_a_store",
        "files_differ",
        "identity_doubtful",
    ]
)


class Findings:
    """Gathers findings of one table; remembers which records must not be created."""

    def __init__(self, table: Table, accept: Collection[str], accepted: Collection[tuple[int, str]] = ()) -> None:
        unknown = sorted(set(accept) - ACCEPTABLE)
        if unknown:
            raise WrongUsage("accept_unknown", code=unknown[0], known=", ".join(sorted(ACCEPTABLE)))
        self.table = table
        self.accept = frozenset(accept)
        self.accepted = frozenset(accepted)  # (row of the sheet, code): let pass there and nowhere else
        self.found: list[Finding] = []
        self.blocked: set[int] = set()
        self.file_blocked = False

    def add(
        self,
        code: str,
        severity: Severity,
        record: int,
        meaning: str = "",
        suggestion: str | None = None,
        *,
        column: int | None = None,
        **values: object,
    ) -> None:
        """One finding at a record (0: the whole file), in the column of a meaning or a column by number."""
        self.put(code, severity, record, meaning, suggestion, column=column, values=values)

    def put(
        self,
        code: str,
        severity: Severity,
        record: int,
        meaning: str = "",
        suggestion: str | None = None,
        *,
        column: int | None = None,
        values: Mapping[str, object],
    ) -> None:
        """The same with the sentence's values in one mapping."""
        index = column
        if index is None and meaning:
            held = self.table.column(meaning)
            index = held.index if held else None
        header = self.table.headers[index - 1] if index and index <= len(self.table.headers) else ""
        row = self.table.header_row + record if record else max(1, self.table.header_row)
        if severity is Severity.BLOCKING and code in PASSABLE and (row, code) in self.accepted:
            severity = Severity.WARNING
        if severity is Severity.BLOCKING:
            self.blocked.add(record)
            self.file_blocked = self.file_blocked or record == 0
        self.found.append(
            Finding(code, severity, record, row, index, header, self.table.sheet.name, suggestion, values)
        )

    def agreed(self, code: str) -> Severity:
        """Blocking, or a warning where a person accepted this kind."""
        return Severity.WARNING if code in self.accept else Severity.BLOCKING

    def sorted(self) -> tuple[Finding, ...]:
        """By place in the sheet, the whole file first."""
        return tuple(sorted(self.found, key=lambda f: (f.record, f.column or 0, f.code)))
