"""`penchant serve`: answer over HTTP."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import ShopPath

if TYPE_CHECKING:
    from pathlib import Path

    from penchant.server.runner import Place
    from penchant.settings import StoreSettings
    from penchant.shop_directory import ShopDirectory

LEVELS = ("debug", "info", "warning", "error")


def run(
    shop: ShopPath,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8080,
    workers: Annotated[
        int | None, typer.Option(min=1, help=r"Processes that answer; \[server] workers if absent.")
    ] = None,
    log_level: Annotated[
        str, typer.Option(help=f"The least that is told: {', '.join(LEVELS)}.")
    ] = "info",
    as_json: Annotated[
        bool, typer.Option("--json", help="Tell where it listens as a line of JSON, like the log.")
    ] = False,
) -> None:
    """Serve recommendations, events and the rest over HTTP, until told to end (Ctrl-C, SIGTERM).

    Builds that are published or rolled back meanwhile are taken up within a second, without a
    request lost. On this machine alone no key is needed until one is made; elsewhere one is.

    Example: penchant serve shop

    Example: penchant serve shop --host 0.0.0.0 --port 8080 --workers 2
    """
    from penchant.errors import InputError
    from penchant.shop_directory import ShopDirectory

    if log_level not in LEVELS:
        raise InputError(f'--log-level is "{log_level}", must be one of: {", ".join(LEVELS)}.')
    opened = ShopDirectory.open(shop)
    settings = opened.settings()
    check_installed()
    check_store(settings.store)
    check_host(opened, host)
    check_port(host, port)
    from penchant.server.runner import Place, run_service

    place = Place(host, port, workers or settings.server.workers, log_level)
    tell(shop, place, as_json=as_json)
    run_service(opened, place)


def tell(shop: Path, place: Place, *, as_json: bool) -> None:
    """Tell where it will listen: people on stderr, programs on stdout, where its log goes."""
    from penchant.cli.output import note

    shown = f"[{place.host}]" if ":" in place.host else place.host
    url = f"http://{shown}:{place.port}"
    if as_json:
        line = {"event": "starting", "url": url, "workers": place.workers}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    else:
        note(f"penchant starts to serve {shop} on {url} with {place.workers} worker(s)")


def check_installed() -> None:
    """Refuse when what the service is made of is not installed."""
    from importlib.util import find_spec

    from penchant.errors import MissingExtraError

    needed = ("fastapi", "uvicorn", "uvloop", "httptools", "prometheus_client")
    if any(find_spec(one) is None for one in needed):
        raise MissingExtraError("penchant serve", "server")


def check_store(settings: StoreSettings) -> None:
    """Refuse an address that can be none of a database: it would never answer."""
    if settings.url:
        from penchant.store.database.postgres import address_of

        address_of(settings.url)


def check_host(shop: ShopDirectory, host: str) -> None:
    """Refuse to listen where others can ask while everybody may do everything."""
    import ipaddress
    import time

    from penchant.errors import InputError
    from penchant.server.keys import had_keys, is_good
    from penchant.store.database.store import open_store

    try:
        local = ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        local = host == "localhost"
    if local:
        return
    store = open_store(shop, shop.settings().store)
    try:
        now_us = time.time_ns() // 1000
        keys = () if store is None else store.keys.all()
        guarded = had_keys(shop.path) or any(is_good(one, now_us=now_us) for one in keys)
    finally:
        if store is not None:
            store.close()
    if not guarded:
        raise InputError(
            f"Others could ask on {host}, and the shop has no key that would keep them out. Make "
            f"one with: penchant keys {shop.path} add --name NAME --scope read"
        )


def check_port(host: str, port: int) -> None:
    """Refuse a port where something listens already, before workers are started in vain.

    Args:
        host: Address or name.
        port: TCP port.

    Raises:
        InputError: if it is taken.
        OSError: if the host is not known, or the port is not for everybody to listen on.
    """
    import errno
    import socket

    from penchant.errors import InputError

    for family, kind, *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            with socket.socket(family, kind) as one:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise InputError(
                    f"Port {port} of {host} is taken; choose another one with --port, or end what "
                    "listens there."
                ) from None
            # a name may have an address of a kind that this machine is without, such as IPv6
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                raise
