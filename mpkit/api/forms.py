"""Files sent as a form: names, kinds and bytes in, the body of a multipart request out (RFC 7578)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Form:
    """A body and its content type."""

    kind: str
    content: bytes


def form(field: str, files: Sequence[tuple[str, str, bytes]]) -> Form:
    """Every file (name, media type, bytes) under one field; the boundary is drawn from what it must not occur in."""
    drawn = hashlib.blake2b(digest_size=24)
    for _, _, content in files:
        drawn.update(content)
    boundary = drawn.hexdigest()
    parts = []
    for name, kind, content in files:
        told = quote(name, safe=" ()[]+,;=@!~")  # no quotation mark, no end of line, nothing outside ASCII
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{told}"\r\n'
        parts.append(f"{head}Content-Type: {kind}\r\n\r\n".encode() + content + b"\r\n")
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return Form(f"multipart/form-data; boundary={boundary}", body)
