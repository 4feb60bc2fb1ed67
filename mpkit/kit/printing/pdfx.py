"""A finished document and what it is printed on come in; the keys of PDF/X-4 (ISO 15930-7) are laid into it.

The press is named by its profile: the merchant's own file where the shop gave one, else ours for coated paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import ImageCms

from mpkit.errors import Refused
from mpkit.kit.drawing.shelves import shelves
from mpkit.kit.printing.paper import Paper

VERSION = "1.6"
STANDARD = "PDF/X-4"
_OURS, _OUR_CONDITION = "coated.icc", "FOGRA39"
_REGISTRY = "http://www.color.org"
_LARGEST = 16 << 20  # bytes of a profile we read
_CLASS, _SPACE, _MARK, _HEAD = slice(12, 16), slice(16, 20), slice(36, 40), 128  # of a profile (ICC.1:2022, 7.2)
_DATED, _IDENTIFIED = slice(24, 36), slice(84, 100)


@dataclass(frozen=True, slots=True)
class Output:
    """The press a file is made for: its profile and name; when and under which title the file was made."""

    profile: bytes
    condition: str
    registry: str
    title: str
    made: datetime


@cache
def coated() -> bytes:
    """Our own profile, of coated paper."""
    return (shelves("profiles", None)[0] / _OURS).read_bytes()


def output(paper: Paper, overlay: Path | None, *, title: str, made: datetime) -> Output | None:
    """What files of that paper are made for; None where they are for no press. `Refused` where the profile is none."""
    if not paper.standard:
        return None
    if not paper.profile:
        return Output(coated(), paper.condition or _OUR_CONDITION, _REGISTRY, title, made)
    found = [folder / paper.profile for folder in shelves("profiles", overlay)]
    path = next((one for one in found if one.parent in shelves("profiles", overlay) and one.is_file()), None)
    if path is None or path.stat().st_size > _LARGEST:
        raise Refused("paper_profile_missing", file=paper.profile, where=str(found[0].parent))
    content = path.read_bytes()
    if len(content) < _HEAD or content[_CLASS] != b"prtr" or content[_SPACE] != b"CMYK" or content[_MARK] != b"acsp":
        raise Refused("paper_profile_wrong", file=paper.profile)
    return Output(content, paper.condition or path.stem, "", title, made)


def finish(document: pikepdf.Pdf, output: Output) -> None:
    """Lay output intent, metadata and boxes into a document."""
    profile = document.make_stream(output.profile, {"/N": 4})
    intent = {
        "/Type": Name.OutputIntent,
        "/S": Name.GTS_PDFX,
        "/OutputConditionIdentifier": output.condition,
        "/Info": output.condition,
        "/DestOutputProfile": profile,
    }
    if output.registry:
        intent["/RegistryName"] = output.registry
    document.Root.OutputIntents = Array([document.make_indirect(Dictionary(intent))])
    _described(document, output)
    transparent = _see_through(document)
    for page in document.Root.Pages.Kids:
        if "/TrimBox" not in page:  # a sheet that is cut between its signs: all of it is printed
            page["/TrimBox"] = page["/BleedBox"] = page["/MediaBox"]
        if transparent:
            page["/Group"] = Dictionary({"/S": Name.Transparency, "/CS": Name.DeviceCMYK})


def _described(document: pikepdf.Pdf, output: Output) -> None:
    """Title, dates, trapping, standard and identity, the same in the old list and in the metadata."""
    made = output.made.astimezone(UTC)
    name = UUID(bytes=sha256(f"{output.title} {made.isoformat()}".encode()).digest()[:16], version=4)
    date = f"D:{made:%Y%m%d%H%M%S}Z"
    document.docinfo["/Title"] = output.title
    document.docinfo["/CreationDate"] = document.docinfo["/ModDate"] = date
    document.docinfo["/Trapped"] = Name("/False")
    document.docinfo["/GTS_PDFXVersion"] = STANDARD
    stamp = f"{made:%Y-%m-%dT%H:%M:%SZ}"
    text = _XMP.format(
        title=_escaped(output.title),
        tool="mpkit",
        producer=_escaped(str(document.docinfo.get("/Producer", "mpkit"))),
        stamp=stamp,
        name=name,
    )
    stream = document.make_stream(text.encode(), {"/Type": Name.Metadata, "/Subtype": Name.XML})
    document.Root.Metadata = stream


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<xmp:CreatorTool>{tool}</xmp:CreatorTool>
<xmp:CreateDate>{stamp}</xmp:CreateDate>
<xmp:ModifyDate>{stamp}</xmp:ModifyDate>
<xmp:MetadataDate>{stamp}</xmp:MetadataDate>
<xmpMM:DocumentID>uuid:{name}</xmpMM:DocumentID>
<xmpMM:VersionID>1</xmpMM:VersionID>
<xmpMM:RenditionClass>default</xmpMM:RenditionClass>
<pdf:Producer>{producer}</pdf:Producer>
<pdf:Trapped>False</pdf:Trapped>
<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def _see_through(document: pikepdf.Pdf) -> bool:
    """Whether anything in the document shines through."""
    shines = any(
        "/SMask" in one or one.get("/BM", Name.Normal) != Name.Normal
        for one in document.objects
        if isinstance(one, pikepdf.Stream | pikepdf.Dictionary)
    )
    return shines or any("/MpWhite" in _spaces(page) for page in list(document.Root.Pages.Kids)[:1])


def _spaces(page: Any) -> Any:  # noqa: ANN401 - pikepdf's own
    return page.get("/Resources", Dictionary()).get("/ColorSpace", Dictionary())


@cache
def srgb() -> bytes:
    """The profile of sRGB, without the moment it was made: equal input, equal bytes."""
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    content[_DATED] = bytes((0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))
    content[_IDENTIFIED] = bytes(16)
    return bytes(content)
