"""The line of imports: orchestration takes from ingest, never back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_imports_go_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_definitions_stay_a_page() -> None:
    assert len((ROOT / "orchestration" / "definitions.py").read_text(encoding="utf-8").splitlines()) < 30
