"""Serve a Mercado Pago of our own on this machine, with stores, payments and faults as asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mpkit.cli import console
from mpkit.errors import WrongUsage
from mpkit.sites import SITES

if TYPE_CHECKING:
    from mpkit.sandbox import World


def command(
    port: Annotated[int, typer.Option(help="Port on this machine; 0 takes any free one.", min=0, max=65535)] = 8700,
    site: Annotated[str, typer.Option(help="Country: MLA MLB MLM MLC MLU MCO MPE.")] = "MLA",
    seed: Annotated[int, typer.Option(help="The same seed makes the same account, year and faults.")] = 7,
    stores: Annotated[int, typer.Option(help="Stores the account begins with.", min=0)] = 0,
    registers: Annotated[int, typer.Option(help="Registers of those stores, in all.", min=0)] = 0,
    *,
    payments: Annotated[int, typer.Option(help="Payments of the last year, in all.", min=0)] = 0,
    places: Annotated[Path | None, typer.Option(help="Folder of catalogue CSV files instead of the built-in.")] = None,
    payload: Annotated[Literal["plain", "long"], typer.Option(help="long: QR texts of 490 to 512 characters.")] = (
        "plain"
    ),
    state: Annotated[Path | None, typer.Option(help="File that keeps the objects across restarts.")] = None,
    latency_ms: Annotated[float, typer.Option(help="Milliseconds every answer takes.", min=0, max=600_000)] = 0,
    rate: Annotated[float, typer.Option(help="Requests a second before 429; 0: no limit.", min=0)] = 0,
    fault: Annotated[list[str] | None, typer.Option(metavar="NAME=PROBABILITY", help="Repeatable.")] = None,
    token: Annotated[str, typer.Option(help="The token it accepts; one of its own where none is given.")] = "",
    url_host: Annotated[list[str] | None, typer.Option(help="Host a register's url may name; repeatable.")] = None,
    manner: Annotated[
        Literal["live", "documented"], typer.Option(help="Answer as the API was seen to, or as its documents say.")
    ] = "live",
    ahead: Annotated[bool, typer.Option(help="Print many payments before they are asked for, into a file.")] = True,
    lag_s: Annotated[float, typer.Option(help="Seconds a new store is unknown to new registers.", min=0, max=60)] = 0,
) -> None:
    """Serve the sandbox on loopback until Ctrl-C; its address and its token are the two lines on stderr."""
    from mpkit.sandbox import World, reserve  # noqa: PLC0415 - heavy, and `--help` needs none of it

    _refuse_unless_possible(site, stores, registers, token)
    chosen = places or console.settings().places
    listener = reserve(port)  # said before a year of payments is made for nothing
    world = World(
        site,
        seed,
        stores=stores,
        registers=registers,
        payments=payments,
        places=chosen.resolve() if chosen else None,
        long_payload=payload == "long",
        latency_s=latency_ms / 1000,
        rate=rate,
        faults=_probabilities(fault or []),
        token=token or None,
        state=state,
        url_hosts=url_host or (),
        lag_s=lag_s,
        manner=manner,
    )
    _serve(world, listener, ahead=ahead, is_told=not token)


def _refuse_unless_possible(site: str, stores: int, registers: int, token: str) -> None:
    if site not in SITES:
        raise WrongUsage("sandbox_site_unknown", site=site, sites=", ".join(SITES))
    if registers and not stores:
        raise WrongUsage("sandbox_registers_nowhere", registers=registers)
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        raise WrongUsage("sandbox_token_unusable")


def _serve(world: World, listener: socket, *, ahead: bool, is_told: bool) -> None:
    """Say where the world is, and its token where nobody gave it, and serve it until it is stopped."""
    from mpkit.sandbox import serve, settle  # noqa: PLC0415 - heavy, as above

    settle()
    served = serve(world, listener, ahead=ahead)
    try:
        console.say("sandbox_listening", url=served.url, site=world.site.id, user=world.seller.id)
        if is_told:
            console.say("sandbox_token", token=world.seller.token)
        served.wait()
    finally:
        served.close()


def _probabilities(given: Sequence[str]) -> dict[str, float]:
    found = {}
    for text in given:
        name, _, number = text.partition("=")
        try:
            found[name] = float(number)
        except ValueError as error:
            raise WrongUsage("sandbox_fault_probability", name=name) from error
    return found
