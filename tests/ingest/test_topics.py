"""Laws of the topics: what the loader refuses, what counts as a term, how topics are ranked."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ingest.extract import topics
from ingest.lexicon import topics as lexicon
from ingest.lexicon import words

HEADER = "topic,term,weight\n"


def sentences(*texts: str) -> pl.DataFrame:
    """One article of these sentences."""
    return pl.DataFrame(
        {
            "sid": pl.Series(range(len(texts)), dtype=pl.UInt32),
            "a": pl.Series([0] * len(texts), dtype=pl.UInt32),
            "sentence_index": pl.Series(range(len(texts)), dtype=pl.Int32),
            "fold": list(texts),
        }
    )


def topics_of(*texts: str) -> list[str]:
    """The topics of an international article of these sentences."""
    sents = sentences(*texts)
    return topics.article_topics(topics.term_hits(sents), sents, sents.select("a"))["topic"].to_list()


def test_there_are_32_topics_and_each_has_terms() -> None:
    assert lexicon.topic_names().height == 32
    n_terms = lexicon.terms().filter(pl.col("topic") != "").group_by("topic").agg(pl.col("term").n_unique())
    assert set(n_terms["topic"]) == set(lexicon.topic_names()["topic"])
    assert n_terms["term"].min() >= 25


def test_star_stands_for_the_inflections_of_the_last_word() -> None:
    assert set(lexicon.expand("arms deal*")) == {"arms deal", "arms deals", "arms dealed", "arms dealing"}
    assert "import duties" in lexicon.expand("import duty*")
    assert lexicon.expand("relief goods") == ["relief goods"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("football,penalty,1", "unknown topic"),
        ("trade,Tariff,1", "lower-case"),
        ("trade,tariff,4", "weight outside"),
        ("trade,tariff,0.2", "weight outside"),
        ("trade,tariff,much", "weight is no number"),
        (",trade barbs,1", "a mask has weight 0"),
        ("trade,tariff,1\ntrade,tariff,2", "stands twice"),
        (",tariff,0\ntrade,tariff*,2", "a mask is also a term"),
    ],
)
def test_bad_row_is_refused_with_file_and_reason(
    row: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "topics.csv").write_text(HEADER + row + "\n")
    names = lexicon.topic_names()
    monkeypatch.setattr(words, "reference_dir", lambda: tmp_path)
    monkeypatch.setattr(lexicon, "topic_names", lambda: names)
    with pytest.raises(ValueError, match=rf"topics\.csv, row \d+: .*{why}"):
        lexicon.terms.__wrapped__()


def test_hit_starts_at_its_first_letter_and_keeps_the_longest_term() -> None:
    text = 'They spoke of "Free-Trade agreements"'
    hits = topics.term_hits(sentences(text)).filter(pl.col("topic") == "trade")
    assert hits.select("term", "start").rows() == [("free trade agreement*", text.index("Free"))]


@pytest.mark.parametrize("text", ["The traders left", "A freetrade man", "Both traded barbs", "", "Turmoil"])
def test_part_of_a_word_and_masked_phrase_are_no_hits(text: str) -> None:
    assert topics.term_hits(sentences(text)).filter(pl.col("topic").is_in(["trade", "energy"])).is_empty()


def test_term_of_two_topics_counts_for_both() -> None:
    found = topics.term_hits(sentences("The ceasefire held"))
    assert set(found["topic"]) >= {"peace_process", "conflict"}


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("trade", "The two governments signed a free trade agreement."),
        ("critical_minerals", "Ministers discussed the supply of rare earths and lithium."),
        ("nuclear", "Inspectors asked about uranium enrichment."),
        ("sanctions", "The bloc imposed new sanctions on the country's banks."),
        ("peace_process", "Both armies accepted a ceasefire after months of mediation."),
        ("counterterrorism", "They agreed to fight terrorism together."),
        ("detainees", "A prisoner swap freed 40 soldiers."),
        ("space", "Their space agencies will send an astronaut to the station."),
        ("finance_debt", "Creditors offered debt relief."),
        ("migration", "They talked about visas and migrants."),
    ],
)
def test_plain_sentence_has_its_topic_first(topic: str, text: str) -> None:
    assert topics_of(text)[0] == topic


def test_hint_alone_is_below_the_floor() -> None:
    assert topics_of("Goods were sold.") == []


def test_lead_outweighs_what_follows() -> None:
    filler = ["Nothing else was said."] * 3
    assert topics_of("They debated sanctions.", *filler, "They debated tariffs.")[0] == "sanctions"
    assert topics_of("They debated tariffs.", *filler, "They debated sanctions.")[0] == "trade"


def test_repeats_of_one_term_count_less_and_less() -> None:
    sents = sentences("", "", "", "Tariffs.", "Tariffs.", "Tariffs.")
    score = topics.article_topics(topics.term_hits(sents), sents, sents.select("a"))["score"].item()
    salience = dict(lexicon.topic_names().select("topic", "salience").iter_rows())["trade"]
    assert score == pytest.approx(salience * (3 + 3 * topics.REPEAT + 3 * topics.REPEAT**2), abs=0.01)


def test_at_most_five_topics_ranked_from_one_by_score() -> None:
    text = "Sanctions, tariffs, refugees, vaccines, espionage, climate change and artificial intelligence."
    sents = sentences(text)
    found = topics.article_topics(topics.term_hits(sents), sents, sents.select("a"))
    assert found["rank"].to_list() == [1, 2, 3, 4, 5]
    assert found["score"].is_sorted(descending=True)


def test_article_without_foreign_actors_has_no_topic() -> None:
    sents = sentences("They debated sanctions and tariffs.")
    nobody = sents.select("a").clear()
    assert topics.article_topics(topics.term_hits(sents), sents, nobody).is_empty()


def test_sentence_topics_stand_by_weight() -> None:
    found = topics.sentence_topics(topics.term_hits(sentences("Nothing.", "Tariffs, quotas and satellites.")))
    assert found.rows() == [(1, ["trade", "space"])]
