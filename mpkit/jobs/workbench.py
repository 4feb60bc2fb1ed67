"""What a job works with: settings, store and seams in; accounts, their Mercado Pago and folders out."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from mpkit import accounts, log
from mpkit.accounts import tokens
from mpkit.accounts.rows import address
from mpkit.api import MercadoPago, Pace, connect
from mpkit.db import Engine
from mpkit.errors import MpkitError, Refused, Unauthorised, WrongAccount, WrongUsage
from mpkit.model import Account
from mpkit.settings import Settings
from mpkit.work import Seams


@dataclass
class Workbench:
    """One for each process that works: worker or command. Safe to share between threads."""

    settings: Settings
    store: Engine
    seams: Seams = field(default_factory=Seams)
    _sellers: dict[str, MercadoPago] = field(default_factory=dict, repr=False)
    _paces: dict[str, Pace] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        """Keep the token out of the logs from the first line on."""
        log.conceal(self.settings.access_token)

    def account(self, name: str = "") -> Account:
        """The account meant: by user id or nickname, else the one of the settings, else the only one.

        Where none is known and `MPKIT_ACCESS_TOKEN` is set, Mercado Pago is asked whose token it is and the answer is
        pinned. Raises `WrongUsage` where it is not clear which account is meant.
        """
        known = accounts.known(self.store)
        name = name or self.settings.account
        if not known and self.settings.access_token is not None:
            known = (self._pin_own_token(self.settings.access_token),)
        if not known:
            raise WrongUsage("account_none")
        said = ", ".join(f"{account.nickname} ({account.id})" for account in known)
        if name:
            for account in known:
                if name == account.id or name.casefold() == account.nickname.casefold():
                    return account
            raise WrongUsage("account_unknown", name=name, known=said)
        if len(known) > 1:
            raise WrongUsage("account_which", known=said)
        return known[0]

    def _pin_own_token(self, token: SecretStr) -> Account:
        with self.connect(token) as seller:
            account = seller.seller()
        accounts.pin(self.store, account, self.settings.api_url, clock=self.seams.clock)
        return account

    def mercadopago(self, account: Account) -> MercadoPago:
        """The account's Mercado Pago; one connection pool and one pace for all who ask in this process.

        A token is only sent where its account was pinned. Raises `WrongAccount` where the token answers as somebody
        else, `Refused` where there is no token.
        """
        with self._lock:
            if account.id not in self._sellers:
                self._sellers[account.id] = self._checked(account)
            return self._sellers[account.id]

    def _checked(self, account: Account) -> MercadoPago:
        pinned, wanted = accounts.pinned_to(self.store, account.id), address(self.settings.api_url)
        if pinned is not None and pinned != wanted:
            raise WrongAccount("account_changed_api", account=account.nickname, was=pinned, now=wanted)
        kept = tokens.kept(self.settings.data, account.id)
        own = self.settings.access_token
        trouble: MpkitError = Refused("account_without_token", account=account.nickname)
        for token in (own, kept):  # what was set by hand for this process goes before what was kept
            if token is None:
                continue
            seller = self.connect(token, account_id=account.id)
            try:
                self._check_owner(seller, account)
            except (WrongAccount, Unauthorised) as error:
                seller.close()
                if not isinstance(trouble, WrongAccount):  # that one was set by hand and is wrong: it is said first
                    trouble = error
            except BaseException:
                seller.close()
                raise
            else:
                return seller
        raise trouble

    def _check_owner(self, seller: MercadoPago, account: Account) -> None:
        found = seller.seller()
        if found.id != account.id:
            raise WrongAccount("account_other", found=found.nickname or found.id, wanted=account.nickname)
        accounts.pin(self.store, found, self.settings.api_url, clock=self.seams.clock)

    def connect(self, token: SecretStr, *, account_id: str = "") -> MercadoPago:
        """Mercado Pago behind any token; for whoever does not know yet whose it is."""
        url = self.settings.api_url
        with self._lock:
            if account_id not in self._paces:
                memory = accounts.PaceOf(self.store, account_id) if account_id else None
                self._paces[account_id] = Pace.of(url, self.seams, most=self.settings.pace, memory=memory)
            pace = self._paces[account_id]
        return connect(
            url,
            token,
            seams=self.seams,
            pace=pace,
            generation=accounts.generation(self.store, account_id),
            moved=partial(accounts.set_generation, self.store, account_id),
        )

    def forget(self, account_id: str) -> None:
        """Use a newly kept token from now on; whoever still works with the old one may finish."""
        with self._lock:
            self._sellers.pop(account_id, None)

    def folder(self, account_id: str, name: str) -> Path:
        """A folder of this account's own files (books, plans, mirror), made where absent."""
        folder = self.settings.data / "accounts" / account_id / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
