from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
import zxingcpp

import mpkit
import mpkit.errors
from mpkit import kit
from mpkit.db import canonical
from mpkit.errors import Refused, UnreadableFile
from mpkit.kit.books import manifest as manifests
from mpkit.kit.books import packing
from mpkit.kit.books.pieces import Pieces
from mpkit.kit.printing import metadata
from mpkit.kit.proofs.proof import proofs
from mpkit.kit.signs import template_document
from tests.kit import drawings
from tests.kit.making import book, order, payload, seal, subject
from tests.soak import Bar

SUBJECTS = [subject(n) for n in range(7)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> kit.Book:
    return book(SUBJECTS, tmp_path_factory.mktemp("book"), order(copies=2))


def codes(file: Path) -> list[bytes]:
    found = []
    for page in pdfium.PdfDocument(file.read_bytes()):
        image = page.render(scale=3, grayscale=True).to_numpy()
        found += [code.bytes for code in zxingcpp.read_barcodes(image.reshape(image.shape[:2]))]
    return found


def test_every_code_of_the_finished_file_is_read_back(made: kit.Book) -> None:
    assert sorted(codes(made.files[0])) == sorted(one.content for one in SUBJECTS for _ in range(2))


def test_the_folder_holds_the_book_and_nothing_else(made: kit.Book) -> None:
    name = "sticker-70x100-20261123-AB12CD.pdf"
    lists = {f"packing-20261123-AB12CD.{kind}" for kind in ("pdf", "csv")}
    assert {path.name for path in made.folder.iterdir()} == {name, "manifest.json", *lists}


def test_the_manifest_says_all_and_is_signed(made: kit.Book) -> None:
    found = manifests.read(made.folder / "manifest.json")
    assert found == made.manifest
    assert found.sound(seal("manifest"))
    assert found.files[0].sha256 == sha256(made.files[0].read_bytes()).hexdigest()
    assert [entry.serial for entry in found.pieces] == list(range(1, 15))
    assert len({entry.check for entry in found.pieces}) == 14
    assert len({(entry.page, entry.slot) for entry in found.pieces}) == 14
    assert {entry.payload_sha256 for entry in found.pieces} == {sha256(one.content).hexdigest() for one in SUBJECTS}
    document = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(document["pieces"][0]) >= {"register", "pos_id", "payload_sha256", "serial", "check", "page", "slot"}
    assert SUBJECTS[0].payload not in (made.folder / "manifest.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("change", [("serial", 999), ("pos_id", "1"), ("payload_sha256", "0" * 64), ("page", 9)])
def test_a_changed_manifest_is_noticed(made: kit.Book, tmp_path: Path, change: tuple[str, object]) -> None:
    document = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    document["pieces"][0][change[0]] = change[1]
    (tmp_path / "m.json").write_text(json.dumps(document), encoding="utf-8")
    assert not manifests.read(tmp_path / "m.json").sound(seal("manifest"))


def test_pieces_stay_in_their_file(made: kit.Book, tmp_path: Path) -> None:
    """Any of them, in any order, as often as wanted; a line that is another by now is not taken for it."""
    path = tmp_path / "m.json"
    path.write_bytes((made.folder / "manifest.json").read_bytes())
    found = manifests.read(path)
    pieces = found.pieces
    assert isinstance(pieces, Pieces)
    whole = [entry.serial for entry in pieces]
    assert [pieces[at].serial for at in (3, -1, 0)] == [whole[3], whole[-1], whole[0]]
    assert [entry.serial for entry in pieces[2:5]] == whole[2:5]
    assert [entry.serial for entry in found.of(made.files[0].name)] == whole
    assert (found.count(made.files[0].name), found.count("other.pdf"), [*found.of("other.pdf")]) == (14, 0, [])
    path.write_bytes(path.read_bytes().replace(b'"serial":3,', b'"serial":4,'))
    assert pieces[0].serial == 1
    with pytest.raises(UnreadableFile, match=r"pieces\.2"):
        list(pieces)
    assert not manifests.read(path).sound(seal("manifest"))


@pytest.mark.parametrize("written", [{"indent": 2}, {"separators": (",", ":")}, {"sort_keys": True}])
def test_a_manifest_somebody_saved_anew_is_still_sound(made: kit.Book, tmp_path: Path, written: dict[str, Any]) -> None:
    document = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "m.json").write_text(json.dumps(document, **written), encoding="utf-8")
    found = manifests.read(tmp_path / "m.json")
    assert found.sound(seal("manifest"))
    assert found.digest() == made.manifest.digest()
    assert tuple(found.pieces) == tuple(made.manifest.pieces)


def test_manifests_of_the_second_format_are_read_and_proven(made: kit.Book, tmp_path: Path) -> None:
    """Their code is over the text of the pieces themselves, in the one form hashes are taken over."""
    document = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    del document["pieces_sha256"], document["mac"]
    document["manifest"] = 2
    document["mac"] = seal("manifest")(canonical(document))
    (tmp_path / "m.json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    found = manifests.read(tmp_path / "m.json")
    assert found.sound(seal("manifest"))
    fresh = {one.pos_id: one.payload for one in SUBJECTS}
    codes = manifests.expected(found, made.files[0].name, fresh)
    assert kit.proof(made.files[0], codes, {one.external_id: one.payload for one in SUBJECTS}).passed
    document["pieces"][0]["serial"] = 99
    (tmp_path / "m.json").write_text(json.dumps(document), encoding="utf-8")
    assert not manifests.read(tmp_path / "m.json").sound(seal("manifest"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"manifest": 2}', "\x00"])
def test_what_is_no_manifest_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile):
        manifests.read(tmp_path / "m.json")


def test_check_codes_need_the_key() -> None:
    ours = manifests.check_code(seal("piece"), "1", "SUC1", 1, payload(1))
    assert len(ours) == 8
    assert ours == manifests.check_code(seal("piece"), "1", "SUC1", 1, payload(1))
    others = [("2", "SUC1", 1, payload(1)), ("1", "SUC2", 1, payload(1)), ("1", "SUC1", 2, payload(1))]
    assert ours not in [manifests.check_code(seal("piece"), *one) for one in [*others, ("1", "SUC1", 1, payload(2))]]
    assert ours != manifests.check_code(seal("other"), "1", "SUC1", 1, payload(1))


def test_packing_lists_name_every_sign_of_every_store(made: kit.Book) -> None:
    with (made.folder / "packing-20261123-AB12CD.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert len(rows) == 1 + 14
    assert {row[0] for row in rows[1:]} == {one.store_external_id for one in SUBJECTS}
    document = pdfium.PdfDocument((made.folder / "packing-20261123-AB12CD.pdf").read_bytes())
    assert len(document) == 3  # one a store
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert all(entry.check in text and entry.register_id in text for entry in made.manifest.pieces)


def test_a_table_computes_nothing() -> None:
    line = packing.Line("=1+1", "+A", "-B", "@C", "=D", "1", "X", "f.pdf", 1, 1)
    assert packing.as_row(line)[:4] == ["'=1+1", "'+A", "'-B", "'@C"]


def test_the_same_bytes_whoever_draws_and_long_files_proven(tmp_path: Path) -> None:
    many = [subject(n) for n in range(70)]  # more than a worker takes at a time, more pages than a child looks at
    books = [book(many, tmp_path / str(n), order(paper="alone", workers=n)) for n in (1, 2)]
    assert books[0].files[0].read_bytes() == books[1].files[0].read_bytes()
    assert [(one.proofs[0].pages, one.proofs[0].matched) for one in books] == [(70, 70), (70, 70)]


def test_processes_and_a_cluster_draw_the_same_bytes(tmp_path: Path) -> None:
    """Six files drawn here, by a pool of processes, and by a Dask cluster of two workers; theirs by registers too."""
    distributed = pytest.importorskip("distributed", reason="no Dask here: pip install distributed")
    some = [subject(n) for n in range(18)]
    wanted = order(split="3", workers=2, book="20261123-000001")
    here = book(some, tmp_path / "here", replace(wanted, workers=1))
    processes = book(some, tmp_path / "processes", wanted)
    theirs, own = documented(tmp_path / "documents", wanted)
    book(theirs, tmp_path / "documents here", replace(own, workers=1))
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as nodes,
        distributed.Client(nodes) as client,
    ):
        asked: list[int] = []

        def executor(workers: int) -> Executor:
            asked.append(workers)
            found: Executor = client.get_executor()
            return found

        with distributed.get_task_stream(client) as stream:
            cluster = book(some, tmp_path / "cluster", wanted, pool=executor)
        documents = book(theirs, tmp_path / "documents cluster", own, pool=executor)
    assert (len(here.files), len(documents.files), asked) == (6, 2, [2, 2])
    assert contents(tmp_path / "documents cluster") == contents(tmp_path / "documents here")
    assert (len(stream.data), len({task["worker"] for task in stream.data})) == (6, 2)
    for one in ("here", "processes", "cluster"):
        assert contents(tmp_path / one) == contents(tmp_path / "here")
    assert all(proof.passed for made in (processes, cluster) for proof in made.proofs)


def documented(folder: Path, wanted: kit.Order) -> tuple[list[kit.Subject], kit.Order]:
    """Two registers with Mercado Pago's own signs, and an order that prints each of them in a file of its own."""
    subjects = [subject(n) for n in range(2)]
    files = [drawings.pdf(fields={}, slots=((22.5, 60, 60, 0, one.payload),)) for one in subjects]
    digests = [template_document.keep(folder, content) for content in files]
    known = template_document.documents(folder, digests)
    found = [known[digest] for digest in digests]
    documents = [one for one in found if isinstance(one, template_document.Document)]
    chosen = [replace(one, document=theirs) for one, theirs in zip(subjects, documents, strict=True)]
    return chosen, replace(wanted, design=template_document.design_of(documents), paper=kit.paper("alone"), split="1")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_artwork_stands_once(tmp_path: Path) -> None:
    sizes = [book([subject(n) for n in range(count)], tmp_path / str(count)).files[0] for count in (4, 40)]
    with pikepdf.open(sizes[1]) as document:
        forms = [one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Form"]
    assert len(forms) == 1
    assert sizes[1].stat().st_size - sizes[0].stat().st_size < 36 * 2500


@pytest.mark.parametrize("paper", ["alone", "print-shop", "a4"])
def test_every_file_names_its_manifest_and_the_proof_holds_it_to_it(tmp_path: Path, paper: str) -> None:
    made = book(SUBJECTS[:2], tmp_path / "a", order(paper=paper))
    with pikepdf.open(made.files[0]) as document:
        assert metadata.marked(document) == made.manifest.digest()
    fresh = {one.pos_id: one.payload for one in SUBJECTS}
    owned = {one.external_id: one.payload for one in SUBJECTS}
    later = made.manifest.model_copy(update={"who": "somebody else"})
    assert later.digest() != made.manifest.digest()
    for manifest, wrong in ((made.manifest, []), (later, ["kit_mark_differs"])):
        (found,) = proofs(list(manifests.asked(manifest, made.folder, fresh)), owned)
        assert [one.reason for one in found.failures] == wrong


@pytest.mark.parametrize("content", [b"", b"<x", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<a/>"])
def test_metadata_that_says_nothing(content: bytes) -> None:
    document = pikepdf.new()
    document.Root.Metadata = document.make_stream(content)
    assert metadata.marked(document) == ""


def test_slips_and_lists_speak_the_language_of_whoever_hands_out(tmp_path: Path) -> None:
    """An Argentine sign says Paga in its country's way; the slip before it, its line and the list are English."""
    made = book(SUBJECTS[:3], tmp_path, order(paper="print-shop", reader="en", wave="2"))
    pages = [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(made.files[0].read_bytes())]
    assert "3 signs" in pages[0]
    assert "Pagá con QR" in pages[1]
    assert "Wave 2 · Branch SUC0000 · Caja 1" in pages[1]
    listed = pdfium.PdfDocument((tmp_path / "packing-20261123-AB12CD.pdf").read_bytes())[0].get_textpage()
    assert "Packing list" in listed.get_text_bounded()


def test_split_by_store_and_by_number(tmp_path: Path) -> None:
    stores = book(SUBJECTS, tmp_path / "a", order(split="store"))
    assert [file.name.rpartition("-")[2] for file in stores.files] == ["SUC0000.pdf", "SUC0001.pdf", "SUC0002.pdf"]
    numbers = book(SUBJECTS, tmp_path / "b", order(split="5"))
    assert [len(codes(file)) for file in numbers.files] == [5, 2]
    for wrong in ("0", "-1", "shop"):
        with pytest.raises(Refused):
            book(SUBJECTS, tmp_path / "c", order(split=wrong))


def test_a_begun_sheet(tmp_path: Path) -> None:
    begun = book(SUBJECTS, tmp_path, order(start_at=4))
    assert (begun.manifest.pieces[0].page, begun.manifest.pieces[0].slot) == (1, 4)
    assert (begun.manifest.pieces[1].page, begun.manifest.pieces[1].slot) == (2, 1)


def test_what_cannot_be_printed_is_named_and_the_rest_printed(tmp_path: Path) -> None:
    some = [*SUBJECTS[:2], subject(8, payload=payload(8, payee="UNDEFINED")), subject(9, store="東京")]
    found = book(some, tmp_path)
    assert {one.external_id: one.key for one in found.refused} == {
        subject(8).external_id: "kit_payee_missing",
        subject(9).external_id: "kit_no_letter",
    }
    assert sorted(codes(found.files[0])) == sorted(one.content for one in SUBJECTS[:2])


def test_nothing_to_print_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="UNDEFINED"):
        book([subject(8, payload=payload(8, payee="UNDEFINED"))], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_older_book_in_the_same_folder_stays(tmp_path: Path) -> None:
    first = book(SUBJECTS[:2], tmp_path, order(book="20261123-000001"))
    book(SUBJECTS[2:4], tmp_path, order(book="20261123-000002"))
    kept = [manifests.read(path).book for path in sorted(tmp_path.glob("manifest*.json"))]
    assert sorted(kept) == ["20261123-000001", "20261123-000002"]
    assert first.files[0].exists()


MAKER = """
import sys
from pathlib import Path
from tests.kit.making import book, order, subject
for n in range(1000):
    book([subject(k) for k in range(4)], Path(sys.argv[1]), order(book=f"20261123-{n:06d}"))
"""


def test_a_kill_leaves_no_torn_file(bar: Bar, tmp_path: Path) -> None:
    """Killed while books are written: each file that has its name is whole, each manifest's book is there."""
    root, whole = Path(mpkit.__file__).parent.parent, 0
    for round_ in bar.rounds(stated=60, reduced=2):
        folder = tmp_path / str(round_)
        folder.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-c", MAKER, str(folder)], env={**os.environ, "PYTHONPATH": str(root)}
        )
        while not list(folder.glob("manifest.json")):
            time.sleep(0.02)
            assert process.poll() is None
        time.sleep(0.37 * round_ % 1.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in folder.glob("*.pdf"):
            with pikepdf.open(path) as document:
                assert len(document.pages) >= 1
            whole += 1
        for path in folder.glob("manifest*.json"):
            found = manifests.read(path)
            assert found.sound(seal("manifest"))
            for file in found.files:
                assert sha256((folder / file.name).read_bytes()).hexdigest() == file.sha256
    bar.saw(f"{whole} files whole, 0 torn")


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(mpkit.errors.StoreTrouble) as caught:
        book(SUBJECTS[:1], tmp_path / "file")
    assert "file" in str(caught.value)


@pytest.mark.parametrize("renames", range(5))
def test_the_manifest_comes_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int) -> None:
    """Wherever the release is cut off, a manifest never names a file that is not there."""
    rename, done = Path.replace, iter(range(10))

    def cut_off(path: Path, target: Path) -> Path:
        if next(done) >= renames:
            raise OSError(5, "cut off")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", cut_off)
    if renames < 4:
        with pytest.raises(mpkit.errors.StoreTrouble, match="cut off"):
            book(SUBJECTS[:1], tmp_path)
        assert not (tmp_path / "manifest.json").exists()
        assert len(list(tmp_path.iterdir())) == renames
    else:
        assert book(SUBJECTS[:1], tmp_path).files[0].exists()
