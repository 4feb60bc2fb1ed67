"""The accounts of the sandbox: a seed goes in, a test user with its answers to `GET /users/me` comes out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from mpkit.sites import SITES, Site

_NAMES = {"MLB": "Mercadinho Aurora Ltda", "MLM": "Abarrotes La Aurora SA de CV"}
_NAME = "Almacenes La Aurora SA"


@dataclass(frozen=True, slots=True)
class Seller:
    """One test account; every value is made up."""

    id: str
    token: str
    site: Site
    name: str
    tax_id: str

    @property
    def nickname(self) -> str:
        """As Mercado Pago names test users."""
        return f"TESTUSER{self.id}"

    def me(self) -> dict[str, Any]:
        """The answer to `GET /users/me`."""
        kind = {"MLA": "CUIT", "MLB": "CNPJ", "MLM": "RFC", "MLC": "RUT", "MCO": "NIT", "MPE": "RUC"}
        return {
            "id": int(self.id),
            "nickname": self.nickname,
            "registration_date": "2020-03-27T07:56:26.000-04:00",
            "first_name": "Test",
            "last_name": "Test",
            "gender": "",
            "country_id": self.site.country,
            "email": f"test_user_{self.id}@testuser.com",
            "identification": {"number": self.tax_id, "type": kind.get(self.site.id, "RUT")},
            "address": {"address": "Test Address 123", "city": None, "state": None, "zip_code": "1234"},
            "phone": {"area_code": "01", "extension": "", "number": "1111-1111", "verified": False},
            "user_type": "normal",
            "tags": ["normal", "test_user", "user_product_seller"],
            "logo": None,
            "points": 100,
            "site_id": self.site.id,
            "permalink": f"http://perfil.example.com/{self.nickname}",
            "seller_experience": "ADVANCED",
            "status": {"site_status": "active", "mercadopago_account_type": "personal", "confirmed_email": True},
            "secure_email": f"test.{self.id}@mail.example.com",
            "company": {
                "brand_name": self.name,
                "corporate_name": self.name,
                "identification": self.tax_id,
                "soft_descriptor": "LAAURORA",
            },
            "context": {},
        }


def seller(site_id: str, seed: int, token: str | None = None, user_id: str | None = None) -> Seller:
    """The account of a seed: the same seed and site, the same account."""
    drawn = int.from_bytes(hashlib.blake2b(f"{site_id}|{seed}".encode(), digest_size=8).digest())
    id_ = user_id or str(1_000_000_000 + drawn % 900_000_000)
    return Seller(
        id=id_,
        token=token or f"TEST-sandbox-{id_}",
        site=SITES[site_id],
        name=_NAMES.get(site_id, _NAME),
        tax_id=_tax_id(site_id, drawn),
    )


def _tax_id(site_id: str, drawn: int) -> str:
    """A number of the right length; in Argentina (it stands in the QR) with its right check digit."""
    if site_id != "MLA":
        return f"{drawn % 10**11:011d}"
    body = f"30{drawn % 10**8:08d}"
    rest = sum(int(d) * w for d, w in zip(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    return body + {0: "0", 1: "9"}.get(rest, str(11 - rest))
