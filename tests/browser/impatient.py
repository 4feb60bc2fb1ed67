"""mpkit whose pages look and fetch every second: `python -m tests.browser.impatient serve …`, for tests that wait."""

from __future__ import annotations

import sys
from datetime import timedelta

from mpkit import cli
from mpkit.pages import syncing

if __name__ == "__main__":
    syncing.LOOK = 1.0
    syncing.PAUSE_TODAY = syncing.PAUSE_COUNTER = timedelta(seconds=1)
    sys.exit(cli.run(sys.argv[1:]))
