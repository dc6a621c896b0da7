"""Laws that hold for every text: offsets, order, batches, evidence, and nothing from nothing."""

from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ingest import tables
from ingest.extract import engine, extract, extract_in_parts, relevance
from ingest.settings import project_root

_BODY = (
    "“Türkiye 🇹🇷 and Côte d’Ivoire met in Ankara on Friday,” the café owner said.\n"
    "\u200fPresident Emmanuel Macron hosted Polish Prime Minister Donald Tusk in Paris — for lunch… on Thursday.\n"
    "He thanked Poland. 李 said nothing. Canada imposed sanctions on Belarus yesterday!"
)
_TEXTS = {
    "a1": _BODY,
    "a2": "Serbia signed an agreement with Hungary on gas. They also discussed energy.",
    "a3": "",
    "a4": "Word",
    "a5": "cafe\u0301 talks: Norway’s foreign minister, Espen Barth Eide, met his Swedish counterpart in Oslo on Monday.",
    "a6": "Kenyan President William Ruto met Ugandan President Yoweri Museveni in Nairobi. " * 2_000,
    "a7": "The home side won 2-0 after a late goal.",
}


def _frame(texts: dict[str, str], language: str = "en") -> pl.DataFrame:
    n = len(texts)
    return pl.DataFrame(
        {"article_id": list(texts), "title": [None] * n, "text": list(texts.values()), "source": [None] * n,
         "published_date": [date(2025, 7, 26)] * n, "language": [language] * n},
        schema_overrides={"title": pl.String, "source": pl.String},
    )  # fmt: skip


@pytest.fixture(scope="module")
def facts() -> dict[str, pl.DataFrame]:
    """All texts, read in one batch."""
    return extract(_frame(_TEXTS))


def test_evidence_is_what_stands_at_its_offsets(facts: dict[str, pl.DataFrame]) -> None:
    rows = facts["evidence"].rows(named=True)
    assert rows
    for row in rows:
        assert _TEXTS[row["article_id"]][row["char_start"] : row["char_end"]] == row["evidence"]


def test_quotations_are_what_stands_at_their_offsets(facts: dict[str, pl.DataFrame]) -> None:
    for row in facts["statements"].rows(named=True):
        assert _TEXTS[row["article_id"]][row["char_start"] : row["char_end"]] == row["quote"]


def test_every_fact_has_evidence(facts: dict[str, pl.DataFrame]) -> None:
    proven = set(facts["evidence"]["fact_id"])
    for table in ("meetings", "events", "visits"):
        assert set(facts[table]["fact_id"]) <= proven


def test_every_table_is_as_declared(facts: dict[str, pl.DataFrame]) -> None:
    assert set(facts) == {table.name for table in tables.FACTS}
    for table in tables.FACTS:
        assert facts[table.name].schema == table.polars_schema
        assert facts[table.name].select(table.key).is_duplicated().sum() == 0


def test_people_of_facts_stand_among_the_actors(facts: dict[str, pl.DataFrame]) -> None:
    known = set(facts["article_actors"].select("article_id", "actor_key").rows())
    met = facts["meeting_participants"].join(facts["meetings"].select("fact_id", "article_id"), on="fact_id")
    assert set(met.select("article_id", "actor_key").rows()) <= known


def test_nothing_comes_from_nothing(facts: dict[str, pl.DataFrame]) -> None:
    for table in ("meetings", "events", "visits", "statements"):
        assert not set(facts[table]["article_id"]) & {"a3", "a4", "a7"}
    assert set(facts["extractions"]["article_id"]) == set(_TEXTS)


@pytest.mark.parametrize("order", [list(_TEXTS)[::-1], [*list(_TEXTS)[3:], *list(_TEXTS)[:3]]])
def test_order_and_batches_change_nothing(facts: dict[str, pl.DataFrame], order: list[str]) -> None:
    halves = [extract(_frame({k: _TEXTS[k] for k in part})) for part in (order[:2], order[2:])]
    for table in tables.FACTS:
        both = pl.concat([half[table.name] for half in halves]).sort(table.key)
        assert both.equals(facts[table.name].sort(table.key)), table.address


@pytest.mark.parametrize(("sentences", "words"), [(3, 400_000), (60_000, 1)])
def test_reading_in_parts_changes_nothing(monkeypatch: pytest.MonkeyPatch, sentences: int, words: int) -> None:
    """What memory asks for: before the words are read, and before what they state is."""
    articles = _frame({name: text[:3_000] for name, text in _TEXTS.items()})
    whole = extract(articles)
    monkeypatch.setattr(engine, "PART_SENTENCES", sentences)
    monkeypatch.setattr(engine, "PART_WORDS", words)
    parts = list(extract_in_parts(articles))
    assert len(parts) > 2
    for name, table in whole.items():
        assert_frame_equal(pl.concat([part[name] for part in parts]), table, check_row_order=False)


def test_other_languages_are_counted_and_not_read() -> None:
    found = extract(_frame({"a1": _TEXTS["a2"]}, language="fr"))
    assert found["extractions"]["outcome"].to_list() == ["unsupported_language"]
    assert found["events"].height == 0


def _samples() -> pl.DataFrame:
    rows = [
        json.loads(line)
        for path in sorted((project_root() / "data" / "sample").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    texts = {f"{n}": row["text"] for n, row in enumerate(rows)}
    return pl.concat([_frame(texts), _frame(_TEXTS)])


def test_leaving_early_changes_no_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    early = extract(_samples())
    monkeypatch.setattr(relevance, "telling_articles", lambda named, *_: named.select("a").unique())
    monkeypatch.setattr(relevance, "telling_sentences", lambda told, *_: told.select("sid").unique())
    whole = extract(_samples())
    for name, table in whole.items():
        assert early[name].equals(table), name
