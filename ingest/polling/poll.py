"""One poll of a source: its list, the pages it names, stored bytes, and a note of what happened.

Belongs here: the order of these steps, and what counts as new, refused or put off. Bytes are stored before anything is
noted, and what is remembered of the source is written last: a poll that is killed at any point is made good by the next.
Does not belong here: HTTP (`ingest/fetching/`), reading of articles (`ingest/sources/`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from ingest.fetching import Answer, Door, Limits, Refused
from ingest.polling import links as lists
from ingest.polling.links import Link
from ingest.polling.log import Poll, write_log
from ingest.polling.memory import Memory
from ingest.polling.pending import note
from ingest.polling.roll import Source
from ingest.settings import Home
from ingest.sources import store
from ingest.sources.html import MAX_LIST_BYTES, MAX_PAGE_BYTES, Readers
from ingest.sources.records import Unreadable
from ingest.sources.store import FETCHED, POLLED, Arrival

PAGE_TYPES = ("text/html", "application/xhtml+xml")
FEED_TYPES = (
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml", "text/html", "text/plain",
    "application/octet-stream", "application/x-gzip", "application/gzip",
)  # fmt: skip
ARCHIVE_BYTES = 2_000_000_000
ARCHIVE_SECONDS = 3600.0
POLL_SECONDS = 600.0
MAX_MAPS = 20
_THREADS = 4
_FINAL = frozenset([
    "bad_url", "forbidden_scheme", "forbidden_port", "robots_disallowed", "http_gone", "http_closed", "wrong_content_type",
    "too_large", "insecure_redirect", "private_address", "too_many_redirects",
])  # fmt: skip


@dataclass
class _Run:
    """One poll at work: what is asked with, what has arrived so far."""

    home: Home
    source: Source
    door: Door
    readers: Readers
    memory: Memory
    address: str
    started_at: str
    until: float
    day: date | None = None
    arrivals: list[Arrival] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(
        ("n_listed", "n_fetched", "n_known", "n_refused", "n_deferred", "n_bytes"), 0
    ))  # fmt: skip
    conditions: dict[str, dict[str, str]] = field(default_factory=dict)
    maps: set[str] = field(default_factory=set)

    def arrival(self, url: str, kind: str, **more: str | None) -> Arrival:
        """An arrival of this poll, in the order of coming."""
        given = POLLED + self.source.name
        return Arrival(url, url, given, len(self.arrivals), self.started_at, kind, **more)

    def take(self, arrival: Arrival) -> None:
        """Write the arrival's manifest and note it; one that came before keeps its first time."""
        store.record(self.home.raw, arrival)
        self.arrivals.append(arrival)

    def refuse(self, url: str, reason: str, detail: str) -> None:
        """An input that did not come."""
        self.counts["n_refused"] += 1
        self.take(self.arrival(url, FETCHED, reason=reason, detail=detail[:500]))

    def ask(self, url: str, **options: object) -> Answer:
        """Ask at the pace that the list of sources sets."""
        answer = self.door.get(url, delay=self.source.delay, **options)
        self.counts["n_bytes"] += answer.n_bytes
        return answer


def _list(run: _Run, url: str) -> Answer:
    """The list, if it has changed. What to send next time is remembered only when the whole poll is noted."""
    limits = replace(run.door.limits, max_bytes=MAX_LIST_BYTES)
    accept = FEED_TYPES if run.source.kind in ("feed", "sitemap") else ()
    is_conditional = run.day is None and not run.memory.is_waiting
    condition = run.memory.conditions.get(url) if is_conditional else None
    answer = run.ask(url, accept=accept, condition=condition, limits=limits)
    if answer.condition and not answer.is_unchanged:
        run.conditions[url] = answer.condition
    return answer


def _sitemap_links(run: _Run, url: str, depth: int = 0) -> list[Link] | None:
    """The pages of a sitemap and of those it names, the latest first; None when nothing has changed."""
    run.maps.add(url)
    answer = _list(run, url)
    if answer.is_unchanged:
        return None
    pages, maps = lists.from_sitemap(answer.body, run.readers)
    wanted = sorted((item for item in maps if run.day is None or item.is_of(run.day)), key=lambda item: item.mark, reverse=True)
    for item in wanted if depth < 2 else ():
        if item.url not in run.maps and len(run.maps) <= MAX_MAPS:
            pages += _sitemap_links(run, item.url, depth + 1) or []
    return list({link.url: link for link in reversed(pages)}.values())[::-1]


def _feed_links(run: _Run) -> list[Link] | None:
    """The entries of a feed, or, where the articles are in it, the feed itself as an arrival and no link."""
    answer = _list(run, run.address)
    if answer.is_unchanged:
        return None
    found = lists.from_feed(answer.body, answer.url, run.readers)
    if run.source.text == "page":
        return found
    run.counts["n_listed"] += len(found)
    described = {name: value for name, value in (("source", run.source.name), ("language", run.source.language)) if value}
    sidecar = store.keep_bytes(run.home.raw, json.dumps(described, sort_keys=True).encode())
    arrival = run.arrival(run.address, "xml", sha256=store.keep_bytes(run.home.raw, answer.body), sidecar_path=None)
    run.take(replace(arrival, sidecar_sha256=sidecar))
    run.counts["n_fetched"] += len(found)
    return []


def _links(run: _Run) -> list[Link] | None:
    """The links that a source has now; None when it says that nothing has changed. Raises `Refused`, `Unreadable`."""
    kind = run.source.kind
    if kind == "feed":
        return _feed_links(run)
    if kind == "sitemap":
        return _sitemap_links(run, run.address)
    if kind == "gdelt":
        answer = _list(run, run.address)
        return None if answer.is_unchanged else lists.from_gdelt(answer.body)
    return _single(run)


def _single(run: _Run) -> list[Link] | None:
    """One page, fetched again whenever it has changed: itself an arrival, and no link."""
    is_conditional = run.day is None and not run.memory.is_waiting
    answer = run.ask(
        run.address, accept=PAGE_TYPES, condition=run.memory.conditions.get(run.address) if is_conditional else None,
        limits=replace(run.door.limits, max_bytes=MAX_PAGE_BYTES),
    )  # fmt: skip
    if answer.is_unchanged:
        return None
    run.conditions[run.address] = answer.condition
    run.counts["n_listed"] += 1
    _settle(run, Link(run.address), answer, datetime.now(UTC).timestamp())
    return []


def _fetch_archive(run: _Run, link: Link) -> Answer:
    """A web archive, by way of a file."""
    limits = Limits(seconds=ARCHIVE_SECONDS, max_bytes=ARCHIVE_BYTES, tries=run.door.limits.tries)
    run.home.fetch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=run.home.fetch) as folder:
        path = Path(folder) / "archive"
        with path.open("w+b") as file:
            answer = run.ask(link.url, limits=limits, into=file)
        run.take(run.arrival(link.url, "warc", sha256=store.keep(run.home.raw, path)))
    return answer


def _page(run: _Run, link: Link) -> Answer | Refused | None:
    """The page, or why it did not come; None when there is no time left for it."""
    if monotonic() > run.until:
        return None
    try:
        return run.ask(link.url, accept=PAGE_TYPES, limits=replace(run.door.limits, max_bytes=MAX_PAGE_BYTES))
    except Refused as problem:
        return problem


def _take_page(run: _Run, link: Link, answer: Answer) -> None:
    """Store the page with what its list tells of it."""
    dated_by = run.source.kind if run.source.kind in ("feed", "sitemap", "gdelt") else "input"
    if not link.language and run.source.language and run.source.kind != "gdelt":
        link = replace(link, language=run.source.language)
    described = json.dumps(link.described(run.source.name, dated_by, answer.charset), ensure_ascii=False, sort_keys=True)
    arrival = run.arrival(
        link.url, "html", sha256=store.keep_bytes(run.home.raw, answer.body),
        sidecar_path=None, sidecar_sha256=store.keep_bytes(run.home.raw, described.encode()),
    )  # fmt: skip
    run.take(arrival)


def _settle(run: _Run, link: Link, outcome: Answer | Refused | None, now: float) -> None:
    """Count what came of a link, and remember it."""
    if outcome is None or isinstance(outcome, Refused) and outcome.is_deferred:
        run.counts["n_deferred"] += 1
    elif isinstance(outcome, Refused):
        run.refuse(link.url, outcome.reason, outcome.detail)
        run.memory.failed(link, now, is_final=outcome.reason in _FINAL)
    elif not outcome.body.strip():
        run.refuse(link.url, "no_text", "an answer without a byte")
        run.memory.failed(link, now, is_final=False)
    else:
        _take_page(run, link, outcome)
        run.counts["n_fetched"] += 1
        run.memory.done(link, now)


def _pages(run: _Run, found: Sequence[Link]) -> None:
    """Fetch what is new or changed among the links."""
    now = datetime.now(UTC).timestamp()
    run.counts["n_listed"] += len(found)
    of_day = [link for link in found if run.day is None or link.is_of(run.day)]
    wanted = [link for link in of_day if run.memory.wants(link, now)]
    run.counts["n_known"] += len(of_day) - len(wanted)
    run.memory.touch(of_day, now)
    limit = run.source.pages if run.day is None else len(wanted)
    run.counts["n_deferred"] += len(wanted[limit:])
    with ThreadPoolExecutor(_THREADS) as threads:
        for link, outcome in zip(wanted[:limit], threads.map(lambda link: _page(run, link), wanted[:limit]), strict=True):
            _settle(run, link, outcome, now)


def _archive(run: _Run, link: Link) -> None:
    """Fetch a web archive, once."""
    now = datetime.now(UTC).timestamp()
    run.counts["n_listed"] += 1
    if not run.memory.wants(link, now):
        run.counts["n_known"] += 1
        return
    _fetch_archive(run, link)
    run.counts["n_fetched"] += 1
    run.memory.done(link, now)


def _work(run: _Run) -> dict[str, str | None]:
    """List and pages; how it went. No refusal gets out: each is an input with its reason."""
    try:
        if run.source.kind == "warc":
            _archive(run, Link(run.address))
            return {"outcome": "ok"}
        found = _links(run)
        if found is None:
            return {"outcome": "unchanged"}
        _pages(run, found)
        return {"outcome": "ok"}
    except Refused as problem:
        if not problem.is_deferred:
            run.refuse(run.address, problem.reason, problem.detail)
        return {"outcome": "refused", "reason": problem.reason, "detail": problem.detail[:500]}
    except Unreadable as problem:
        run.refuse(run.address, problem.reason, problem.detail)
        return {"outcome": "refused", "reason": problem.reason, "detail": problem.detail[:500]}


def poll(home: Home, source: Source, door: Door, readers: Readers, day: date | None = None) -> Poll:
    """Ask a source for what is new, or for what it published on a day; what came waits to be taken in."""
    started = monotonic()
    address = source.address_on(day) if day else source.address_on(datetime.now(UTC).date())
    name = source.name if day is None else f"{source.name}-{day}"
    memory = Memory.of(home.fetch / "sources", source.name)
    run = _Run(home, source, door, readers, memory, address, store.utc_now(), started + POLL_SECONDS, day)
    told = _work(run)
    note(home, name, run.arrivals)
    if told["outcome"] == "ok" and not run.counts["n_deferred"]:
        memory.conditions |= run.conditions
    elif told["outcome"] == "ok":
        # what was put off must come again, so the list is asked for without a condition
        memory.conditions = {url: sent for url, sent in memory.conditions.items() if url not in run.conditions}
    memory.keep(datetime.now(UTC).timestamp())
    poll_id = "p" + sha256(f"{source.name}|{run.started_at}|{day}".encode()).hexdigest()[:20]
    done = Poll(
        poll_id, source.name, source.kind, address, run.started_at, day.isoformat() if day else None,
        round(monotonic() - started, 3), **(told | run.counts),
    )  # fmt: skip
    write_log(home, done)
    return done
