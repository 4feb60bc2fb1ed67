"""A POS as sent is judged in the order of the contract's error table, or refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mpkit.sandbox.answers import Refusal, classic
from mpkit.sandbox.shelf import StoreRow
from mpkit.sandbox.store_checks import ALPHANUMERIC

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_FIELDS = {"name", "fixed_amount", "store_id", "external_store_id", "external_id", "category", "url"}
_NAME, _ID, _URL = 45, 40, 300


def judge(world: World, call: Call, *, new: bool) -> Mapping[str, Any]:
    """The body itself where it may become a POS; raises the refusal otherwise."""
    body = call.body
    if not body:
        raise classic(400, "missing_body", "The body is required")
    if not isinstance(body, dict):
        raise classic(400, "missing_body", "The body must be a JSON object")
    for field in body:
        if field not in _FIELDS:
            raise classic(400, "unknown_field_exception", f"The field {field.upper()} is unknown")
    if new or "name" in body:
        name(body.get("name"))
    if not isinstance(body.get("fixed_amount", False), bool):
        raise classic(400, "invalid_fixed_amount", "The FIXED_AMOUNT must be a boolean")
    if body.get("category") is not None:
        category(world, body["category"], new=new)
    if body.get("external_id") is not None:
        external_id(body["external_id"])
    _url(body, world.url_hosts)
    return body


def name(value: object) -> None:
    """A text of fewer than 45 characters."""
    if not isinstance(value, str) or not value.strip():
        raise classic(400, "invalid_name", "The NAME field must be a string")
    if len(value) >= _NAME:
        raise classic(400, "name_too_long", f"The NAME field must have fewer than {_NAME} characters")


def category(world: World, value: object, *, new: bool) -> None:
    """A number this site knows; the code of the refusal differs in an update."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise classic(400, "invalid_category", "The CATEGORY field must be numeric")
    if value not in {world.site.gastronomy, world.site.gas_station}:
        raise classic(400, _code("unknown_mcc", new=new), "The CATEGORY must be valid for the user's site.")


def external_id(value: object) -> None:
    """Letters and digits, fewer than 40."""
    if not isinstance(value, str) or not ALPHANUMERIC.fullmatch(value):
        text = "The EXTERNAL_ID field must be alphanumeric, only letters and numbers."
        raise classic(400, "invalid_external_id", f"{text} No spaces or hyphens, or special characters.")
    if len(value) >= _ID:
        raise classic(400, "external_id_too_long", f"The EXTERNAL_ID field must have fewer than {_ID} characters")


def store(world: World, call: Call, *, new: bool) -> StoreRow | None:
    """The store the body names; None where an update names none. An unknown one is refused, also a fresh one (lag)."""
    body: Mapping[str, Any] = call.body
    id_, external = body.get("store_id"), body.get("external_store_id")
    if id_ is not None and (isinstance(id_, bool) or not str(id_).isdecimal()):
        raise classic(400, _code("invalid_store_id", new=new), "The STORE_ID field must be numeric")
    if external is not None and not isinstance(external, str):
        raise classic(400, "invalid_external_store_id", "The EXTERNAL_STORE_ID field must be a string")
    if id_ is None and external is None:
        if new:
            raise classic(400, "invalid_store_id", "The STORE_ID or the EXTERNAL_STORE_ID field is required")
        return None
    by_id = world.shelf.stores.get(str(id_)) if id_ is not None else None
    if external is not None:
        found = world.shelf.store_by_external_id(call.seller.id, external)
        if found and id_ is not None and found.id != str(id_):
            raise classic(400, "external_store_id_not_match", "The EXTERNAL_STORE_ID is not that of the STORE_ID")
        by_id = found
    if by_id is None or by_id.user != call.seller.id or world.hidden(by_id.created, call) or world.lags(by_id.created):
        raise _inexistent()
    return by_id


def _code(code: str, *, new: bool) -> str:
    """Two of the codes begin otherwise in an update."""
    return code if new else f"pos_{code}"


def stores_of_search(world: World, call: Call) -> Iterator[str]:
    """The ids of the stores a search is limited to; an unknown external id is an error and not an empty page."""
    if "external_store_id" in call.query:
        found = world.shelf.store_by_external_id(call.seller.id, call.query["external_store_id"])
        if found is None:
            raise _inexistent()
        yield found.id
    if "store_id" in call.query:
        if not call.query["store_id"].isdecimal():
            raise classic(400, "invalid_store_id", "The STORE_ID field must be numeric")
        yield call.query["store_id"]


def _inexistent() -> Refusal:
    text = "The EXTERNAL_STORE_ID does not refer to any existing store."
    return classic(400, "inexistent_external_store_id", text)


def _url(body: Mapping[str, Any], hosts: Collection[str]) -> None:
    url = body.get("url")
    if url is None:
        return
    if not isinstance(url, str) or urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise classic(400, "invalid_url", "The URL field must be a valid URL")
    if len(url) >= _URL:
        raise classic(400, "url_too_long", f"The URL field must have fewer than {_URL} characters")
    if body.get("fixed_amount") is not True:
        text = "If the URL field is indicated, the FIXED_AMOUNT field must be true."
        raise classic(400, "fixed_amount_false", f"{text} We do not support the open amount modality in this case.")
    if urlsplit(url).hostname not in hosts:
        raise classic(403, "forbidden", "The host of the URL must be enabled by Mercado Pago")
