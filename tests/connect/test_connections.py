"""Laws of every tool that `how-to/connect.md` calls tested: it reads what is published, may not write, and sees the next
snapshot by reopening, while who holds the old one goes on reading it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from contextlib import ExitStack

import polars as pl
import pytest
from connect_tools import ROOT, Reader, Tool, pieces, reader
from shelf import Shelf

from orchestration import pipeline

CREATE = "create table marts.mine as select 1"
PYTHON = f'connection.execute("{CREATE}")'
TOOLS = {
    "duckdb 1.4": Tool("duckdb", PYTHON, version="1.4"),
    "duckdb 1.5": Tool("duckdb", PYTHON),
    "duckdb 2.0": Tool("duckdb", PYTHON, version="2.0"),
    "polars": Tool("polars", PYTHON),
    "polars, duckdb 2.0": Tool("polars", PYTHON, version="2.0"),
    "sqlalchemy": Tool("sqlalchemy", f'connection.execute(text("{CREATE}"))'),
    "sqlalchemy, duckdb 2.0": Tool("sqlalchemy", f'connection.execute(text("{CREATE}"))', version="2.0"),
    "adbc": Tool("adbc", f'with connection.cursor() as cursor:\n    cursor.execute("{CREATE}")'),
    "command line": Tool("cli", CREATE + ";", kind="cli", needs=("duckdb",)),
    "node": Tool("node", f'await connection.run("{CREATE}")', kind="node", needs=("node",)),
}
LIGHT = ("duckdb 1.5", "command line", "node")
N_PUBLISHES = 5


def test_every_tool_of_the_page_is_run() -> None:
    assert {tool.pieces for tool in TOOLS.values()} | {"parquet"} == set(pieces("connect.md"))


@pytest.mark.parametrize("name", TOOLS)
def test_the_tool_reads_what_is_published_and_may_not_write(name: str, shelf_of_sample: Shelf) -> None:
    tool = TOOLS[name]
    tool.require()
    before = shelf_of_sample.home.published.read_bytes()
    with reader(tool, shelf_of_sample.folder) as one:
        assert one.ask() == shelf_of_sample.n_pairs() > 50
        assert "read-only" in one.write()
    assert shelf_of_sample.home.published.read_bytes() == before


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(LIGHT, id="those that start fast"),
        pytest.param(tuple(TOOLS), id="all", marks=pytest.mark.slow),
    ],
)
def test_readers_keep_their_snapshot_and_see_the_next_by_reopening(
    names: tuple[str, ...], shelf: Shelf
) -> None:
    """Through five publishes one process of each tool holds the first snapshot, and another reopens after each."""
    there = [name for name in names if _is_there(TOOLS[name])]
    first = shelf.n_pairs()
    with ExitStack() as stack:

        def start() -> dict[str, Reader]:
            return {name: stack.enter_context(reader(TOOLS[name], shelf.folder)) for name in there}

        held, following = start(), start()
        for n in range(1, N_PUBLISHES + 1):
            shelf.publish()
            assert _asked(following) == dict.fromkeys(there, first - n + 1)
            for one in following.values():
                one.reopen()
            assert _asked(following) == dict.fromkeys(there, first - n)
            assert _asked(held) == dict.fromkeys(there, first)
        for one in held.values():
            one.reopen()
        assert _asked(held) == dict.fromkeys(there, first - N_PUBLISHES)


def _asked(readers: dict[str, Reader]) -> dict[str, int]:
    return {name: one.ask() for name, one in readers.items()}


def _is_there(tool: Tool) -> bool:
    """Whether the tool is installed; in CI it must be."""
    try:
        tool.require()
    except pytest.skip.Exception:
        return False
    return True


def test_a_second_connection_of_a_process_sees_what_the_first_one_holds(shelf: Shelf) -> None:
    """Why the page says to close every connection first."""
    first = shelf.n_pairs()
    with reader(TOOLS["duckdb 1.5"], shelf.folder) as one:
        one.say("held = connection")
        shelf.publish()
        one.open()
        assert one.ask() == first
        one.say("held.close()")
        one.reopen()
        assert one.ask() == first - 1


def test_an_export_is_of_one_snapshot_until_the_next_export(shelf: Shelf) -> None:
    step = pieces("connect.md")["parquet"]
    environment = TOOLS["duckdb 1.5"].environment | {"CHANCERY_HOME": str(shelf.home.root)}

    def ask() -> int:
        command = [sys.executable, "-c", step["ask"]]
        return int(
            subprocess.run(command, check=True, cwd=shelf.folder, capture_output=True, text=True).stdout
        )

    first = shelf.n_pairs()
    subprocess.run(
        step["export"], shell=True, check=True, cwd=shelf.folder, env=environment, capture_output=True
    )
    held = pl.scan_parquet(shelf.home.exports / "meetings_by_country_pair" / "*.parquet").collect()
    shelf.publish()
    assert ask() == first
    pipeline.export(shelf.home, "parquet")
    assert ask() == first - 1 and held.height == first


def test_the_page_names_the_versions_that_are_run() -> None:
    """`make connect` installs what the page says, and the locked DuckDB is one of them."""
    told = (ROOT / "dbt_project" / "site" / "how-to" / "connect.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    locked = re.search(
        r"^duckdb==(.+)$", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
    )[1]
    others = re.search(r"^OTHER_DUCKDB := (.+)$", makefile, re.MULTILINE)[1].split()
    for version in (locked, *others):
        assert version in told
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]["connect"]
    assert all(pin.split("==")[1] == locked for pin in extra if pin.startswith("duckdb"))
