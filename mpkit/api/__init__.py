"""Mercado Pago over HTTP, and only that: `connect(url, token)` gives the account to ask and to change."""

from mpkit.api.bodies import category, plain_name
from mpkit.api.calls import SECONDS, Reread
from mpkit.api.linked import Linked
from mpkit.api.mercadopago import MercadoPago, connect
from mpkit.api.pace import Pace
from mpkit.api.payments import PaymentPage, Window
from mpkit.api.refusals import unclear, valid_values
from mpkit.settings import on_this_machine

__all__ = [
    "SECONDS",
    "Linked",
    "MercadoPago",
    "Pace",
    "PaymentPage",
    "Reread",
    "Window",
    "category",
    "connect",
    "on_this_machine",
    "plain_name",
    "unclear",
    "valid_values",
]
