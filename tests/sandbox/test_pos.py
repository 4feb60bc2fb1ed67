"""POS: both generations over the same objects, their codes and their pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from mpkit import emv
from mpkit.sites import SITES
from tests.sandbox.asking import Asking, ask


def with_store(**options: Any) -> tuple[Asking, str]:
    it = ask(**options)
    return it, it.create_store().body["id"]


def test_a_pos_is_created_read_and_found() -> None:
    it, store = with_store()
    made = it.create_pos(store_id=store, external_id="SUC001C1", category=621102)
    assert made.status == 201
    assert made.body["fixed_amount"] is True
    assert (made.body["store_id"], made.body["external_store_id"]) == (store, "SUC001")
    assert isinstance(made.body["id"], int)
    assert len(made.body["uuid"]) == 64
    read = it("GET", f"/pos/{made.body['id']}").body
    assert read["qr_code"] == made.body["qr_code"]
    assert read["date_created"].endswith("-04:00")
    assert made.body["date_created"].endswith("Z")
    found = it("GET", "/pos?external_id=suc001c1").body
    assert found["paging"] == {"total": 1, "offset": 0, "limit": 0}
    assert "uuid" not in found["results"][0]
    assert found["results"][0]["qr_code"] == made.body["qr_code"]


def test_the_code_names_this_pos_and_sums_up() -> None:
    it, store = with_store()
    made = it.create_pos(store_id=store, external_id="C1").body
    code = emv.parse(made["qr_code"])
    assert code.crc_valid
    assert code.register_link == f"https://mpago.la/pos/{made['id']}"
    assert (code.country, code.currency_number, code.payee) == ("AR", "032", "ALMACENES LA AURORA SA")
    assert code.tax_id == it.world.seller.tax_id
    assert code.fields["60"] == "ROSARIO"
    assert not code.has_amount
    assert not code.is_order


@pytest.mark.parametrize("site", SITES)
def test_every_site_has_its_own_layout(site: str) -> None:
    it = ask(site=site, stores=1, registers=1)
    row = next(iter(it.world.shelf.pos.values()))
    code = emv.parse(row.qr_code)
    assert code.crc_valid
    assert code.country == SITES[site].country
    assert code.pix == (site == "MLB")
    assert ("50" in code.fields) == (site == "MLA")
    assert row.id in code.register_link
    assert len(code.fields["59"]) <= 25
    assert len(code.fields["60"]) <= 15
    assert len(row.qr_code) <= 260


def test_recorded_codes_are_built_again_from_their_parts(shared: Path) -> None:
    from mpkit.sandbox.payload import pos_payload

    for sample in json.loads((shared / "api/samples/qr.payloads.json").read_text(encoding="utf-8")):
        if sample["kind"] != "pos_static" or sample["site"] != "MLA" or not sample["crc_valid"]:
            continue
        code = emv.parse(sample["value"])
        built = pos_payload(
            SITES["MLA"],
            pos_id=code.register_link.rpartition("/")[2],
            uuid="",
            seller=code.payee,
            city=code.fields["60"],
            tax_id=code.inside("50")["00"],
        )
        assert built == sample["value"], sample["key"]


def test_long_codes_are_long_and_still_codes() -> None:
    it, store = with_store(long_payload=True)
    for n in range(3):
        made = it.create_pos(store_id=store, external_id=f"C{n}").body
        assert 490 <= len(made["qr_code"]) <= 512
        assert emv.parse(made["qr_code"]).crc_valid
        assert str(made["id"]) in emv.parse(made["qr_code"]).register_link


def test_the_linked_picture_carries_the_code() -> None:
    it, store = with_store()
    made = it.create_pos(store_id=store, external_id="C1").body
    path = made["qr"]["image"].removeprefix(it.world.url)
    picture = it("GET", path, token="")
    assert picture.headers["content-type"] == "image/png"
    (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture.body)))
    assert read.text == made["qr_code"]
    pdf = it("GET", made["qr"]["template_document"].removeprefix(it.world.url), token="").body
    assert pdf.startswith(b"%PDF")
    assert it("GET", path.replace(made["uuid"], "0" * 64), token="").status == 404


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"colour": 1}, 400, "unknown_field_exception"),
    ({"name": 7}, 400, "invalid_name"),
    ({"name": "x" * 45}, 400, "name_too_long"),
    ({"fixed_amount": "yes"}, 400, "invalid_fixed_amount"),
    ({"category": "food"}, 400, "invalid_category"),
    ({"category": 5812}, 400, "unknown_mcc"),
    ({"store_id": "abc"}, 400, "invalid_store_id"),
    ({"store_id": "1"}, 400, "inexistent_external_store_id"),
    ({"external_store_id": 5}, 400, "invalid_external_store_id"),
    ({"external_store_id": "NOPE"}, 400, "inexistent_external_store_id"),
    ({"external_id": "A-1"}, 400, "invalid_external_id"),
    ({"external_id": "A" * 40}, 400, "external_id_too_long"),
    ({"url": "nowhere"}, 400, "invalid_url"),
    ({"url": "https://x.example/" + "a" * 300}, 400, "url_too_long"),
    ({"url": "https://x.example/o", "fixed_amount": False}, 400, "fixed_amount_false"),
    ({"url": "https://x.example/o"}, 403, "forbidden"),
]


@pytest.mark.parametrize(("changed", "status", "code"), WRONG, ids=lambda value: str(value)[:40])
def test_what_is_wrong_is_refused_with_its_code(changed: dict[str, Any], status: int, code: str) -> None:
    it, store = with_store()
    base = {"external_id": "C1"} if "external_store_id" in changed else {"external_id": "C1", "store_id": store}
    refused = it.create_pos(**{**base, **changed})
    assert (refused.status, refused.body["error"]) == (status, code)
    assert it.state()["pos"] == []


def test_a_pos_needs_a_store_a_name_and_a_body() -> None:
    it, _ = with_store()
    assert it.create_pos(external_id="C1").body["error"] == "invalid_store_id"
    assert it("POST", "/pos").body["error"] == "missing_body"
    assert it("POST", "/pos", {"external_store_id": "SUC001"}).body["error"] == "invalid_name"


def test_two_ids_must_mean_one_store() -> None:
    it, store = with_store()
    it.create_store(external_id="SUC002")
    both = it.create_pos(store_id=store, external_store_id="SUC002", external_id="C1")
    assert both.body["error"] == "external_store_id_not_match"
    assert it.create_pos(store_id=int(store), external_store_id="SUC001", external_id="C1").status == 201


def test_a_second_pos_with_one_external_id_is_a_conflict() -> None:
    it, store = with_store()
    it.create_pos(store_id=store, external_id="C1")
    for again in ("C1", "c1"):
        refused = it.create_pos(store_id=store, external_id=again)
        assert (refused.status, refused.body["error"]) == (409, "point_of_sale_exists")
    assert it.requests()["effects"]["create pos"] == 1


def test_a_search_by_an_unknown_store_is_an_error_and_by_an_unknown_id_empty() -> None:
    it, store = with_store()
    it.create_pos(store_id=store, external_id="C1")
    assert it("GET", "/pos?external_store_id=NOPE").status == 400
    assert it("GET", "/pos?external_id=NOPE").body["results"] == []
    assert it("GET", f"/pos?store_id={store}&limit=50").body["paging"] == {"total": 1, "offset": 0, "limit": 50}
    assert it("GET", "/pos?external_store_id=SUC001").body["paging"]["total"] == 1


def test_a_panel_pos_is_adopted_with_its_sticker_and_never_renamed() -> None:
    it, store = with_store()
    id_ = it("POST", "/_sandbox/panel", {"action": "create_pos", "store_id": store}).body["id"]
    before = it("GET", f"/pos/{id_}").body
    assert before["external_id"] is None
    assert before["fixed_amount"] is False
    adopt = {"name": "Caja 1", "fixed_amount": True, "store_id": store, "external_id": "C9"}
    assert it("PUT", f"/pos/{id_}", adopt).status == 200
    after = it("GET", f"/pos/{id_}").body
    assert (after["external_id"], after["fixed_amount"], after["qr_code"]) == ("C9", True, before["qr_code"])
    assert it("PUT", f"/pos/{id_}", {"external_id": "C10"}).status == 400
    assert it("PUT", f"/pos/{id_}", {"external_id": "C9", "name": "Caja dos"}).status == 200


def test_a_deleted_pos_is_gone_and_a_new_one_has_a_new_code() -> None:
    it, store = with_store()
    first = it.create_pos(store_id=store, external_id="C1").body
    assert it("DELETE", f"/pos/{first['id']}").status == 204
    assert it("GET", f"/pos/{first['id']}").body["error"] == "not_found"
    second = it.create_pos(store_id=store, external_id="C1").body
    assert second["qr_code"] != first["qr_code"]


def test_the_second_generation_shows_the_same_objects() -> None:
    it, store = with_store()
    body = {"name": "POS-001", "store_id": store, "external_id": "C1", "config": {"qr": {"operating_mode": "pdv"}}}
    missing = it("POST", "/v2/pos", body)
    assert (missing.status, missing.body["errors"][0]["message"]) == (400, "Missing X-Idempotency-Key header")
    made = it("POST", "/v2/pos", body, X_Idempotency_Key="k1")
    assert made.status == 201
    assert it("POST", "/v2/pos", body, X_Idempotency_Key="k1").body == made.body
    other = it("POST", "/v2/pos", {**body, "name": "x"}, X_Idempotency_Key="k1")
    assert other.body["errors"][0]["code"] == "idempotency_key_already_used"
    taken = it("POST", "/v2/pos", body, X_Idempotency_Key="k2")
    assert (taken.status, taken.body["errors"][0]["code"]) == (409, "pos_already_exists")
    assert it.requests()["effects"]["create pos"] == 1
    assert it("GET", f"/pos/{made.body['id']}").body["fixed_amount"] is True
    assert it("GET", "/v2/pos?external_id=C1").body["data"] == [made.body]
    patched = it("PATCH", f"/v2/pos/{made.body['id']}", {"name": "POS-2"}, X_Idempotency_Key="k3")
    assert patched.body["name"] == "POS-2"
    assert it("DELETE", f"/v2/pos/{made.body['id']}", X_Idempotency_Key="k4").status == 204
    assert it("DELETE", f"/v2/pos/{made.body['id']}", X_Idempotency_Key="k4").status == 200
    assert it("GET", f"/v2/pos/{made.body['id']}").body["errors"][0]["code"] == "pos_not_found"


def test_the_second_generation_refuses_in_its_own_envelope() -> None:
    it, store = with_store()
    it("POST", "/_sandbox/accounts", {"token": "other", "user_id": "999"})
    cases: list[tuple[dict[str, Any], str, int, str]] = [
        ({"name": "a", "store_id": int(store)}, "", 400, "bad_request"),
        ({"name": "a", "store_id": store, "external_id": "a-b"}, "", 400, "bad_request"),
        ({"name": "a", "store_id": "1"}, "", 404, "store_not_found"),
        ({"name": "a"}, "", 400, "bad_request"),
        ({"name": " a", "store_id": store}, "", 400, "bad_request"),
        ({"name": "a", "store_id": store}, "other", 424, "internal_error_check_store_owner"),
        ({"name": "a", "store_id": store}, "nobody", 401, ""),
    ]
    for n, (body, token, status, code) in enumerate(cases):
        refused = it("POST", "/v2/pos", body, token=token or None, X_Idempotency_Key=f"k{n}")
        assert refused.status == status, body
        assert code == (refused.body["errors"][0]["code"] if code else "")


def test_answers_have_the_keys_of_the_recorded_ones(shared: Path) -> None:
    it, store = with_store()
    made = it.create_pos(store_id=store, external_id="C1", category=621102).body
    samples = shared / "api/samples"
    assert set(made) == set(json.loads((samples / "pos.create.response.live-mlb.json").read_text(encoding="utf-8")))
    read = json.loads((samples / "pos.get.response.json").read_text(encoding="utf-8"))
    assert set(read) <= set(it("GET", f"/pos/{made['id']}").body)
    panel = json.loads((samples / "pos.search.response.panel-created.json").read_text(encoding="utf-8"))["results"][0]
    it("POST", "/_sandbox/panel", {"action": "create_pos", "store_id": store})
    (row,) = (row for row in it("GET", "/pos").body["results"] if row["external_id"] is None)
    assert set(panel) - {"category"} <= set(row)
    assert (row["external_id"], row["fixed_amount"]) == (panel["external_id"], panel["fixed_amount"])
    second = json.loads((samples / "pos.v2.create.response.json").read_text(encoding="utf-8"))
    body = {"name": "P", "store_id": store, "external_id": "C2"}
    v2 = it("POST", "/v2/pos", body, X_Idempotency_Key="k").body
    assert set(second) <= set(v2)
    assert set(second["qr_response"]) == set(v2["qr_response"])


def test_refusals_are_the_recorded_ones(shared: Path) -> None:
    it, store = with_store()
    it.create_pos(store_id=store, external_id="C1")
    provoked = {
        "pos.create.error-400-external-id": it.create_pos(store_id=store, external_id="A 1"),
        "pos.create.error-400-store": it.create_pos(external_store_id="NOPE", external_id="C2"),
        "pos.create.error-400-unknown-mcc": it.create_pos(store_id=store, category=1),
        "pos.create.error-409": it.create_pos(store_id=store, external_id="C1"),
        "pos.create.error-403-url-host": it.create_pos(store_id=store, url="https://x.example/"),
        "pos.get.error-404": it("GET", "/pos/5"),
    }
    for sample, heard in provoked.items():
        recorded = json.loads((shared / f"api/samples/{sample}.json").read_text(encoding="utf-8"))
        assert (heard.status, heard.body) == (recorded["status"], recorded), sample


def test_a_whole_pos_answer(golden: Callable[[str, str], None]) -> None:
    it, store = with_store()
    made = it.create_pos(store_id=store, external_id="SUC001C1", category=621102).body
    golden("sandbox/pos.json", json.dumps(made, ensure_ascii=False, indent=1))


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("site", SITES)
def test_the_pictures_of_a_pos_are_real_on_every_site(site: str, long: bool) -> None:
    it = ask(site=site, stores=1, long_payload=long)
    store = it.state()["stores"][0]["id"]
    name = "Caja \u00f1and\u00fa \u20ac \u6536 \U0001f600 <b>1</b>"
    made = it.create_pos(store_id=store, external_id="P1", name=name).body
    links = {key: link.removeprefix(it.world.url) for key, link in made["qr"].items()}
    for key in ("image", "template_image"):
        (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(it("GET", links[key], token="").body)))
        assert read.text == made["qr_code"]
    page = pypdfium2.PdfDocument(it("GET", links["template_document"], token="").body)[0]
    (read,) = zxingcpp.read_barcodes(page.render(scale=4).to_pil())
    assert read.text == made["qr_code"]
    assert "<b>1</b>" in page.get_textpage().get_text_range()
    assert emv.parse(made["qr_code"]).crc_valid
    if long:
        assert 490 <= len(made["qr_code"]) <= 512
    it("DELETE", f"/pos/{made['id']}")
    assert {it("GET", link, token="").status for link in links.values()} == {404}
