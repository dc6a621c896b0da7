"""The operator's proxies, from the usual variables.

Belongs here: which proxy stands before a URL. Does not belong here: connecting (`wire`), asking (`door`).

`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are honoured, in small letters too. A proxy is named by who runs
Chancery, so it may lie at a private address; the hosts asked through it may not. A proxy resolves names itself: where the
name service here knows none, the proxy's own rules are the last word on where a name leads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from ingest.errors import EnvironmentProblem
from ingest.fetching.addresses import Endpoint, Refused, Resolver, endpoint_of, public_addresses

_TAKEN = ("http", "https")


def _proxy(value: str, variable: str) -> httpcore.Proxy:
    """A variable's value as a proxy; a name and password in it are sent to the proxy alone. Raises `EnvironmentProblem`."""
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise EnvironmentProblem(f"{variable} names no proxy: {error}") from error
    if parts.scheme not in _TAKEN:
        raise EnvironmentProblem(f"{variable}: a proxy is asked by {' or '.join(_TAKEN)}, not by {parts.scheme}")
    if not host:
        raise EnvironmentProblem(f"{variable} names no proxy: no host")
    shown = f"[{host}]" if ":" in host else host
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return httpcore.Proxy(f"{parts.scheme}://{shown}{f':{port}' if port else ''}", auth=auth)


class Proxies:
    """The pools of connections that lead through a proxy, one for each scheme that has one."""

    def __init__(self, backend: Callable[[], httpcore.NetworkBackend]) -> None:
        """Read the variables. Raises `EnvironmentProblem` where one of them cannot be followed."""
        found = getproxies()
        named = {scheme: scheme if found.get(scheme) else "all" for scheme in _TAKEN}
        self._pools: Mapping[str, httpcore.ConnectionPool] = {
            scheme: httpcore.ConnectionPool(
                proxy=_proxy(found[name], f"{name.upper()}_PROXY"), network_backend=backend()
            )
            for scheme, name in named.items()
            if found.get(name)
        }

    def close(self) -> None:
        """End all connections."""
        for pool in self._pools.values():
            pool.close()

    def pool(
        self, url: str, resolver: Resolver, allowed: Collection[Endpoint], seconds: float
    ) -> httpcore.ConnectionPool | None:
        """The pool through which a URL is asked; None where no proxy stands before it.

        Raises `Refused` when the name service here knows the host at an address that is not public.
        """
        parts = urlsplit(url)
        host, port = endpoint_of(parts)
        found = self._pools.get(parts.scheme)
        if found is None or (host, port) in allowed or proxy_bypass(host):
            return None
        try:
            public_addresses(host, port, resolver, (), seconds)
        except Refused as problem:
            if problem.reason != "unknown_host":
                raise
        return found
