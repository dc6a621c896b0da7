"""The stamp of a build: what the working file was built from, and which checks it has passed since.

Belongs here: saying whether a build is still good, so that a run without news costs nothing and nothing
unchecked is published. Does not belong here: building, checking, publishing.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from ingest.extract import extractor_version
from ingest.settings import Home, reference_dir
from ingest.warehouse import LAYOUT, Warehouse, lake_of
from orchestration import dbt

_RAW = """
    select
        count(*) as articles,
        coalesce(bit_xor(hash(article_id)), 0) as of_articles,
        (select count(*) from raw.quarantine) as quarantined
    from raw.articles
"""
_FACTS = """
    select
        count(*) as extractions,
        coalesce(bit_xor(hash(article_id, extractor_version, outcome)), 0) as of_extractions
    from facts.extractions
"""

_GONE = "select count(*) from intermediate.built_articles anti join raw.articles using (article_id)"


@dataclass(frozen=True)
class Stamp:
    """Fingerprints: of what the models were built from, what each suite passed on, and what was published.

    `code` is that of the build's code and reference data, and empty when what it was built from had not been checked.
    """

    built: str = ""
    code: str = ""
    checked: dict[str, str] = field(default_factory=dict)
    published: str = ""

    def has_passed(self, suite: str, mark: str) -> bool:
        """Whether the suite held on exactly this content."""
        return self.checked.get(suite) == mark

    def after_check(self, suite: str, mark: str) -> Stamp:
        """This stamp once the suite held on this content."""
        return replace(self, checked=self.checked | {suite: mark})

    def after_build(self, mark: str, code: str) -> Stamp:
        """This stamp once the models were built anew by this code: what was known about them is void."""
        kept = {suite: passed for suite, passed in self.checked.items() if suite != "marts"}
        return replace(self, built=mark, code=code, checked=kept)


def _path(home: Home) -> Path:
    return home.warehouse / "build.json"


def read(home: Home) -> Stamp:
    """The stamp of this home; an empty one when there is none that can be read."""
    try:
        stored = json.loads(_path(home).read_text(encoding="utf-8"))
        return Stamp(
            str(stored["built"]), str(stored["code"]), dict(stored["checked"]), str(stored["published"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Stamp()


def write(home: Home, stamp: Stamp) -> None:
    """Keep the stamp; swapped in by rename, so that a kill leaves the old one or the new one."""
    aside = _path(home).with_suffix(".json.new")
    aside.write_text(json.dumps(asdict(stamp)), encoding="utf-8")
    os.replace(aside, _path(home))


def code_digest(home: Home) -> str:
    """Hash of everything beside the articles that a build depends on, and of the lake that its marts lie in."""
    suites = sorted((Path(__file__).parent / "quality" / "suites").glob("*.yaml"))
    lake = lake_of(home)
    digest = sha256(f"{extractor_version()}:{LAYOUT}{f':{lake.address}' if lake else ''}".encode())
    for path in [*dbt.project_files(), *sorted(reference_dir().glob("*.csv")), *suites]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _mark(home: Home, *parts: object) -> str:
    return "s" + sha256(repr((*parts, code_digest(home))).encode()).hexdigest()[:20]


def fingerprint(home: Home) -> str:
    """'s' and 20 hex digits over articles, extractions, code and reference data: names the build."""
    with Warehouse(home) as warehouse:
        return _mark(home, warehouse.read(_RAW).row(0), warehouse.read(_FACTS).row(0))


def content_of(home: Home, suite: str) -> str:
    """The fingerprint of what a suite looks at: raw tables stay the same while facts are read from them."""
    if suite == "marts":
        return read(home).built
    if suite == "facts":
        return fingerprint(home)
    with Warehouse(home) as warehouse:
        return _mark(home, warehouse.read(_RAW).row(0))


def is_kept(home: Home) -> bool:
    """Whether the models of the last build can be kept but for what new articles touch.

    They can when that build ended well and every suite passed on it, with the same code, reference data and
    corrections, in this working file, and no article that it saw has gone.
    """
    last = read(home)
    if last.code != code_digest(home) or not last.has_passed("marts", last.built):
        return False
    with Warehouse(home) as warehouse:
        found = warehouse.read(
            "select count(*) from duckdb_tables() where schema_name = 'intermediate' and table_name = 'built_articles'"
        ).item()
        return bool(found) and not warehouse.read(_GONE).item()
