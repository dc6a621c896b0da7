"""Where things lie: the state folder of a warehouse, and the project's own files.

Belongs here: paths and nothing but paths. Does not belong here: reading or writing what lies there.
"""

from __future__ import annotations

import os
import site
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "CHANCERY_HOME"


def _checkout() -> Path | None:
    """The checkout that this module lies in; None where it is an installed package."""
    found = Path(__file__).resolve().parents[1]
    return found if (found / "dbt_project").is_dir() else None


def project_root() -> Path:
    """The checkout, or the folder into which an installed package put `dbt_project/` and `data/reference/`."""
    if found := _checkout():
        return found
    places = [
        Path(place) / "share" / "chancery" for place in (sysconfig.get_path("data"), site.getuserbase())
    ]
    return next((place for place in places if place.is_dir()), places[0])


def default_home() -> Path:
    """The checkout's `data/`; of an installed package the person's data folder, which outlives its environment."""
    if found := _checkout():
        return found / "data"
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "chancery"


@contextmanager
def environment_with(name: str, value: str) -> Iterator[None]:
    """Within: this variable of the environment set to this value; afterwards as it was before."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before


def memory_limit() -> str:
    """The most memory that DuckDB may take in a process: `$CHANCERY_MEMORY_LIMIT`."""
    return os.environ.get("CHANCERY_MEMORY_LIMIT", "2GB")


def reference_dir() -> Path:
    """The folder of the lexicon's tables."""
    return project_root() / "data" / "reference"


def dbt_dir() -> Path:
    """The folder of the dbt project."""
    return project_root() / "dbt_project"


@dataclass(frozen=True)
class Home:
    """The state folder of one warehouse; nothing is created before `ensure`."""

    root: Path

    @staticmethod
    def resolve(path: str | Path | None = None) -> Home:
        """The folder named, else `$CHANCERY_HOME`, else `default_home`."""
        named = path or os.environ.get(HOME_VARIABLE) or default_home()
        return Home(Path(named).expanduser().resolve())

    @property
    def inbox(self) -> Path:
        """Drop files here."""
        return self.root / "inbox"

    @property
    def raw(self) -> Path:
        """Bytes as received, content-addressed."""
        return self.root / "raw"

    @property
    def fetch(self) -> Path:
        """What fetching remembers: conditions, links seen, manners of hosts, what waits to be taken in."""
        return self.root / "fetch"

    @property
    def warehouse(self) -> Path:
        """The folder of the DuckDB files."""
        return self.root / "warehouse"

    @property
    def published(self) -> Path:
        """The file that readers open."""
        return self.warehouse / "chancery.duckdb"

    @property
    def staging(self) -> Path:
        """The working file: only the pipeline opens it."""
        return self.warehouse / "staging-work.duckdb"

    @property
    def exports(self) -> Path:
        """One folder a table of Parquet files."""
        return self.root / "exports" / "parquet"

    @property
    def quality_docs(self) -> Path:
        """Data docs of the checks."""
        return self.root / "quality"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.root / "logs"

    @property
    def lock_file(self) -> Path:
        """Held by the one process that writes."""
        return self.warehouse / "writer.lock"

    def ensure(self) -> None:
        """Create the folders. Raises `EnvironmentProblem` where one cannot be made."""
        from ingest.errors import EnvironmentProblem

        for folder in (self.inbox, self.raw, self.warehouse, self.exports, self.quality_docs, self.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise EnvironmentProblem(f"cannot create {folder}: {error.strerror or error}") from error
