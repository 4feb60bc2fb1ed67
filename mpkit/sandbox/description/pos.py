"""What is said about POS: both generations of calls over the same objects, and the pictures they link to."""

from __future__ import annotations

from collections.abc import Mapping

from mpkit.sandbox.description.kinds import (
    ANY_RECORD,
    COUNT,
    DIGITS,
    FLAG,
    LETTERS_AND_DIGITS,
    MINUS_FOUR,
    PAGED,
    SAID,
    TEXT,
    WHOLE,
    ZULU,
)
from mpkit.sandbox.description.operations import Operation, Operations, Shape
from mpkit.sandbox.description.shapes import either, maybe, one_of, page, record, ref

_MODE = one_of("pdv", "unattended", "self_service", "standalone")
_UUID: Shape = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_LINKS = {"image": TEXT, "template_document": TEXT, "template_image": TEXT}
_POS = {
    "id": WHOLE,
    "user_id": WHOLE,
    "name": TEXT,
    "fixed_amount": FLAG,
    "store_id": maybe(TEXT),
    "external_store_id": maybe(TEXT),
    "external_id": maybe(TEXT),
    "status": one_of("active"),
}
_SOMETIMES = {"category": WHOLE, "url": TEXT}
_WHOLE_POS = {**_POS, "site": TEXT, "qr_code": TEXT, "uuid": _UUID}
_QR = record(_LINKS)
_AT = {"date_created": ZULU, "date_last_updated": ZULU}
_FIELDS = {
    "fixed_amount": FLAG,
    "store_id": maybe(either(COUNT, DIGITS)),
    "external_store_id": maybe(TEXT),
    "external_id": maybe({**LETTERS_AND_DIGITS, "maxLength": 39}),
    "category": maybe(WHOLE),
    "url": maybe({**TEXT, "maxLength": 299, "format": "uri"}),
}
_NAME: Shape = {**SAID, "maxLength": 44}
_V2_FIELDS = {
    "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]([A-Za-z0-9_ -]{0,43}[A-Za-z0-9_-])?$"},
    "store_id": maybe({**DIGITS, "maxLength": 20}),
    "external_store_id": maybe(TEXT),
    "external_id": maybe({**LETTERS_AND_DIGITS, "maxLength": 40}),
    "config": record(
        {},
        perhaps={"qr": record({}, perhaps={"operating_mode": maybe(_MODE), "category": maybe(WHOLE)}, more=True)},
        more=True,
    ),
}

SHAPES: Mapping[str, Shape] = {
    "NewPos": record({"name": _NAME}, perhaps=_FIELDS),
    "ChangedPos": {**record({}, perhaps={"name": _NAME, **_FIELDS}), "minProperties": 1},
    "CreatedPos": record({**_WHOLE_POS, "qr": _QR, **_AT}, perhaps=_SOMETIMES),
    "UpdatedPos": record({**_WHOLE_POS, **_AT}, perhaps={**_SOMETIMES, "qr": _QR}),
    "PosRow": record({**_POS, "qr": _QR, "qr_code": TEXT, **_AT}, perhaps=_SOMETIMES),
    "Pos": record(
        {
            **_WHOLE_POS,
            "qr": _QR,
            "compatible_id": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
            "date_created": MINUS_FOUR,
            "date_last_updated": MINUS_FOUR,
        },
        perhaps=_SOMETIMES,
    ),
    "PosInBodyV2": record({}, perhaps=_V2_FIELDS, more=True),
    "PosV2": record(
        {
            **{name: _POS[name] for name in ("id", "name", "status", "user_id", "store_id")},
            **{name: _POS[name] for name in ("external_store_id", "external_id")},
            **_AT,
            "config": record({"qr": record({"operating_mode": _MODE}, perhaps={"category": WHOLE})}),
            "qr_response": record({"uuid": _UUID, **_LINKS, "qr_code": TEXT}),
        }
    ),
}

_V2_WRITES = (400, 404, 409, 424)

OPERATIONS: Operations = {
    "POST /pos": Operation({201: ref("CreatedPos")}, (400, 403, 409), body=ref("NewPos")),
    "GET /pos": Operation(
        {200: page(ref("PosRow"))},
        (400,),
        query={
            "external_id": {**LETTERS_AND_DIGITS, "maxLength": 39},
            "external_store_id": TEXT,
            "store_id": DIGITS,
            "category": COUNT,
            "offset": PAGED,
            "limit": PAGED,
        },
    ),
    "GET /pos/{id}": Operation({200: ref("Pos")}, (400, 404)),
    "PUT /pos/{id}": Operation({200: ref("UpdatedPos")}, (400, 403, 404, 409), body=ref("ChangedPos")),
    "DELETE /pos/{id}": Operation({204: None}, (400, 404)),
    "POST /v2/pos": Operation({201: ref("PosV2")}, _V2_WRITES, envelope="Newer", body=ref("PosInBodyV2"), key=True),
    "GET /v2/pos": Operation(
        {200: page(ref("PosV2"), "data")},
        (400,),
        envelope="Newer",
        query={"external_id": TEXT, "offset": PAGED, "limit": PAGED},
    ),
    "GET /v2/pos/{id}": Operation({200: ref("PosV2")}, (404,), envelope="Newer"),
    "PATCH /v2/pos/{id}": Operation(
        {200: ref("PosV2")}, _V2_WRITES, envelope="Newer", body=ref("PosInBodyV2"), key=True
    ),
    "DELETE /v2/pos/{id}": Operation({204: None, 200: ANY_RECORD}, (400, 404), envelope="Newer", key=True),
    "GET /instore/merchant/qr/{id}/{file}": Operation({200: "image/png application/pdf"}, (404,)),
}
