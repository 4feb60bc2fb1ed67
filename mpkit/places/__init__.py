"""State and city names as Mercado Pago wants them, and where they are: text goes in, the exact spelling comes out."""

from mpkit.places.atlas import Place
from mpkit.places.match import Catalogue, Kind, Match, catalogue, listed

__all__ = ["Catalogue", "Kind", "Match", "Place", "catalogue", "listed"]
