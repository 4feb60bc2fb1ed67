"""Day two without a spreadsheet: what each press asks for, that looking writes nothing, and where it leads."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from mpkit import branches, jobs, keys, ledger, sandbox
from mpkit.accounts import tokens
from mpkit.branches import Origin
from mpkit.jobs.rows import jobs as table
from mpkit.jobs.rows import live
from mpkit.model import Account, Amount
from mpkit.plan import Change, Plan
from mpkit.sales.standing import standing_of
from mpkit.work import SystemClock, silent
from tests.jobs.house import House
from tests.pages.conftest import texts
from tests.plan.chain import Listed, branch, chain, register

TOKEN = "sandbox-token-of-day-two"
OTHER = "sandbox-token-of-the-other-account"
CLOCK = SystemClock()


@dataclass(frozen=True)
class Served:
    url: str
    token: str
    world: sandbox.World

    def post(self, path: str, body: dict) -> dict:
        """A press on a control route."""
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    world = sandbox.World("MLA", 7, stores=0, registers=0, payments=0, token=TOKEN)
    running = sandbox.serve(world)
    yield Served(running.url, TOKEN, world)
    running.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, served: Served) -> Iterator[House]:
    """Three branches with six registers that exist, one with a printed sign."""
    made = House(tmp_path_factory.mktemp("day-two"), served)
    made.want(chain(3, 6))
    plan = made.plan()
    done(made, submit(made, "apply", plan.hash, plan=plan.hash))
    pos = ledger.known(made.bench.store, made.account.id, seal=str)["pos", "P000"]
    piece = ledger.Piece(
        1, "P000", pos.remote_id, ledger.payload_hash(pos.qr_payload or ""), "C1", "B1", 1, 1, CLOCK.now()
    )
    ledger.record_pieces(made.bench.store, made.account.id, [piece], seal=str)
    yield made
    made.bench.store.dispose()


@pytest.fixture(autouse=True)
def nothing_left(home: House) -> Iterator[None]:
    """Each test begins with nothing at work."""
    yield
    with home.bench.store.begin() as connection:
        connection.execute(table.update().where(table.c.state.in_(["queued", "running"])).values(state="cancelled"))


def wanted(home: House) -> branches.Wanted:
    return branches.wanted(home.bench.store, home.account.id)


def asked(home: House, kind: str = "plan") -> jobs.Job:
    """The one job that waits."""
    (job,) = [each for each in live(home.bench.store) if each.kind == kind]
    return job


def submit(home: House, kind: str, key: str, **arguments: object) -> jobs.Job:
    """Ask for work as a page does."""
    account = home.account.id
    given = {"account": account, "language": "es", **arguments}
    return jobs.submit(
        home.bench.store, account=account, kind=kind, key=key, arguments=given, clock=CLOCK, who="screen"
    )


def done(home: House, job: jobs.Job) -> dict:
    """Do it, as a worker would."""
    ended = jobs.run_now(
        home.bench, account=job.account, kind=job.kind, key=job.key, arguments=job.arguments, progress=silent
    )
    return jobs.outcome(ended)


def planned(home: House, job: jobs.Job) -> Plan:
    document = ledger.find_plan(home.bench.store, job.account, str(done(home, job)["plan"]))
    assert document is not None
    return Plan.read(document)


def page(at, home: House, served: Served, where: str, **query: str):
    return at(where, data=home.folder, url=served.url, **query)


def seen_by(test, account: str):
    """The same page for another account of this dashboard."""
    chosen = test.selectbox(key="account")
    return test if chosen.value == account else chosen.set_value(account).run()


def act(test, name: str):
    """Choose one of the presses; its form stands below."""
    return test.button_group(key="act").set_value(name).run()


def counts(made: Plan) -> dict[str, int]:
    return {name: n for name, n in made.summary.items() if n and name != "same"}


@pytest.mark.parametrize(
    ("where", "id_", "name", "fill", "press", "expected"),
    [
        ("branch", "S000", "rename", ("name", "Otro nombre"), "rename_press", {"update": 1}),
        ("branch", "S000", "add_register", None, "add_register_press", {"create": 1}),
        ("branch", "S000", "hours", ("hours_text", "Lun a Vie 9 a 18"), "hours_press", {"update": 1}),
        ("branch", "S001", "move", ("move_street", "Belgrano"), "move_press", {"update": 1}),
        ("register", "P000", "rename", ("name", "Caja nueva"), "rename_press", {"update": 1}),
        ("register", "P000", "close", None, "till_close", {"delete": 1, "stickers_void": 1}),
        ("register", "P001", "replace_code", None, "replace_code", {"create": 1, "delete": 1}),
    ],
)
def test_a_press_is_a_plan_of_one_branch_and_looking_writes_nothing(  # noqa: PLR0917
    at, home, served, where, id_, name, fill, press, expected
):
    before, writes = wanted(home), len(served.world.shelf.pos)
    for _ in range(2):  # two tabs: one job
        test = act(page(at, home, served, where, id=id_), name)
        if name == "close":
            test.radio(key="close_how").set_value("for_good").run()
        if fill:
            field = next(each for each in (*test.text_input, *test.text_area) if each.key == fill[0])
            field.set_value(fill[1])
        test.button(key=press).click().run()
        assert not test.error, [each.value for each in test.error]
        assert not test.exception
    job = asked(home)
    assert counts(planned(home, job)) == expected
    assert wanted(home) == before, "looking changes nothing in the list"
    assert len(served.world.shelf.pos) == writes, "and nothing in the account"
    assert job.arguments["about"] == f"{where}:{id_}"


def number(test, name: str):
    """The field a number is typed into."""
    return next(each for each in test.number_input if each.key.startswith(name))


def test_what_closes_needs_its_numbers_typed(at, home, served):
    away = {"branches": {"S000": {"closed": True}}, "registers": {"P000": {"closed": True}, "P003": {"closed": True}}}
    job = submit(home, "plan", "close", only="store:S000", edits=away, close=["store:S000"])
    made = planned(home, job)
    assert made.confirm_changes == 3
    assert made.confirm_stickers == 1
    test = page(at, home, served, "changes", plan=job.id)
    assert test.button(key="apply").disabled
    told = " ".join(each.value for each in test.markdown).replace("\\", "")
    assert re.search(r"Caja 0\*\* · P000: Se cierra para siempre\. Sin cobros", told), "told before anything is typed"
    number(test, "confirm_changes").set_value(2)
    number(test, "confirm_stickers").set_value(1)
    test.run()
    assert test.button(key="apply").disabled, "a wrong number is no confirmation"
    number(test, "confirm_changes").set_value(3)
    test.run()
    assert not test.button(key="apply").disabled
    test.button(key="apply").click().run()
    apply = asked(home, "apply")
    assert (apply.arguments["confirm_changes"], apply.arguments["confirm_stickers"]) == (3, 1)
    assert apply.arguments["edits"] == away
    assert not wanted(home).branches[0].closed, "the list is written by the run, not by the page"


def test_another_code_is_another_register_and_is_printed_anew(at, home, served):
    test = act(page(at, home, served, "register", id="P002"), "replace_code")
    test.button(key="replace_code").click().run()
    job = asked(home)
    made = planned(home, job)
    numbers = {"confirm_changes": made.confirm_changes, "confirm_stickers": made.confirm_stickers}
    run = submit(home, "apply", made.hash, plan=made.hash, edits=job.arguments["edits"], **numbers)
    done(home, run)
    heir = next(name for name in job.arguments["edits"]["registers"] if name != "P002")
    known = ledger.known(home.bench.store, home.account.id, seal=str)
    assert ("pos", "P002") not in known
    assert ("pos", heir) in known
    now = {each.external_id: each for each in wanted(home).registers}
    assert now["P002"].closed
    assert now[heir].name == now["P002"].name
    test = page(at, home, served, "changes", apply=run.id)
    assert any("Listo" in each.value for each in test.success)
    test = page(at, home, served, "register", id="P002")
    assert test.button_group(key="act").options, "what was closed can be opened again"


def test_printed_again_the_new_signs_take_the_place_of_those_there_are(at, home, served):
    test = page(at, home, served, "signs", registers="P000,P001", sign="sticker-70x100")
    assert "En lugar del cartel" in test.checkbox(key="signs_instead").label  # the one that P000 has
    test.button(key="print").click().run()
    assert asked(home, "kit").arguments["instead"] is True
    nothing = page(at, home, served, "signs", registers="P001", sign="sticker-70x100")
    assert not [each for each in nothing.checkbox if each.key == "signs_instead"], "nothing to replace"


def test_closed_for_a_while_is_a_note_in_the_list_and_no_plan(at, home, served):
    test = act(page(at, home, served, "branch", id="S002"), "close")
    test.button(key="close_until").click().run()
    job = asked(home, "amend")
    assert not [each for each in live(home.bench.store) if each.kind == "plan"]
    done(home, job)
    branch = next(each for each in wanted(home).branches if each.external_id == "S002")
    assert branch.closed_until > CLOCK.now().date().isoformat()
    assert not branch.closed
    test = page(at, home, served, "branch", id="S002")
    assert any("abre de nuevo" in each.value for each in test.markdown)


def test_a_register_that_is_off_for_a_while_is_a_note_too_and_no_alarm(at, home, served):
    test = act(page(at, home, served, "register", id="P001"), "close")  # a till that is broken
    test.button(key="close_until").click().run()
    assert not [each for each in live(home.bench.store) if each.kind == "plan"]
    done(home, asked(home, "amend"))
    till = next(each for each in wanted(home).registers if each.external_id == "P001")
    assert till.closed_until > CLOCK.now().date().isoformat()
    assert not till.closed
    test = page(at, home, served, "register", id="P001")
    assert any("vende de nuevo" in each.value for each in test.markdown)
    standing, today = standing_of(home.bench.store, home.account.id), CLOCK.now().date()
    store, pos = home.id_of("store", "S001"), home.id_of("pos", "P001")
    assert standing.resting(store, pos, today), "no alarm says that it sells nothing"
    assert not standing.resting(store, home.id_of("pos", "P000"), today)
    assert not standing.resting(store, pos, today + timedelta(days=9))


def other_account(home: House, served: Served) -> Account:
    served.world.sellers[OTHER] = sandbox_seller()
    seller = home.bench.connect(SecretStr(OTHER)).seller()
    from mpkit import accounts

    accounts.pin(home.bench.store, seller, served.url, clock=CLOCK)
    accounts.set_amount(home.bench.store, seller.id, Amount.BUYER)
    tokens.keep(home.folder, seller.id, SecretStr(OTHER))
    return seller


def sandbox_seller():
    from mpkit.sandbox.seller import seller

    return seller("MLA", 8, OTHER, "987654321")


def test_a_branch_goes_to_another_account_and_the_old_codes_are_watched(at, home, served):
    there = other_account(home, served)
    try:
        test = act(seen_by(page(at, home, served, "branch", id="S001"), home.account.id), "hand_over")
        test.button(key="hand_over").click().run()
        job = asked(home)
        assert job.account == there.id
        made = planned(home, job)
        assert counts(made) == {"create": 3}
        test = seen_by(page(at, home, served, "changes", plan=job.id), there.id)
        test.button(key="apply").click().run()
        done(home, asked(home, "apply"))
        done(home, asked(home, "amend"))
        old = next(each for each in wanted(home).branches if each.external_id == "S001")
        assert old.handed_to == there.id
        new = branches.wanted(home.bench.store, there.id)
        assert [each.external_id for each in new.branches] == ["S001"]
        codes = [
            {one.qr_payload for one in ledger.of_registers(home.bench.store, account, seal=str)}
            for account in (home.account.id, there.id)
        ]
        assert not codes[0] & codes[1], "codes of its own"
        test = seen_by(page(at, home, served, "branch", id="S001"), home.account.id)
        said = " ".join(texts(test)).replace("\\", "")
        assert "Creadas allá: 2 de 2" in said
        assert "Con cartel nuevo impreso: 0 de 2" in said
        assert not [each for each in test.button if each.key == "hand_close"], "not before they have been silent"
        (sync,) = [each for each in live(home.bench.store) if each.kind == "sync"]
        assert sync.account == home.account.id, "who pays at the old codes is asked for by looking"
        _handed_long_ago(home)
        test = seen_by(page(at, home, served, "branch", id="S001"), home.account.id)
        assert not [each for each in test.button if each.key == "hand_close"], "not while nobody knows who paid since"
        done(home, sync)
        test = seen_by(page(at, home, served, "branch", id="S001"), home.account.id)
        test.button(key="hand_close").click().run()
        assert counts(planned(home, asked(home))) == {"delete": 3}
    finally:
        from mpkit.accounts.rows import accounts as known

        with home.bench.store.begin() as connection:
            connection.execute(known.delete().where(known.c.account == there.id))


def _handed_long_ago(home: House) -> None:
    edits = {"branches": {"S001": {"handed_at": (CLOCK.now().date() - timedelta(days=9)).isoformat()}}}
    branches.amend(home.bench.store, home.account.id, edits, origin=Origin("screen"), clock=CLOCK)


def test_a_wave_is_asked_for_as_it_was_chosen(at, home, served):
    test = page(at, home, served, "changes")
    test.button_group(key="wave").set_value("region").run()
    assert test.button(key="compare").disabled, "nothing chosen yet"
    test.multiselect(key="wave_regions").set_value(["Norte"]).run()
    test.button(key="compare").click().run()
    assert asked(home).arguments["only"] == "region=Norte"


def test_undo_of_a_run_leads_to_what_it_would_remove(at, home, served):
    first = jobs.page(home.bench.store, home.account.id, kinds=["apply"], most=50)[1][-1]
    test = page(at, home, served, "changes", apply=first.id)
    assert any("3 sucursales y 6 cajas" in each.value for each in test.success)
    test.button(key="undo").click().run()
    job = asked(home)
    assert job.arguments["undo"] == first.key.partition("#")[0]
    left = planned(home, job)
    assert "P000" not in {each.external_id for each in left.work}, "a printed sign hangs for it"
    assert all(each.kind == "delete" for each in left.work)


def test_a_dead_worker_shows(at, home, served):
    job = submit(home, "apply", "sha256:dead")
    with home.bench.store.begin() as connection:
        long_ago = CLOCK.now() - timedelta(minutes=5)
        values = {"state": "running", "started": long_ago, "heartbeat": long_ago, "worker": "elsewhere:1:x"}
        connection.execute(table.update().where(table.c.id == job.id).values(values))
    said = " ".join(texts(page(at, home, served, "history")))
    assert "Sin respuesta" in said
    assert "quedó sin quien lo haga" in said
    assert "dejó de responder" in " ".join(texts(page(at, home, served, "changes", apply=job.id)))


def test_pause_then_go_on_then_give_up(at, home, served):
    edits = {"branches": {"S002": {"name": "Pausada"}}}
    plan = submit(home, "plan", "pause", only="store:S002", edits=edits)
    made = planned(home, plan)
    test = page(at, home, served, "changes", plan=plan.id)
    test.button(key="apply").click().run()
    job = asked(home, "apply")
    with home.bench.store.begin() as connection:  # begun a while ago: the press is no second click any more
        early = CLOCK.now() - timedelta(seconds=9)
        connection.execute(table.update().where(table.c.id == job.id).values(created=early))
    test = page(at, home, served, "changes", apply=job.id)
    test.button(key="pause").click().run()
    paused = jobs.find(home.bench.store, job.id)
    assert paused.state == "paused"
    test = page(at, home, served, "changes", apply=job.id)
    assert any("En pausa" in each.value for each in test.info)
    test.button(key="go_on").click().run()
    again = asked(home, "apply")
    assert again.id != job.id
    assert again.arguments == job.arguments
    jobs.request_cancel(home.bench.store, again.id, clock=CLOCK)
    test = page(at, home, served, "changes", apply=again.id)
    test.button(key="cancel").click().run()
    assert ledger.given_up(home.bench.store, home.account.id, made.hash)
    assert any("Cancelado" in each.value for each in page(at, home, served, "changes", apply=again.id).warning)


def test_twenty_thousand_changes_go_to_the_browser_a_page_at_a_time(at, home, served):
    change = Change("create", "pos", "P", "Caja", "plan_why_new", after={"name": "Caja", "store": "S000"})
    rows = tuple(replace(change, external_id=f"P{n:05d}") for n in range(20_000))
    made = Plan(home.account.id, "MLA", True, Amount.BUYER, rows, 0, "x", {})  # noqa: FBT003
    ledger.keep_plan(home.bench.store, home.account.id, made.hash, made.document(), who="", at=CLOCK.now())
    job = submit(home, "plan", "many")
    with home.bench.store.begin() as connection:
        values = {"state": "done", "result": {"plan": made.hash}, "ended": CLOCK.now()}
        connection.execute(table.update().where(table.c.id == job.id).values(values))
    test = page(at, home, served, "changes", plan=job.id)
    assert not test.exception
    assert [len(each.value) for each in test.dataframe] == [50]
    assert re.search(r"20\\?\.000", test.button(key="apply").label)


def test_what_the_panel_made_is_taken_over_by_a_press_that_only_looks(at, home, served):
    new = branch(8, external_id="S008", name="Sucursal 8")
    home.want(Listed((new,), (register(88, of=8, name="Caja 88", amount=Amount.TILL),)))
    place = new.location
    spot = {"latitude": place.latitude, "longitude": place.longitude, "state": place.state, "city": place.city}
    store = home.press("create_store", name="Sucursal 8", street_name="San Martín", street_number="108", **spot)
    home.press("create_pos", name="Caja 1", store_id=store)
    look = submit(home, "adopt", "screen:look", match="")
    done(home, look)
    before = wanted(home)
    test = page(at, home, served, "adopt", adopt=look.id)
    assert "mismo nombre" in " ".join(texts(test))
    test.button(key="adopt_all").click().run()
    job = asked(home, "adopt")
    made = planned(home, job)
    assert counts(made) == {"adopt": 2}
    assert wanted(home) == before
    test = page(at, home, served, "changes", adopt=job.id)
    assert test.button(key="apply").disabled, "what buyers see changes: asked for by itself"
    next(each for each in test.checkbox if str(each.key).startswith("switch_")).check().run()
    test.button(key="apply").click().run()
    apply = asked(home, "apply")
    assert apply.arguments["confirm_switches"] == 1
    done(home, apply)
    known = ledger.known(home.bench.store, home.account.id, seal=str)
    assert known["store", "S008"].remote_id == store
    look = submit(home, "adopt", "screen:look", match="")
    done(home, look)
    test = page(at, home, served, "adopt", adopt=look.id)
    assert any("nada hecho en el panel" in each.value for each in test.success)


def test_each_difference_has_two_presses(at, home, served):
    store = home.id_of("store", "S002")
    home.press("edit_store", id=store, name="Local del centro")
    look = submit(home, "drift", "screen")
    done(home, look)
    assert "una diferencia" in " ".join(texts(page(at, home, served, ""))).lower(), "an alarm on Hoy"
    assert "algo distinto" in " ".join(texts(page(at, home, served, "branch", id="S002")))
    test = page(at, home, served, "drift", drift=look.id)
    assert "Local del centro" in str(test.table[0].value)
    test.button(key=f"back_store:{store}").click().run()
    back = asked(home, "put_back")
    assert counts(planned(home, back)) == {"update": 1}
    test = page(at, home, served, "drift", drift=look.id)
    test.button(key=f"accept_store:{store}").click().run()
    accept = asked(home, "accept")
    done(home, accept)
    assert next(each for each in wanted(home).branches if each.external_id == "S002").name == "Local del centro"
    test = page(at, home, served, "drift", drift=look.id, accept=accept.id)
    assert any("aceptada" in each.value for each in test.success)
    again = asked(home, "drift")
    assert again.id != look.id, "what is settled is looked at once more"


def test_without_the_key_it_is_said_which_one_is_missing_and_nothing_is_printed(at, home, served):
    file = keys.file(home.folder)
    id_ = keys.first(home.folder).id
    kept = file.rename(file.with_name("kept.key"))
    try:
        branch = page(at, home, served, "branch", id="S000")
        assert [f"clave {id_}, que falta" in each.value for each in branch.error] == [True]
        assert "Caja" in " ".join(texts(branch)), "what is only looked at stays"
        till = page(at, home, served, "register", id="P000")
        assert [f"clave {id_}, que falta" in each.value for each in till.error] == [True], "said once"
        assert "P000" in str(till.table[0].value), "what is only looked at stays"
        signs = page(at, home, served, "signs")
        assert [f"clave {id_}" in each.value for each in signs.error] == [True]
        assert not [each for each in signs.button if each.key == "print"]
        assert not file.exists()
    finally:
        kept.rename(file)
    assert not page(at, home, served, "signs").error
