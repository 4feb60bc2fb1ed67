"""The seven Mercado Pago countries as data: a site id goes in; its rules, and the hour of a place in it, come out."""

from mpkit.sites.holidays import holidays
from mpkit.sites.site import BY_COUNTRY, SITES, Box, Layout, Method, Orders, Site
from mpkit.sites.zones import knows_state, zone_of, zones_of

__all__ = [
    "BY_COUNTRY",
    "SITES",
    "Box",
    "Layout",
    "Method",
    "Orders",
    "Site",
    "holidays",
    "knows_state",
    "zone_of",
    "zones_of",
]
