"""The command line: messages, exit codes, and that nobody sees a bare traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest import errors
from ingest.settings import Home
from ingest.warehouse import writer_lock
from orchestration import cli, pipeline

pytestmark = pytest.mark.usefixtures("state_folder")  # `--home` sets the environment of its process

VERBS = (
    "run",
    "ingest",
    "build",
    "check",
    "publish",
    "verify",
    "replay",
    "forget",
    "status",
    "query",
    "explain",
    "eval",
    "roster",
)


def chancery(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    with pytest.raises(SystemExit) as end:
        cli.main(list(words))
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out, said.err


def test_help_lists_every_verb_without_importing_the_heavy_parts() -> None:
    heavy = ("dagster", "polars", "duckdb", "dbt", "great_expectations")
    script = f"import sys, orchestration.cli; print([m for m in {heavy} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
    shown = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--help"], capture_output=True, text=True, check=True
    )
    assert all(f"  {verb} " in shown.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = chancery(capsys, verb, "--help")
    assert code == 0
    assert len(out.splitlines()) > 3


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("fly",), 2, "No such command"),
        (("run", "--wings"), 2, "No such option"),
        (("run", "/no/such/file.jsonl"), 2, "no such file or folder"),
        (("check", "poetry"), 2, "no suite"),
        (("query", "select 1"), 3, "nothing is published"),
        (("explain", "x12"), 2, "no fact id"),
        (("eval", "/no/such/gold.jsonl"), 2, "no such file"),
    ],
)
def test_wrong_use_is_told(
    words: tuple[str, ...], code: int, message: str, state_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    got, _, told = chancery(capsys, *words)
    assert (got, "Traceback" in told) == (code, False)
    assert message in told


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.CheckFailed("evidence is not exact"), 1),
        (errors.EnvironmentProblem("disk full"), 3),
        (errors.DamagedData("bytes differ"), 4),
        (PermissionError(13, "Permission denied", "/srv/news"), 3),
    ],
)
def test_errors_have_their_codes(
    error: Exception, code: int, state_folder: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(pipeline, "run", fails)
    got, _, told = chancery(capsys, "run", str(Path(__file__).parent))
    assert got == code
    assert told.startswith("chancery: ")


def test_the_unexpected_is_one_line_and_a_file(
    state_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("by nobody foreseen")

    monkeypatch.setattr(pipeline, "run", breaks)
    code, _, told = chancery(capsys, "run", str(Path(__file__).parent))
    assert code == 3
    assert len(told.splitlines()) == 1
    log = next((state_folder / "logs").glob("error-*.log"))
    assert str(log) in told
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


def test_a_held_lock_is_an_environment_problem(home: Home) -> None:
    with writer_lock(home):
        other = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", "run", str(home.inbox), "--home", str(home.root)],
            capture_output=True,
            text=True,
        )
    assert other.returncode == 3
    assert "is being written by process" in other.stderr
    assert "Traceback" not in other.stderr


def test_a_second_run_says_that_nothing_changed(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = chancery(capsys, "run", str(home.inbox), "--home", str(home.root))
    assert code == 0
    assert "Nothing changed" in out


def test_home_may_stand_before_the_verb(
    world_home: Home, state_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = chancery(capsys, "--home", str(world_home.root), "status")
    assert code == 0
    assert str(world_home.published) in out


def test_query_prints_tables_csv_and_json(world_home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "select external_id, language from marts.articles order by external_id limit 2"
    place = ("--home", str(world_home.root))
    assert "2 rows" in chancery(capsys, "query", sql, *place)[1]
    assert chancery(capsys, "query", sql, "--csv", *place)[1].splitlines()[:2] == [
        "external_id,language",
        "w-1,en",
    ]
    rows = chancery(capsys, "query", sql, "--json", *place)[1].splitlines()
    assert json.loads(rows[0]) == {"external_id": "w-1", "language": "en"}


def test_csv_is_safe_to_open_in_a_spreadsheet(world_home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = chancery(capsys, "query", "select '=1+1' as formula", "--csv", "--home", str(world_home.root))
    assert out.splitlines()[1] == "'=1+1"


def test_query_cannot_write_or_read_beside_the_warehouse(
    world_home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("--home", str(world_home.root))
    for sql in (
        "delete from marts.articles",
        f"copy marts.articles to '{tmp_path}/x.csv'",
        "from read_text('/etc/hostname')",
    ):
        assert chancery(capsys, "query", sql, *place)[0] == 2
    assert not list(tmp_path.iterdir())


def test_a_fact_is_explained_by_its_sentence(world_home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--home", str(world_home.root))
    held = "select meeting_id from marts.meetings where status = 'occurred' order by all limit 1"
    meeting_id = chancery(capsys, "query", held, "--csv", *place)[1].splitlines()[1]
    code, out, _ = chancery(capsys, "explain", meeting_id, *place)
    assert code == 0
    assert "Harbour Post" in out and "characters" in out and "rule" in out


def test_a_damaged_published_file_is_told(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    home.published.write_bytes(b"not a database" * 1000)
    code, _, told = chancery(capsys, "query", "select 1", "--home", str(home.root))
    assert code == 4
    assert "cannot be opened" in told


def test_verify_finds_no_damage_and_then_some(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    place = ("--home", str(home.root))
    assert chancery(capsys, "verify", *place)[:2] == (0, "No damage found.\n")
    stored = max(
        (path for path in home.raw.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    stored.chmod(0o644)
    stored.write_bytes(b"spoiled")
    assert chancery(capsys, "verify", *place)[0] == 4
