"""Known weaknesses of what is pinned: `make audit`. Belongs here: asking, by pip-audit, whichever index answers, and telling.

Exit code 0 when none is known, 1 when some are (each with the version that mends it), 3 when no index answers: then nothing
was audited, and nothing is said to be sound. Does not belong here: which versions are pinned (`requirements.lock`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

INDEXES = {"pypi": "https://pypi.org", "osv": "https://api.osv.dev"}
"""Those that pip-audit knows, by its names for them."""
SOUND, WEAK, UNREACHABLE = 0, 1, 3


class Unreachable(Exception):
    """An index that did not answer; the message is what was said instead."""


def ask(pip_audit: Path, index: str, pinned: list[str]) -> list[dict[str, Any]]:
    """What the index says of each pinned package: name, version, vulns, or skip_reason. Raises `Unreachable`."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder) / "requirements.txt", Path(folder) / "answer.json"
        asked.write_text("".join(f"{line}\n" for line in pinned), encoding="utf-8")
        done = subprocess.run(
            [pip_audit, "--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", "15", "--format", "json",
             "--vulnerability-service", index, "--output", answer, "--requirement", asked],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if not answer.exists():
            raise Unreachable((done.stderr.strip().splitlines() or ["no answer"])[-1][:200])
        told = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
    if all("skip_reason" in package for package in told):
        raise Unreachable(told[0]["skip_reason"] if told else "no answer")
    return told


def _tell(told: list[dict[str, Any]]) -> int:
    """Print what is known of whom; the exit code."""
    for package in told:
        if "skip_reason" in package:
            print(f"{package['name']}: not audited, {package['skip_reason']}")
        for weakness in package.get("vulns", []):
            names = ", ".join([weakness["id"], *weakness["aliases"]])
            print(f"{package['name']} {package['version']}: {names}; mended in {', '.join(weakness['fix_versions']) or 'no version'}")
    n_audited = sum("skip_reason" not in package for package in told)
    n_weak = sum(bool(package.get("vulns")) for package in told)
    print(f"{n_audited} of {len(told)} pinned packages audited, {n_weak} with known weaknesses.")
    return WEAK if n_weak else SOUND


def main() -> int:
    """Ask for one package first: an index that does not know it is not asked for the rest."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pip-audit", type=Path, required=True, help="the program")
    options.add_argument("--requirement", type=Path, required=True, help="name==version a line")
    given = options.parse_args()
    lines = given.requirement.read_text(encoding="utf-8").splitlines()
    pinned = [line.split(";")[0].strip() for line in lines if "==" in line and not line.startswith("#")]
    for index, address in INDEXES.items():
        try:
            ask(given.pip_audit, index, pinned[:1])
            return _tell(ask(given.pip_audit, index, pinned))
        except Unreachable as reason:
            print(f"{address} does not answer: {reason}", file=sys.stderr)
    print(f"Nothing was audited: no index of weaknesses could be reached for the {len(pinned)} pinned packages.", file=sys.stderr)
    return UNREACHABLE


if __name__ == "__main__":
    sys.exit(main())
