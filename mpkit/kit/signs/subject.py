"""What a sign is about: a register as the account has it, the words of its sign, and the reasons not to print it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from mpkit import emv
from mpkit.i18n import say
from mpkit.kit.drawing.type import UnfitText, clean
from mpkit.kit.signs.template_document import Document
from mpkit.sites import SITES

_NOT_A_NAME = ("UNDEFINED", "NULL", "NONE")


@dataclass(frozen=True, slots=True)
class Subject:
    """One register to print: names as people know them, `payload` byte for byte as the account answered it just now."""

    account: str
    site: str
    test: bool  # a test account or the sandbox: watermarked
    payload: str
    pos_id: str
    external_id: str
    register: str
    store: str
    store_external_id: str = ""
    waits_for_order: bool = False  # the amount comes from an order; else the buyer types it
    address: str = ""  # street, number and city of the branch, "" where the list does not say them
    document: Document | None = None  # Mercado Pago's own sign for it, where that is what is printed

    @property
    def content(self) -> bytes:
        """What the symbol carries: the UTF-8 bytes of the payload, nothing else."""
        return self.payload.encode()


@dataclass(frozen=True, slots=True)
class Piece:
    """One sign to be drawn: its subject, its number and the eight characters that prove the number is ours."""

    subject: Subject
    serial: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A register that is not printed; `key` names the sentence that says why and what to do."""

    external_id: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """The reason, for people."""
        return say(self.key, language, register=self.external_id, **self.values)


def judge(subjects: Iterable[Subject]) -> Iterator[tuple[Subject, Refusal | None]]:
    """Each register with the reason why it may not be printed, None where it may; a payload twice refuses both."""
    subjects = tuple(subjects)
    seen: dict[str, list[str]] = {}
    for subject in subjects:
        seen.setdefault(subject.payload, []).append(subject.external_id)
    for subject in subjects:
        found, holders = _fault(subject), seen[subject.payload]
        if found is None and len(holders) > 1:
            others = ", ".join(name for name in holders if name != subject.external_id)
            found = Refusal(subject.external_id, "kit_payload_twice", {"others": others})
        yield subject, found


def _fault(subject: Subject) -> Refusal | None:
    """The first reason of print-and-qr 1.3 not to print a register; None where there is none."""
    name = subject.external_id
    if not subject.payload:
        return Refusal(name, "kit_no_payload")
    try:
        payload = _parsed(subject.payload)
    except emv.BrokenPayload:
        return Refusal(name, "kit_payload_broken")
    order = tuple(payload.fields)
    if order[0] != "00" or payload.fields["00"] != "01" or order[-1] != "63" or not payload.crc_valid:
        return Refusal(name, "kit_payload_broken")
    return _misplaced(subject, payload) or _unprintable(subject, payload.payee.strip())


def _misplaced(subject: Subject, payload: emv.Payload) -> Refusal | None:
    """A sound code that is not a register's of this country, or says no name to the buyer."""
    name, site = subject.external_id, SITES[subject.site]
    if payload.country != site.country or payload.currency_number != site.currency_number:
        return Refusal(name, "kit_payload_elsewhere", {"country": payload.country or "?", "site": site.name})
    if payload.is_order or payload.has_amount:
        return Refusal(name, "kit_payload_order")
    payee = payload.payee.strip()
    if not payee or payee.upper() in _NOT_A_NAME or (payee.lower().startswith("test") and not subject.test):
        return Refusal(name, "kit_payee_missing", {"payee": payee or "?"})
    return None


def _unprintable(subject: Subject, payee: str) -> Refusal | None:
    names = (payee, subject.store, subject.register, subject.external_id)
    try:
        cleaned = [clean(text) for text in (*names, subject.address)]
    except UnfitText as reason:
        return Refusal(subject.external_id, reason.key, reason.values)
    if not all(cleaned[: len(names)]):  # only the address may be missing
        return Refusal(subject.external_id, "kit_name_missing")
    return None


class Kind(NamedTuple):
    """What decides what signs share: country, rehearsal, Pix or not, who enters the amount, an address or none."""

    site: str
    test: bool
    pix: bool
    waits_for_order: bool
    addressed: bool = False


def kind(subject: Subject) -> Kind:
    """The kind of a register's sign."""
    pix = _parsed(subject.payload).pix and SITES[subject.site].country == "BR"
    return Kind(subject.site, subject.test, pix, subject.waits_for_order, bool(subject.address))


@lru_cache(maxsize=256)
def shared_words(of: Kind, language: str) -> Mapping[str, str]:
    """The words that all signs of a kind share, true for the country, the payload and who enters the amount.

    Outside Argentina only the Mercado Pago app is documented to pay a fixed sign; in Brazil any bank where it is Pix.
    """
    site = SITES[of.site]
    tag = f"es_{site.country}" if language == "es" else language
    who = "pix" if of.pix else "any" if site.any_wallet and site.country == "AR" else "one"
    said = {
        "verb": "sign_verb_pix" if of.pix else "sign_verb",
        "accept": "sign_accept_pix" if of.pix else "sign_accept",
        "wallets": f"sign_wallets_{who}",
        "step1": f"sign_open_{who}",
        "step2": "sign_scan",
        "step3": "sign_compare_amount" if of.waits_for_order else "sign_type_amount",
        "payee_says": "sign_payee_says",
        "help": "sign_help",
        "rehearsal": "sign_rehearsal",
    }
    return {name: say(key, tag) for name, key in said.items()}


def own_words(piece: Piece) -> Mapping[str, str]:
    """The words of one sign alone."""
    subject = piece.subject
    said = {
        "payee": _parsed(subject.payload).payee,
        "store": subject.store,
        "register": subject.register,
        "address": subject.address,
        "external_id": subject.external_id,
        "serial": piece.serial,
        "check": piece.check,
    }
    return {name: clean(text) for name, text in said.items()}


def words(subject: Subject, language: str) -> dict[str, str]:
    """Every word of a register's sign but serial and check code."""
    said = {**shared_words(kind(subject), language), **own_words(Piece(subject))}
    return {name: text for name, text in said.items() if text}


def pictures(of: Kind) -> Mapping[str, str]:
    """Which pictogram stands for each step."""
    return {"step1": "open", "step2": "scan", "step3": "compare" if of.waits_for_order else "type"}


_parsed = lru_cache(maxsize=64)(emv.parse)  # one register is judged, measured and drawn from the same payload
