"""Laws of what the project stands on: every package pinned, from no named host, and none under a licence that binds ours."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata

from ingest.settings import project_root

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==[^\s;]+( ; .+)?$")
_BINDS = re.compile(r"\b(?:A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)
# both may be had under another licence too (Artistic; MPL)
_SEEN = {"text-unidecode", "tld"}
_LESSER = re.compile(r"\bLGPL|Lesser|MPL", re.IGNORECASE)


def _pins() -> list[str]:
    lines = (project_root() / "requirements.lock").read_text().splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_every_package_is_pinned_and_no_host_is_named() -> None:
    assert all(_PIN.match(line) for line in _pins())
    assert "://" not in "\n".join(_pins())


def test_no_licence_binds_the_project() -> None:
    bound = []
    for line in _pins():
        name = _PIN.match(line)[1]
        try:
            told = metadata(name)
        except PackageNotFoundError:
            continue
        classified = [c for c in told.get_all("Classifier") or [] if c.startswith("License")]
        licences = " | ".join([told.get("License-Expression") or "", (told.get("License") or "")[:200], *classified])
        alternatives = re.split(r"\bOR\b| \| |;|,", licences)
        if any(_BINDS.search(one) and not _LESSER.search(one) for one in alternatives) and not re.search(r"\b(?:MIT|BSD|Apache)", licences):
            bound.append(name)
    assert set(bound) <= _SEEN
