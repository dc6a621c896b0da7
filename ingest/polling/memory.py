"""What a source gave before.

Belongs here: conditions for the next question, links seen with their marks, failures. A lost memory costs requests, never
articles: whatever is fetched again is known by its contents. Does not belong here: the articles themselves.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ingest.polling.links import Link

MAX_TRIES = 5
FORGET_SECONDS = 60 * 24 * 3600
_PAUSES = (0, 3600, 6 * 3600, 24 * 3600, 72 * 3600)
"""After so many failures a page is left alone for so long; after the last it is given up."""


@dataclass
class Memory:
    """The memory of one source; `seen` maps an address to its mark, time, and number of failures (0: fetched)."""

    path: Path
    conditions: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: dict[str, list] = field(default_factory=dict)

    @staticmethod
    def of(folder: Path, name: str) -> Memory:
        """As it was left; empty when there is none that can be read."""
        memory = Memory(folder / f"{name}.json")
        with suppress(OSError, ValueError, KeyError, TypeError):
            stored = json.loads(memory.path.read_text(encoding="utf-8"))
            memory.conditions, memory.seen = dict(stored["conditions"]), dict(stored["seen"])
        return memory

    def wants(self, link: Link, now: float) -> bool:
        """Whether the link is new, has changed, or failed long enough ago to be tried again."""
        if link.url not in self.seen:
            return True
        mark, at, failures = self.seen[link.url]
        if link.mark and mark != link.mark:
            return True
        return 0 < failures < MAX_TRIES and now - at >= _PAUSES[min(failures, len(_PAUSES) - 1)]

    @property
    def is_waiting(self) -> bool:
        """Whether a page is to be tried again, so that the list is wanted even when it has not changed."""
        return any(0 < failures < MAX_TRIES for _, _, failures in self.seen.values())

    def done(self, link: Link, now: float) -> None:
        """The link was fetched."""
        self.seen[link.url] = [link.mark, now, 0]

    def failed(self, link: Link, now: float, *, is_final: bool) -> None:
        """The link was refused; one that is refused for good is not tried again."""
        failures = self.seen.get(link.url, ["", 0, 0])[2]
        self.seen[link.url] = [link.mark, now, MAX_TRIES if is_final else failures + 1]

    def keep(self, now: float) -> None:
        """Write the memory, without what no list has named for long; aside first, then renamed."""
        self.seen = {url: told for url, told in self.seen.items() if now - told[1] < FORGET_SECONDS}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        aside = self.path.with_suffix(f".{os.getpid()}.new")
        stored = {name: value for name, value in asdict(self).items() if name != "path"}
        aside.write_text(json.dumps(stored), encoding="utf-8")
        os.replace(aside, self.path)

    def touch(self, links: list[Link], now: float) -> None:
        """Links that a list still names are not forgotten."""
        for link in links:
            if link.url in self.seen and self.seen[link.url][2] == 0:
                self.seen[link.url][1] = now
