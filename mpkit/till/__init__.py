"""Charging on a register's code: the hand-off for the merchant's own till software, and what comes back of it."""

from mpkit.till.handoff import COLUMNS, Line, as_csv, as_json, lines
from mpkit.till.returned import Row, judge, read

__all__ = ["COLUMNS", "Line", "Row", "as_csv", "as_json", "judge", "lines", "read"]
