"""The pages people read: the reference is what the code says, and every link and picture leads somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from tests.test_structure import HOUSE

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "bench").glob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs/build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["commands.md", "settings.md"])
def test_the_reference_is_what_the_code_says(build, name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == build.pages()[name], "run `make docs`"


def test_every_command_and_option_is_explained(build):
    silent = []
    for name, command in build.found_commands():
        silent += [] if command.help else [name]
        silent += [f"{name} {p.name}" for p in command.params if p.param_type_name == "option" and not p.help]
    assert not silent


def test_every_setting_is_explained(build):
    assert not [name for name, field in build.Settings.model_fields.items() if not field.description]


@pytest.mark.parametrize("text", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_and_pictures_lead_somewhere(text):
    broken = []
    for target in LINK.findall(text.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        file = (text.parent / name) if name else text
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(target)
    assert not broken


def _anchors(file: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_every_page_is_in_the_index():
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    missing = [
        p.name for p in PAGES if p.parent.name == "docs" and p.name != "README.md" and f"({p.name})" not in index
    ]
    assert not missing


def test_the_picture_of_the_house_names_every_room():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = [f.stem for f in HOUSE.iterdir() if (f.is_dir() or f.suffix == ".py") and f.name[0] not in "_."]
    missing = [room for room in rooms if not re.search(rf"\b{room}\b", text)]
    assert not missing
