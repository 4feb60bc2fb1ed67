"""Cases of POS, first generation of calls, and of their pictures (contract S 3, 5 and 9)."""

from __future__ import annotations

from dataclasses import replace

from mpkit import emv
from mpkit.api import answers
from tests.contract.stage import MISSING, REGISTER, Cases, Stage

case = Cases("POS, first generation")
CREATE, SEARCH, READ = "POST /pos", "GET /pos", "GET /pos/{id}"
UPDATE, DELETE = "PUT /pos/{id}", "DELETE /pos/{id}"
# a 404 may also mean that this generation of calls is gone: the client looks whether its list still answers
GONE = "404 not_found · causes → 200"
HOST = "https://till.example/next"


@case(CREATE, "a register becomes a POS that waits for an order, with the code to print", "S 3.4", "201", "Pos")
def created(on: Stage):
    def check(pos):
        assert (pos.external_id, pos.external_store_id, pos.fixed_amount) == ("SUC001CAJA01", "SUC001", True)
        assert emv.parse(pos.qr_code).crc_valid
        assert len(pos.uuid) == 64

    return on.registering(waits_for_order=True), check


@case(CREATE, "a category of the site", "S 3.3", "201", "Pos")
def category(on: Stage):
    return on.registering(category=621102), lambda pos: _is(pos.category, 621102)


def _is(found, wanted):
    assert found == wanted


def posted(on: Stage, **changed):
    """A body the client would not send."""
    store = on.account.store_by_external_id("SUC001") or on.store()
    body = {"name": "Caja 1", "fixed_amount": True, "store_id": store.id, "external_id": "SUC001CAJA01", **changed}
    return lambda: on.ask("POST", "/pos", {name: value for name, value in body.items() if value is not MISSING})


@case(CREATE, "the store named by its external id only", "S 3.2", "201", "document")
def by_external_store(on: Stage):
    return posted(on, store_id=MISSING, external_store_id="SUC001")


@case(CREATE, "the store's id as a number", "S 3.2", "201", "document")
def store_as_number(on: Stage):
    return posted(on, store_id=int(on.store().id))


@case(CREATE, "without an external id", "S 3.2", "201", "document")
def without_id(on: Stage):
    return posted(on, external_id=MISSING), lambda found: _is(found["external_id"], None)


@case(CREATE, "a polling address on an enabled host", "S 8", "201", "document", url_hosts=("till.example",))
def unattended(on: Stage):
    return posted(on, url=HOST), lambda found: _is(found["url"], HOST)


def refused(situation: str, code: str, makes: str = "RefusedByApi", status: int = 400, **changed):
    case(CREATE, situation, "S 3.8", f"{status} {code} · causes", makes)(lambda on: posted(on, **changed))


@case(CREATE, "no body", "S 3.8", "400 missing_body · causes", "RefusedByApi")
def no_body(on: Stage):
    return lambda: on.ask("POST", "/pos")


refused("an unknown property", "unknown_field_exception", colour="red")
refused("a name that is no text", "invalid_name", name=5)
refused("a name of 45 characters", "name_too_long", name="C" * 45)
refused("`fixed_amount` that is no boolean", "invalid_fixed_amount", fixed_amount="true")
refused("a category that is no number", "invalid_category", category="621102")
refused("a category of another site", "unknown_mcc", category=5812)
refused("a store id that is no number", "invalid_store_id", store_id="SUC001")
refused("no store at all", "invalid_store_id", store_id=MISSING)
refused("an external store id that is no text", "invalid_external_store_id", external_store_id=5)
refused("a store nobody has", "inexistent_external_store_id", "NotFound", store_id=99)
refused("an external store id nobody has", "inexistent_external_store_id", "NotFound", external_store_id="SUC9")
refused("an external id with a hyphen", "invalid_external_id", external_id="SUC-1")
refused("an external id of 40 characters", "external_id_too_long", external_id="A" * 40)
refused("an address that is none", "invalid_url", url="till")
refused("an address of 300 characters", "url_too_long", url=f"{HOST}/{'a' * 300}")
refused("an address without `fixed_amount`", "fixed_amount_false", url=HOST, fixed_amount=False)
refused("an address on a host that is not enabled", "forbidden", "Unauthorised", 403, url=HOST)


@case(
    CREATE,
    "both names of the store, of two stores",
    "S 3.8",
    "400 external_store_id_not_match · causes",
    "RefusedByApi",
)
def two_stores(on: Stage):
    second = on.store(external_id="SUC002")
    return posted(on, store_id=second.id, external_store_id="SUC001")


@case(CREATE, "another seller's store", "S 3.2", "400 inexistent_external_store_id · causes", "NotFound")
def foreign_store(on: Stage):
    store, stranger = on.store(), on.client(on.stranger())
    return lambda: stranger.create_pos(REGISTER, store_id=store.id, waits_for_order=False)


@case(
    CREATE, "a store made this second, not seen yet", "S 2.10", "400 inexistent_external_store_id · causes", "NotFound"
)
def lag(on: Stage):
    store = on.store()
    on.control("faults", {"stale-read": 1})
    return lambda: on.account.create_pos(REGISTER, store_id=store.id, waits_for_order=False)


@case(CREATE, "the external id is taken", "S 3.8", "409 point_of_sale_exists · causes", "Conflict")
def taken(on: Stage):
    on.register()
    return on.registering()


@case(CREATE, "the external id is taken, in other capitals", "S 3.2", "409 point_of_sale_exists · causes", "Conflict")
def taken_capitals(on: Stage):
    on.register()
    return on.registering(external_id="suc001caja01")


@case(SEARCH, "an account without POS", "S 3.5", "200", "an empty list")
def none_yet(on: Stage):
    return lambda: list(on.account.pos_list())


@case(
    SEARCH,
    "more POS than a page holds; ids are numbers, `external_id` may be null",
    "S 3.4",
    "200",
    "list of Pos",
    stores=20,
    registers=130,
)
def every(on: Stage):
    def check(found):
        assert len({pos.id for pos in found}) == 130
        panel = [pos for pos in found if pos.external_id is None]
        assert panel
        assert not any(pos.fixed_amount for pos in panel)

    return lambda: list(on.account.pos_list()), check


@case(SEARCH, "by external id", "S 3.5", "200", "Pos")
def by_id(on: Stage):
    on.register()
    return lambda: on.account.pos_by_external_id("SUC001CAJA01")


@case(SEARCH, "by an external id nobody has", "S 3.5", "200", "nothing")
def by_unknown(on: Stage):
    return lambda: on.account.pos_by_external_id("SUC001CAJA01")


def searched(on: Stage, **query):
    def call():
        found = on.account._calls.read("/pos", query, parse=lambda answer: answers.page(answer)["results"])
        return [answers.pos(row) for row in found]

    return call


@case(SEARCH, "by store, by external store id, by category", "S 3.5", "200", "list of Pos")
def by_store(on: Stage):
    pos = on.register(category=621102)
    on.register(external_id="SUC001CAJA02")
    query = {"store_id": pos.store_id, "external_store_id": "SUC001", "category": 621102}
    return searched(on, **query), lambda found: _is([each.id for each in found], [pos.id])


@case(
    SEARCH,
    "by an external store id nobody has: an error, no empty page",
    "S 3.5",
    "400 inexistent_external_store_id · causes",
    "NotFound",
)
def by_unknown_store(on: Stage):
    return searched(on, external_store_id="SUC001")


for name, value, code in (
    ("external_id", "SUC-1", "invalid_external_id"),
    ("store_id", "SUC001", "invalid_store_id"),
    ("limit", "many", "invalid_limit"),
    ("offset", "-1", "invalid_offset"),
):
    case(SEARCH, f"`{name}` of a wrong kind", "S 3.8", f"400 {code} · causes", "RefusedByApi")(
        lambda on, name=name, value=value: searched(on, **{name: value})
    )


@case(READ, "a POS; dates in -04:00, `compatible_id`", "S 3.4", "200", "Pos")
def read(on: Stage):
    pos = on.register()
    shown = pos.created.replace(microsecond=0)  # in a read, milliseconds are always .000
    return lambda: on.account.pos(pos.id), lambda found: _is((found.created, found.qr_code), (shown, pos.qr_code))


@case(READ, "a POS nobody has", "S 3.8", GONE, "NotFound")
def read_unknown(on: Stage):
    return lambda: on.account.pos("104000099")


@case(READ, "another seller's POS", "S 3.8", GONE, "NotFound")
def read_foreign(on: Stage):
    pos, stranger = on.register(), on.client(on.stranger())
    return lambda: stranger.pos(pos.id)


@case(READ, "an id that is no number", "S 3.8", "400 invalid_pos_id · causes", "RefusedByApi")
def read_text(on: Stage):
    return lambda: on.account.pos("CAJA1")


@case(UPDATE, "name and mode; the code stays", "S 3.6", "200", "Pos")
def updated(on: Stage):
    pos = on.register()
    changed = replace(REGISTER, name="Mostrador")

    def check(found):
        assert (found.name, found.fixed_amount, found.qr_code) == ("Mostrador", True, pos.qr_code)

    return lambda: on.account.update_pos(pos.id, changed, store_id=pos.store_id, waits_for_order=True), check


@case(UPDATE, "an answer without `qr`: the links are asked for again", "S 3.4", "200", "Pos")
def bare(on: Stage):
    pos = on.register()
    while int(pos.id) % 3:
        pos = on.register(external_id=f"CAJA{pos.id}")

    def check(found):
        assert found.qr_image is None
        assert on.account.pos(pos.id).qr_image

    return lambda: on.account.update_pos(pos.id, REGISTER, store_id=pos.store_id, waits_for_order=True), check


def by_panel(on: Stage):
    store = on.store()
    made = on.control("panel", {"action": "create_pos", "name": "Caja", "store_id": store.id})
    return store, on.account.pos(made["id"])


@case(UPDATE, "a POS made in the panel is given its external id; its code stays", "S 9", "200", "Pos")
def adopted(on: Stage):
    store, pos = by_panel(on)

    def check(found):
        assert (found.external_id, found.qr_code, found.fixed_amount) == ("SUC001CAJA01", pos.qr_code, True)

    return lambda: on.account.update_pos(
        pos.id, REGISTER, store_id=store.id, waits_for_order=True, external_id="SUC001CAJA01"
    ), check


@case(UPDATE, "a POS without a store is given one", "S 9", "200", "Pos")
def without_store(on: Stage):
    store, pos = by_panel(on)
    on.control("panel", {"action": "delete_store", "id": store.id})
    other = on.store(external_id="SUC002")
    return (
        lambda: on.account.update_pos(pos.id, REGISTER, store_id=other.id, waits_for_order=False),
        lambda found: _is(found.store_id, other.id),
    )


@case(UPDATE, "another external id than the one it has", "S 3.6", "400 bad_request · causes → 200", "RefusedByApi")
def renamed(on: Stage):
    pos = on.register()
    return lambda: on.account.update_pos(
        pos.id, REGISTER, store_id=pos.store_id, waits_for_order=False, external_id="CAJA2"
    )


@case(UPDATE, "an external id that another POS has", "S 3.8", "409 point_of_sale_exists · causes", "Conflict")
def adopted_taken(on: Stage):
    store, pos = by_panel(on)
    on.register()
    return lambda: on.account.update_pos(
        pos.id, REGISTER, store_id=store.id, waits_for_order=False, external_id="SUC001CAJA01"
    )


@case(UPDATE, "a category of another site", "S 3.8", "400 pos_unknown_mcc · causes", "RefusedByApi")
def update_mcc(on: Stage):
    pos = on.register()
    wrong = replace(REGISTER, category=5812)
    return lambda: on.account.update_pos(pos.id, wrong, store_id=pos.store_id, waits_for_order=False)


@case(UPDATE, "a store id that is no number", "S 3.8", "400 pos_invalid_store_id · causes", "RefusedByApi")
def update_store_id(on: Stage):
    pos = on.register()
    return lambda: on.account.update_pos(pos.id, REGISTER, store_id="SUC001", waits_for_order=False)


@case(UPDATE, "a POS nobody has", "S 3.8", GONE, "NotFound")
def update_gone(on: Stage):
    store = on.store()
    return lambda: on.account.update_pos("104000099", REGISTER, store_id=store.id, waits_for_order=False)


@case(DELETE, "a POS; no body comes back, its external id is free again", "S 3.7", "204", "nothing")
def deleted(on: Stage):
    pos = on.register()
    return lambda: on.account.delete_pos(pos.id), lambda _: on.register()


@case(DELETE, "a POS nobody has", "S 3.7", GONE, "NotFound")
def delete_gone(on: Stage):
    return lambda: on.account.delete_pos("104000099")


@case(DELETE, "an id that is no number", "S 3.8", "400 invalid_pos_id · causes", "RefusedByApi")
def delete_text(on: Stage):
    return lambda: on.account.delete_pos("CAJA1")


for status in (404, 405, 410):

    @case(
        CREATE,
        f"the path answers {status}: the account has moved to the second generation",
        "S 5",
        f"{status} {'not_found · cause' if status == 404 else 'text/html' if status == 405 else 'gone · causes'}"
        " → 200 → 201",
        "Pos",
    )
    def moved(on: Stage, status=status):
        call = on.registering()
        on.control("gone", {"/pos": status})
        return call, lambda _: _is(on.account.generation, "v2")


pictures = Cases("Pictures of a POS")
for name, part in (("image", "qr_image"), ("template_document", "template_document")):

    @pictures(
        "GET /instore/merchant/qr/{id}/{file}",
        f"`qr.{name}`, open to all",
        "S 3.4",
        f"200 {'image/png' if part == 'qr_image' else 'application/pdf'}",
        "the file",
    )
    def picture(on: Stage, part=part):
        link = getattr(on.register(), part)
        return lambda: on.ask("GET", link.removeprefix(on.served.url), token="")


CASES = [*case.all, *pictures.all]
