"""Which URLs and which addresses may be asked.

Belongs here: the rules for scheme, port, host and address, and the error that tells a refusal.
Does not belong here: connecting (`wire`).
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import threading
from collections.abc import Callable, Collection
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

TEST_SWITCH = "CHANCERY_TEST_ONLY_ALLOW_ADDRESSES"
"""For tests only: `127.0.0.1:8000,127.0.0.1:8001` may be asked although they are private."""

MAX_URL = 4_000
_PORTS = {"http": 80, "https": 443}
_SAFE = "%/:=&?~#+!$,;'@()*[]-._|"
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_HOST = re.compile(r"^[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?\.?$")
_CARRIERS = (
    # networks whose addresses carry an IPv4 address within: it is judged too
    (ipaddress.ip_network("64:ff9b::/96"), 0),
    (ipaddress.ip_network("2002::/16"), 80),
)

Resolver = Callable[[str, int], list[str]]
Endpoint = tuple[str, int]


class Refused(Exception):
    """A question that was not asked, or whose answer is not taken: a reason of the closed list and words for a person.

    `is_deferred` when nothing was asked because the host wants a pause: no judgement on the address.
    """

    def __init__(
        self, reason: str, detail: str, *, status: int | None = None, is_deferred: bool = False
    ) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail, self.status, self.is_deferred = reason, detail, status, is_deferred


def allowed_for_tests() -> frozenset[Endpoint]:
    """The endpoints that the test switch names; nothing outside tests."""
    named = os.environ.get(TEST_SWITCH, "")
    return frozenset(
        (host, int(port)) for host, _, port in (item.strip().rpartition(":") for item in named.split(",")) if host
    )


def loopback_endpoints(url: str) -> frozenset[Endpoint]:
    """The endpoint of a URL on this machine, as what may be asked although it is not public; nothing for other URLs.

    For services that a person names by hand (a mirror, a webhook), never for an address that came from the network.
    """
    try:
        parts = urlsplit(url)
        host, port = endpoint_of(parts)
        here = {"127.0.0.1", "::1"} if host == "localhost" else {host} if ipaddress.ip_address(host).is_loopback else set()
    except ValueError:
        return frozenset()
    return frozenset((address, port) for address in {host, *here}) if here else frozenset()


def endpoint_of(parts: SplitResult) -> Endpoint:
    """Host and port of a split URL."""
    return (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)


def _split(url: str) -> SplitResult:
    """The parts of a URL that is well formed. Raises `Refused`."""
    if len(url) > MAX_URL:
        raise Refused("bad_url", f"more than {MAX_URL:,} characters: {url[:100]}…")
    if _UNSEEN.search(url):
        raise Refused("bad_url", f"blanks or control characters in {url[:200]!r}")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Refused("bad_url", f"{url[:200]}: {error}") from error
    return parts


def _ascii_host(host: str, url: str) -> str:
    """The host as it is asked of a name server. Raises `Refused`."""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise Refused("bad_url", f"{url[:200]}: no host name: {error}") from error


def checked_url(url: str, allowed: Collection[Endpoint] = ()) -> str:
    """The URL as it may be asked: http(s), usual port, a host, no password; fragment off. Raises `Refused`."""
    parts = _split(url.strip())
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise Refused("forbidden_scheme", f"{url[:200]}: only http and https are asked")
    if parts.username is not None or parts.password is not None:
        raise Refused("bad_url", f"{parts.hostname}: a name or password stands in the address")
    host = _ascii_host(parts.hostname or "", url)
    is_literal = _as_address(host) is not None
    if not host or not (is_literal or _HOST.match(host)):
        raise Refused("bad_url", f"{url[:200]}: no host name")
    port = parts.port
    if port not in (None, *_PORTS.values()) and (host, port) not in allowed:
        raise Refused("forbidden_port", f"{url[:200]}: only ports {', '.join(map(str, _PORTS.values()))} are asked")
    netloc = f"[{host}]" if ":" in host else host
    if port not in (None, _PORTS[scheme]):
        netloc += f":{port}"
    path, query = (quote(part, safe=_SAFE) for part in (parts.path or "/", parts.query))
    return urlunsplit((scheme, netloc, path, query, ""))


def _as_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The host as an address, if it is one."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet: not private, loopback, link-local, shared, multicast, reserved."""
    found = _as_address(address)
    if found is None:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped or found.is_site_local or found.scope_id:
            return False
        for network, shift in _CARRIERS:
            if found in network:
                return is_public(str(ipaddress.IPv4Address((int(found) >> shift) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast and not found.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host, as the system's name service gives them."""
    return list(dict.fromkeys(str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def _within(seconds: float, resolver: Resolver, host: str, port: int) -> list[str]:
    """The resolver's answer, in time: the system's name service knows no limit of ours. Raises `Refused`."""
    box: list[list[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            box.append(resolver(host, port))
        except (OSError, UnicodeError) as error:
            box.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if not box:
        raise Refused("unknown_host", f"{host}: no answer from the name service in {seconds:.0f} s")
    if isinstance(box[0], Exception):
        raise Refused("unknown_host", f"{host}: {box[0]}")
    return box[0]


def public_addresses(
    host: str, port: int, resolver: Resolver, allowed: Collection[Endpoint], seconds: float
) -> list[str]:
    """The host's addresses, all of them public (or allowed for tests). One that is not refuses the host."""
    literal = _as_address(host)
    found = [str(literal)] if literal else _within(seconds, resolver, host, port)
    if not found:
        raise Refused("unknown_host", f"{host}: no address")
    for address in found:
        if not is_public(address) and (address, port) not in allowed:
            raise Refused("private_address", f"{host}: {address} is no public address")
    return found
