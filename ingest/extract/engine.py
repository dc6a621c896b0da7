"""The extraction from frame to frames: the order of the steps, and nothing else.

Belongs here: `read` (articles to bound clauses) and `facts_of` (clauses to the facts tables).
Does not belong here: any rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial

import polars as pl

from ingest import tables
from ingest.batches import PART_SENTENCES, PART_WORDS, even_slices
from ingest.extract import (
    clauses,
    coreference,
    dates,
    definites,
    delegates,
    duplicates,
    events,
    facts,
    gloss,
    marking,
    meetings,
    names,
    people,
    phrases,
    prepare,
    relevance,
    scenes,
    statements,
    status,
    tokens,
    topics,
    triggers,
    when,
    where,
)
from ingest.extract.vocabulary import vocabulary
from ingest.lexicon import places, words


@dataclass(frozen=True)
class Reading:
    """What the grammar saw in a batch: articles, sentences, elements, name runs, people, groups and bound clauses.

    `elements` are those of the sentences that can state a fact, `others` the rest.
    """

    folded: pl.DataFrame
    sents: pl.DataFrame
    quotes: pl.DataFrame
    elements: pl.DataFrame
    others: pl.DataFrame
    mentions: pl.DataFrame
    people: pl.DataFrame
    groups: pl.DataFrame
    bound: pl.DataFrame


@dataclass(frozen=True)
class _Named:
    """Who is named in a batch, and the words of the sentences that can state a fact (`elements`).

    `named` are the elements of all sentences that name somebody, `told` the articles that can state a fact, `everything`
    the words of those articles.
    """

    folded: pl.DataFrame
    sents: pl.DataFrame
    quotes: pl.DataFrame
    mentions: pl.DataFrame
    people: pl.DataFrame
    named: pl.DataFrame
    told: pl.DataFrame
    everything: pl.DataFrame
    elements: pl.DataFrame

    def only(self, some: pl.DataFrame) -> _Named:
        """The same for some articles (a)."""
        return _Named(*_of(some, self.folded.height, [getattr(self, each.name) for each in fields(self)]))


def _of(some: pl.DataFrame, n: int, frames: Sequence[pl.DataFrame]) -> Sequence[pl.DataFrame]:
    """The rows of some of `n` articles (a) in each frame; the frames as they are when that is all of them."""
    if some.height == n:
        return frames
    return [frame.join(some, on="a", how="semi", maintain_order="left") for frame in frames]


def _some_at_a_time(folded: pl.DataFrame, counted: pl.DataFrame, most: int) -> Iterator[pl.DataFrame]:
    """The articles (a) in their order, so many at a time that they have no more than `most` rows but by one article."""
    sizes = folded.select("a").join(counted.group_by("a").len(), on="a", how="left", maintain_order="left")
    for start, length in even_slices(sizes["len"].fill_null(0), workers=1, most=most):
        yield sizes.select("a").slice(start, length)


def _sentences(articles: pl.DataFrame, language: str) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame | None]:
    """Articles, their sentences in the grammar's words, and the way back to the words of another language than English."""
    if language == "en":
        folded = prepare.fold_articles(articles)
        sents = prepare.sentences(folded, vocabulary().cities)
        return folded, sents.with_columns(pl.col("fold").alias("plain")), None
    folded = prepare.fold_articles(articles, language)
    return folded, *gloss.gloss(prepare.sentences(folded, vocabulary().cities), language)


def read(articles: pl.DataFrame, language: str = "en") -> Reading:
    """Articles (article_id, title, text, published_date, source) of one language to bound clauses with status, date and place.

    Another language than English is read in the grammar's words (`gloss`); all places are then those in the article.
    """
    folded, sents, way = _sentences(articles, language)
    return _in_the_text(_bind(_name(folded, sents)), way)


def read_in_parts(articles: pl.DataFrame, language: str = "en") -> Iterator[Reading]:
    """As `read`, in as many readings of some articles each as memory asks for."""
    folded, sents, way = _sentences(articles, language)
    for some in _some_at_a_time(folded, sents, PART_SENTENCES):
        named = _name(*_of(some, folded.height, [folded, sents]))
        for few in _some_at_a_time(named.folded, named.elements, PART_WORDS):
            yield _in_the_text(_bind(named.only(few)), way)


def _in_the_text(reading: Reading, way: pl.DataFrame | None) -> Reading:
    """The reading with every place of a word, and the words of every trigger, as they are in the article."""
    if way is None:
        return reading
    placed = partial(gloss.back_to_text, way=way)
    words_of = {"starts": ["start", "office_start"], "ends": ["end", "office_end"]}
    at = reading.sents.select("sid", pl.col("start").alias("s0"))
    mentions = placed(reading.mentions, starts=["name_start"], ends=["name_end"]).join(at, on="sid", maintain_order="left")
    mentions = mentions.with_columns((pl.col("s0") + pl.col("name_start")).alias("at")).drop("s0")
    trigger = pl.col("text").str.slice(pl.col("s0") + pl.col("h_start"), pl.col("h_end") - pl.col("h_start"))
    bound = (
        placed(reading.bound, starts=["h_start"], ends=["h_end"])
        .join(at, on="sid", maintain_order="left")
        .join(reading.folded.select("a", "text"), on="a", maintain_order="left")
        .with_columns(trigger.str.to_lowercase().alias("trigger"))
        .drop("text", "s0")
    )
    return replace(
        reading,
        elements=placed(reading.elements, **words_of),
        others=placed(reading.others, **words_of),
        mentions=mentions,
        people=reading.people.drop("at").join(mentions.select("i", "at"), on="i", maintain_order="left"),
        bound=bound,
    )


def _name(folded: pl.DataFrame, sents: pl.DataFrame) -> _Named:
    """Articles and their sentences, in the grammar's words, to who is named in them."""
    known = vocabulary()
    published = folded.select("a", pl.col("published_date").alias("date"))
    found = names.join_names(names.choose_kind(tokens.tokenise(sents, known, relevance.readable_tokens)))
    found = where.capitals(found, places.countries())
    elements = phrases.govern(phrases.appositions(phrases.noun_phrases(found))).with_row_index("i")
    # who is named, in every article; then the whole of the sentences that can state a fact
    named = elements.filter(pl.col("np").is_not_null())
    mentions = people.mentions(named, sents, published)
    who = people.resolve(mentions, known.aliases, known.terms_of_office)
    quotes = statements.quotes(folded)
    named = coreference.attach_people(named, who)
    told = relevance.telling_articles(named, quotes, where.NATIONAL)
    everything = elements.select("a", "sid", "word_class", "lower").join(told, on="a", how="semi")
    nouns = pl.concat([triggers.encounter_nouns(), places.definite_nouns()["form"]])
    telling = relevance.telling_sentences(everything, named, nouns)
    elements = elements.join(telling, on="sid", how="semi", maintain_order="left")
    elements = coreference.attach_people(elements, who)
    return _Named(folded, sents, quotes, mentions, who, named, told, everything, elements)


def _bind(part: _Named) -> Reading:
    """Who is named, and what is said of them, to bound clauses."""
    cities, folded, sents, elements = vocabulary().cities, part.folded, part.sents, part.elements
    published = folded.select("a", pl.col("published_date").alias("date"))
    sents_told = sents.join(part.told, on="a", how="semi", maintain_order="left")
    others = part.named.join(elements.select("i"), on="i", how="anti")
    elements = marking.mark_words(elements)
    dated = dates.find_dates(sents_told, published)
    spots = where.find_places(elements)
    scene = scenes.scenes(dated, spots, elements, sents_told)
    elements = where.localise(elements, spots, scene, sents_told, cities)
    elements = delegates.link_delegates(coreference.link_offices(elements))
    elements = definites.link_definites(elements, places.definite_nouns())
    elements = coreference.link_pronouns(elements)
    groups = coreference.groups(elements)
    elements, changed = definites.link_others(elements, groups)
    groups = coreference.regroup(groups, elements, changed)
    elements = marking.mark_harm(elements, words.verbs())
    trig = triggers.triggers(elements, words.verbs(), words.nouns(), words.frames())
    # what counts over a whole article asks `everything`: `elements` lacks the sentences without an actor
    bound = clauses.without_sport(clauses.bind(elements, groups, trig), part.everything)
    sents_bound = sents.join(bound.select("sid"), on="sid", how="semi", maintain_order="left")
    bound = status.statuses(bound, elements, status.find_cues(sents_bound, words.status_cues()))
    bound = when.with_purposes(when.add_dates(bound, dated, sents, elements))
    bound = scenes.inherit(where.add_places(bound, spots, sents_told, cities, elements), scene)
    bound = when.follow(bound, dated, elements, published)
    bound = where.carry_places(where.add_format(bound, sents), sents_told, cities, published)
    # An organisation may host, but it is no place.
    is_country = pl.col("country_code").is_in(places.countries()["code"].implode())
    bound = bound.with_columns(pl.when(is_country).then("country_code").alias("country_code"))
    return Reading(folded, sents, part.quotes, elements, others, part.mentions, part.people, groups, bound)


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
    every = pl.concat([reading.elements.select(facts.ACTING), reading.others.select(facts.ACTING)])
    persons = facts.people_of_articles(reading.mentions, reading.people, every, folded, sents)
    codes = _names_of_codes()
    actors = facts.article_actors(persons, facts.states_of_articles(every, sents, codes), folded, codes)

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
    # Only what has an encounter or an event gets topics: one report in twenty.
    telling = pl.concat([done.select("a"), met.select("a")]).unique()
    hits = topics.term_hits(sents.join(telling, on="a", how="semi", maintain_order="left"))

    met = met.with_columns(
        pl.col("sids").list.first().alias("first_sid"),
        pl.col("codes").list.join(",").alias("side_key"),
        pl.col("keys").list.sort().list.join(",").alias("key_key"),
    )
    met = _topics_of(
        _with_ids("m", met, reading, "side_key", "status", "key_key", "start_date", "format"), hits
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
        _with_ids("e", done, reading, "source_code", "target_code", "event_type", "status"), hits
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
        folded, reading.quotes, sents, reading.elements, reading.groups, words.verbs().filter(pl.col("verb_class") == "say")
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
        .join(telling, on="a", how="semi")
        .select("a")
        .sort("a")
    )
    about = topics.article_topics(hits, sents, foreign).join(
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
