"""The words of people: complete in three languages, with the same placeholders; and every key the code names exists."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator

import pytest

from mpkit import errors
from mpkit.i18n import LANGUAGES, words
from tests.test_structure import name_of, sources

KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.MpkitError)}
GIVEN_BY_API_ERRORS = {"status", "code", "detail", "retry_after"}
SAYERS = {"say"}
# Values that a room adds to its errors in one place.
ADDED = {"mpkit/sheet/": {"file"}}  # reading.py names the file; the child that reads it knows none


def placeholders(text: str) -> set[str]:
    return {name.partition(".")[0].partition("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_has_every_language(language):
    assert not [key for key, entry in words().items() if not str(entry.get(language, "")).strip()]


def test_no_entry_has_a_language_nobody_asked_for():
    known = set(LANGUAGES)
    odd = {key: tag for key, entry in words().items() for tag in entry if tag.partition("_")[0] not in known}
    assert not odd


def test_the_languages_take_the_same_placeholders():
    """A singular may leave its number out ("one register"); nothing may ask for what the others do not."""
    wrong = []
    for key, entry in words().items():
        asked = placeholders(entry["en"])
        for tag, text in entry.items():
            here = placeholders(text)
            same = asked - here <= {"n"} if tag.endswith("_one") else here == asked
            if not same or here - asked:
                wrong.append(f"{key} {tag}: {sorted(here)} instead of {sorted(asked)}")
    assert not wrong, "\n".join(wrong)


def test_no_sentence_shouts():
    assert not [key for key, entry in words().items() if any("!" in t or "¡" in t for t in entry.values())]


def calls() -> Iterator[tuple[str, str, str, set[str] | None]]:
    """Each call that names a key outright: where, which callable, the key, the values given (None: unknown)."""
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            callee = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            key = node.args[0]
            if callee in KINDS | SAYERS and isinstance(key, ast.Constant) and isinstance(key.value, str):
                given = {k.arg for k in node.keywords}
                values = None if None in given else {str(g) for g in given}
                yield f"{name_of(file)}:{node.lineno}", callee, key.value, values


def test_every_key_the_code_names_is_in_the_words():
    found = list(calls())
    assert len(found) > 5, "the reader of calls sees nothing"
    missing = [f"{where}: {key}" for where, _, key, _ in found if key not in words()]
    assert not missing, "\n".join(missing)


def test_every_sentence_gets_the_values_it_asks_for():
    wrong = []
    for where, callee, key, values in calls():
        if values is None or key not in words():
            continue
        given = values | (GIVEN_BY_API_ERRORS if callee in KINDS else set())
        given |= set().union(*(names for room, names in ADDED.items() if where.startswith(room) and callee in KINDS))
        lacking = set().union(*(placeholders(t) for t in words()[key].values())) - given
        if lacking:
            wrong.append(f"{where}: {key} lacks {sorted(lacking)}")
    assert not wrong, "\n".join(wrong)
