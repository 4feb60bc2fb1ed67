"""Artworks nobody should be able to hand in: each with the sentence that refuses it."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.kit import drawings

OUTSIDE = "http://127.0.0.1:9/x"


def changed(change: Callable[[pikepdf.Pdf], None], **options: Any) -> bytes:
    """An honest artwork with something done to it."""
    content = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawings.pdf(fields={}))) as document:
        change(document)
        document.save(content, **options)
    return content.getvalue()


def _script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _script_on_page(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))


def _script_named(document: pikepdf.Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), script])))


def _launch(document: pikepdf.Pdf) -> None:
    document.Root.AA = Dictionary(WC=Dictionary(S=Name.Launch, F=String("/bin/sh")))


def _attached(document: pikepdf.Pdf) -> None:
    document.attachments["evil.exe"] = b"MZ"


def _annotation(kind: pikepdf.Name, **more: Any) -> Callable[[pikepdf.Pdf], None]:
    def put(document: pikepdf.Pdf) -> None:
        one = Dictionary(Type=Name.Annot, Subtype=kind, Rect=[10, 10, 60, 60], **more)
        document.pages[0].obj.Annots = Array([document.make_indirect(one)])

    return put


def _hidden_layer(document: pikepdf.Pdf) -> None:
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=String("draft")))
    document.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))


def _forms(document: pikepdf.Pdf, times: int, deep: int, operators: bytes) -> None:
    """Forms that show each other, `times` each, `deep` deep."""
    inner = document.make_stream(operators, Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9]))
    for _ in range(deep):
        resources = Dictionary(XObject=Dictionary(F=inner))
        said = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], Resources=resources)
        inner = document.make_stream(b"/F Do\n" * times, said)
    page = document.pages[0]
    page.obj.Resources.XObject = Dictionary(F=inner)
    page.contents_add(document.make_stream(b"/F Do"))


def _endless(document: pikepdf.Pdf) -> None:
    said = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    form = document.make_stream(b"/F Do", said)
    form.Resources = Dictionary(XObject=Dictionary(F=form))
    page = document.pages[0]
    page.obj.Resources.XObject = Dictionary(F=form)
    page.contents_add(document.make_stream(b"/F Do"))


def _outside_stream(document: pikepdf.Pdf) -> None:
    page = document.pages[0]
    said = Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, F=String("/etc/passwd"))
    page.obj.Resources.XObject = Dictionary(I=document.make_stream(b"", said))


def _postscript(document: pikepdf.Pdf) -> None:
    page = document.pages[0]
    said = Dictionary(Type=Name.XObject, Subtype=Name.PS)
    page.obj.Resources.XObject = Dictionary(P=document.make_stream(b"showpage", said))
    page.contents_add(document.make_stream(b"/P Do"))


def _bomb(document: pikepdf.Pdf) -> None:
    """Two gigabytes of blanks in two megabytes."""
    squeeze = zlib.compressobj(9)
    content = b"".join(squeeze.compress(b" " * (1 << 24)) for _ in range(128)) + squeeze.flush()
    stream = pikepdf.Stream(document, content)
    stream.Filter = Name.FlateDecode
    document.pages[0].obj.Contents = document.make_indirect(stream)


def _huge_picture(document: pikepdf.Pdf) -> None:
    """A picture of ten thousand million pixels."""
    said = Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=100000, Height=100000, BitsPerComponent=8)
    said.ColorSpace, said.Filter = Name.DeviceCMYK, Name.FlateDecode
    stream = pikepdf.Stream(document, zlib.compress(b"\0" * (1 << 20)))
    for name, value in said.items():
        stream[name] = value
    page = document.pages[0]
    page.obj.Resources.XObject = Dictionary(I=document.make_indirect(stream))
    page.contents_add(document.make_stream(b"q 100 0 0 100 0 0 cm /I Do Q"))


def _many_operators(document: pikepdf.Pdf) -> None:
    document.pages[0].contents_add(document.make_stream(b"0 0 m 9 9 l S\n" * 700_000))


def _tree(document: pikepdf.Pdf) -> None:
    """A page tree that bites its tail."""
    document.Root.Pages.Kids = Array([document.Root.Pages])
    document.Root.Pages.Count = 1_000_000


def _wide(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.MediaBox = Array([0, 0, 90_000_000, 90_000_000])
    del document.pages[0].obj["/TrimBox"]
    del document.pages[0].obj["/BleedBox"]


def _svg(inside: str = "", **more: str) -> bytes:
    return drawings.svg(inside, **more).encode()


def _laughs() -> bytes:
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return _svg("<desc>&a11;</desc>", head=f'<!DOCTYPE svg [<!ENTITY a0 "ha">{lines}]>')


DATA = "data:image/png;base64,"
# What it is, the file, and the sentences one of which has to answer.
QUICK: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "artwork_kind"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "artwork_kind"),
    "half a file": (drawings.pdf()[:900], "artwork_unreadable artwork_pages"),
    "a head alone": (b"%PDF-1.7\n%%EOF", "artwork_unreadable"),
    "protected": (changed(lambda _: None, encryption=pikepdf.Encryption(owner="a", user="b")), "artwork_encrypted"),
    "no printing": (changed(lambda _: None, encryption=pikepdf.Encryption(owner="a", user="")), "artwork_encrypted"),
    "script at its opening": (changed(_script), "artwork_scripts"),
    "script of the page": (changed(_script_on_page), "artwork_scripts"),
    "script by name": (changed(_script_named), "artwork_scripts"),
    "starts a program": (changed(_launch), "artwork_scripts"),
    "attachment": (changed(_attached), "artwork_attachments"),
    "link": (changed(_annotation(Name.Link, A=Dictionary(S=Name.URI, URI=String(OUTSIDE)))), "artwork_links"),
    "note": (changed(_annotation(Name.Text)), "artwork_annotations"),
    "press with an action": (
        changed(_annotation(Name.Widget, FT=Name.Btn, A=Dictionary(S=Name.SubmitForm, F=String(OUTSIDE)))),
        "artwork_scripts",
    ),
    "hidden layer": (changed(_hidden_layer), "artwork_layers"),
    "two pages": (drawings.pdf(pages=2, fields={}), "artwork_pages"),
    "a picture elsewhere": (changed(_outside_stream), "artwork_outside"),
    "PostScript": (changed(_postscript), "artwork_scripts"),
    "shows itself": (changed(_endless), "artwork_endless"),
    "deep as a well": (changed(lambda d: _forms(d, 1, 400, b"0 g")), "artwork_endless"),
    "a bomb of forms": (changed(lambda d: _forms(d, 40, 8, b"0 g 0 0 9 9 re f")), "artwork_heavy"),
    "bites its tail": (changed(_tree), "artwork_unreadable artwork_pages"),
    "large as a town": (changed(_wide), "artwork_size"),
    "svg: entities": (_laughs(), "artwork_outside artwork_unreadable"),
    "svg: a file of the machine": (
        _svg("<desc>&x;</desc>", head='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "artwork_outside",
    ),
    "svg: script": (_svg("<script>fetch('/')</script>"), "artwork_scripts"),
    "svg: script of a shape": (_svg('<rect width="9" height="9" onload="alert(1)"/>'), "artwork_scripts"),
    "svg: picture elsewhere": (_svg(f'<image href="{OUTSIDE}" width="9" height="9"/>'), "artwork_outside"),
    "svg: picture of the machine": (_svg('<image xlink:href="file:///etc/passwd"/>'), "artwork_outside"),
    "svg: style elsewhere": (_svg(f"<style>@import url({OUTSIDE});</style>"), "artwork_outside"),
    "svg: sheet elsewhere": (_svg(head=f'<?xml-stylesheet href="{OUTSIDE}"?>'), "artwork_outside"),
    "svg: fill elsewhere": (_svg(f'<rect width="9" height="9" fill="url({OUTSIDE}#a)"/>'), "artwork_outside"),
    "svg: uses itself": (_svg('<g id="a"><use href="#a"/></g>'), "artwork_svg_part"),
    "svg: a page in it": (_svg("<foreignObject><p>x</p></foreignObject>"), "artwork_svg_part"),
    "svg: filter": (_svg('<rect width="9" height="9" filter="url(#f)"/>'), "artwork_svg_part"),
    "svg: deep as a well": (_svg("<g>" * 5000 + "</g>" * 5000), "artwork_heavy"),
    "svg: link": (_svg(f'<a href="{OUTSIDE}"><rect width="9" height="9"/></a>'), "artwork_links"),
    "svg: live text": (_svg('<text x="9" y="9">Pagá acá</text>'), "artwork_svg_text"),
    "svg: broken": (_svg()[:-20], "artwork_unreadable"),
    "svg: gradient of itself": (
        _svg('<defs><linearGradient id="a" href="#a"/></defs><rect width="9" height="9" fill="url(#a)"/>'),
        "artwork_svg_part",
    ),
    "svg: bad picture": (_svg(f'<image href="{DATA}AAAA" width="9" height="9"/>'), "artwork_unreadable"),
}  # fmt: skip
QUICK["ten thousand million pixels"] = (changed(_huge_picture), "artwork_heavy")
# Those that only the limits of the child end: each takes a child of its own.
HEAVY: dict[str, Callable[[], bytes]] = {
    "svg: a million shapes": lambda: _svg('<path d="M0 0h1"/>' * 1_000_000),
    "two gigabytes of blanks": lambda: changed(_bomb),
    "two million operators": lambda: changed(_many_operators),
}
