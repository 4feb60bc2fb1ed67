"""Whose a branch is: rows go to accounts by tax number, and no code is made or printed that carries another firm's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from mpkit import accounts, branches
from mpkit.accounts import tokens
from mpkit.jobs.kinds.kit import choose
from mpkit.plan import Existing, Firms, make, text
from mpkit.sheet import taxes
from tests.plan.chain import ACCOUNT, Listed, branch, chain, register
from tests.plan.test_runs import Room, Start, room

__all__ = ["room"]  # a fixture
MINE, THEIRS, NOBODYS = "30-50001091-2", "30-71031609-7", "30-69317703-0"


@pytest.mark.parametrize(
    ("one", "other", "country", "same"),
    [
        ("30-50001091-2", "30500010912", "AR", True),
        (MINE, THEIRS, "AR", False),
        ("", "", "AR", False),
        ("11.222.333/0001-81", "11222333000262", "BR", True),  # two branches of one firm
        ("11.222.333/0001-81", "11444777000161", "BR", False),
        ("76.086.428-5", "76086428-5", "CL", True),
    ],
)
def test_two_spellings_of_one_firm(one: str, other: str, country: str, same: bool) -> None:
    assert taxes.same_firm(one, other, country) is same


def test_a_branch_of_another_firm_is_blocked_with_its_registers_and_says_where_it_belongs() -> None:
    tax = [MINE, THEIRS, NOBODYS, ""]
    listed = Listed(tuple(branch(n, tax_id=tax[n]) for n in range(4)), tuple(register(n) for n in range(4)))
    firms = Firms(replace(ACCOUNT, tax_id="30500010912"), {"LA OTRA": THEIRS})
    plan = make(listed, Existing(), {}, account=ACCOUNT, amount=ACCOUNT.amount, firms=firms)
    assert [(one.kind, one.key, one.why) for one in plan.changes if one.kind == "blocked"] == [
        ("blocked", "store:S001", "plan_why_other_account"),
        ("blocked", "pos:P001", "plan_why_branch_blocked"),
        ("blocked", "store:S002", "plan_why_other_firm"),
        ("blocked", "pos:P002", "plan_why_branch_blocked"),
    ]
    assert plan.summary["create"] == 4
    assert "LA OTRA" in plan.document("en")["changes"][2]["why"]
    alone = make(listed, Existing(), {}, account=ACCOUNT, amount=ACCOUNT.amount, firms=replace(firms, others={}))
    assert alone.summary["create"] == 8  # with one account only it is told, and no sign is printed
    told = [one.external_id for one in alone.changes if one.values.get("also") == ["plan_other_firm"]]
    assert told == ["S001", "S002"]
    assert "CUIT" in text(alone, "es")


def test_where_the_code_carries_no_number_only_a_connected_account_takes_a_row_away() -> None:
    account = replace(ACCOUNT, site="MLC", tax_id="76086428-5")
    there = replace(branch(0).location, latitude=-33.44, longitude=-70.65)
    listed = Listed((branch(0, tax_id="96.790.240-3", location=there),))
    for others, blocked in (({}, 0), ({"LA OTRA": "96790240-3"}, 1)):
        plan = make(listed, Existing(), {}, account=account, amount=ACCOUNT.amount, firms=Firms(account, others))
        assert plan.summary["blocked"] == blocked


def test_rows_of_a_file_go_to_the_accounts_their_tax_numbers_name(
    room: Room, tmp_path: Path, start_sandbox: Start
) -> None:
    other = start_sandbox(seed=8).world.seller
    room.sandbox.world.sellers[other.token] = other
    with room.bench.connect(SecretStr(other.token)) as seller:
        accounts.pin(room.bench.store, seller.seller(), room.sandbox.url)
    tokens.keep(tmp_path, other.id, SecretStr(other.token))
    own = room.sandbox.world.seller.tax_id
    rows = [("Norte", own), ("Sur", other.tax_id), ("Este", ""), ("Oeste", NOBODYS)]
    place = chain(1).branches[0].location
    lines = ["id,nombre,calle,numero,ciudad,provincia,latitud,longitud,cuit,cajas"]
    lines += [
        f"Z{n},{name},Mitre,{n + 1},{place.city},{place.state},{place.latitude + n / 100},{place.longitude},{tax},1"
        for n, (name, tax) in enumerate(rows)
    ]
    file = tmp_path / "cadena.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    job = room.run("take_in", "taken", paths=[str(file)], site="MLA")
    assert job.state == "done", job.error
    (told,) = job.result["elsewhere"]  # type: ignore[index]
    assert (told["user_id"], told["branches"], told["registers"]) == (other.id, 1, 1)
    names = {
        account: {one.name for one in branches.wanted(room.bench.store, account).branches}
        for account in (room.sandbox.user_id, other.id)
    }
    assert names[other.id] == {"Sur"}
    assert names[room.sandbox.user_id] >= {"Norte", "Este", "Oeste"}
    assert "Sur" not in names[room.sandbox.user_id]
    plan = room.run("plan", "again")
    assert plan.result["summary"]["blocked"] == 2  # type: ignore[index]  # Oeste and its register


def test_no_sign_for_a_code_that_carries_another_firm(room: Room) -> None:
    assert room.apply().state == "done"
    account = room.bench.account()
    clock = room.bench.seams.clock
    own = room.sandbox.world.seller.tax_id
    named = [branch(0, tax_id=own), branch(1, tax_id=NOBODYS)]
    branches.propose(room.bench.store, account.id, named, (), origin=branches.Origin("screen"), clock=clock)
    chosen = choose(room.bench, account, room.bench.mercadopago(account), {})
    assert [(one.external_id, one.key) for one in chosen.refused] == [("P001", "kit_other_firm")]
    assert {one.external_id for one in chosen.subjects} == {"P000", "P002", "P003", "P004", "P005"}
    assert "CUIT" in chosen.refused[0].sentence("es")
