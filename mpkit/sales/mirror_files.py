"""The files of a mirror: entries become Parquet columns, a manifest names the files of one generation.

A manifest is swapped by rename; whoever read the old one may go on reading its files for a grace time.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mpkit.errors import StoreTrouble
from mpkit.sales.mirror_columns import SCHEMA

FORMAT = 2  # another one is thrown away and built anew
GRACE = timedelta(minutes=5)
_MANIFEST = "manifest.json"
_MELTS = 4  # times as many payments as are laid on top: a layer up to this size melts into the new one
_TEXTS_OF_THEIR_OWN = {"payment_id", "order_id"}  # nearly no two alike: a dictionary of them would only be in the way


@dataclass(frozen=True, slots=True)
class Layer:
    """Changes laid over the months: the entries of `ids` payments stand in `entries`, their ids in `gone`.

    What older layers and the months hold of these payments counts no more.
    """

    entries: str
    gone: str
    ids: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation: a file for each month ("2026-10"), layers over them, and files only older readers still read.

    The oldest layer is first.
    """

    mirror: str
    account: str
    generation: int = 0
    as_of: datetime | None = None
    months: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0  # entries in the months
    layers: tuple[Layer, ...] = ()
    retired: Mapping[str, datetime] = field(default_factory=dict)

    def names(self) -> set[str]:
        """Every file of this generation."""
        return set(self.months.values()) | {name for each in self.layers for name in (each.entries, each.gone)}

    @property
    def laid(self) -> int:
        """Payments that lie over the months, those of several layers counted in each."""
        return sum(layer.ids for layer in self.layers)


def laid_over(
    folder: Path, layers: Sequence[Layer], changed: Sequence[str], fresh: pa.Table, generation: int
) -> tuple[Layer, ...]:
    """The layers with the changed payments on top.

    Small ones are melted into the new one, so that writing it costs about what the change is worth, however much lies
    below, and there are never many.
    """
    kept, gone = list(layers), pa.array(changed, pa.string())
    while kept and kept[-1].ids <= _MELTS * len(gone):
        below = kept.pop()
        before = pq.read_table(folder / below.entries, schema=SCHEMA, partitioning=None)
        fresh = pa.concat_tables([before.filter(pc.invert(pc.is_in(before["payment_id"], gone))), fresh])
        before_gone = pq.read_table(folder / below.gone, partitioning=None)["payment_id"].combine_chunks()
        gone = pc.unique(pa.concat_arrays([before_gone, gone]))
    layer = Layer(f"overlay-{generation}.parquet", f"gone-{generation}.parquet", len(gone))
    write_table(folder / layer.entries, fresh)
    write_table(folder / layer.gone, pa.table({"payment_id": gone}))
    return (*kept, layer)


def write_table(file: Path, table: pa.Table) -> None:
    """Write a Parquet file whole and durable; a full disk becomes one clear sentence."""
    try:
        alike = [name for name in table.column_names if name not in _TEXTS_OF_THEIR_OWN]
        pq.write_table(table, file, compression="zstd", use_dictionary=alike)
        sync_file(file)
    except OSError as error:
        raise trouble(error, file.parent) from error


def trouble(error: OSError, folder: Path) -> StoreTrouble:
    """What a file that cannot be written means to a person."""
    if error.errno == errno.ENOSPC or os.strerror(errno.ENOSPC) in str(error):  # DuckDB says it in a text only
        return StoreTrouble("disk_full", where=str(folder))
    return StoreTrouble("store_unreachable", where=str(folder), why=error.strerror or str(error))


def sync_file(file: Path) -> None:
    """Make sure a file is on the disk before a manifest names it."""
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_manifest(folder: Path) -> Manifest | None:
    """The current generation; None where there is none, or one of another format."""
    try:
        found = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if not isinstance(found, dict) or found.pop("format", None) != FORMAT:
        return None
    found["as_of"] = datetime.fromisoformat(found["as_of"]) if found["as_of"] else None
    found["layers"] = tuple(Layer(**layer) for layer in found["layers"])
    found["retired"] = {name: datetime.fromisoformat(at) for name, at in found["retired"].items()}
    return Manifest(**found)


def swap_manifest(folder: Path, old: Manifest | None, new: Manifest, now: datetime) -> Manifest:
    """Make `new` the current generation; files it no longer names are kept for readers of the old one, then go."""
    retired = {
        name: at for name, at in (old.retired if old else {}).items() if at > now - GRACE and name not in new.names()
    }
    retired |= dict.fromkeys((old.names() if old else set()) - new.names(), now)
    new = replace(new, retired=retired)
    document = {"format": FORMAT, **asdict(new)}
    aside = folder / f"{_MANIFEST}.new"
    try:
        aside.write_text(json.dumps(document, default=_plain, indent=1), encoding="utf-8")
        sync_file(aside)
        aside.replace(folder / _MANIFEST)
    except OSError as error:
        raise trouble(error, folder) from error
    sweep(folder, new)
    return new


def sweep(folder: Path, manifest: Manifest) -> None:
    """Remove files that neither this generation nor a reader in its grace time may need."""
    kept = manifest.names() | set(manifest.retired)
    for file in folder.glob("*.parquet"):
        if file.name not in kept:
            try:
                file.unlink()
            except OSError:  # Windows: somebody still reads it; the next sweep takes it
                continue


def _plain(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(type(value).__name__)
