"""A language that is read through glosses: its tables are sound, and every place leads back to the article.

Belongs here: laws over the tables of each such language and over the way back. Does not belong here: what its
sentences say (`sentences/`) and whole articles (`tests/gold`).
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from ingest.extract import extract, gloss, prepare
from ingest.extract.vocabulary import vocabulary
from ingest.fold import fold_text
from ingest.lexicon import glosses, places, words

GOLD = Path(__file__).parents[1] / "gold"
TEXTS = [
    "El ministro francés de Exteriores no se reunirá en París con Musaed al Aiban.",
    "EE. UU. y la Sra. Sheinbaum hablaron del «acuerdo» el 3 de junio… 🙂 Recibió a Lula.",
    "Se reunió también con él, en Ámsterdam.\r\nDonde llegará, verá a su homólogo chino.",
    "¿Por qué? ¡No! Del 3 al 5 de mayo, al margen de la cumbre, Berlín y Viena conversaron.",
    "",
    "Nada de esto es noticia",
]


def sentences(language: str, texts: list[str]) -> pl.DataFrame:
    """The sentences of the texts, one article each, as the extraction finds them."""
    frame = pl.DataFrame(
        {
            "article_id": [str(n) for n in range(len(texts))],
            "title": [""] * len(texts),
            "text": texts,
            "published_date": [None] * len(texts),
            "source": [""] * len(texts),
        },
        schema_overrides={"published_date": pl.Date},
    )
    return prepare.sentences(prepare.fold_articles(frame, language), vocabulary().cities)


def articles(name: str) -> pl.DataFrame:
    rows = [json.loads(line) for line in (GOLD / name).read_text(encoding="utf-8").splitlines()]
    return pl.DataFrame(
        {
            "article_id": [row["id"] for row in rows],
            "title": [row["title"] for row in rows],
            "text": [row["text"] for row in rows],
            "published_date": [row["published_date"] for row in rows],
            "language": [row["language"] for row in rows],
            "source": [row["source"] for row in rows],
        }
    ).with_columns(pl.col("published_date").str.to_date())


def test_spanish_has_tables() -> None:
    assert "es" in glosses.languages()


@pytest.mark.parametrize("language", glosses.languages())
def test_names_and_offices_are_glossed_by_what_the_lexicon_knows(language: str) -> None:
    table = glosses.phrases(language)
    known = vocabulary()
    of_states = places.country_aliases().filter(pl.col("kind").is_in(["demonym", "name"]))["form"].implode()
    adjectives = table.filter((pl.col("kind") == "demonym") & (pl.col("gloss") != "EU"))
    assert adjectives.filter(~pl.col("gloss").is_in(of_states)).is_empty()
    offices = known.terms.filter(pl.col("office_kind").is_not_null())["form"].implode()
    last_word = pl.col("gloss").str.to_lowercase().str.split(" ").list.last()
    named = table.filter(pl.col("kind") == "office")
    counterpart = pl.col("gloss").str.starts_with("counterpart")
    unknown = named.filter(~(pl.col("gloss").str.to_lowercase().is_in(offices) | last_word.is_in(offices) | counterpart))
    assert unknown.filter(~pl.col("gloss").str.contains("queen|officials|diplomats|heads")).is_empty(), unknown["gloss"].to_list()


@pytest.mark.parametrize("language", glosses.languages())
def test_every_state_has_a_name(language: str) -> None:
    """A state is named as in English, or its name has a gloss that is an alias of it."""
    names = glosses.phrases(language).filter(pl.col("kind") == "name")
    aliases = places.country_aliases()
    told = names.join(aliases, left_on="gloss", right_on="form", how="inner")["code"]
    big = places.countries().filter(pl.col("capital") != "")
    missing = set(big["code"]) - set(told)
    # the rest is spelt alike once accents are folded: Angola, Chile, India
    assert len(missing) < len(big) / 2
    assert {"DEU", "USA", "GBR", "JPN", "SAU", "MAR", "TUR"} <= set(told)


@pytest.mark.parametrize("language", glosses.languages())
def test_verbs_have_the_forms_of_the_grammar(language: str) -> None:
    table = glosses.phrases(language).filter(pl.col("kind").is_in(["verb", "personal", "infinitive"]))
    assert table.filter(pl.col("gloss").str.contains("[{}]")).is_empty()
    finite = table.filter(pl.col("person").is_in(["singular", "plural"]))
    assert finite.filter(~pl.col("denied").str.contains(r"\bnot\b")).is_empty()
    forms = dict(table.select("form", "gloss").iter_rows())
    assert forms["se reunio"] == "met" and forms["se reuniran"] == "will meet" and forms["recibira"] == "will receive"
    assert forms["reunirse"] == "to meet" and forms["se ha reunido"] == "has met"


@pytest.mark.parametrize("language", glosses.languages())
def test_the_pieces_tile_both_sentences(language: str) -> None:
    sents, way = gloss.gloss(sentences(language, TEXTS), language)
    for row in sents.iter_rows(named=True):
        pieces = way.filter(pl.col("sid") == row["sid"]).sort("g").rows(named=True)
        ends = [piece["g"] for piece in pieces[1:]] + [len(row["fold"])]
        assert [piece["at"] for piece in pieces] == sorted(piece["at"] for piece in pieces)
        assert pieces[-1]["to"] == len(row["plain"]) and pieces[0]["at"] == 0
        for piece, end in zip(pieces, ends, strict=True):
            if piece["is_same"]:
                assert row["fold"][piece["g"] : end] == row["plain"][piece["at"] : piece["to"]]


def test_a_place_in_the_gloss_leads_back() -> None:
    sents, way = gloss.gloss(sentences("es", TEXTS[:1]), "es")
    told, plain = sents["fold"][0], sents["plain"][0]
    assert " ".join(told.split()).startswith("The French minister of foreign affairs will not meet in Paris with Musaed al Aiban")
    at = told.index("Musaed")
    found = gloss.back_to_text(pl.DataFrame({"sid": sents["sid"], "a": [at], "b": [at + 15]}), way, ["a"], ["b"])
    assert plain[found["a"][0] : found["b"][0]] == "Musaed al Aiban"


def test_what_misleads_is_written_plainly_at_the_same_length() -> None:
    text = fold_text("La Sra. Pérez, de EE.UU., llegó.")
    plain = pl.select(gloss.respell(pl.lit(text), "es")).item()
    assert len(plain) == len(text) and "." not in plain[:-1]


@pytest.mark.parametrize("name", ["spanish_develop.jsonl", "spanish_unseen.jsonl"])
def test_places_of_facts_are_those_of_the_article(name: str) -> None:
    rows = articles(name)
    facts = extract(rows)
    text = dict(rows.select("article_id", "text").iter_rows())
    assert facts["evidence"].height > 20
    for row in facts["evidence"].iter_rows(named=True):
        assert text[row["article_id"]][row["char_start"] : row["char_end"]] == row["evidence"]
        assert row["trigger"] in row["evidence"].lower()
    people = facts["article_actors"].filter(pl.col("kind") == "person")
    assert people.height > 20
    for row in people.iter_rows(named=True):
        rest = text[row["article_id"]][row["first_char"] :]
        # the first mention may be shorter than the fullest name
        assert rest.split()[0].strip(",.;") in row["name"] or row["name"].split()[-1] in rest[:60]


def test_the_languages_of_a_batch_do_not_disturb_each_other() -> None:
    spanish = articles("spanish_develop.jsonl").head(6)
    english = articles("apart_plain_2.jsonl").head(6)
    both = extract(pl.concat([english, spanish]))
    for alone in (extract(spanish), extract(english)):
        for table, rows in alone.items():
            if "article_id" not in rows.columns:
                continue
            assert rows.height == both[table].filter(pl.col("article_id").is_in(rows["article_id"].implode())).height


def test_a_language_without_tables_is_counted_and_kept() -> None:
    rows = articles("spanish_develop.jsonl").head(1).with_columns(pl.lit("pt").alias("language"))
    facts = extract(rows)
    assert facts["extractions"]["outcome"].to_list() == ["unsupported_language"]
    assert facts["meetings"].is_empty()


def test_a_phrase_that_stands_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "xx"
    folder.mkdir()
    (folder / "phrases.csv").write_text("phrase,gloss,kind,before_number\nÁrbol,tree,word,\narbol,tree,word,\n", encoding="utf-8")
    monkeypatch.setattr(words, "reference_dir", lambda: tmp_path)
    with pytest.raises(ValueError, match=r"xx/phrases.csv, row 2: phrase stands twice"):
        glosses.phrases("xx")
