"""What tells a person that something went wrong: a line in a log, and a message to a webhook where one is set.

Belongs here: the message and its two ways. Does not belong here: deciding when (`defs/sensors.py`).
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ingest.errors import EnvironmentProblem
from ingest.fetching import Door, Limits, Manners, Refused, loopback_endpoints
from ingest.redaction import redacted
from ingest.settings import Home

WEBHOOK_VARIABLE = "CHANCERY_ALERT_WEBHOOK"
_LIMITS = Limits(seconds=15.0, step_seconds=10.0, max_bytes=100_000, tries=2)


def _secrets() -> list[str]:
    """What no log may hold: the webhook's address, whole and without its host, is the right to write there."""
    url = os.environ.get(WEBHOOK_VARIABLE, "").strip()
    return [url, urlsplit(url).path.strip("/"), urlsplit(url).query]


def _write(home: Home, what: str) -> None:
    """One line in the home's log of alerts."""
    home.logs.mkdir(parents=True, exist_ok=True)
    line = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {' '.join(redacted(what, *_secrets()).split())}\n"
    with (home.logs / "alerts.log").open("a", encoding="utf-8") as log:
        log.write(line)


def _post(url: str, what: str) -> str | None:
    """Send the message; what went wrong with it, if anything."""
    body = json.dumps({"text": what}, ensure_ascii=False).encode()
    try:
        with Door(Manners(delay=0.0), _LIMITS, allowed=loopback_endpoints(url)) as door:
            door.post(url, body, "application/json")
    except Refused as problem:
        return redacted(f"{problem.reason}: {problem.detail}", *_secrets())
    except EnvironmentProblem as problem:
        return redacted(str(problem), *_secrets())
    return None


def alert(home: Home, what: str) -> str:
    """Tell it everywhere it can be told, and say where that was; an alert that fails is told in the log, never raised."""
    _write(home, what)
    url = os.environ.get(WEBHOOK_VARIABLE, "").strip()
    if not url:
        return "told in alerts.log"
    problem = _post(url, what)
    if problem is None:
        return "told in alerts.log and by webhook"
    _write(home, f"the webhook did not take an alert: {problem}")
    return f"told in alerts.log; the webhook did not take it: {problem}"
