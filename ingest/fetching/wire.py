"""Connections to checked addresses, with one deadline over everything that one question does.

Belongs here: the network backend under the HTTP library. Does not belong here: HTTP (`door`).

The name is resolved, every answer checked, and the connection made to a checked address itself: between check and
connect there is no second look at the name service that could say something else.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Collection, Iterable
from time import monotonic
from typing import Any

import httpcore

from ingest.fetching.addresses import Endpoint, Refused, Resolver, public_addresses


class Deadline(threading.local):
    """Until when the question that this thread asks must be answered."""

    until = float("inf")

    def start(self, seconds: float) -> None:
        """From now on so many seconds."""
        self.until = monotonic() + seconds

    def left(self, timeout: float | None, late: type[Exception]) -> float:
        """Seconds for the next step. Raises `late` when there are none."""
        left = self.until - monotonic()
        if left <= 0:
            raise late("the time limit is over")
        return min(left, timeout if timeout is not None else left)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step is within the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Bytes that came."""
        return self._inner.read(max_bytes, self._deadline.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self._inner.write(buffer, self._deadline.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """End the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted; the certificate is checked against the host's name."""
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the connection tells of itself."""
        return self._inner.get_extra_info(info)


class Guard(httpcore.NetworkBackend):
    """Connects to public addresses only, and to those that tests allow."""

    def __init__(self, deadline: Deadline, resolver: Resolver, allowed: Callable[[], Collection[Endpoint]]) -> None:
        self._deadline, self._resolver, self._allowed = deadline, resolver, allowed
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the checked addresses that takes one."""
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        problem: Exception = Refused("unknown_host", f"{host}: no address")
        for address in public_addresses(host, port, self._resolver, self._allowed(), left):
            try:
                left = self._deadline.left(timeout, httpcore.ConnectTimeout)
                stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
                return _Stream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """No local sockets."""
        raise Refused("private_address", "a local socket is no public address")

    def sleep(self, seconds: float) -> None:
        """Never asked for: retries are the door's."""
        self._inner.sleep(seconds)


class Unguarded(Guard):
    """Connects to the operator's own proxy, which then resolves names itself."""

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any
    ) -> httpcore.NetworkStream:
        """A connection to the proxy."""
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left), self._deadline)
