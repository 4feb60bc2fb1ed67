from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mpkit import kit
from mpkit.errors import MpkitError, ProofFailed, Refused
from mpkit.kit.books import codes
from mpkit.kit.symbols.surfaces import SURFACES, escpos, png, raster
from mpkit.kit.symbols.symbol import encode
from tests.kit.making import WHEN, payload, seal, subject

SUBJECTS = [subject(n) for n in (1, 2, 4)]


def made(folder: Path, kinds: tuple[str, ...] = codes.KINDS, **more: Any) -> codes.Made:
    wanted = codes.Wanted("codes-1", kinds, "ana", WHEN)
    now = {one.pos_id: one.payload for one in SUBJECTS}
    return codes.make(wanted, SUBJECTS, folder=folder, **{"fresh": lambda: now, "seal": seal("codes")} | more)


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=1, max_size=512), st.sampled_from(sorted(SURFACES)))
def test_every_surface_reads_back(content: bytes, kind: str) -> None:
    symbol = encode(content, "M")
    if symbol.side * 3 > 384 and kind.endswith("384"):
        with pytest.raises(Refused):
            SURFACES[kind].make(symbol, "A")
        return
    assert SURFACES[kind].read(SURFACES[kind].make(symbol, "SUC1 Caja ñ")) == content


def test_modules_are_whole_pixels_with_their_quiet_zone() -> None:
    symbol = encode(payload(1).encode(), "M")
    for content, width in ((png(symbol), None), (raster(symbol, 384), 384), (raster(symbol, 576), 576)):
        with Image.open(BytesIO(content)) as picture:
            assert picture.mode == "1"
            dark = ~np.asarray(picture)
        assert width is None or dark.shape[1] == width
        rows, columns = np.nonzero(dark)
        each = (int(rows.max()) - int(rows.min()) + 1) / (symbol.side - 8)
        assert each == int(each) >= 3
        assert rows.min() >= 4 * each
        assert columns.min() >= 4 * each
        assert dark.shape[1] - 1 - columns.max() >= 4 * each
        changes = np.flatnonzero(np.diff(dark.any(axis=0).astype(int)))
        assert all((int(at) - int(changes[0])) % int(each) == 0 for at in changes)


def test_a_receipt_printer_gets_bands_and_a_label() -> None:
    symbol = encode(payload(1).encode(), "M")
    sent = escpos(symbol, 576, "SUC0001 Cája\x1b")
    assert sent.startswith(b"\x1b@")
    assert b"SUC0001 Cja\n" in sent
    heights = [
        int.from_bytes(sent[at + 6 : at + 8], "little") for at in range(len(sent)) if sent.startswith(b"\x1dv0\x00", at)
    ]
    assert max(heights) <= 256
    assert sum(heights) == symbol.side * (576 // symbol.side)


def test_a_folder_of_codes_is_read_back_and_signed(tmp_path: Path) -> None:
    folder = made(tmp_path)
    names = {path.name for path in folder.folder.iterdir()}
    assert names == {"codes.json", *(one.file for one in folder.manifest.files)}
    assert len(folder.manifest.files) == len(SUBJECTS) * len(codes.KINDS)
    assert (folder.folder / f"{SUBJECTS[0].external_id}.txt").read_bytes() == SUBJECTS[0].content
    kept = codes.Codes.model_validate(json.loads((folder.folder / "codes.json").read_text("utf-8")))
    assert kept.sound(seal("codes"))
    assert not kept.model_copy(update={"who": "eva"}).sound(seal("codes"))
    assert [path.name for path in tmp_path.iterdir()] == ["codes-1"]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"fresh": lambda: {one.pos_id: SUBJECTS[0].payload for one in SUBJECTS}}, ProofFailed),
        ({"fresh": dict}, ProofFailed),
        ({"kinds": ("png", "gif")}, Refused),
        ({"kinds": ()}, Refused),
    ],
)
def test_what_is_wrong_leaves_nothing(tmp_path: Path, more: dict[str, Any], error: type[MpkitError]) -> None:
    with pytest.raises(error):
        made(tmp_path, **more)
    assert list(tmp_path.iterdir()) == []


def test_a_file_changed_on_the_way_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a disk or a colleague did to a picture between writing and reading."""
    keep = codes._keep
    other = png(encode(payload(9).encode(), "M"))
    monkeypatch.setattr(codes, "_keep", lambda path, content: keep(path, other if path.suffix == ".png" else content))
    with pytest.raises(ProofFailed):
        made(tmp_path, ("txt", "png"))


def test_a_folder_that_is_there_is_not_touched(tmp_path: Path) -> None:
    made(tmp_path, ("txt",))
    with pytest.raises(Refused, match="codes-1"):
        made(tmp_path, ("png",))
    assert not list((tmp_path / "codes-1").glob("*.png"))


def test_a_register_that_may_not_be_printed_has_no_code(tmp_path: Path) -> None:
    wanted = codes.Wanted("codes-1", ("txt",), "ana", WHEN)
    broken = subject(7, payload="not a code")
    fresh = {one.pos_id: one.payload for one in (*SUBJECTS, broken)}
    found = codes.make(wanted, [*SUBJECTS, broken], folder=tmp_path, fresh=lambda: fresh, seal=seal("codes"))
    assert [one.key for one in found.refused] == ["kit_payload_broken"]
    assert isinstance(found.refused[0], kit.Refusal)
    assert not (found.folder / f"{broken.external_id}.txt").exists()
