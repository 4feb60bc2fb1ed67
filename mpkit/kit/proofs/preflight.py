"""A finished document comes in; what in it is against PDF/X-4 (ISO 15930-7) goes out, each fault in a few words.

Looked at: version, identity, output intent, metadata, boxes, fonts, colours, pictures, what a press must not find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
from pikepdf import Name

_DATED = ("/Title", "/CreationDate", "/ModDate", "/Trapped")
_SAID = {  # in the metadata, by namespace and name
    "{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion": "PDF/X-4",
    "{http://ns.adobe.com/pdf/1.3/}Trapped": "False",
    "{http://ns.adobe.com/xap/1.0/}CreateDate": "",
    "{http://ns.adobe.com/xap/1.0/}ModifyDate": "",
    "{http://ns.adobe.com/xap/1.0/}MetadataDate": "",
    "{http://ns.adobe.com/xap/1.0/mm/}DocumentID": "",
    "{http://ns.adobe.com/xap/1.0/mm/}VersionID": "",
    "{http://ns.adobe.com/xap/1.0/mm/}RenditionClass": "",
    "{http://purl.org/dc/elements/1.1/}title": "",
}
_ACTIONS = ("/OpenAction", "/AA", "/JavaScript", "/AcroForm", "/EmbeddedFiles")
_LIGHT = ("rg", "RG")
_CLASS, _SPACE = slice(12, 16), slice(16, 20)


def faults(document: pikepdf.Pdf, *, every_page: bool = True) -> list[str]:
    """Everything against the standard, in English: a checklist for people who know it.

    Colours are looked for in the operators of artwork and of all pages, or of the first page only.
    """
    return [fault for rule in RULES for fault in rule(document, every_page)]


def _file(document: pikepdf.Pdf, every_page: bool) -> Iterator[str]:  # noqa: ARG001 - all rules alike
    if document.pdf_version != "1.6":
        yield f"version {document.pdf_version} is not 1.6"
    if document.is_encrypted:
        yield "encrypted"
    if "/ID" not in document.trailer:
        yield "no file identifier"
    for name in _ACTIONS:
        if name in document.Root or name in document.Root.get("/Names", pikepdf.Dictionary()):
            yield f"{name} in the document"
    for problem in document.check_pdf_syntax():
        yield f"structure: {problem}"


def _intent(document: pikepdf.Pdf, every_page: bool) -> Iterator[str]:  # noqa: ARG001 - all rules alike
    found = [one for one in document.Root.get("/OutputIntents", []) if one.get("/S") == "/GTS_PDFX"]
    if len(found) != 1:
        yield f"{len(found)} output intents"
        return
    if not str(found[0].get("/OutputConditionIdentifier", "")):
        yield "no output condition"
    if "/DestOutputProfile" not in found[0]:
        yield "no output profile"
        return
    profile = found[0].DestOutputProfile.read_bytes()
    if profile[_CLASS] != b"prtr" or profile[_SPACE] != b"CMYK" or found[0].DestOutputProfile.get("/N") != 4:  # noqa: PLR2004
        yield "the output profile is no press's with four inks"


def _metadata(document: pikepdf.Pdf, every_page: bool) -> Iterator[str]:  # noqa: ARG001 - all rules alike
    for name in _DATED:
        if name not in document.docinfo:
            yield f"no {name}"
    if str(document.docinfo.get("/Trapped")) not in {"/True", "/False"}:
        yield "trapping is not said"
    if "/Metadata" not in document.Root:
        yield "no metadata"
        return
    if "/Filter" in document.Root.Metadata:
        yield "the metadata is compressed"
    try:
        tree = ET.fromstring(document.Root.Metadata.read_bytes().strip())  # noqa: S314 - written by us
    except ET.ParseError as error:
        yield f"metadata: {error}"
        return
    said = {one.tag: "".join(one.itertext()).strip() for one in tree.iter()}
    for name, value in _SAID.items():
        if not said.get(name) or (value and said[name] != value):
            yield f"metadata without {name.rpartition('}')[2]}"
    title = said.get("{http://purl.org/dc/elements/1.1/}title")
    if title and title != str(document.docinfo.get("/Title", "")):
        yield "two titles"


def _boxes(document: pikepdf.Pdf, every_page: bool) -> Iterator[str]:  # noqa: ARG001 - all rules alike
    for number, page in enumerate(document.pages, start=1):
        sides = {name: [float(part) for part in page.obj[name]] for name in _NESTED if name in page.obj}
        if "/TrimBox" not in sides and "/ArtBox" not in page.obj:
            yield f"page {number} has no trim box"
        if "/TrimBox" in sides and "/ArtBox" in page.obj:
            yield f"page {number} has both a trim and an art box"
        for outer, inner in pairwise(name for name in _NESTED if name in sides):
            (left, low, right, top), (x, y, to_x, to_y) = sides[outer], sides[inner]
            if x < left - 0.01 or y < low - 0.01 or to_x > right + 0.01 or to_y > top + 0.01:
                yield f"page {number}: {inner} is not inside {outer}"
        if "/Annots" in page.obj and len(page.obj.Annots):
            yield f"page {number} has annotations"
        if "/AA" in page.obj:
            yield f"page {number} has an action"


_NESTED = ("/MediaBox", "/BleedBox", "/TrimBox")


def _fonts(document: pikepdf.Pdf, every_page: bool) -> Iterator[str]:  # noqa: ARG001 - all rules alike
    for named in _named(document, "/Font"):
        if named.get("/Subtype") == "/Type3":
            continue  # its letters are drawn
        one = named.DescendantFonts[0] if named.get("/Subtype") == "/Type0" else named
        held = one.get("/FontDescriptor", pikepdf.Dictionary())
        if not any(name in held for name in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield f"font {one.get('/BaseFont')} is not embedded"


def _colours(document: pikepdf.Pdf, every_page: bool) -> Iterator[str]:
    looked = [one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Form"]
    pages = list(document.pages) if every_page else list(document.pages)[:1]
    for content in [*looked, *(page.obj for page in pages)]:
        try:
            read = pikepdf.parse_content_stream(content)
        except (pikepdf.PdfError, pikepdf.DataDecodingError) as error:
            yield f"operators that cannot be read: {error}"
            continue
        for one in read:
            operator = str(one.operator)
            device = operator in {"cs", "CS"} and one.operands[0] == Name.DeviceRGB
            if operator in _LIGHT or device:
                yield "a colour of red, green and blue"
                break


def _pictures(document: pikepdf.Pdf, every_page: bool) -> Iterator[str]:  # noqa: ARG001 - all rules alike
    for one in document.objects:
        if not isinstance(one, pikepdf.Stream):
            continue
        if one.get("/Subtype") == "/Image":
            space = one.get("/ColorSpace")
            base = space[1] if isinstance(space, pikepdf.Array) and space[0] == "/Indexed" else space
            if base in ("/DeviceRGB", "/CalRGB"):
                yield "a picture of red, green and blue without a profile"
            if "/Alternates" in one:
                yield "a picture with alternates"
        if any(name == "/LZWDecode" for name in _filters(one)):
            yield "LZW compression"
        if one.get("/Subtype") == "/PS" or "/OPI" in one or "/Ref" in one:
            yield "a reference to something outside"


def _filters(stream: pikepdf.Stream) -> list[Any]:
    found: Any = stream.get("/Filter", [])
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def _inks(document: pikepdf.Pdf, every_page: bool) -> Iterator[str]:  # noqa: ARG001 - all rules alike
    """One name, one ink: separations of the same name must look alike; states must not carry transfer curves."""
    seen: dict[str, bytes] = {}
    for one in _named(document, "/ColorSpace"):
        if isinstance(one, pikepdf.Array) and one[0] == "/Separation":
            looks = one.unparse(resolved=True)
            if seen.setdefault(str(one[1]), looks) != looks:
                yield f"ink {one[1]} looks two ways"
    for one in _named(document, "/ExtGState"):
        if "/TR" in one or "/HTP" in one:
            yield "a transfer curve"


def _named(document: pikepdf.Pdf, kind: str) -> Iterator[Any]:
    """Everything of a kind that resources name, wherever they stand."""
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            for holder in (one, one.get("/Resources")):
                if isinstance(holder, pikepdf.Dictionary) and isinstance(holder.get(kind), pikepdf.Dictionary):
                    yield from (found for _, found in holder[kind].items())


RULES: tuple[Callable[[pikepdf.Pdf, bool], Iterator[str]], ...] = (
    _file,
    _intent,
    _metadata,
    _boxes,
    _fonts,
    _colours,
    _pictures,
    _inks,
)
