"""A PDF proven again: the file, and its manifest where there is one, in; codes found, read and matched out."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

from mpkit import kit
from mpkit.errors import Refused, UnreadableFile, WrongAccount
from mpkit.jobs import seals
from mpkit.jobs.kinds.kit import all_pos, payloads_now
from mpkit.jobs.workbench import Workbench
from mpkit.kit.books import manifest as manifests
from mpkit.work import Progress

_LEAST_DPI, _MOST_DPI = 150, 1200


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments`: {file} and, where wanted, {account, manifest, dpi, language, workers}; `proof --json` comes back."""
    account = bench.account(str(arguments.get("account") or ""))
    file = Path(str(arguments["file"]))
    if not file.is_file():
        why = os.strerror(errno.EISDIR if file.is_dir() else errno.EINVAL if file.exists() else errno.ENOENT)
        raise UnreadableFile("place_refused", where=str(file), why=why)
    dpi = max(_LEAST_DPI, min(_MOST_DPI, int(arguments.get("dpi") or 300)))
    language = str(arguments.get("language") or "en")
    seller = bench.mercadopago(account)
    progress(0, None, "kit_reading")
    pos = all_pos(seller)
    owned = {one.external_id or one.id: one.qr_code for one in pos if one.qr_code}
    expected, moved, mark, digest = None, False, "", ""
    if arguments.get("manifest"):
        path = Path(str(arguments["manifest"]))
        manifest = manifests.read(path)
        if manifest.account.user_id != account.id:
            raise WrongAccount("kit_manifest_other_account", found=manifest.account.user_id)
        if not seals.vouched(bench.settings.data, manifests.PURPOSE, manifest.sound):
            raise Refused("kit_manifest_changed", file=path.name)
        fresh = {one.id: one.qr_code for one in pos if one.qr_code}
        missing = {entry.pos_id for entry in manifest.pieces} - set(fresh)
        mark, digest = manifests.mark(manifest), manifest.digest()
        moved = not manifests.drawn_by_us(manifest, file)
        expected = manifests.expected(
            manifest, manifests.file_meant(manifest, file), fresh | payloads_now(seller, missing) if missing else fresh
        )
    workers = int(arguments.get("workers") or 1)
    found = kit.proof(
        file,
        expected,
        owned,
        dpi=dpi,
        workers=workers,
        moved=moved,
        mark=mark,
        digest=digest,
        progress=progress,
    )
    return found.to_json(language)
