"""A sandbox as a process of its own, and a plain client of it, for tests that kill it or limit what it may do."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

TOKEN = "planted"


class Process:
    """`mpkit sandbox` with these options, until it is ended."""

    def __init__(self, home: Path, *options: str, limit: Callable[[], None] | None = None) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_")}
        environment |= {"MPKIT_DATA": str(home), "MPKIT_LANG": "en"}
        words = [sys.executable, "-c", "from mpkit.cli import main; main()", "sandbox", "--port", "0", "--token", TOKEN]
        self.child = subprocess.Popen(
            [*words, *options],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            preexec_fn=limit,  # noqa: PLW1509 - one call that sets a limit
        )
        assert self.child.stderr is not None
        self.said = self.child.stderr.readline()
        self.url = self.said.split(" on ")[1].split()[0] if " on http" in self.said else ""
        self.ready = bool(self.url)
        self.user = self.said.rpartition("account ")[2].rstrip(").\n")

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and document; raises `OSError` or `HTTPException` where the connection ends."""
        line = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=20)
        try:
            line.request(method, path, None if body is None else json.dumps(body), {"Authorization": f"Bearer {TOKEN}"})
            answer = line.getresponse()
            raw = answer.read()
            return answer.status, json.loads(raw) if raw else None
        finally:
            line.close()

    def kill(self) -> None:
        """Without any warning."""
        self.child.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        self.end()

    def end(self) -> str:
        """Wait for its end; what it said besides its first line."""
        out, error = self.child.communicate(timeout=30)
        assert out == ""
        return error
