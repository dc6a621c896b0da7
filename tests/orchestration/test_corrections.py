"""Hand corrections: only what can be applied is written, what is written is applied, and a replay keeps it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from small_world import without_checks, write_articles
from typer.testing import CliRunner

from ingest.errors import UsageError
from ingest.settings import Home, reference_dir
from orchestration import corrections, load, pipeline, reading
from orchestration.cli import app

DAY = date(2025, 8, 1)
HEADER = ",".join(corrections.HEADER) + "\n"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reference folder of its own, so that no test writes the project's table."""
    folder = tmp_path / "reference"
    shutil.copytree(reference_dir(), folder)
    (folder / "corrections.csv").write_text(HEADER, encoding="utf-8")
    for module in ("corrections", "dbt", "stamp"):
        monkeypatch.setattr(f"orchestration.{module}.reference_dir", lambda: folder)
    return folder / "corrections.csv"


@pytest.fixture
def meeting(home: Home) -> str:
    """The id of the meeting between Pakistan and the United States."""
    with duckdb.connect(str(home.published), read_only=True) as con:
        return con.execute("select meeting_id from marts.meetings where codes = ['PAK', 'USA']").fetchone()[0]


@pytest.fixture
def add(home: Home) -> Callable[..., corrections.Correction]:
    """Write a correction with the usual reason, author and day."""
    return lambda action, **what: corrections.add(
        home, action, **({"reason": "misread", "author": "Editor", "created_date": DAY} | what)
    )


def test_a_correction_is_a_row_with_the_next_id(table: Path, add: Callable, meeting: str) -> None:
    first = add("set", fact_id=meeting, field="city", value="New York")
    second = add("set", fact_id=meeting, field="status", value="denied")
    assert (first.correction_id, second.correction_id) == ("c0001", "c0002")
    assert table.read_text(encoding="utf-8") == (
        HEADER
        + f"c0001,set,meeting,{meeting},,city,New York,misread,Editor,2025-08-01\n"
        + f"c0002,set,meeting,{meeting},,status,denied,misread,Editor,2025-08-01\n"
    )
    assert corrections.check() == []


@pytest.mark.parametrize(
    ("action", "what", "complaint"),
    [
        ("reject", {"fact_id": "m0"}, "no meeting m0 in"),
        ("reject", {"fact_id": "x1"}, "is no fact id"),
        ("reject", {}, "either fact_id or rule_id must be given"),
        ("reject", {"rule_id": "ZZ9"}, "no rule 'ZZ9' in frames.csv"),
        ("merge", {"rule_id": "C01"}, "a rule can be rejected or set, not merge"),
        ("merge", {"fact_id": "{m}", "value": "m0"}, "no meeting m0 in"),
        ("merge", {"fact_id": "{m}", "value": "{m}"}, "the id of another fact"),
        (
            "set",
            {"fact_id": "{m}", "field": "colour", "value": "red"},
            "no field 'colour' to set; it has city, codes",
        ),
        ("set", {"fact_id": "{m}", "field": "status", "value": "maybe"}, "must be one of occurred, planned"),
        ("set", {"fact_id": "{m}", "field": "start_date", "value": "25/7"}, "must be a day as YYYY-MM-DD"),
        ("set", {"fact_id": "{m}", "field": "country_code", "value": "EU"}, "ISO 3166 alpha-3"),
        ("set", {"fact_id": "{m}", "field": "codes", "value": "PAK"}, "at least two codes"),
        ("set", {"fact_id": "{m}", "field": "codes", "value": "PAK;XYZ"}, "knows: XYZ"),
        ("set", {"fact_id": "{m}", "field": "topics", "value": "trade;football"}, "does not know: football"),
        ("set", {"fact_id": "{m}", "field": "status", "value": ""}, "status cannot be empty"),
        ("set", {"fact_id": "{m}", "field": "city", "value": "a\nb"}, "one line"),
        ("reject", {"fact_id": "{m}", "reason": "  "}, "a reason must be given"),
        ("reject", {"fact_id": "{m}", "field": "city"}, "a field belongs to set alone"),
    ],
)
def test_what_cannot_be_applied_is_not_written(
    table: Path, add: Callable, meeting: str, action: str, what: dict[str, str], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        add(action, **{name: value.replace("{m}", meeting) for name, value in what.items()})
    assert table.read_text(encoding="utf-8") == HEADER


def test_the_same_is_said_once(table: Path, add: Callable, meeting: str) -> None:
    add("reject", fact_id=meeting)
    with pytest.raises(UsageError, match="c0001 says the same already"):
        add("reject", fact_id=meeting, reason="again")


def test_a_broken_table_is_told_by_line(table: Path) -> None:
    table.write_text(
        HEADER
        + "c1,reject,meeting,m1,,,,why,me,2025-01-01\n"
        + "c1,paint,meeting,m1,,,,,me,yesterday\n"
        + "c3,set,meeting,m1,,days,x,why,me,2025-01-01\n",
        encoding="utf-8",
    )
    found = corrections.check()
    assert found[0] == "line 3: action 'paint' must be one of reject, merge, split, set"
    assert "line 3: a reason must be given" in found
    assert "line 3: correction_id 'c1' stands on line 2 too" in found
    assert any(problem.startswith("line 4: a meeting has no field 'days'") for problem in found)
    table.write_text("id,what\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 1 must be correction_id,"):
        corrections.load()


def test_withdrawn_is_gone(table: Path, add: Callable, meeting: str) -> None:
    add("reject", fact_id=meeting)
    assert corrections.withdraw("c0001").fact_id == meeting
    assert table.read_text(encoding="utf-8") == HEADER
    with pytest.raises(UsageError, match="no correction 'c0001'"):
        corrections.withdraw("c0001")


def said(home: Home, *words: str) -> str:
    """What the command prints."""
    result = CliRunner().invoke(app, [*words, "--home", str(home.root)])
    assert result.exit_code == 0, result.output
    return result.output


def test_corrections_reach_the_marts_and_survive_a_replay(table: Path, home: Home, meeting: str) -> None:
    """Set a place, reject a plan: waiting, then applied and shown, then the same after a replay from raw/."""
    with duckdb.connect(str(home.published), read_only=True) as con:
        planned = con.execute("select meeting_id from marts.meetings where status = 'planned'").fetchone()[0]
    why = ("--reason", "the editor was there", "--author", "Editor")
    said(home, "correct", "set", meeting, "city", "New York", *why)
    said(home, "correct", "reject", planned, *why)
    assert "waits for the next build" in said(home, "explain", meeting)

    def shown() -> tuple:
        with duckdb.connect(str(home.published), read_only=True) as con:
            places = con.execute("select meeting_id, city from marts.meetings").fetchall()
            applied = con.execute(
                "select correction_id, effect from marts.corrections_applied order by 1"
            ).fetchall()
        return places, applied

    pipeline.publish(home)
    expected = ([(meeting, "New York")], [("c0001", "city set to New York"), ("c0002", "removed")])
    assert shown() == expected
    assert "city set to New York; the editor was there" in said(home, "explain", meeting)
    assert "removed; the editor was there" in said(home, "explain", planned)
    assert "c0002 reject" in said(home, "correct", "list")
    with without_checks():
        pipeline.replay(home)
    assert shown() == expected


@pytest.mark.slow
def test_an_earlier_id_and_a_report_find_their_fact(home: Home, meeting: str) -> None:
    """A report that comes late but is older gives the meeting its id; the id that people wrote down still finds it."""
    late = {
        "id": "w-0",
        "source": "Early Bird",
        "published_date": "2025-07-25",
        "title": "Ministers meet",
        "text": "WASHINGTON: Pakistani Foreign Minister Ishaq Dar met US Secretary of State Marco Rubio on Friday.",
    }
    pipeline.run(home, [write_articles(home.inbox / "late.jsonl", (late,))], is_checked=False)
    now = reading.current_id(home, meeting)
    with duckdb.connect(str(home.published), read_only=True) as con:
        reports = con.execute("select report_id from marts.fact_reports where fact_id = ?", [now]).fetchall()
        n_articles = con.execute("select n_articles from marts.meetings where meeting_id = ?", [now]).fetchone()[0]
    assert (now != meeting, n_articles) == (True, 2)
    assert {reading.current_id(home, report) for (report,) in reports} == {now}
    assert f"{meeting} stands as {now}" in said(home, "explain", meeting)


SECOND = {
    "id": "w-7",
    "source": "Early Bird",
    "published_date": "2025-07-27",
    "title": "Again",
    "text": "WASHINGTON: Pakistani Foreign Minister Ishaq Dar met US Secretary of State Marco Rubio on Friday.",
}
OTHER = {
    "id": "w-8",
    "source": "Early Bird",
    "published_date": "2025-07-27",
    "title": "Paris talks",
    "text": "PARIS: Indian Foreign Minister Subrahmanyam Jaishankar met French Foreign Minister Jean-Noel Barrot on Thursday.",
}


@pytest.mark.slow
def test_merge_split_and_what_names_an_earlier_id_survive_a_replay(table: Path, home: Home, meeting: str) -> None:
    """One report taken out of a meeting of two, one meeting laid into another, a place set under an earlier id."""

    def meetings() -> list[tuple]:
        with duckdb.connect(str(home.published), read_only=True) as con:
            return con.execute("select meeting_id, codes, city, n_articles from marts.meetings order by all").fetchall()

    older = OTHER | {"id": "w-6", "published_date": "2025-07-25", "text": SECOND["text"]}
    pipeline.run(home, [write_articles(home.inbox / "more.jsonl", (SECOND, OTHER, older))], is_checked=False)
    now = reading.current_id(home, meeting)
    assert now != meeting
    (paris,) = [row[0] for row in meetings() if row[1] == ["FRA", "IND"]]
    before = {row[0]: row[3] for row in meetings()}
    with duckdb.connect(str(home.published), read_only=True) as con:
        (article,) = con.execute("select article_id from marts.articles where external_id = 'w-7'").fetchone()
    why = ("--reason", "another day", "--author", "Editor")
    said(home, "correct", "set", meeting, "city", "New York", *why)
    said(home, "correct", "split", now, "--article", article, *why)
    (berlin,) = [row[0] for row in meetings() if row[1] == ["DEU", "FRA"]]
    said(home, "correct", "merge", berlin, paris, *why)
    pipeline.publish(home)
    after = {row[0]: row for row in meetings()}
    apart = set(after) - set(before)
    assert len(apart) == 1
    assert (after[now][2], after[now][3], after[apart.pop()][3]) == ("New York", before[now] - 1, 1)
    assert len({berlin, paris} & set(after)) == 1
    with duckdb.connect(str(home.published), read_only=True) as con:
        assert con.execute("select count(distinct correction_id) from marts.corrections_applied").fetchone() == (3,)
    kept = load.dump(home) | {"sources": []}
    with without_checks():
        pipeline.replay(home)
    assert load.dump(home) | {"sources": []} == kept
