"""Mercado Pago's own sign of each register, against a sandbox over real HTTP: fetched once, untouched, proven."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image
from pydantic import SecretStr

from mpkit import jobs, kit
from mpkit.api import Linked
from mpkit.db import open_store
from mpkit.errors import Refused
from mpkit.jobs import Workbench
from mpkit.jobs.documents import folder
from mpkit.kit.books.manifest import expected, read
from mpkit.kit.signs import template_document
from mpkit.sandbox import World, serve
from mpkit.settings import Settings
from mpkit.work import Cancelled
from tests.conftest import Running
from tests.kit import drawings

SIGN = {"sign": "mercadopago", "workers": 1}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """One for all tests of this file: they only read it."""
    served = serve(World(site="MLA", seed=7, stores=2, registers=5))
    seller = served.world.seller
    yield Running(served.url, seller.token, seller.id, served)
    served.close()


@pytest.fixture
def bench(sandbox: Any, tmp_path: Path) -> Workbench:
    chosen = Settings(api_url=sandbox.url, access_token=SecretStr(sandbox.token), data=tmp_path / "data")
    return Workbench(chosen, open_store(chosen.database))


def run(bench: Workbench, book: str, **arguments: Any) -> dict[str, Any]:
    account = bench.account()
    job = jobs.run_now(bench, account=account.id, kind="kit", key=book, arguments={**SIGN, **arguments, "book": book})
    return jobs.outcome(job)


def asked(sandbox: Any) -> int:
    return sum("/instore/merchant/qr/" in one["path"] for one in sandbox.get("/_sandbox/requests")["requests"])


def test_each_registers_own_sign_untouched_and_proven(bench: Workbench, sandbox: Any, tmp_path: Path) -> None:
    before = asked(sandbox)
    made = run(bench, "B1", out=str(tmp_path / "one"))
    assert made["proof"]["matched"] == made["pieces"] == len(registers(sandbox))
    assert made["refused"] == []
    assert asked(sandbox) - before == len(registers(sandbox))
    again = run(bench, "B2", paper="alone", out=str(tmp_path / "two"))
    assert again["proof"]["matched"] == len(registers(sandbox))
    assert asked(sandbox) - before == len(registers(sandbox))  # fetched once
    document = pdfium.PdfDocument(again["files"][0]["path"])
    manifest = read(Path(again["manifest"]))
    (x, y, wide, high) = (getattr(manifest.pieces[0].box, name) for name in ("x", "y", "width", "height"))
    assert (wide, high) == (105, 148)
    text = document[0].get_textpage()
    said = text.get_text_bounded(0, (y + high) * drawings.MM, 999, 999)
    first = manifest.pieces[0]
    assert all(label in said for label in (first.register_id, first.serial_text, first.check))
    within = text.get_text_bounded(x * drawings.MM, y * drawings.MM, (x + wide) * drawings.MM, (y + high) * drawings.MM)
    assert first.check not in within  # nothing is written on it
    for entry in manifest.pieces:
        image = document[entry.page - 1].render(scale=3).to_pil()
        (code,) = zxingcpp.read_barcodes(image)
        assert code.text == next(
            one["qr_code"] for one in registers(sandbox) if one["external_id"] == entry.register_id
        )


def registers(sandbox: Any) -> list[dict[str, Any]]:
    return [one for one in sandbox.get("/_sandbox/state")["pos"] if one.get("external_id")]


def test_signs_of_theirs_look_as_they_were_fetched(bench: Workbench, sandbox: Any, tmp_path: Path) -> None:
    made = run(bench, "B3", paper="alone", out=str(tmp_path), registers=[registers(sandbox)[0]["external_id"]])
    entry = read(Path(made["manifest"])).pieces[0]
    pos = next(one for one in registers(sandbox) if one["external_id"] == entry.register_id)
    original = Linked(sandbox.url).fetch(f"{sandbox.url}/instore/merchant/qr/{pos['id']}/template_{pos['uuid']}.pdf")
    theirs = pdfium.PdfDocument(original)[0].render(scale=2, grayscale=True).to_pil()
    page = pdfium.PdfDocument(made["files"][0]["path"])[entry.page - 1]
    ours = page.render(scale=2, grayscale=True).to_pil()
    left, low = round(entry.box.x * drawings.MM * 2), ours.height - round((entry.box.y + 148) * drawings.MM * 2)
    cut = ours.crop((left, low, left + theirs.width, low + theirs.height))
    pair = [one.reduce(6).tobytes() for one in (cut, theirs)]  # edges fall between pixels
    assert max(abs(a - b) for a, b in zip(*pair, strict=True)) < 90


def test_a_sign_whose_code_is_anothers_is_left_out_by_name(bench: Workbench, sandbox: Any, tmp_path: Path) -> None:
    account = bench.account()
    run(bench, "B4", out=str(tmp_path / "one"))
    place = folder(bench, account)
    notes = sorted((place / "links").iterdir())
    notes[0].write_text(notes[1].read_text(encoding="ascii"), encoding="ascii")  # the address answers another's sign
    made = run(bench, "B5", out=str(tmp_path / "two"))
    assert [one["key"] for one in made["refused"]] == ["document_of_other"]
    assert made["proof"]["matched"] == len(registers(sandbox)) - 1


def test_stopped_half_way_it_goes_on_where_it_stopped(bench: Workbench, sandbox: Any, tmp_path: Path) -> None:
    before = asked(sandbox)
    account = bench.account()

    def stop(done: int, total: int | None, step: str = "") -> None:  # noqa: ARG001 - the seam's signature
        if step == "document_fetching" and done == 3:
            raise Cancelled

    from mpkit.jobs.kinds import kit as kind

    with pytest.raises(Cancelled):
        kind.run(bench, {"account": account.id, **SIGN, "book": "B6", "out": str(tmp_path)}, stop)
    first = asked(sandbox) - before
    assert 3 <= first <= len(registers(sandbox))
    made = run(bench, "B6", out=str(tmp_path))
    assert made["proof"]["matched"] == len(registers(sandbox))
    assert asked(sandbox) - before == len(registers(sandbox))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/template.pdf",
        "https://mercadopago.com.evil.example/t.pdf",
        "https://notmercadopago.com/t.pdf",
        "http://www.mercadopago.com/t.pdf",
        "https://user:secret@www.mercadopago.com/t.pdf",
        "https://www.mercadopago.com:8443/t.pdf",
        "https://www.mercadopago.com/t.pdf?to=http://evil.example",
        "file:///etc/passwd",
        "",
    ],
)
def test_nothing_is_fetched_from_elsewhere(url: str) -> None:
    with pytest.raises(Refused) as refusal:
        Linked("https://api.mercadopago.com").fetch(url)
    assert refusal.value.key == "document_address"


def _picture(text: str) -> bytes:
    """A sign as a picture, 50 mm wide at 300 dots an inch."""
    from mpkit.kit.artwork.placeholder import placeholder

    code = Image.open(io.BytesIO(placeholder("QR1", "png"))).convert("RGB").resize((400, 400))
    ground = Image.new("RGB", (591, 886), "#FFE600")
    ground.paste(code, (95, 200))
    content = io.BytesIO()
    ground.save(content, "PNG")
    return content.getvalue() if text else b""


def test_pictures_and_papers_of_every_kind_are_told_apart(tmp_path: Path) -> None:
    two = drawings.pdf(slots=((5, 60, 40, 0, "one"), (60, 60, 40, 0, "two")), fields={})
    files = [_picture("x"), two, drawings.pdf(slots=(), fields={}), b"%PDF-1.4 torn"]
    digests = [template_document.keep(tmp_path, content) for content in files]
    found = template_document.documents(tmp_path, digests)
    one = found[digests[0]]
    assert not isinstance(one, Refused)
    assert (one.width, one.height, one.content) == (
        pytest.approx(50.04, abs=0.02),
        pytest.approx(75.01, abs=0.02),
        b"MPKIT:SLOT:QR1",
    )
    keys = [getattr(found[digest], "key", "") for digest in digests[1:]]
    assert keys[:2] == ["document_codes", "document_codes"]
    assert keys[2] in {"artwork_unreadable", "artwork_pages"}
    assert template_document.documents(tmp_path, digests[:1])[digests[0]] == one  # from what was kept
    assert list(template_document.kept(tmp_path)) == [one]


def test_proven_again_from_the_file_alone_and_laid_anew(bench: Workbench, sandbox: Any, tmp_path: Path) -> None:
    made = run(bench, "B7", paper="alone", out=str(tmp_path))
    manifest = read(Path(made["manifest"]))
    payloads = {one["external_id"]: one["qr_code"] for one in registers(sandbox)}
    fresh = {entry.pos_id: payloads[entry.register_id] for entry in manifest.pieces}
    file = Path(made["files"][0]["path"])
    wanted = expected(manifest, manifest.files[0].name, fresh)
    assert kit.proof(file, wanted, payloads).passed
    turned = tmp_path / "turned.pdf"
    with pikepdf.open(file) as document:
        document.pages.reverse()
        for page in document.pages:
            page.obj.Rotate = 90
        document.save(turned)
    assert kit.proof(turned, wanted, payloads, moved=True).passed
    stale = payloads | {manifest.pieces[2].register_id: payloads[manifest.pieces[2].register_id] + "x"}
    gone = {entry.pos_id: stale[entry.register_id] for entry in manifest.pieces}
    found = kit.proof(file, expected(manifest, manifest.files[0].name, gone), stale)
    assert [one.reason for one in found.failures] == ["kit_code_stale"]
