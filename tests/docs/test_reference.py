"""The pages made from tables: complete, and true to what they are made of."""

from __future__ import annotations

import re
import subprocess

from ingest.lexicon import words
from ingest.settings import Home, project_root
from orchestration.site import commands, ontology, settings, tables


def test_every_table_stands_once_in_the_index() -> None:
    named = [name for _, names in tables.groups() for name in names]
    assert sorted(named) == sorted(tables.marts())


def test_a_page_of_a_table_has_grain_caveats_columns_example_and_answer(sample: Home) -> None:
    node = tables.marts()["meetings"]
    page = tables.page(node, sample)
    assert "One row per encounter" in page and "Beware" in page and "The sample answers:" in page
    assert all(f"| `{column}` |" in page for column in node["columns"])
    assert "| start_date | city |" in page and "[`marts." not in page.split("## Held by tests")[0]


def test_every_command_and_target_is_told() -> None:
    page = commands.page()
    found = {" ".join(words) for words in commands.verbs()}
    assert {"run", "query", "correct reject", "roster check"} <= found
    assert all(f"### chancery {verb}\n" in page for verb in found)
    assert {name for name, _ in commands.targets()} >= {"run", "test", "dev", "docs", "dashboard"}


def test_every_variable_that_is_read_is_told() -> None:
    root = project_root()
    files = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=False).stdout.split()
    chosen = [f for f in files if f.startswith(("ingest/", "orchestration/", "dbt_project/")) and f.endswith((".py", ".yml", ".sql"))]
    read = {
        name
        for file in [*chosen, "Makefile"]
        if (root / file).exists()
        for name in re.findall(r"\bCHANCERY_[A-Z_]+\b", (root / file).read_text(encoding="utf-8"))
    }
    told = {name for names, _, _ in settings.SETTINGS for name in names.split(", ")}
    assert read - told - set(settings.INTERNAL) == set()


def test_every_type_is_read_in_its_example_and_every_status_in_its_own() -> None:
    page = ontology.page()
    for event_type in words.event_types()["event_type"]:
        row = re.search(rf"^\| {event_type} \|.*\| (.+?) \|$", page, re.MULTILINE)
        assert row and f" {event_type}" in row[1], event_type
    for status, _, _ in ontology._STATUSES:
        row = re.search(rf"^\| {status} \|.*\| (.+?) \|$", page, re.MULTILINE)
        assert row and row[1].endswith(status), status
