"""The house's own rules, read from the source: who may import whom, what stands only here, how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "mpkit"

# Downwards only: a name may import its own floor and those below it (docs/architecture.md).
FLOORS = (
    {"model", "sites", "money", "emv", "settings", "errors", "shipped"},
    {"db", "stored", "i18n", "work", "private", "keys", "log", "mounts", "words", "fonts", "migrations"},
    {"branches", "sheet", "places", "accounts", "api", "ledger"},
    {"plan", "kit", "till", "refunds", "sales", "door", "rehearsal"},
    {"jobs", "users"},
    {"app", "pages", "cli", "web", "__main__"},
)
INPUTS, SUBJECTS = FLOORS[2:4]
SANDBOX_MAY = FLOORS[0] | {"sandbox", "places", "work"}
SANDBOX_FOR = {"sandbox", "cli"}

# The same inside the kit, which is a house of its own: what its rooms lean on stands below them.
KIT = ({"symbols"}, {"drawing"}, {"signs", "artwork", "printing"}, {"proofs"}, {"books"}, {"__init__"})

# Imports against the floors, each with its reason.
EXCEPTIONS = {
    ("errors", "i18n"): "an error says its own English text; imported inside the function, the words need no errors",
}
# Rooms of the third floor that lean on a neighbour, each with its reason.
BESIDE = {
    ("sheet", "places"): "a cell's city is judged against the catalogue",
    ("sheet", "branches"): "what a file says becomes entries of the list",
    ("branches", "places"): "who is the same shop is judged by how places are named and how far apart they lie",
}

ONLY_HERE = {
    "streamlit": ("app.py", "mpkit/pages/*", "mpkit/web.py"),
    "httpx": ("mpkit/api/client.py", "mpkit/sandbox/outgoing.py"),
    "qrcode": ("mpkit/kit/symbols/symbol.py", "mpkit/sandbox/pictures.py"),
    "reportlab": (
        "mpkit/kit/*",
        "mpkit/sales/printed*",
        "mpkit/sandbox/pictures.py",
    ),  # signs; a page of figures on paper
    "sqlalchemy": ("mpkit/db.py", "mpkit/stored.py", "mpkit/migrations/*", "mpkit/*/rows.py"),
    "alembic": ("mpkit/db.py", "mpkit/migrations/*"),
    "duckdb": ("mpkit/sales/mirror*",),
    "pyarrow": ("mpkit/sales/mirror*", "mpkit/sandbox/typecase.py"),
    "pandas": ("app.py", "mpkit/pages/*", "mpkit/cli/*", "mpkit/web.py"),
}

LONGEST = 350
# Files that are longer, each with the reason why there is no seam in it.
LONG: dict[str, str] = {}


def sources() -> list[Path]:
    app = ROOT / "app.py"
    return [*([app] if app.exists() else []), *sorted(HOUSE.rglob("*.py"))]


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """Every module a file imports, wherever in it, by its full name, and the line."""
    package = list(file.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module, node.lineno
            if module == "mpkit" or node.level:  # `from mpkit import kit` names a room
                yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def room_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "mpkit" and len(parts) > 1 else parts[0]


def rooms_used(file: Path) -> Iterator[tuple[str, int]]:
    """The rooms of mpkit a file imports; what `mpkit/__init__.py` itself holds is no room."""
    for module, line in imports(file):
        parts = module.split(".")
        if (
            parts[0] == "mpkit"
            and len(parts) > 1
            and ((HOUSE / parts[1]).is_dir() or (HOUSE / f"{parts[1]}.py").exists())
        ):
            yield parts[1], line


def floor_of(room: str) -> int:
    return next(level for level, rooms in enumerate(FLOORS) if room in rooms)


def verdict(room: str, used: str) -> str:
    """Why `room` may not import `used`; empty where it may."""
    if room == used or (room, used) in EXCEPTIONS or room == "__init__":
        return ""
    if room == "sandbox":
        return "" if used in SANDBOX_MAY else "the sandbox leans only on the bottom row, places and work"
    if used == "sandbox":
        return "" if room in SANDBOX_FOR else "nothing but the command line and tests imports the sandbox"
    mine, theirs = floor_of(room), floor_of(used)
    reasons = {
        "imports go downwards only": theirs > mine,
        "the subjects do not import each other": mine == theirs == FLOORS.index(SUBJECTS),
        "rooms of one floor lean on each other only with a reason (BESIDE)": mine == theirs == FLOORS.index(INPUTS)
        and (room, used) not in BESIDE,
    }
    return next((why for why, wrong in reasons.items() if wrong), "")


def test_every_room_has_its_floor():
    rooms = {room_of(f) for f in sources()} - {"__init__", "sandbox"}
    assert rooms <= set().union(*FLOORS), rooms - set().union(*FLOORS)


def test_imports_go_downwards_inside_the_kit():
    floors = {room: level for level, rooms in enumerate(KIT) for room in rooms}
    wrong = [
        f"{name_of(file)}:{line} imports {module}"
        for file in sorted((HOUSE / "kit").rglob("*.py"))
        for module, line in imports(file)
        if (used := module.removeprefix("mpkit.kit.").split(".")[0]) in floors
        and module.startswith("mpkit.kit.")
        and floors[used] > floors[file.relative_to(HOUSE / "kit").with_suffix("").parts[0]]
    ]
    assert not wrong, "\n".join(wrong)


def test_imports_go_downwards():
    wrong = [
        f"{name_of(file)}:{line} imports {used}: {why}"
        for file in sources()
        for used, line in rooms_used(file)
        if (why := verdict(room_of(file), used))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("room", "used", "allowed"),
    [
        ("plan", "api", True),
        ("api", "plan", False),
        ("kit", "sales", False),
        ("sandbox", "api", False),
        ("sandbox", "places", True),
        ("jobs", "sandbox", False),
        ("cli", "sandbox", True),
        ("ledger", "api", False),
        ("model", "work", False),
    ],
)
def test_the_rule_itself(room, used, allowed):
    assert (verdict(room, used) == "") is allowed


@pytest.mark.parametrize("library", sorted(ONLY_HERE))
def test_a_library_is_imported_only_where_it_belongs(library):
    wrong = [
        f"{name_of(file)}:{line}"
        for file in sources()
        for module, line in imports(file)
        if module.split(".")[0] == library and not any(Path(name_of(file)).match(p) for p in _deep(ONLY_HERE[library]))
    ]
    assert not wrong, f"{library} belongs to {ONLY_HERE[library]}: {wrong}"


def _deep(patterns: tuple[str, ...]) -> Iterator[str]:
    for pattern in patterns:
        yield pattern
        if pattern.endswith("/*"):
            yield f"{pattern}/*"  # one folder deeper: Path.match has no `**` before Python 3.13


def test_no_file_is_long_without_a_reason():
    lengths = {name_of(f): len(f.read_text(encoding="utf-8").splitlines()) for f in sources()}
    long = {name: n for name, n in lengths.items() if n > LONGEST}
    assert set(long) <= set(LONG), {name: n for name, n in long.items() if name not in LONG}
    assert set(LONG) <= set(long), "no longer long: take it off the list"


def test_no_name_that_says_nothing():
    silent = {"utils", "util", "helpers", "helper", "manager", "base", "service", "data", "info", "common", "misc"}
    assert not [name_of(f) for f in sources() if f.stem in silent]


def test_every_module_says_what_it_does():
    silent = [
        name_of(f)
        for f in sources()
        if f.read_text(encoding="utf-8").strip() and not ast.get_docstring(ast.parse(f.read_text(encoding="utf-8")))
        if room_of(f) != "pages"  # Streamlit would show it
    ]
    assert not silent, silent


def test_streamlit_does_not_discover_pages_by_itself():
    assert not (ROOT / "pages").exists(), "a folder `pages` beside app.py wakes the automatic navigation"


UNIX = {"resource", "fcntl", "pwd", "grp", "termios", "tty", "pty", "syslog", "posix"}


def unguarded(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Imports of what Windows lacks under no `if sys.platform …`, not after one that returns, and under no `try`."""
    for node in ast.iter_child_nodes(tree):
        asks = isinstance(node, ast.If) and "sys.platform" in ast.unparse(node.test)
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from ((name, node.lineno) for name in names if name.split(".")[0] in UNIX)
        elif asks and isinstance(node.body[-1], ast.Return):
            return
        elif not asks and not isinstance(node, ast.Try):
            yield from unguarded(node)


def test_what_windows_lacks_is_imported_only_under_a_guard():
    """`make check` also reads the types as Windows has them, which finds the functions behind such imports."""
    wrong = [
        f"{name_of(f)}:{line} {name}"
        for f in sources()
        for name, line in unguarded(ast.parse(f.read_text(encoding="utf-8")))
    ]
    assert not wrong, wrong


def test_the_guard_is_seen():
    assert list(unguarded(ast.parse("import fcntl"))) == [("fcntl", 1)]
    assert list(unguarded(ast.parse("def f():\n    from resource import getrlimit"))) == [("resource", 2)]
    early = "def f():\n    if sys.platform == 'win32':\n        return\n    import resource\nimport pwd"
    assert list(unguarded(ast.parse(early))) == [("pwd", 5)]
    assert not list(unguarded(ast.parse("import sys\nif sys.platform != 'win32':\n    import fcntl")))


IMPORT_ALL = """
import importlib, pkgutil, socket

def refused(*_, **__):
    raise AssertionError("an import opened a connection")

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refused)
socket.create_connection = socket.getaddrinfo = refused

import mpkit
names = [m.name for m in pkgutil.walk_packages(mpkit.__path__, "mpkit.")
         if not m.name.startswith(("mpkit.pages.", "mpkit.migrations", "mpkit._shipped"))]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def test_no_import_talks_to_anybody():
    """Every module is imported in a new process in which any connection is a failure."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 10
