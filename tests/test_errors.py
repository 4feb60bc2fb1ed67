"""Errors: sentences in three languages, exit codes, and the way across a process border."""

from __future__ import annotations

import pickle

import pytest

from mpkit import errors
from mpkit.i18n import say_error


def test_an_error_speaks_the_language_of_the_session() -> None:
    error = errors.StoreTrouble("disk_full", where="/data")
    assert str(error).startswith("The disk that holds /data")
    assert say_error(error, "es_MX").startswith("No queda espacio")
    assert say_error(error, "pt").startswith("Não há espaço")


@pytest.mark.parametrize(("kind", "code"), [(errors.WrongUsage, 2), (errors.Refused, 1), (errors.StoreTrouble, 1)])
def test_exit_codes(kind: type[errors.MpkitError], code: int) -> None:
    assert kind("disk_full", where="x").exit_code == code


def test_an_error_crosses_a_process_border_whole() -> None:
    error = errors.RateLimited("disk_full", retry_after=3.5, status=429, code="too_many", detail="x", where="y")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is errors.RateLimited
    assert (back.retry_after, back.status, back.code, back.detail) == (3.5, 429, "too_many", "x")
    assert str(back) == str(error)
