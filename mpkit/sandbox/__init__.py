"""A Mercado Pago of our own: `World` answers in process, `serve` puts it on loopback over real HTTP."""

from mpkit.sandbox.faults import NAMES as FAULTS
from mpkit.sandbox.quiet import Quiet, Silence
from mpkit.sandbox.server import Served, reserve, serve, settle
from mpkit.sandbox.world import World

__all__ = ["FAULTS", "Quiet", "Served", "Silence", "World", "reserve", "serve", "settle"]
