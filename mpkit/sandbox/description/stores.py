"""What is said about the account, the catalogue of places and the stores."""

from __future__ import annotations

from collections.abc import Mapping

from mpkit.model import WEEK
from mpkit.sandbox.description.kinds import DIGITS, FLAG, LETTERS_AND_DIGITS, NUMBER, PAGED, SAID, TEXT, WHOLE, ZULU
from mpkit.sandbox.description.operations import Operation, Operations, Shape
from mpkit.sandbox.description.shapes import maybe, one_of, page, record, ref, rows

_CLOCK: Shape = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
_HOURS = record({}, perhaps=dict.fromkeys(WEEK, rows(record({"open": _CLOCK, "close": _CLOCK}), most=4)))
_STORE = {
    "id": DIGITS,
    "name": TEXT,
    "business_hours": _HOURS,
    "location": record(
        {
            "address_line": TEXT,
            "reference": TEXT,
            "latitude": NUMBER,
            "longitude": NUMBER,
            "id": TEXT,
            "type": one_of("city"),
            "city": TEXT,
            "state_id": TEXT,
        }
    ),
    "external_id": maybe(TEXT),
}
_LOCATION = record(
    {
        "street_name": TEXT,
        "street_number": TEXT,
        "city_name": TEXT,
        "state_name": TEXT,
        "latitude": NUMBER,
        "longitude": NUMBER,
    },
    perhaps={"reference": TEXT, "zip_code": TEXT},
)
_LAND = {"id": TEXT, "name": TEXT}

SHAPES: Mapping[str, Shape] = {
    "Account": record(
        {
            "id": WHOLE,
            "nickname": TEXT,
            "registration_date": TEXT,
            "first_name": TEXT,
            "last_name": TEXT,
            "gender": TEXT,
            "country_id": TEXT,
            "email": TEXT,
            "identification": record({"number": TEXT, "type": TEXT}),
            "address": record({"address": TEXT, "city": maybe(TEXT), "state": maybe(TEXT), "zip_code": TEXT}),
            "phone": record({"area_code": TEXT, "extension": TEXT, "number": TEXT, "verified": FLAG}),
            "user_type": TEXT,
            "tags": rows(TEXT),
            "logo": maybe(TEXT),
            "points": WHOLE,
            "site_id": TEXT,
            "permalink": TEXT,
            "seller_experience": TEXT,
            "status": record({"site_status": TEXT, "mercadopago_account_type": TEXT, "confirmed_email": FLAG}),
            "secure_email": TEXT,
            "company": record(
                {"brand_name": TEXT, "corporate_name": TEXT, "identification": TEXT, "soft_descriptor": TEXT}
            ),
            "context": record({}),
        }
    ),
    "Country": record({**_LAND, "locale": TEXT, "currency_id": TEXT, "states": rows(record(_LAND))}),
    "State": record({**_LAND, "country": record(_LAND), "cities": rows(record(_LAND))}),
    "NewStore": record(
        {"name": SAID, "location": _LOCATION},
        perhaps={"external_id": maybe({**TEXT, "maxLength": 60}), "business_hours": _HOURS},
    ),
    "ChangedStore": record(
        {},
        perhaps={
            "name": SAID,
            "location": _LOCATION,
            "external_id": maybe({**TEXT, "maxLength": 60}),
            "business_hours": _HOURS,
        },
    ),
    "CreatedStore": record({**_STORE, "date_created": ZULU}),
    "Store": record({**_STORE, "date_creation": ZULU}),
    "UpdatedStore": record({**_STORE, "date_creation": ZULU, "date_created": ZULU}),
}

OPERATIONS: Operations = {
    "GET /users/me": Operation({200: ref("Account")}, envelope="Family"),
    "GET /countries/{country}": Operation({200: ref("Country")}, (404,)),
    "GET /states/{id}": Operation({200: ref("State")}, (404,)),
    "POST /users/{user}/stores": Operation({201: ref("CreatedStore")}, (400, 403), body=ref("NewStore")),
    "GET /users/{user}/stores/search": Operation(
        {200: page(ref("Store"))},
        (400, 403, 404),
        query={"external_id": LETTERS_AND_DIGITS, "offset": PAGED, "limit": PAGED},
    ),
    "GET /stores/{id}": Operation({200: ref("Store")}, (400, 404)),
    "PUT /users/{user}/stores/{id}": Operation({200: ref("UpdatedStore")}, (400, 403, 404), body=ref("ChangedStore")),
    "DELETE /users/{user}/stores/{id}": Operation({200: record({"store": WHOLE, "user": WHOLE})}, (400, 403, 404)),
}
