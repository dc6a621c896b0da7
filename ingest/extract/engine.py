"""The extraction from frame to frames: the order of the steps, and nothing else.

Belongs here: `read` (articles to bound clauses) and `facts_of` (clauses to the facts tables).
Does not belong here: any rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ingest import tables
from ingest.extract import (
    attach,
    clauses,
    coreference,
    dates,
    duplicates,
    events,
    facts,
    meetings,
    names,
    people,
    phrases,
    prepare,
    statements,
    status,
    tokens,
    topics,
)
from ingest.extract.vocabulary import vocabulary
from ingest.lexicon import places, words

_POINTING = ["he", "they", "pair", "three", "each", "we", "agent", "counterpart"]


@dataclass(frozen=True)
class Reading:
    """What the grammar saw in a batch: articles, sentences, elements, name runs, people, groups and bound clauses."""

    folded: pl.DataFrame
    sents: pl.DataFrame
    elements: pl.DataFrame
    mentions: pl.DataFrame
    people: pl.DataFrame
    groups: pl.DataFrame
    bound: pl.DataFrame
    hits: pl.DataFrame


def read(articles: pl.DataFrame) -> Reading:
    """Articles (article_id, title, text, published_date, source) to bound clauses with status, date and place."""
    known = vocabulary()
    cities = known.names.filter(pl.col("city").is_not_null()).select("form", "city", "city_country")
    folded = prepare.fold_articles(articles)
    sents = prepare.sentences(folded, cities)
    published = folded.select("a", pl.col("published_date").alias("date"))
    found = names.join_names(names.choose_kind(_with_states(tokens.tokenise(sents, known))))
    elements = phrases.govern(phrases.appositions(phrases.noun_phrases(found))).with_row_index("i")
    mentions = people.mentions(elements, sents, published)
    who = people.resolve(mentions, known.aliases, known.terms_of_office)
    elements = clauses.mark_words(coreference.attach_people(elements, who))
    dated = dates.find_dates(sents, published)
    where = attach.find_places(elements)
    scene = attach.scenes(dated, where, elements, sents)
    elements = attach.localise(elements, where, scene, sents, cities)
    elements = coreference.link_pronouns(coreference.link_offices(elements))
    groups = coreference.groups(elements)
    trig = clauses.triggers(elements, words.verbs(), words.nouns(), words.frames())
    bound = status.statuses(
        clauses.bind(elements, groups, trig), elements, status.find_cues(sents, words.status_cues())
    )
    bound = attach.add_dates(bound, dated, sents, elements)
    bound = attach.inherit(attach.add_places(bound, where, sents, cities, elements), scene)
    bound = attach.follow(bound, dated, elements, published)
    bound = attach.carry_places(attach.add_format(bound, sents), sents, cities)
    # An organisation may host, but it is no place.
    is_country = pl.col("country_code").is_in(places.countries()["code"].implode())
    bound = bound.with_columns(pl.when(is_country).then("country_code").alias("country_code"))
    return Reading(folded, sents, elements, mentions, who, groups, bound, topics.term_hits(sents))


def _with_states(found: pl.DataFrame) -> pl.DataFrame:
    """The tokens that can hold a fact: of articles that name a state, an organisation or an office at all,
    and of sentences with a name, an office or a pronoun in them."""
    named = (
        found.filter(pl.col("code").is_not_null() | pl.col("office_kind").is_not_null()).select("a").unique()
    )
    points = pl.col("word_class").is_in(_POINTING)
    name = pl.col("is_capital") & (~pl.col("is_first") | pl.col("word_class").is_null())
    spoken = found.filter(
        pl.col("code").is_not_null()
        | pl.col("office_kind").is_not_null()
        | pl.col("city").is_not_null()
        | points
        | name
    )
    return found.join(named, on="a", how="semi", maintain_order="left").join(
        spoken.select("sid").unique(), on="sid", how="semi", maintain_order="left"
    )


def _names_of_codes() -> pl.DataFrame:
    return pl.concat(
        [
            places.countries().select("code", "name", pl.lit("government").alias("kind")),
            places.organizations().select("code", "name", pl.lit("organization").alias("kind")),
        ]
    )


def _with_ids(prefix: str, frame: pl.DataFrame, reading: Reading, *columns: str) -> pl.DataFrame:
    """The frame with `article_id`, `first_start` of its first sentence and `fact_id` from these and the columns."""
    at = reading.sents.select(pl.col("sid").alias("first_sid"), pl.col("start").alias("first_start"))
    out = frame.join(at, on="first_sid", how="left", maintain_order="left").join(
        reading.folded.select("a", "article_id"), on="a", how="left", maintain_order="left"
    )
    ids = facts.fact_ids(prefix, out["article_id"], out["first_start"], *(out[c] for c in columns))
    return out.with_columns(ids.alias("fact_id")).unique("fact_id", keep="first", maintain_order=True)


def _topics_of(frame: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """The frame (fact_id, sids) with `topics` of its sentences, weightiest first, at most five."""
    weights = (
        frame.select("fact_id", "sids")
        .explode("sids", empty_as_null=True)
        .rename({"sids": "sid"})
        .join(hits, on="sid")
        .group_by("fact_id", "topic")
        .agg(pl.col("weight").sum())
        .filter(pl.col("weight") >= 1.5)
        .sort("fact_id", "weight", "topic", descending=[False, True, False])
        .group_by("fact_id", maintain_order=True)
        .agg(pl.col("topic").head(5).alias("topics"))
    )
    return frame.join(weights, on="fact_id", how="left", maintain_order="left").with_columns(
        pl.col("topics").fill_null(pl.lit([], dtype=pl.List(pl.String)))
    )


def facts_of(reading: Reading, version: str) -> dict[str, pl.DataFrame]:
    """The facts tables of a batch, by table name."""
    folded, sents, bound = reading.folded, reading.sents, reading.bound
    persons = facts.people_of_articles(reading.mentions, reading.people, reading.elements, folded, sents)
    codes = _names_of_codes()
    actors = facts.article_actors(persons, facts.states_of_articles(reading.elements, sents, codes), folded)

    published = folded.select("a", pl.col("published_date").alias("date"))
    clauses_of = meetings.date_by_deeds(meetings.candidates(bound, reading.elements, sents), bound, published)
    met = meetings.merge(clauses_of)
    first = bound.select(pl.col("t"), "sid", "rule_id", "trigger", "mode")
    best = (
        met.select("c", pl.col("ts").list.first().alias("t"))
        .join(first, on="t", how="left", maintain_order="left")
        .drop("t")
    )
    visited = events.visits(bound, sents)
    done = events.events(bound, met, best, visited, words.event_types())

    met = met.with_columns(
        pl.col("sids").list.first().alias("first_sid"),
        pl.col("codes").list.join(",").alias("side_key"),
        pl.col("keys").list.sort().list.join(",").alias("key_key"),
    )
    met = _topics_of(
        _with_ids("m", met, reading, "side_key", "status", "key_key", "start_date", "format"), reading.hits
    )
    took_part = (
        met.select("fact_id", "a", "keys", "codes")
        .explode("keys", empty_as_null=True)
        .rename({"keys": "actor_key"})
        .filter(pl.col("actor_key").is_not_null())
        .join(persons, on=["a", "actor_key"])
        .unique(["fact_id", "actor_key"], keep="first", maintain_order=True)
    )
    met = met.join(facts.level_of(took_part), on="fact_id", how="left", maintain_order="left").with_columns(
        pl.col("level").fill_null("unknown")
    )
    met_proofs = (
        met.select("fact_id", pl.col("ts").alias("t"))
        .explode("t", empty_as_null=True)
        .join(bound.select("t", "sid", "rule_id", "trigger", "confidence"), on="t")
    )

    done = done.with_columns(pl.col("proofs").list.eval(pl.element().struct.field("sid")).alias("sids"))
    done = done.with_columns(pl.col("sids").list.first().alias("first_sid"))
    done = _topics_of(
        _with_ids("e", done, reading, "source_code", "target_code", "event_type", "status"), reading.hits
    )
    done_proofs = done.select("fact_id", "proofs").explode("proofs", empty_as_null=True).unnest("proofs")

    visited = _with_ids(
        "v",
        visited.with_columns(pl.col("sid").alias("first_sid")),
        reading,
        "visitor_code",
        "host_code",
        "status",
    )
    said = statements.statements(
        folded, sents, reading.elements, reading.groups, words.verbs().filter(pl.col("verb_class") == "say")
    )
    said = (
        said.join(
            persons.select(
                "a", "actor_key", pl.col("name").alias("speaker_name"), pl.col("code").alias("p_code")
            ),
            on=["a", "actor_key"],
        )
        .join(folded.select("a", "article_id"), on="a", maintain_order="left")
        .with_columns(
            pl.coalesce("speaker_code", "p_code").alias("speaker_code"),
            pl.col("q_start").alias("char_start"),
            pl.col("q_end").alias("char_end"),
        )
    )
    said = said.with_columns(facts.fact_ids("s", said["article_id"], said["char_start"]).alias("fact_id"))

    foreign = (
        actors.join(folded.select("a", "article_id"), on="article_id")
        .filter(pl.col("code").is_not_null())
        .group_by("a")
        .agg(pl.col("code").n_unique().alias("n"))
        .filter(pl.col("n") >= 2)
        .join(pl.concat([done.select("a"), met.select("a")]).unique(), on="a", how="semi")
        .select("a")
        .sort("a")
    )
    about = topics.article_topics(reading.hits, sents, foreign).join(
        folded.select("a", "article_id"), on="a", maintain_order="left"
    )
    counts = folded.join(
        sents.group_by("a").agg(pl.len().alias("n_sentences")), on="a", how="left", maintain_order="left"
    ).with_columns(
        pl.col("n_sentences").fill_null(0),
        pl.lit(version).alias("extractor_version"),
        pl.lit("ok").alias("outcome"),
    )
    evidence = pl.concat(
        [
            facts.evidence_rows("meeting", met_proofs, sents, folded, version),
            facts.evidence_rows("event", done_proofs, sents, folded, version),
            facts.evidence_rows(
                "visit",
                visited.select("fact_id", "sid", "rule_id", "trigger", "confidence"),
                sents,
                folded,
                version,
            ),
        ]
    )
    return {
        "extractions": tables.FACTS_EXTRACTIONS.conform(counts),
        "article_actors": actors,
        "article_topics": tables.FACTS_ARTICLE_TOPICS.conform(about),
        "meetings": tables.FACTS_MEETINGS.conform(met),
        "meeting_participants": tables.FACTS_MEETING_PARTICIPANTS.conform(took_part),
        "events": tables.FACTS_EVENTS.conform(done),
        "visits": tables.FACTS_VISITS.conform(visited),
        "statements": tables.FACTS_STATEMENTS.conform(said),
        "evidence": evidence,
        "sketches": tables.FACTS_SKETCHES.conform(
            duplicates.sketches(folded.select("article_id", "text"))
        ),
    }
