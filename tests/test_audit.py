"""What `make audit` says and ends with, by what an index answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("audit.py")
_SOUND = {"name": "sound", "version": "1.0", "vulns": []}
_UNKNOWN = {"name": "odd", "skip_reason": "not found"}
_WEAK = {"name": "weak", "version": "2.0", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1"]}]}


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ({"pypi": [_SOUND, _SOUND]}, 0, "2 of 2 pinned packages audited, 0 with known weaknesses"),
        ({"pypi": [_SOUND, _WEAK]}, 1, "weak 2.0: PYSEC-1, CVE-1; mended in 2.1"),
        ({"pypi": [_SOUND, _UNKNOWN]}, 0, "odd: not audited, not found"),
        ({"pypi": [_UNKNOWN, _UNKNOWN], "osv": [_SOUND, _WEAK]}, 1, "2 of 2 pinned packages audited"),
        ({"osv": [_SOUND, _SOUND]}, 0, "https://pypi.org does not answer: no route"),
        ({}, 3, "Nothing was audited"),
    ],
)
def test_what_is_known_is_told_by_message_and_exit_code(
    tmp_path: Path, answers: dict[str, list[dict[str, Any]]], code: int, said: str
) -> None:
    lock, program = tmp_path / "requirements.lock", tmp_path / "pip-audit"
    lock.write_text("sound==1.0\nother==2.0 ; python_version < '4'\n")
    program.write_text(
        f"#!{sys.executable}\nimport json, sys\nword = dict(zip(sys.argv, sys.argv[1:]))\nanswers = json.loads({json.dumps(answers)!r})\n"
        "asked = len(open(word['--requirement']).readlines())\nindex = word['--vulnerability-service']\n"
        "if index not in answers: sys.exit('no route')\n"
        "json.dump({'dependencies': answers[index][:asked]}, open(word['--output'], 'w'))\n"
    )
    program.chmod(0o755)
    done = subprocess.run(
        [sys.executable, SCRIPT, "--pip-audit", program, "--requirement", lock], capture_output=True, text=True
    )
    assert done.returncode == code and said in done.stdout + done.stderr, done
