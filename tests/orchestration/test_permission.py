"""A home that may not be written is told in one line, and works once it may be.

Belongs here: users without permission. Does not belong here: read-only and full disks (`test_faults.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_world import write_articles

# root may write anywhere, unless these rights are taken from it
_WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def _ingest(home: Path, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_WITHOUT_RIGHTS, sys.executable, "-m", "orchestration.cli", "ingest", str(path)],
        env=os.environ | {"CHANCERY_HOME": str(home)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.torture
@pytest.mark.skipif(bool(_WITHOUT_RIGHTS) and not shutil.which("setpriv"), reason="setpriv takes root's rights away")
@pytest.mark.parametrize("below", ["", "home"])
def test_no_permission_is_told_and_works_once_it_is_given(tmp_path: Path, below: str) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    articles = write_articles(tmp_path / "a.jsonl")
    broken = _ingest(closed / below, articles)
    said = broken.stdout + broken.stderr
    assert broken.returncode == 3 and "Permission denied" in said and str(closed) in said, said
    assert "Traceback" not in said and list(closed.iterdir()) == []
    closed.chmod(0o700)
    again = _ingest(closed / below, articles)
    assert again.returncode == 0, again.stdout + again.stderr
