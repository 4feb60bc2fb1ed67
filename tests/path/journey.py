"""The whole path of one merchant on one site: commands, a sandbox over HTTP and a buyer; each step checked.

Template → check → plan → apply → plan again → signs and their proof → payments → sync → sales against the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mpkit.sites import SITES, Site

SUMS = ("currency", "count", "gross", "refunds", "chargebacks", "fees", "taxes", "net")
ALWAYS = ("--from", "2020-01-01", "--to", "2035-01-01")
DESIGNS = ("sticker-70x100", "poster-a5")

Run = Callable[..., tuple[int, str, str]]
Ask = Callable[..., Any]


def some(*always: str) -> list[Any]:
    """The seven sites as parameters: those named in every run, the others in the soak."""
    return [pytest.param(site, marks=() if site in always else pytest.mark.soak) for site in SITES]


@dataclass
class Journey:
    """One installation on one site.

    `run` gives exit code, stdout and stderr of a command; `ask` the sandbox's answer to a path, and a document to post.
    """

    site: Site
    folder: Path
    run: Run
    ask: Ask
    designs: tuple[str, ...] = DESIGNS
    registers: list[dict[str, Any]] = field(default_factory=list)
    books: dict[str, Path] = field(default_factory=dict)

    def whole(self, amount: str = "buyer") -> None:
        """All of it."""
        self.created(self.checked(self.filled()), amount)
        for design in self.designs:
            self.printed(design)
        self.paid(amount)
        self.counted()

    def answer(self, *words: str, code: int = 0) -> Any:
        """The JSON a command answers with, which must end with this exit code."""
        ended, out, err = self.run(*words, "--json")
        assert ended == code, f"mpkit {' '.join(words)}: {ended}\n{err}"
        return json.loads(out)

    def filled(self) -> Path:
        """The example workbook of the site, in the country's own language."""
        files = self.answer("template", "--site", self.site.id, "--out", str(self.folder / "templates"))["files"]
        _, example, _ = (Path(file) for file in files)
        assert example.name == ("lojas-exemplo.xlsx" if self.site.language == "pt" else "sucursales-ejemplo.xlsx")
        return example

    def checked(self, file: Path) -> Path:
        """Nothing in the example is in the way, and the site is also found without being told."""
        for told in (("--site", self.site.id), ()):
            found = self.answer("check", str(file), *told)
            assert found["site"] == self.site.id
            assert [one for one in found["findings"] if one["severity"] != "info"] == []
            assert (found["rows"], found["branches"]) == (5, 5)
        return file

    def created(self, file: Path, amount: str) -> None:
        """As planned, each once; and then there is nothing left to do."""
        before = {row["id"] for row in self.ask("/_sandbox/state")["pos"]}
        plan = self.folder / "plan.json"
        made = self.answer("plan", str(file), "--amount", amount, "--out", str(plan), code=3)
        assert made["account"]["site"] == self.site.id
        wanted = made["summary"]["create"]
        assert (made["summary"]["blocked"], wanted) == (0, 14)
        done = self.answer("apply", str(plan), "--yes")
        assert (done["done"], done["failed"], done["skipped"]) == (wanted, 0, 0)
        again = self.answer("plan")
        assert {change["kind"] for change in again["changes"]} <= {"unmanaged"}  # what the year's own shops are
        assert {name: n for name, n in again["summary"].items() if n and name != "unmanaged"} == {"same": wanted}
        rows = self.ask("/_sandbox/state")["pos"]
        self.registers = [row for row in rows if row["id"] not in before]
        assert len(self.registers) == 9
        assert {row["fixed_amount"] for row in self.registers} == {amount != "buyer"}

    def printed(self, design: str, *, again: bool = True) -> None:
        """Every register of the list on paper, and every code proven to be the account's: at once, and `again`."""
        out = self.folder / design
        ids = ",".join(row["external_id"] for row in self.registers)
        made = self.answer("kit", "--sign", design, "--registers", ids, "--out", str(out), "--workers", "1")
        assert made["refused"] == []
        (book,) = (Path(file["path"]) for file in made["files"])
        count = len(self.registers)
        assert made["proof"] | {"grade": ""} == {"symbols": count, "decoded": count, "matched": count, "grade": ""}
        assert made["proof"]["grade"] in "AB"  # what leaves without anybody's consent
        self.books[design] = book
        if not again:
            return
        proof = self.answer("proof", str(book), "--manifest", made["manifest"])
        assert (proof["symbols"], proof["decoded"], proof["matched"], proof["failures"]) == (count, count, count, [])
        assert proof["grade"] == made["proof"]["grade"]

    def paid(self, amount: str) -> None:
        """Somebody pays at every register, in the site's methods; one is given a part back, one disputes and loses."""
        usual = self.ask("/_sandbox/state")["buyers"]["methods"]
        paid = []
        for number, row in enumerate(self.registers):
            price = f"{1_000 + 137 * number}{'.50' if self.site.decimals else ''}"
            press = {"action": "pay", "pos": row["external_id"], "amount": price, "as_order": amount != "buyer"}
            paid.append(self.ask("/_sandbox/buyer", press | {"method": usual[number % len(usual)]["id"]}))
        for payment in paid:
            method = self.site.method(payment["payment_method_id"])
            assert method is not None
            assert method.type == payment["payment_type_id"]
        assert {payment["currency_id"] for payment in paid} == {self.site.currency}
        if self.site.partial_refunds:
            self.ask("/_sandbox/buyer", {"action": "refund", "payment_id": str(paid[0]["id"]), "amount": "300"})
        self.ask("/_sandbox/buyer", {"action": "refund", "payment_id": str(paid[1]["id"])})
        for n, outcome in ((2, "settled"), (3, "reimbursed")):
            self.ask("/_sandbox/buyer", {"action": "chargeback", "payment_id": str(paid[n]["id"])})
            self.ask("/_sandbox/buyer", {"action": "settle", "payment_id": str(paid[n]["id"]), "outcome": outcome})

    def counted(self) -> None:
        """Our figures, by day, by store and by register, are the sums of the sandbox's movements."""
        synced = self.answer("sync")
        assert synced["gaps"] == []
        for by, ledger in (("day", "day"), ("store", "store"), ("register", "pos")):
            sales = self.answer("sales", *ALWAYS, "--by", by)
            theirs = self.ask(f"/_sandbox/ledger?by={ledger}")["rows"]
            assert _sums(sales["rows"]) == _sums(theirs), by
        sold = {row["key"]: row["count"] for row in sales["rows"]}
        assert all(sold[row["id"]] == 1 for row in self.registers)
        (total,) = sales["total"]
        assert total["currency"] == self.site.currency


def _sums(rows: list[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What must be equal, by key; a row of nothing but zeros says nothing."""
    found = {row["key"]: {name: row[name] for name in SUMS} for row in rows}
    empty = {"0", "0.00", 0}
    return {key: row for key, row in found.items() if any(row[name] not in empty for name in SUMS[1:])}
