"""Mercado Pago's own signs for registers: their addresses come in; each is fetched once, kept, looked at, and goes out.

What is fetched is kept by the hash of its content, and under its address which hash that was: a run that was stopped
goes on where it stopped, and the next one asks for nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from mpkit import kit, private
from mpkit.api import Linked
from mpkit.errors import ApiError, Refused
from mpkit.jobs.workbench import Workbench
from mpkit.kit.signs import template_document
from mpkit.kit.signs.template_document import Document
from mpkit.model import Account
from mpkit.work import Progress

_AT_ONCE = 4
Links = Mapping[str, Sequence[str]]  # POS id to the addresses of its sign, the best first


def folder(bench: Workbench, account: Account) -> Path:
    """Where the signs of an account are kept."""
    return bench.folder(account.id, "documents")


def put_on(
    bench: Workbench, account: Account, subjects: Sequence[kit.Subject], links: Links, progress: Progress
) -> tuple[tuple[kit.Subject, ...], tuple[kit.Refusal, ...], kit.Design]:
    """Each register with its sign, those that have none with the reason, and the design they share."""
    place = folder(bench, account)
    linked = Linked(bench.settings.api_url, bench.seams)
    fetched: dict[str, str | Refused] = {}
    progress(0, len(subjects), "document_fetching")
    with contextlib.closing(linked), ThreadPoolExecutor(_AT_ONCE) as pool:
        pairs = ((one, links.get(one.pos_id, ())) for one in subjects)
        for done, (pos_id, digest) in enumerate(pool.map(lambda pair: _fetched(linked, place, *pair), pairs), start=1):
            fetched[pos_id] = digest
            progress(done, len(subjects), "document_fetching")
    digests = [digest for digest in fetched.values() if isinstance(digest, str)]
    known = template_document.documents(place, digests, progress)
    found: list[kit.Subject] = []
    refused: list[kit.Refusal] = []
    for one in subjects:
        digest = fetched[one.pos_id]
        made = digest if isinstance(digest, Refused) else known[digest]
        if isinstance(made, Refused):
            refused.append(kit.Refusal(one.external_id, made.key, made.values))
        else:
            found.append(replace(one, document=made))
    return tuple(found), tuple(refused), _design(found)


def _design(found: Sequence[kit.Subject]) -> kit.Design:
    return template_document.design_of([one.document for one in found if isinstance(one.document, Document)])


def _fetched(linked: Linked, place: Path, one: kit.Subject, urls: Sequence[str]) -> tuple[str, str | Refused]:
    """A register's POS and the hash of its sign, fetched now or before; why not, where no address answers."""
    trouble = Refused("document_none")
    for url in urls:
        note = place / "links" / sha256(url.encode()).hexdigest()
        if note.exists():
            return one.pos_id, note.read_text(encoding="ascii")
        try:
            digest = template_document.keep(place, linked.fetch(url))
        except ApiError as error:
            trouble = Refused("document_unfetched", status=error.status or "-")
            continue
        except Refused as error:
            trouble = error
            continue
        private.write(note, digest.encode())
        return one.pos_id, digest
    return one.pos_id, trouble
