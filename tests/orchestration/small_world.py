"""Three articles, and a way to run a job over a home. Belongs here: helpers of these tests, no fixtures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

import pytest

from ingest.settings import Home

ARTICLES = (
    {
        "id": "w-1",
        "source": "Harbour Post",
        "published_date": "2025-07-26",
        "title": "Ministers meet",
        "text": "WASHINGTON: Pakistan's Deputy Prime Minister and Foreign Minister Ishaq Dar met US "
        "Secretary of State Marco Rubio in Washington on Friday. Rubio thanked Dar for the talks on trade.",
    },
    {
        "id": "w-2",
        "source": "Delta Wire",
        "published_date": "2025-07-26",
        "title": "Summit ahead",
        "text": "French President Emmanuel Macron will meet German Chancellor Friedrich Merz in Berlin "
        "next week.",
    },
    {
        "id": "w-3",
        "source": "Delta Wire",
        "published_date": "2025-07-27",
        "title": "Bakery",
        "text": "The bakery on the corner won a prize for its bread. Customers were pleased with the result.",
    },
)


def write_articles(path: Path, rows: tuple[dict[str, Any], ...] = ARTICLES, *, age_seconds: int = 60) -> Path:
    """A JSONL file that was written some time ago, so that the sensor takes it as settled."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    os.utime(path, (time() - age_seconds, time() - age_seconds))
    return path


@dataclass(frozen=True)
class World:
    """A home after one run that the sensor asked for, and what Dagster said."""

    home: Home
    tick: Any
    run: Any


@contextmanager
def without_checks() -> Iterator[None]:
    """Within: every publish leaves out dbt's tests and the checks, which take most of its time; for laws about rows."""
    from orchestration import pipeline

    right = pipeline.publish
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "publish", lambda *given, **named: right(*given, **(named | {"is_checked": False})))
        yield


def run_job(name: str, home: Home, **arguments: Any) -> Any:
    """Execute a job of the real definitions in this process over a home."""
    import dagster as dg

    from orchestration.definitions import defs
    from orchestration.place import Place

    with dg.DagsterInstance.ephemeral() as instance:
        return (
            defs()
            .resolve_job_def(name)
            .execute_in_process(
                instance=instance,
                resources={"place": Place(folder=str(home.root))},
                raise_on_error=False,
                **arguments,
            )
        )
