"""How many requests a second an account may make: account and time go in, whether that was one too many comes out."""

from __future__ import annotations


class Rate:
    """Counts requests in whole seconds, each account for itself; 0 is no limit."""

    def __init__(self, a_second: float) -> None:
        self.a_second = a_second
        self._second = 0
        self._asked: dict[str, int] = {}

    def exceeded(self, account: str, monotonic_s: float) -> bool:
        """Count one request; whether it is above the limit."""
        if not self.a_second:
            return False
        second = int(monotonic_s)
        if second != self._second:
            self._second, self._asked = second, {}
        self._asked[account] = self._asked.get(account, 0) + 1
        return self._asked[account] > self.a_second
