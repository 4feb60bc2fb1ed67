"""Files sent as a form: the bytes of a multipart request go in, its named parts come out (RFC 7578)."""

from __future__ import annotations

from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP

from mpkit.work import HttpRequest


class Unusable(ValueError):
    """No form, or a broken one."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: the field it is for, the file's name ("" for none) and its bytes."""

    field: str
    name: str
    content: bytes


def parts(request: HttpRequest) -> list[Part]:
    """Every part of the form, in its order. Raises `Unusable`."""
    kind = next((value for name, value in request.headers.items() if name.casefold() == "content-type"), "")
    if not kind.casefold().startswith("multipart/form-data"):
        message = "multipart/form-data is needed"
        raise Unusable(message)
    try:
        form = BytesParser(policy=HTTP).parsebytes(
            b"Content-Type: " + kind.encode("latin-1", "replace") + b"\r\n\r\n" + request.body
        )
        found = [part for part in form.iter_parts() if isinstance(part, EmailMessage)]
        return [_part(part) for part in found if part.get_content_disposition() == "form-data"]
    except (MessageError, ValueError, LookupError, TypeError, AttributeError) as error:
        message = "the form cannot be read"
        raise Unusable(message) from error


def _part(part: EmailMessage) -> Part:
    field = part.get_param("name", header="content-disposition")
    content = part.get_payload(decode=True)
    return Part(str(field or ""), part.get_filename() or "", content if isinstance(content, bytes) else b"")
