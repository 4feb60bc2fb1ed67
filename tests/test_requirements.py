"""The pinned sets agree with pyproject.toml, and nothing committed tells of a machine, an index or a secret."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = PROJECT["dependencies"]
DEVELOPMENT = [*RUNTIME, *PROJECT["optional-dependencies"]["dev"]]


def pins(name: str) -> list[tuple[Requirement, int]]:
    """Each pinned requirement of a file and the number of its hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(Requirement(line.partition("--hash")[0].strip()), line.count("--hash=sha256:")) for line in lines]


def versions(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pin, _ in pins(name):
        (exact,) = pin.specifier
        assert exact.operator == "=="
        found.setdefault(canonicalize_name(pin.name), []).append(exact.version)
    return found


def closure(wanted: list[str]) -> set[str]:
    """Every distribution the wanted ones can need on any system, as far as their installed metadata tell."""
    seen: set[tuple[str, str]] = set()
    todo = [(canonicalize_name(r.name), extra) for r in map(Requirement, wanted) for extra in ["", *r.extras]]
    while todo:
        name, extra = todo.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # for another system
            continue
        for need in map(Requirement, needs):
            asked = re.findall(r"""extra\s*==\s*['"]([^'"]+)['"]""", str(need.marker or ""))
            if not asked or extra in map(canonicalize_name, asked):
                todo += [(canonicalize_name(need.name), e) for e in ["", *map(canonicalize_name, need.extras)]]
    return {name for name, _ in seen}


@pytest.mark.parametrize(("name", "wanted"), [("requirements.txt", RUNTIME), ("requirements-dev.txt", DEVELOPMENT)])
def test_the_pins_are_what_pyproject_asks_for(name, wanted):
    found = versions(name)
    for requirement in map(Requirement, wanted):
        have = found.get(canonicalize_name(requirement.name), [])
        assert have, f"{name} lacks {requirement}: run `make lock`"
        assert all(v in requirement.specifier for v in have), f"{name} has {have} for {requirement}: run `make lock`"
    orphans = set(found) - closure(wanted)
    assert not orphans, f"{name} pins what nothing asks for: {orphans}"


def test_the_development_set_holds_the_runtime_set():
    runtime, development = versions("requirements.txt"), versions("requirements-dev.txt")
    assert {n: development.get(n) for n in runtime} == runtime


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_carries_hashes_and_no_line_an_address(name):
    assert all(hashes for _, hashes in pins(name))
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not [line for line in text.splitlines() if re.match(r"\s*(-i\b|-f\b|--(?!hash))", line)]


# Assembled so that this file does not hold what it looks for.
SECRET = re.compile(r"APP_USR" + r"-\d|TEST" + r"-\d{8,}-|-----BEGIN [A-Z ]*PRIVATE KEY")
MACHINE = re.compile(r"(?<![\w.~/$}-])/(?:work|root|Users|home/\w+)" + r"/[\w.]")
INDEX = re.compile(r"--(?:extra-)?index" + r"-url|--find" + r"-links|simple/" + r"\w+/")


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("what", [SECRET, MACHINE, INDEX], ids=["secret", "machine path", "package index"])
def test_no_committed_file_holds_a(what):
    found = []
    for file in committed():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}: {hit.group()}" for hit in what.finditer(text)]
    assert not found, found
