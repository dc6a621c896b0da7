"""A build of little that is new keeps what it may, tests everything, and gives what a whole build gives."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from small_world import write_articles

from ingest.settings import Home
from orchestration import dbt, load, models, pipeline
from orchestration.progress import silent

LATE = {
    "id": "w-9",
    "source": "Delta Wire",
    "published_date": "2025-08-02",
    "title": "Visit",
    "text": "Japanese Prime Minister Shigeru Ishiba met Indian Prime Minister Narendra Modi in Tokyo on Friday.",
}


def _is_test(node: dbt.NodeResult) -> bool:
    return node.unique_id.startswith("test.")


def test_the_tests_of_the_last_whole_build_find_what_has_gone_wrong_since(home: Home) -> None:
    tests = [node for node in dbt.results(home) if _is_test(node)]
    assert len(tests) > 100
    assert all(test.sql for test in tests)
    assert not [node for node in dbt._tested(home, tests, silent()) if node.is_bad]
    with duckdb.connect(str(home.staging)) as con:
        con.execute("delete from marts.dim_country where code = 'PAK'")
        con.execute("insert into marts.meetings select * from marts.meetings")
    bad = {node.unique_id.split(".")[2] for node in dbt._tested(home, tests, silent()) if node.is_bad}
    assert "unique_meetings_meeting_id" in bad
    assert any("dim_country" in name for name in bad)


def test_a_query_that_breaks_is_an_error_and_no_pass(home: Home) -> None:
    test = next(node for node in dbt.results(home) if _is_test(node))
    assert [node.status for node in dbt._tested(home, [replace(test, sql="select * from marts.nowhere")], silent())] == ["error"]


def test_a_failed_test_is_a_failed_check_of_its_model(home: Home) -> None:
    results = dbt.results(home)
    broken = next(node for node in results if node.unique_id.split(".")[2] == "unique_meetings_meeting_id")
    told = [replace(node, status="fail", message="found 3 rows") if node is broken else node for node in results]
    checks = {item.asset_key.to_user_string(): item for item in models._check_results({node.unique_id: node for node in told})}
    assert not checks["marts/meetings"].passed
    assert "found 3 rows" in checks["marts/meetings"].metadata["what failed"].value
    assert [name for name, item in checks.items() if not item.passed] == ["marts/meetings"]


@pytest.fixture(scope="module")
def grown(world_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[dbt.NodeResult], list[dbt.NodeResult]]:
    """A home with two articles more, what became of each node before, and in the build of the last."""
    shutil.copytree(world_home.root, copy := tmp_path_factory.mktemp("grown") / "copy")
    home = Home.resolve(copy)
    before = dbt.results(home)
    for number in range(2):  # what the first counts the second must not count again
        late = LATE | {"id": f"w-{9 + number}", "text": LATE["text"].replace("Tokyo", ("Tokyo", "Osaka")[number])}
        pipeline.run(home, [write_articles(home.root / f"late-{number}.jsonl", (late,))])
    return home, before, dbt.results(home)


@pytest.mark.slow  # a run of the pipeline
def test_only_what_reads_reference_data_alone_is_kept(grown: tuple[Home, list[dbt.NodeResult], list[dbt.NodeResult]]) -> None:
    _, before, after = grown
    assert [node.unique_id for node in after if not _is_test(node)] == [node.unique_id for node in before if not _is_test(node)]
    assert {node.unique_id for node in after} == {node.unique_id for node in before}
    kept = {node.unique_id.split(".")[2] for node in after if node.message == dbt.KEPT}
    assert {"dim_country", "stg_people", "stg_articles"} <= kept
    assert not kept & {"articles", "meetings", "actors", "dim_date"}
    assert not [node for node in after if node.is_bad]


@pytest.mark.slow
def test_every_article_has_been_built(grown: tuple[Home, list[dbt.NodeResult], list[dbt.NodeResult]]) -> None:
    with duckdb.connect(str(grown[0].staging), read_only=True) as con:
        assert con.execute("select count(*) from raw.articles anti join intermediate.built_articles using (article_id)").fetchone() == (0,)


@pytest.mark.slow  # a whole build
def test_it_gives_what_a_whole_build_gives(grown: tuple[Home, list[dbt.NodeResult], list[dbt.NodeResult]], tmp_path: Path) -> None:
    shutil.copytree(grown[0].root, tmp_path / "whole")
    whole = Home.resolve(tmp_path / "whole")
    pipeline.build(whole, is_tested=False, is_whole=True)
    pipeline.publish(whole, is_checked=False)
    assert load.differences(whole, grown[0]) == []
