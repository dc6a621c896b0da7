"""One question and its answer: checks, redirects, retries, conditions, limits.

Belongs here: the only code that speaks HTTP. Does not belong here: what is asked for, and what becomes of it.

Every question ends in an `Answer` or in `Refused` with a reason of the closed list in `ingest/articles.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import BinaryIO, Protocol
from urllib.parse import urljoin, urlsplit

import httpcore

from ingest.fetching.addresses import (
    Endpoint,
    Refused,
    Resolver,
    allowed_for_tests,
    checked_url,
    endpoint_of,
    public_addresses,
    resolve,
)
from ingest.fetching.body import CODINGS, unpacked
from ingest.fetching.manners import Manners, Robots, asked_pause
from ingest.fetching.proxies import Proxies
from ingest.fetching.wire import Deadline, Guard, Unguarded

AGENT_NAME = "Chancery"
CONTACT_VARIABLE = "CHANCERY_CONTACT"
_BUSY = (429, 503)
_PASSING = (500, 502, 504, *_BUSY)
_MOVED = (301, 302, 303, 307, 308)
_GONE = (404, 410)
_CLOSED = (401, 402, 403, 451)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def agent() -> str:
    """Who asks: name, version, what for, and how to reach who runs it, where that is set."""
    contact = re.sub(r"[^\x20-\x7e]", "", os.environ.get(CONTACT_VARIABLE, "")).strip()
    return f"{AGENT_NAME}/0.1 (reads news for a record of diplomacy; obeys robots.txt{'; ' + contact if contact else ''})"


@dataclass(frozen=True)
class Limits:
    """Bounds of one question."""

    seconds: float = 60.0
    step_seconds: float = 20.0
    max_bytes: int = 10_000_000
    redirects: int = 5
    tries: int = 3
    longest_wait: float = 60.0
    backoff: float = 1.0
    robots_bytes: int = 500_000


@dataclass(frozen=True)
class Answer:
    """What came: the address that gave it, status, headers by lower-case name, and the body, unpacked."""

    asked: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    n_bytes: int = 0
    seconds: float = 0.0
    hops: tuple[str, ...] = field(default=())

    @property
    def is_unchanged(self) -> bool:
        """Whether the server said that nothing is new since the last answer."""
        return self.status == 304

    @property
    def content_type(self) -> str:
        """The media type without parameters, lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The character set that the header names; whether there is such a one is for the reader to see."""
        found = _CHARSET.search(self.headers.get("content-type", ""))
        return found[1].lower() if found else None

    @property
    def condition(self) -> dict[str, str]:
        """What to send next time, so that the server may say that nothing is new."""
        pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
        return {ask: self.headers[told] for ask, told in pairs if self.headers.get(told)}


class _Sink(Protocol):
    def write(self, data: bytes, /) -> object:
        """Take bytes."""


class _Memory:
    """A body kept in memory."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes, /) -> None:
        """Take bytes."""
        self.pieces.append(data)


class Door:
    """Asks politely and carefully. A context manager; safe for threads.

    `allowed` names endpoints (address, port) that may be asked although they are private: for tests, for a service that
    the operator runs on the same machine and names by hand. Nothing that came from the network can get in there.
    """

    def __init__(
        self,
        manners: Manners | None = None,
        limits: Limits | None = None,
        *,
        allowed: Collection[Endpoint] = (),
        resolver: Resolver = resolve,
    ) -> None:
        self.manners, self.limits = manners or Manners(), limits or Limits()
        self._allowed = frozenset(allowed) | allowed_for_tests()
        self._resolver = resolver
        self._deadline = Deadline()
        self._direct = httpcore.ConnectionPool(
            network_backend=Guard(self._deadline, resolver, lambda: self._allowed), max_connections=32, keepalive_expiry=10
        )
        self._proxies = Proxies(lambda: Unguarded(self._deadline, resolver, lambda: ()))

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all connections."""
        self._direct.close()
        self._proxies.close()

    def check(self, url: str) -> str:
        """The URL as it would be asked, its host resolved and checked. Raises `Refused`; asks nothing of the host."""
        clean = checked_url(url, self._allowed)
        host, port = endpoint_of(urlsplit(clean))
        if self._pool(clean) is self._direct:
            public_addresses(host, port, self._resolver, self._allowed, self.limits.step_seconds)
        return clean

    def get(
        self,
        url: str,
        *,
        accept: Collection[str] = (),
        condition: Mapping[str, str] | None = None,
        delay: float | None = None,
        limits: Limits | None = None,
        into: BinaryIO | None = None,
        obeys_robots: bool = True,
    ) -> Answer:
        """The answer to GET, after redirects. `accept` are the media types that are taken (empty: any).

        With `into` the body goes there instead of into memory; a retry starts the file anew.
        """
        bounds = limits or self.limits
        target, hops = checked_url(url, self._allowed), []
        while True:
            if obeys_robots:
                delay = self._obey(target, delay, bounds)
            answer = self._asked("GET", target, dict(condition or {}), None, accept, delay, bounds, into)
            if answer.status not in _MOVED:
                return replace(answer, asked=url, hops=tuple(hops))
            hops.append(target)
            target = self._next(target, answer, hops, bounds)

    def post(
        self,
        url: str,
        content: bytes,
        content_type: str,
        *,
        accept: Collection[str] = (),
        delay: float | None = None,
        limits: Limits | None = None,
    ) -> Answer:
        """The answer to POST, for services that the operator named: no robots.txt, and no redirect is followed."""
        target = checked_url(url, self._allowed)
        headers = {"Content-Type": content_type}
        answer = self._asked("POST", target, headers, content, accept, delay, limits or self.limits, None)
        if answer.status in _MOVED:
            raise Refused("http_error", f"{target}: status {answer.status}, a redirect", status=answer.status)
        return answer

    def _next(self, target: str, answer: Answer, hops: list[str], bounds: Limits) -> str:
        """Where a redirect leads, checked as the first address was."""
        where = answer.headers.get("location", "")
        if len(hops) > bounds.redirects:
            raise Refused("too_many_redirects", f"{hops[0]}: more than {bounds.redirects} redirects")
        if not where:
            raise Refused("bad_response", f"{target}: status {answer.status} without a Location")
        try:
            follow = checked_url(urljoin(target, where), self._allowed)
        except ValueError as error:
            raise Refused("bad_url", f"{target} leads to {where[:200]!r}: {error}") from error
        except Refused as problem:
            raise Refused(problem.reason, f"{target} leads to {problem.detail}") from problem
        if follow in hops:
            raise Refused("too_many_redirects", f"{target} leads back to {follow}")
        if target.startswith("https:") and follow.startswith("http:"):
            raise Refused("insecure_redirect", f"{target} leads from https to {follow}")
        return follow

    @staticmethod
    def _origin(url: str) -> str:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}"

    def _obey(self, url: str, delay: float | None, bounds: Limits) -> float | None:
        """Raises `Refused` where robots.txt forbids; else the delay, lengthened as it asks."""
        origin = self._origin(url)
        with self.manners.lock(origin):
            rules = self.manners.known_robots(origin) or self._read_robots(origin, bounds)
        if rules.failed:
            raise Refused("robots_unreachable", f"{origin}/robots.txt: {rules.failed}")
        if not rules.allows(url, AGENT_NAME):
            raise Refused("robots_disallowed", f"{origin}/robots.txt forbids {url}")
        asked = rules.delay(AGENT_NAME)
        return max(asked, delay or 0.0) if asked else delay

    def _read_robots(self, origin: str, bounds: Limits) -> Robots:
        """The origin's rules: none where it says there are none, everything forbidden where it does not say (RFC 9309)."""
        narrow = replace(bounds, max_bytes=bounds.robots_bytes, tries=1, seconds=min(bounds.seconds, 20.0))
        try:
            answer = self.get(f"{origin}/robots.txt", limits=narrow, obeys_robots=False, delay=0.0)
        except Refused as problem:
            if problem.status and 400 <= problem.status < 500 and problem.status != 429:
                return self.manners.keep_robots(origin, None)
            if problem.reason in ("private_address", "unknown_host", "forbidden_port", "forbidden_scheme") or problem.is_deferred:
                raise
            return self.manners.keep_robots(origin, None, f"{problem.reason}: {problem.detail}")
        return self.manners.keep_robots(origin, answer.body.decode("utf-8", "replace"))

    def _asked(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        content: bytes | None,
        accept: Collection[str],
        delay: float | None,
        bounds: Limits,
        into: BinaryIO | None,
    ) -> Answer:
        """The answer, asked for again while the trouble may pass."""
        origin = self._origin(url)
        for attempt in range(1, bounds.tries + 1):
            if closed := self.manners.closed_for(origin):
                raise Refused("rate_limited", f"{origin} wants a pause of {closed:.0f} s more", is_deferred=True)
            self.manners.take_turn(origin, delay)
            try:
                return self._once(method, url, headers, content, accept, bounds, into)
            except _Passing as trouble:
                wait = trouble.pause if trouble.pause is not None else self.manners.backoff(attempt) * bounds.backoff
                if trouble.pause is not None and trouble.pause > bounds.longest_wait:
                    self.manners.close(origin, trouble.pause)
                    raise trouble.refusal from trouble
                if attempt == bounds.tries:
                    raise trouble.refusal from trouble
                self.manners.sleep(wait)
        raise AssertionError("no attempt was made")

    def _once(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        content: bytes | None,
        accept: Collection[str],
        bounds: Limits,
        into: BinaryIO | None,
    ) -> Answer:
        """One request, one answer."""
        started = monotonic()
        self._deadline.start(bounds.seconds)
        steps = dict.fromkeys(("connect", "read", "write", "pool"), bounds.step_seconds)
        sent = {"User-Agent": agent(), "Accept": ", ".join(accept) or "*/*", "Accept-Encoding": CODINGS} | headers
        sink: _Sink = into or _Memory()
        if into:
            into.seek(0)
            into.truncate()
        try:
            with self._pool(url).stream(
                method, url, headers=list(sent.items()), content=content, extensions={"timeout": steps}
            ) as reply:
                told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in reply.headers}
                self._judge(url, reply.status, told, accept)
                n_bytes = 0
                if reply.status not in (304, *_MOVED):
                    n_bytes = self._take(reply.iter_stream(), told, bounds, sink)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
            raise _passing(url, error, bounds, monotonic() - started) from error
        except ValueError as error:
            raise Refused("bad_response", f"{url}: {error}") from error
        body = b"".join(sink.pieces) if isinstance(sink, _Memory) else b""
        return Answer(url, url, reply.status, told, body, n_bytes, monotonic() - started)

    def _take(self, chunks: Iterable[bytes], told: Mapping[str, str], bounds: Limits, sink: _Sink) -> int:
        """The body into the sink; its number of bytes."""
        stated = told.get("content-length", "")
        if stated.isdigit() and int(stated) > bounds.max_bytes:
            raise Refused("too_large", f"{int(stated):,} bytes stated, at most {bounds.max_bytes:,} are taken")
        size = 0
        for piece in unpacked(self._in_time(chunks), told.get("content-encoding", ""), bounds.max_bytes):
            size += len(piece)
            sink.write(piece)
        return size

    def _in_time(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        """The chunks while the deadline lasts: what is in the buffer costs time too."""
        for chunk in chunks:
            self._deadline.left(None, httpcore.ReadTimeout)
            yield chunk

    def _pool(self, url: str) -> httpcore.ConnectionPool:
        """Straight to the host, or through the operator's proxy. Raises `Refused`."""
        return self._proxies.pool(url, self._resolver, self._allowed, self.limits.step_seconds) or self._direct

    @staticmethod
    def _judge(url: str, status: int, told: Mapping[str, str], accept: Collection[str]) -> None:
        """Raises where status or media type say that the body is not what was asked for."""
        if status in _MOVED or status == 304:
            return
        if status in _PASSING:
            reason = "rate_limited" if status in _BUSY else "http_error"
            refusal = Refused(reason, f"{url}: status {status}", status=status)
            raise _Passing(refusal, asked_pause(told.get("retry-after")) if status in _BUSY else None)
        if not 200 <= status < 300:
            reason = "http_gone" if status in _GONE else "http_closed" if status in _CLOSED else "http_error"
            raise Refused(reason, f"{url}: status {status}", status=status)
        kind = told.get("content-type", "").partition(";")[0].strip().lower()
        if accept and kind and not any(kind == taken or taken == "*/*" for taken in accept):
            raise Refused("wrong_content_type", f"{url}: {kind[:80]}, not one of {', '.join(accept)}")


class _Passing(Exception):
    """Trouble that may be over in a moment: what it is refused for when it is not, and the pause asked for."""

    def __init__(self, refusal: Refused, pause: float | None = None) -> None:
        super().__init__(refusal.detail)
        self.refusal, self.pause = refusal, pause


def _passing(url: str, error: Exception, bounds: Limits, seconds: float) -> Exception:
    """The HTTP library's error as trouble that may pass, or as a refusal."""
    if seconds >= bounds.seconds - 0.05:
        # a server that spends the whole time limit would spend it again
        return Refused("fetch_timeout", f"{url}: not answered in full within {bounds.seconds:g} s")
    if isinstance(error, httpcore.TimeoutException):
        return _Passing(Refused("fetch_timeout", f"{url}: nothing came for {bounds.step_seconds:g} s"))
    if isinstance(error, httpcore.ProtocolError) and "without sending a response" not in str(error):
        return Refused("bad_response", f"{url}: {error}")
    return _Passing(Refused("connection_failed", f"{url}: {error}"))
