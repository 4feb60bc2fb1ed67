"""The seven Mercado Pago countries as data: one row each, nothing computed.

Sources: currencies, ISO numbers and decimals: Mercado Pago's in-person documentation and payment overlays; categories:
the POS reference; coordinate boxes: the outline of each country with its islands, ours; zones: ours (IANA).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of latitudes and longitudes in decimal degrees."""

    south: float
    north: float
    west: float
    east: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether the point lies inside or on the border."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


@dataclass(frozen=True, slots=True)
class Site:
    """What differs from country to country."""

    id: str
    country: str  # ISO 3166 alpha-2
    country_alpha3: str
    name: str  # in its own language
    currency: str
    currency_number: str  # ISO 4217 numeric, as the QR payload carries it
    decimals: int  # shown to people; stored are hundredths everywhere
    zone: str  # IANA zone of most branches; a branch may override it
    language: str  # "es" or "pt"
    locale: str  # Babel
    box: Box
    gastronomy: int  # POS category
    gas_station: int  # POS category
    refund_days: int
    any_wallet: bool  # may any wallet or bank app pay the fixed sign (documented for AR and, with Pix, BR)


SITES: dict[str, Site] = {
    site.id: site
    for site in (
        Site(
            id="MLA",
            country="AR",
            country_alpha3="ARG",
            name="Argentina",
            currency="ARS",
            currency_number="032",
            decimals=2,
            zone="America/Argentina/Buenos_Aires",
            language="es",
            locale="es_AR",
            box=Box(south=-55.2, north=-21.7, west=-73.7, east=-53.5),
            gastronomy=621102,
            gas_station=473000,
            refund_days=180,
            any_wallet=True,
        ),
        Site(
            id="MLB",
            country="BR",
            country_alpha3="BRA",
            name="Brasil",
            currency="BRL",
            currency_number="986",
            decimals=2,
            zone="America/Sao_Paulo",
            language="pt",
            locale="pt_BR",
            box=Box(south=-33.8, north=5.3, west=-74.0, east=-28.6),
            gastronomy=5611203,
            gas_station=4731300,
            refund_days=180,
            any_wallet=True,
        ),
        Site(
            id="MLM",
            country="MX",
            country_alpha3="MEX",
            name="México",
            currency="MXN",
            currency_number="484",
            decimals=2,
            zone="America/Mexico_City",
            language="es",
            locale="es_MX",
            box=Box(south=14.3, north=32.8, west=-118.7, east=-86.5),
            gastronomy=5812,
            gas_station=468419,
            refund_days=180,
            any_wallet=False,
        ),
        Site(
            id="MLC",
            country="CL",
            country_alpha3="CHL",
            name="Chile",
            currency="CLP",
            currency_number="152",
            decimals=0,
            zone="America/Santiago",
            language="es",
            locale="es_CL",
            box=Box(south=-56.1, north=-17.4, west=-109.6, east=-66.3),
            gastronomy=561000,
            gas_station=473001,
            refund_days=180,
            any_wallet=False,
        ),
        Site(
            id="MLU",
            country="UY",
            country_alpha3="URY",
            name="Uruguay",
            currency="UYU",
            currency_number="858",
            decimals=2,
            zone="America/Montevideo",
            language="es",
            locale="es_UY",
            box=Box(south=-35.1, north=-30.0, west=-58.5, east=-53.0),
            gastronomy=56101,
            gas_station=47300,
            refund_days=180,
            any_wallet=False,
        ),
        Site(
            id="MCO",
            country="CO",
            country_alpha3="COL",
            name="Colombia",
            currency="COP",
            currency_number="170",
            decimals=0,
            zone="America/Bogota",
            language="es",
            locale="es_CO",
            box=Box(south=-4.3, north=13.5, west=-81.8, east=-66.8),
            gastronomy=5611,
            gas_station=4731,
            refund_days=180,
            any_wallet=False,
        ),
        Site(
            id="MPE",
            country="PE",
            country_alpha3="PER",
            name="Perú",
            currency="PEN",
            currency_number="604",
            decimals=2,
            zone="America/Lima",
            language="es",
            locale="es_PE",
            box=Box(south=-18.4, north=0.1, west=-81.4, east=-68.6),
            gastronomy=5520,
            gas_station=5050,
            refund_days=90,
            any_wallet=False,
        ),
    )
}

BY_COUNTRY = {site.country: site for site in SITES.values()}
