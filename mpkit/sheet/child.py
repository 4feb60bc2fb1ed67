"""The limited child that opens a stranger's file: a path comes in, the grid or one refusal goes out as JSON.

It imports only what reading needs, has 1 GB of address space, 20 s of processor time and no core file, and knows no
token: whatever a hostile file does to the reader ends here.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path

from mpkit.errors import UnreadableFile
from mpkit.sheet.preflight import MAX_BYTES, inspect

MEMORY = 1 << 30
CPU_SECONDS = 20


def limit() -> None:
    """Take away what a reader of a table does not need; Windows has no such limits, the parent's wall clock stays."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - absent on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    if sys.platform != "darwin":  # the kernel there refuses or ignores it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def read(path: Path, encoding: str, delimiter: str) -> dict[str, object]:
    """The grid of a file as plain data, or `{"error": key, "values": …}`; "" is found by evidence."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFile("file_too_big", limit=MAX_BYTES // (1024 * 1024))  # noqa: TRY301 - one way out
        content = path.read_bytes()
        seen = inspect(content)
        if seen.kind == "csv":
            from mpkit.sheet import delimited  # noqa: PLC0415 - each kind loads only its own reader

            return delimited.read(content, encoding, delimiter).to_plain()
        from mpkit.sheet import workbook  # noqa: PLC0415 - each kind loads only its own reader

        return workbook.read(content, seen).to_plain()
    except UnreadableFile as refusal:
        return {"error": refusal.key, "values": refusal.values}
    except MemoryError:
        return {"error": "file_too_heavy", "values": {}}


def main() -> None:
    """Entry of the child process."""
    path, encoding, delimiter = sys.argv[1:4]
    limit()
    gc.disable()  # all that is made here is kept to the end, and the end is near
    answer = json.dumps(read(Path(path), encoding, delimiter), ensure_ascii=True, separators=(",", ":"))
    sys.stdout.write(answer)
    sys.stdout.flush()
    os._exit(0)  # nothing is left to tidy: the table need not be taken down cell by cell
