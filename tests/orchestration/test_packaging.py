"""What an installed package carries: every package, the dbt project and the reference tables."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CARRIED = (("dbt_project", {".sql", ".yml"}), ("data/reference", {".csv"}))
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def test_models_and_reference_tables_are_carried() -> None:
    globs = [pattern for patterns in SETUPTOOLS["data-files"].values() for pattern in patterns]
    carried = {path for pattern in globs for path in ROOT.glob(pattern)}
    made = {ROOT / "dbt_project" / name for name in ("target", "logs", ".user.yml")}
    needed = {
        path
        for folder, kinds in CARRIED
        for path in (ROOT / folder).rglob("*")
        if path.suffix in kinds and not made & {path, *path.parents}
    }
    assert needed <= carried


def test_files_land_where_their_folders_say() -> None:
    for target, patterns in SETUPTOOLS["data-files"].items():
        assert {str(Path(pattern).parent) for pattern in patterns} == {target.removeprefix("share/chancery/")}


def test_files_that_code_reads_beside_itself_are_carried() -> None:
    lying = {
        path
        for package in SETUPTOOLS["packages"]
        for path in (ROOT / package.replace(".", "/")).iterdir()
        if path.suffix in {".css", ".json"}
    }
    carried = {
        path
        for package, patterns in SETUPTOOLS["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    assert lying <= carried


def test_every_package_is_carried() -> None:
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for top in ("ingest", "orchestration")
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert found == set(SETUPTOOLS["packages"])
