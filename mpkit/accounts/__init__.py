"""The Mercado Pago accounts this installation knows: pinned facts in the store, tokens in the worker's own file."""

from mpkit.accounts.rows import forget, known, pin, pinned_to, set_amount

__all__ = ["forget", "known", "pin", "pinned_to", "set_amount"]
