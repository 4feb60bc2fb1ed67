"""Stores: created, found, changed and refused as the contract says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpkit.sites import SITES
from tests.sandbox.asking import STORE, Asking, ask, in_location


def test_a_store_is_created_read_found_and_counted_once() -> None:
    it = ask()
    made = it.create_store()
    assert made.status == 201
    assert made.body["external_id"] == "SUC001"
    assert isinstance(made.body["id"], str)
    assert "date_created" in made.body
    assert "date_creation" not in made.body
    read = it("GET", f"/stores/{made.body['id']}").body
    assert read["date_creation"] == made.body["date_created"]
    assert "date_created" not in read
    found = it("GET", f"/users/{it.user}/stores/search?external_id=SUC001").body
    assert found["paging"] == {"total": 1, "offset": 0, "limit": 0}
    assert found["results"] == [read]
    assert it.requests()["effects"] == {"create store": 1}


def test_the_answer_folds_street_city_and_state_into_one_line() -> None:
    place = ask().create_store().body["location"]
    assert place["address_line"] == "Caseros 3039, Rosario, Santa Fe, Argentina"
    assert place["state_id"] == "AR-S"
    assert place["id"].startswith("AR-S-")
    assert not {"street_name", "street_number", "city_name", "state_name"} & set(place)


def test_a_search_without_filter_is_an_empty_page_with_one_a_404() -> None:
    it = ask()
    assert it("GET", f"/users/{it.user}/stores/search").body["results"] == []
    missing = it("GET", f"/users/{it.user}/stores/search?external_id=NOWHERE")
    assert (missing.status, missing.body["error"]) == (404, "store_not_found")
    odd = it("GET", f"/users/{it.user}/stores/search?external_id=A-1")
    assert (odd.status, odd.body["error"]) == (400, "invalid_external_id")


def test_pages_advance_by_rows_and_are_thirty_long() -> None:
    it = ask()
    for n in range(65):
        assert it.create_store(external_id=f"S{n:03d}").status == 201
    seen: list[str] = []
    while page := it("GET", f"/users/{it.user}/stores/search?offset={len(seen)}").body["results"]:
        assert len(page) <= 30
        seen += [row["external_id"] for row in page]
    assert sorted(seen) == [f"S{n:03d}" for n in range(65)]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"colour": "red"}, "unknown_field"),
    ({"name": 7}, "invalid_name"),
    ({"name": "  "}, "invalid_name"),
    ({"business_hours": []}, "invalid_business_hours"),
    ({"business_hours": {"monday": {"open": "09:00"}}}, "invalid_day"),
    ({"business_hours": {"lunes": []}}, "invalid_day"),
    ({"business_hours": {"monday": [{"open": "9:00", "close": "18:00"}]}}, "invalid_day"),
    ({"business_hours": {"monday": [{"open": "01:00", "close": "02:00"}] * 5}}, "validation_error"),
    ({"external_id": 12}, "invalid_external_id"),
    ({"external_id": "A" * 61}, "bad_request"),
    ({"location": "here"}, "invalid_location"),
    (in_location(planet="earth"), "unknown_field"),
    (in_location(street_number=3039), "invalid_street_number"),
    (in_location(city_name=None), "invalid_city_name"),
    (in_location(latitude="-32.9"), "invalid_latitude"),
    (in_location(longitude=True), "invalid_longitude"),
    (in_location(latitude=40.4, longitude=-3.7), "bad_request"),
    (in_location(state_name="santa fe"), "validation_error"),
    (in_location(city_name="ROSARIO"), "validation_error"),
]


@pytest.mark.parametrize(("changed", "code"), WRONG, ids=lambda value: str(value)[:50])
def test_what_is_wrong_is_refused_with_its_code(changed: dict[str, Any], code: str) -> None:
    it = ask()
    refused = it.create_store(**changed)
    assert (refused.status, refused.body["error"]) == (400, code)
    assert it.state()["stores"] == []


def test_what_is_missing_is_refused() -> None:
    it = ask()
    assert it("POST", f"/users/{it.user}/stores", {"name": "x"}).body["error"] == "invalid_location"
    assert it("POST", f"/users/{it.user}/stores", [1]).body["error"] == "bad_request"
    assert it("POST", f"/users/{it.user}/stores", b"{not json").body["error"] == "bad_request"


def test_the_checks_come_in_the_order_of_the_contract() -> None:
    it = ask()
    # types before the box, the box before the state, the state before the city, the city before the hours
    ladder = [
        ({"street_number": 1, "latitude": 40.0, "state_name": "?", "city_name": "?"}, "location.street_number"),
        ({"latitude": 40.0, "state_name": "?", "city_name": "?"}, "coordinates"),
        ({"state_name": "?", "city_name": "?"}, "location.state_name"),
        ({"city_name": "?"}, "location.city_name"),
        ({}, "Opening Hours"),
    ]
    hours = {"monday": [{"open": "01:00", "close": "02:00"}] * 5}
    for wrong, named in ladder:
        refused = it.create_store(**in_location(**wrong), business_hours=hours)
        assert named in refused.body["message"]


def test_the_refusal_of_a_city_lists_the_valid_ones_of_its_state() -> None:
    it = ask()
    refused = it.create_store(**in_location(city_name="Rosarío")).body
    assert refused["message"] == "location.city_name was invalid."
    listed = refused["causes"][0]["description"].partition("Valid values are: ")[2].split(", ")
    assert listed == list(it.world.places.cities("Santa Fe"))


def test_an_external_id_is_taken_once_also_for_its_own_store() -> None:
    it = ask()
    made = it.create_store().body
    twice = it.create_store()
    assert (twice.status, twice.body["error"]) == (400, "validation_error")
    assert twice.body["message"] == "external id 'SUC001' is already assigned to this user"
    own = it("PUT", f"/users/{it.user}/stores/{made['id']}", {"external_id": "SUC001"})
    assert own.status == 400
    assert it.requests()["effects"] == {"create store": 1}


def test_an_update_is_partial_and_shows_both_dates() -> None:
    it = ask()
    made = it.create_store().body
    changed = it("PUT", f"/users/{it.user}/stores/{made['id']}", {"name": "Otro", "external_id": "SUC002"})
    assert changed.status == 200
    assert changed.body["name"] == "Otro"
    assert changed.body["location"] == made["location"]
    assert {"date_created", "date_creation"} <= set(changed.body)
    assert it("GET", f"/users/{it.user}/stores/search?external_id=SUC001").status == 404
    assert it("GET", f"/users/{it.user}/stores/search?external_id=SUC002").status == 200
    assert it.create_store().status == 201  # SUC001 is free again
    assert it.create_store(external_id="SUC002").status == 400


def test_a_deleted_store_leaves_its_pos_without_store() -> None:
    it = ask()
    store = it.create_store().body
    pos = it.create_pos(store_id=store["id"], external_id="SUC001C1").body
    gone = it("DELETE", f"/users/{it.user}/stores/{store['id']}")
    assert (gone.status, gone.body) == (200, {"store": int(store["id"]), "user": int(it.user)})
    assert it("GET", f"/pos/{pos['id']}").body["store_id"] is None
    assert it("DELETE", f"/users/{it.user}/stores/{store['id']}").body["error"] == "not_found"
    assert it.create_store().status == 201  # the external id is free again


def test_another_account_sees_and_changes_nothing() -> None:
    it = ask()
    store = it.create_store().body
    it("POST", "/_sandbox/accounts", {"token": "other", "user_id": "999"})
    assert it("GET", f"/stores/{store['id']}", token="other").body["error"] == "unauthorized_scopes"
    assert it("GET", f"/users/{it.user}/stores/search", token="other").status == 403
    gone = it("DELETE", f"/users/999/stores/{store['id']}", token="other")
    assert (gone.status, gone.body["error"]) == (401, "unauthorized_scopes")
    assert it("POST", "/users/999/stores", STORE, token="other").status == 201  # its own ids


@pytest.mark.parametrize("site", SITES)
def test_every_site_takes_the_names_its_own_catalogue_answers(site: str) -> None:
    it = ask(site=site)
    states = it("GET", f"/countries/{SITES[site].country}", token="").body["states"]
    named = next(s for s in states if len(it.world.places.cities(s["name"])) > 1)
    cities = it("GET", f"/states/{named['id']}", token="").body["cities"]
    city = next(c for c in cities if it.world.places.point(named["name"], c["name"]))
    latitude, longitude = it.world.places.point(named["name"], city["name"]) or (0, 0)
    where = in_location(state_name=named["name"], city_name=city["name"], latitude=latitude, longitude=longitude)
    made = it.create_store(**where)
    assert made.status == 201, made.body
    assert made.body["location"]["id"] == city["id"]
    assert it("GET", "/countries/XX", token="").status == 404


def test_answers_have_the_keys_of_the_recorded_ones(shared: Path) -> None:
    it = ask()
    recorded = json.loads((shared / "api/samples/store.create.response.live-mlb.json").read_text(encoding="utf-8"))
    made = it.create_store().body
    assert set(made) == set(recorded)
    assert set(made["location"]) == set(recorded["location"])
    search = json.loads((shared / "api/samples/store.search.response.live-mlb.json").read_text(encoding="utf-8"))
    found = it("GET", f"/users/{it.user}/stores/search?external_id=SUC001").body
    assert found["paging"] == search["paging"]
    assert set(found["results"][0]) == set(search["results"][0])


REFUSALS: list[tuple[str, Callable[[Asking], Any]]] = [
    ("store.create.error-400-coordinates", lambda it: it.create_store(**in_location(latitude=40.0, longitude=-3.0))),
    ("store.create.error-400-duplicate", lambda it: (it.create_store(), it.create_store())[1]),
    (
        "store.create.error-400-hours",
        lambda it: it.create_store(business_hours={"monday": [{"open": "01:00", "close": "02:00"}] * 5}),
    ),
    ("store.create.error-403", lambda it: it("POST", "/users/1/stores", STORE)),
    ("store.search.error-404", lambda it: it("GET", f"/users/{it.user}/stores/search?external_id=X")),
]


@pytest.mark.parametrize(("sample", "provoke"), REFUSALS, ids=[name for name, _ in REFUSALS])
def test_refusals_are_the_recorded_ones(shared: Path, sample: str, provoke: Callable[[Asking], Any]) -> None:
    recorded = json.loads((shared / f"api/samples/{sample}.json").read_text(encoding="utf-8"))
    heard = provoke(ask())
    assert (heard.status, heard.body) == (recorded["status"], recorded)


def test_a_whole_store_answer(golden: Callable[[str, str], None]) -> None:
    it = ask()
    made = it.create_store().body
    golden("sandbox/store.json", json.dumps(made, ensure_ascii=False, indent=1))
