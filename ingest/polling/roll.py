"""The sources as `sources.yaml` lists them: the home's own list, else the project's.

Belongs here: reading and checking the list. Does not belong here: asking a source (`poll`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from ingest.errors import UsageError
from ingest.fetching.addresses import Refused, checked_url, endpoint_of
from ingest.settings import Home, reference_dir

KINDS = {
    "feed": "RSS or Atom",
    "sitemap": "a news sitemap, or an index of such",
    "gdelt": "a list of articles by GDELT: its article list (JSON), its global article list (JSON lines) or its events (CSV)",
    "page": "one page",
    "warc": "a web archive",
    "folder": "a folder of files, below the home",
}
TEXTS = ("page", "feed")
_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,60}$")
_PLACES = re.compile(r"\{(yyyy|mm|dd)\}")
_KNOWN = frozenset(["name", "kind", "address", "language", "country", "rate", "text", "active", "hours", "pages"])


@dataclass(frozen=True)
class Source:
    """One source: where it is asked, and how gently.

    `rate` is requests a minute to one host; `text` says whether the article is in the feed or on the page that it names;
    `hours` is how old its last answer may be before it counts as late; `pages` is how many pages one poll fetches at most.
    """

    name: str
    kind: str
    address: str
    language: str | None = None
    country: str | None = None
    rate: float = 30.0
    text: str = "page"
    active: bool = True
    hours: float = 6.0
    pages: int = 200

    @property
    def delay(self) -> float:
        """Seconds between two requests to one host."""
        return 60.0 / self.rate

    @property
    def has_days(self) -> bool:
        """Whether the address differs from day to day."""
        return bool(_PLACES.search(self.address))

    @property
    def reaches_back(self) -> bool:
        """Whether it can be asked for what was published on a day."""
        return self.has_days or self.kind == "sitemap" or (self.kind == "feed" and self.text == "page")

    def address_on(self, day: date) -> str:
        """The address for a day."""
        parts = {"yyyy": f"{day:%Y}", "mm": f"{day:%m}", "dd": f"{day:%d}"}
        return _PLACES.sub(lambda match: parts[match[1]], self.address)


def _source(row: Any, place: str) -> Source:
    """One row as a source. Raises `UsageError` that says where and what."""
    if not isinstance(row, dict):
        raise UsageError(f"{place}: not a row of fields")
    unknown = sorted(set(map(str, row)) - _KNOWN)
    if unknown:
        raise UsageError(f"{place}: no field {', '.join(unknown)}; there are {', '.join(sorted(_KNOWN))}")
    try:
        found = Source(**row)
        checks = (
            (isinstance(found.name, str) and _NAME.match(found.name), "name: small letters, digits, - and _"),
            (found.kind in KINDS, f"kind: one of {', '.join(KINDS)}"),
            (isinstance(found.address, str) and found.address.strip(), "address is missing"),
            (found.text in TEXTS, f"text: one of {', '.join(TEXTS)}"),
            (0 < float(found.rate) <= 60_000, "rate: requests a minute, above 0"),
            (isinstance(found.active, bool), "active: true or false"),
            (float(found.hours) > 0 and int(found.pages) > 0, "hours and pages: above 0"),
            (found.language is None or re.match(r"^[a-z]{2,3}$", str(found.language)), "language: an ISO 639 code"),
            (found.country is None or re.match(r"^[A-Z]{3}$", str(found.country)), "country: an ISO 3166 alpha-3 code"),
        )
    except (TypeError, ValueError) as error:
        raise UsageError(f"{place}: {error}") from error
    for is_good, complaint in checks:
        if not is_good:
            raise UsageError(f"{place}: {complaint}")
    if found.kind != "folder":
        _check_address(found, place)
    return found


def _check_address(source: Source, place: str) -> None:
    """Raises `UsageError` where no poll could ever ask the address; what only the network can say is left to the poll."""
    address = source.address_on(date(2000, 1, 1))
    if "{" in address:
        raise UsageError(f"{place}: address: {source.address} has another place than {{yyyy}}, {{mm}} and {{dd}}")
    try:
        checked_url(address, [endpoint_of(urlsplit(address))])
    except (Refused, ValueError) as problem:
        raise UsageError(f"{place}: address: {getattr(problem, 'detail', problem)}") from problem


def _refuse_twice(what: str, values: Iterable[str], path: Path) -> None:
    """Raises `UsageError` with what stands in the list more than once."""
    twice = sorted(value for value, count in Counter(values).items() if count > 1)
    if twice:
        raise UsageError(f"{path}: {what} twice in the list: {', '.join(twice)}")


def list_path(home: Home) -> Path:
    """The list that holds for a home: its own where it has one, else the project's."""
    own = home.root / "sources.yaml"
    return own if own.exists() else reference_dir() / "sources.yaml"


def roll(home: Home) -> list[Source]:
    """Every source, in the order of the list. Raises `UsageError` with file, row and reason."""
    path = list_path(home)
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(rows, list):
        raise UsageError(f"{path}: not a list of sources")
    found = [_source(row, f"{path}, source {number}") for number, row in enumerate(rows, start=1)]
    _refuse_twice("a name", (source.name for source in found), path)
    _refuse_twice("an address", (source.address for source in found), path)
    return found


def named(home: Home, names: list[str]) -> list[Source]:
    """The sources of these names, active or not; without names the active ones. Raises `UsageError`."""
    known = {source.name: source for source in roll(home)}
    missing = sorted(set(names) - set(known))
    if missing:
        raise UsageError(f"no source {', '.join(missing)} in {list_path(home)}: there are {', '.join(known) or 'none'}")
    return [known[name] for name in names] if names else [source for source in known.values() if source.active]
