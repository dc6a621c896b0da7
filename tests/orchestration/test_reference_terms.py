"""Every reference table stands in `data/reference/README.md`."""

from __future__ import annotations

from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"


def test_every_table_stands_in_the_readme() -> None:
    told = (REFERENCE / "README.md").read_text(encoding="utf-8")
    tables = [path for kind in ("csv", "yaml") for path in REFERENCE.rglob(f"*.{kind}")]
    assert tables and [path.name for path in tables if f"{path.name}`" not in told] == []
