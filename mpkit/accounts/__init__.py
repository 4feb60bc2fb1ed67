"""The Mercado Pago accounts this installation knows: pinned facts in the store, tokens in the worker's own file."""

from mpkit.accounts.pacing import PaceOf
from mpkit.accounts.rows import forget, generation, known, learned, pin, pinned_to, set_amount, set_generation, since

__all__ = [
    "PaceOf",
    "forget",
    "generation",
    "known",
    "learned",
    "pin",
    "pinned_to",
    "set_amount",
    "set_generation",
    "since",
]
