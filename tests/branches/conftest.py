"""What the tests of the list share."""

from datetime import UTC, datetime

import pytest

from mpkit.work import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
