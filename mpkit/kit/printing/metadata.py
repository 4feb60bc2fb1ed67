"""Which manifest a PDF belongs to goes into its metadata (XMP), and is read from there again.

The hash is over all of the manifest but its files' hashes and its own code, which are made after the files.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

import pikepdf
from pikepdf import Name

_SPACE: Final = "urn:mpkit:book"
_LARGEST = 1 << 20  # bytes of metadata we read
_END = b"</rdf:Description>"
_BARE = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="">
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def mark(document: pikepdf.Pdf, digest: str) -> None:
    """Say in the document's metadata, beside what stands there, which manifest it belongs to."""
    before = document.Root.Metadata.read_bytes() if "/Metadata" in document.Root else _BARE
    said = f'<mpkit:manifest xmlns:mpkit="{_SPACE}">{digest}</mpkit:manifest>\n'.encode()
    head, end, rest = before.rpartition(_END)
    content = head + said + end + rest
    document.Root.Metadata = document.make_stream(content, {"/Type": Name.Metadata, "/Subtype": Name.XML})


def marked(document: pikepdf.Pdf) -> str:
    """The hash a document says; "" where it says none, or nothing that can be read."""
    found = document.Root.get("/Metadata")
    if not isinstance(found, pikepdf.Stream):
        return ""
    try:
        content = found.read_bytes()
        if len(content) > _LARGEST or b"<!" in content:  # no document type: nothing is expanded, nothing fetched
            return ""
        said = ET.fromstring(content).findtext(f".//{{{_SPACE}}}manifest")  # noqa: S314 - no document type
    except (ET.ParseError, pikepdf.PdfError):
        return ""
    return (said or "").strip()
