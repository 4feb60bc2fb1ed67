"""Where a file lies: its path in, the kind of network file system below it out, or nothing."""

from __future__ import annotations

import re
from pathlib import Path

_TABLE = Path("/proc/self/mounts")  # Linux; elsewhere there is none, and nothing is known
# Their locks do not hold between machines, or not at all: https://sqlite.org/faq.html#q5
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "fuse.sshfs"})
_ESCAPED = re.compile(r"\\([0-7]{3})")  # blanks in a place's name


def over_network(path: Path, table: Path = _TABLE) -> str:
    """The network file system that `path` lies on (nfs, cifs …), "" where it lies on none or nobody says."""
    try:
        lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    there, deepest, kind = path.resolve(), -1, ""
    for line in lines:
        _, place, name, *_ = [*line.split(" "), "", "", ""]
        mounted = Path(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), place))
        depth = len(mounted.parts)
        if depth >= deepest and there.is_relative_to(mounted):  # mounted over another, the later one counts
            deepest, kind = depth, name
    return kind if kind in _NETWORK else ""
