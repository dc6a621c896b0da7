"""What an installed package carries: every package, the dbt project and the reference tables; and that it works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from small_world import write_articles

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
        assert {str(Path(pattern).parent) for pattern in patterns} == {str(Path(target).relative_to("share/chancery"))}


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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the files that git knows, built as `pip install .` builds it."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")[:-1]:
        if (ROOT / name).exists() and not name.startswith("tests/"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--quiet",
        "--wheel-dir",
        str(out),
        str(source),
    ]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    if "No matching distribution" in done.stderr and not os.environ.get("CI"):
        pytest.skip("the build's own tools cannot be had without a network")
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment outside the checkout with the wheel in it; what it stands on comes from the environment of the tests."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place)
    python = str(place / "bin" / "python")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    packages = next(place.glob("lib/python*/site-packages"))
    # a folder named so is searched last, and its own .pth file, which leads to the checkout, is not read
    (packages / "below.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n", encoding="utf-8")
    return place


def chancery(place: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The installed command, in a folder of its own and with a person's data folder of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in {"CHANCERY_HOME", "PYTHONPATH"}}
    return subprocess.run(
        [str(place / "bin" / "chancery"), *words],
        cwd=folder,
        env=kept | {"HOME": str(folder / "person"), "XDG_DATA_HOME": str(folder / "person" / "data")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_wheel_holds_the_packages_the_models_and_the_tables_and_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    shared = {
        name.split(".data/data/share/chancery/")[1] for name in names if ".data/data/share/chancery/" in name
    }
    for folder, kinds in CARRIED:
        assert {str(path.relative_to(ROOT)) for path in _tracked(folder) if path.suffix in kinds} <= shared
    for package in SETUPTOOLS["packages"]:
        assert f"{package.replace('.', '/')}/__init__.py" in names
    assert "orchestration/dagster.yaml" in names
    assert not [name for name in names if name.startswith("tests/")]


def _tracked(folder: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", folder], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0")[:-1] if (ROOT / name).exists()]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_installed_command_runs_the_pipeline_outside_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    told = chancery(installed, tmp_path, "--help")
    assert told.returncode == 0 and "explain" in told.stdout
    write_articles(tmp_path / "articles.jsonl")
    ran = chancery(installed, tmp_path, "run", "articles.jsonl")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    published = tmp_path / "person" / "data" / "chancery" / "warehouse" / "chancery.duckdb"
    assert published.exists(), ran.stdout
    asked = chancery(installed, tmp_path, "query", "--csv", "select count(*) from marts.articles")
    assert asked.stdout.split()[-1] == "3"
    assert not (installed / "share" / "chancery" / "data" / "warehouse").exists()


@pytest.mark.slow
def test_dagster_loads_the_installed_definitions(installed: Path, tmp_path: Path) -> None:
    code = (
        "from orchestration.definitions import defs; print(len(defs().get_repository_def().get_all_jobs()))"
    )
    kept = {name: value for name, value in os.environ.items() if name not in {"CHANCERY_HOME", "PYTHONPATH"}}
    done = subprocess.run(
        [str(installed / "bin" / "python"), "-c", code],
        cwd=tmp_path,
        env=kept | {"CHANCERY_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) > 1
