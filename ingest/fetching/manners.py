"""Manners towards hosts: pace, pauses that they ask for, robots.txt, and the memory of these between runs.

Belongs here: when a host may be asked again, and what its robots.txt allows. Does not belong here: asking (`door`).
"""

from __future__ import annotations

import json
import os
import random
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from time import sleep, time

from protego import Protego

ROBOTS_SECONDS = 24 * 3600
ROBOTS_FAILED_SECONDS = 3600
MAX_DELAY = 60.0
MAX_PAUSE = 24 * 3600.0


@dataclass(frozen=True)
class HostState:
    """What is remembered of an origin: the last request, a pause it asked for, its robots.txt."""

    last_at: float = 0.0
    closed_until: float = 0.0
    robots: str | None = None
    robots_at: float = 0.0
    robots_failed: str | None = None


@dataclass(frozen=True)
class Robots:
    """The rules of one origin: its text, or why it could not be read."""

    rules: Protego | None
    failed: str | None = None

    def allows(self, url: str, agent: str) -> bool:
        """Whether the agent may ask for the URL."""
        return self.rules is None or bool(self.rules.can_fetch(url, agent))

    def delay(self, agent: str) -> float:
        """Seconds between two requests that the host asks for."""
        if self.rules is None:
            return 0.0
        rate = self.rules.request_rate(agent)
        asked = [self.rules.crawl_delay(agent) or 0.0, rate.seconds / rate.requests if rate and rate.requests else 0.0]
        return min(max(asked), MAX_DELAY)


def asked_pause(value: str | None) -> float | None:
    """Seconds that Retry-After asks for; None when it says nothing that can be read."""
    asked = (value or "").strip()
    if asked.isdigit():
        return min(float(asked[:9]), MAX_PAUSE)
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, IndexError, TypeError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - datetime.now(UTC)).total_seconds()), MAX_PAUSE)


class Manners:
    """The state of every origin, in memory and, given a folder, between runs; safe for threads."""

    def __init__(self, folder: Path | None = None, *, delay: float = 1.0, wait=sleep, clock=time) -> None:
        self._folder, self._delay, self._wait, self._clock = folder, delay, wait, clock
        self._states: dict[str, HostState] = {}
        self._parsed: dict[str, Robots] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._own = threading.Lock()

    def now(self) -> float:
        """Seconds since 1970."""
        return self._clock()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        if seconds > 0:
            self._wait(seconds)

    def lock(self, origin: str) -> threading.Lock:
        """Held while an origin's pace or rules are looked at."""
        with self._own:
            return self._locks.setdefault(origin, threading.Lock())

    def _path(self, origin: str) -> Path | None:
        return self._folder / f"{sha256(origin.encode()).hexdigest()[:24]}.json" if self._folder else None

    def state(self, origin: str) -> HostState:
        """What is known of the origin."""
        if origin not in self._states:
            found = HostState()
            path = self._path(origin)
            if path:
                with suppress(OSError, ValueError, TypeError):
                    found = HostState(**json.loads(path.read_text(encoding="utf-8")))
            self._states[origin] = found
        return self._states[origin]

    def remember(self, origin: str, **changes: object) -> None:
        """Change what is known of the origin, on the disk too (written aside, then renamed)."""
        self._states[origin] = replace(self.state(origin), **changes)
        path = self._path(origin)
        if path and set(changes) - {"last_at"}:
            with suppress(OSError):
                path.parent.mkdir(parents=True, exist_ok=True)
                aside = path.with_suffix(f".{os.getpid()}.new")
                aside.write_text(json.dumps(asdict(self._states[origin])), encoding="utf-8")
                os.replace(aside, path)

    def take_turn(self, origin: str, delay: float | None) -> None:
        """Wait until the origin may be asked again."""
        with self.lock(origin + "#pace"):
            pause = self._delay if delay is None else delay
            self.sleep(self.state(origin).last_at + pause - self.now())
            self.remember(origin, last_at=self.now())

    def close(self, origin: str, seconds: float) -> None:
        """Leave the origin alone for some time."""
        self.remember(origin, closed_until=self.now() + min(seconds, MAX_PAUSE))

    def closed_for(self, origin: str) -> float:
        """Seconds for which the origin is still left alone."""
        return max(0.0, self.state(origin).closed_until - self.now())

    def known_robots(self, origin: str) -> Robots | None:
        """The origin's rules, when they were read lately."""
        state = self.state(origin)
        age = self.now() - state.robots_at
        if age >= (ROBOTS_FAILED_SECONDS if state.robots_failed else ROBOTS_SECONDS):
            self._parsed.pop(origin, None)
            return None
        if origin not in self._parsed:
            rules = Protego.parse(state.robots) if state.robots else None
            self._parsed[origin] = Robots(rules, state.robots_failed)
        return self._parsed[origin]

    def keep_robots(self, origin: str, text: str | None, failed: str | None = None) -> Robots:
        """Remember the origin's rules, or why they could not be read."""
        self._parsed.pop(origin, None)
        self.remember(origin, robots=text, robots_at=self.now(), robots_failed=failed)
        return self.known_robots(origin) or Robots(None, failed)

    @staticmethod
    def backoff(attempt: int) -> float:
        """Seconds before the next attempt: doubling, with jitter, so that many do not come back at once."""
        return min(2.0 ** (attempt - 1), 30.0) * (0.5 + random.random())
