"""The last step: what was found, as the facts tables declare it, with ids and evidence.

Belongs here: ids, evidence rows, fullest names, levels, conforming to `ingest.tables`.
Does not belong here: any decision about what the text says.
"""

from __future__ import annotations

from hashlib import sha256

import polars as pl

from ingest import tables

_LEVELS = {1: "head", 2: "ministerial", 3: "envoy", 4: "official", 5: "official"}
ACTING = ["i", "sid", "a", "np", "has_state", "codes", "start", "office_start", "office_end", "role_class"]
"""The columns of elements that tell who is named in an article."""
_ROLE_RANKS = {
    "head_of_state": 1,
    "head_of_government": 1,
    "monarch": 1,
    "foreign_minister": 2,
    "defence_minister": 2,
    "finance_minister": 2,
    "trade_minister": 2,
    "interior_minister": 2,
    "minister": 2,
    "org_head": 2,
    "deputy": 3,
    "envoy": 3,
    "ambassador": 3,
    "security_adviser": 3,
    "military": 3,
    "official": 4,
    "legislator": 4,
    "party_leader": 4,
    "spokesperson": 5,
}


def fact_ids(prefix: str, *columns: pl.Series) -> pl.Series:
    """One id per row: the prefix and 20 hex digits of the SHA-256 of the row's values."""
    rows = zip(*(c.cast(pl.String).to_list() for c in columns), strict=True)
    return pl.Series(
        [prefix + sha256("\x1f".join(map(str, r)).encode()).hexdigest()[:20] for r in rows], dtype=pl.String
    )


def people_of_articles(
    ments: pl.DataFrame,
    people: pl.DataFrame,
    elements: pl.DataFrame,
    folded: pl.DataFrame,
    sents: pl.DataFrame,
) -> pl.DataFrame:
    """One row per article and person: a, actor_key, name, code, role, role_class, basis, n_mentions, first_char."""
    at = sents.select("sid", pl.col("start").alias("s0"))
    offices = (
        elements.filter(pl.col("np") == "person")
        .join(at, on="sid", maintain_order="left")
        .select(
            "i",
            (pl.col("s0") + pl.col("office_start")).alias("o_start"),
            (pl.col("s0") + pl.col("office_end")).alias("o_end"),
            pl.col("role_class").alias("text_class"),
        )
    )
    rows = (
        people.join(ments.select("i", "name_start", "name_end", "sid", "code"), on="i")
        .join(at, on="sid")
        .join(offices, on="i", how="left")
        .join(folded.select("a", "text"), on="a")
        .with_columns(
            pl.col("text")
            .str.slice(pl.col("s0") + pl.col("name_start"), pl.col("name_end") - pl.col("name_start"))
            .alias("surface"),
            # without an end there is only a prefix ("vice"), and a slice would run to the end of the text
            pl.when(pl.col("o_end").is_not_null())
            .then(pl.col("text").str.slice("o_start", pl.col("o_end") - pl.col("o_start")))
            .alias("office"),
        )
        .sort("a", "at")
    )
    longest = pl.col("surface").str.len_chars().arg_max()
    titled = pl.col("office").is_not_null() & (pl.col("office") != "")
    return rows.group_by("a", "actor_key", maintain_order=True).agg(
        pl.col("surface").get(longest).alias("name"),
        pl.coalesce(pl.col("code").drop_nulls().first(), pl.col("t_code").drop_nulls().first()).alias("code"),
        pl.coalesce(pl.col("office").filter(titled).first(), pl.col("t_role").drop_nulls().first()).alias(
            "role"
        ),
        pl.coalesce(
            pl.col("text_class").drop_nulls().first(), pl.col("t_role_class").drop_nulls().first()
        ).alias("role_class"),
        pl.col("basis").first(),
        pl.len().cast(pl.Int32).alias("n_mentions"),
        pl.col("at").min().cast(pl.Int32).alias("first_char"),
    )


def states_of_articles(elements: pl.DataFrame, sents: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """One row per article and state or organisation named in it. `names`: code, name, kind."""
    at = sents.select("sid", pl.col("start").alias("s0"))
    named = elements.filter(
        pl.col("np").is_in(["state", "office", "body", "person"]) & pl.col("has_state")
    )
    return (
        named.join(at, on="sid")
        .explode("codes", empty_as_null=True)
        .rename({"codes": "code"})
        .filter(pl.col("code").is_not_null())
        .group_by("a", "code", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int32).alias("n_mentions"),
            (pl.col("s0") + pl.col("start")).min().cast(pl.Int32).alias("first_char"),
        )
        .join(names, on="code", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("kind") == "organization").then(pl.lit("o:")).otherwise(pl.lit("c:")).alias("p"),
            pl.lit(None, pl.String).alias("role"),
            pl.lit(None, pl.String).alias("role_class"),
            pl.lit("reference").alias("basis"),
        )
        .with_columns(pl.concat_str("p", "code").alias("actor_key"))
    )


def article_actors(
    persons: pl.DataFrame, states: pl.DataFrame, folded: pl.DataFrame, names: pl.DataFrame
) -> pl.DataFrame:
    """facts.article_actors. `names`: code, name, kind of states and organisations."""
    columns = [
        "a",
        "actor_key",
        "name",
        "kind",
        "code",
        "role",
        "role_class",
        "basis",
        "n_mentions",
        "first_char",
    ]
    both = pl.concat(
        [persons.with_columns(pl.lit("person").alias("kind")).select(columns), states.select(columns)]
    )
    # by the reference table, not by what the other articles of the batch happen to name
    organisation = pl.col("code").is_in(names.filter(pl.col("kind") == "organization")["code"].implode())
    out = both.join(folded.select("a", "article_id"), on="a", maintain_order="left").with_columns(
        pl.when(pl.col("code").is_null())
        .then(None)
        .when((pl.col("kind") == "organization") | organisation)
        .then(pl.lit("organization"))
        .otherwise(pl.lit("country"))
        .alias("code_kind"),
    )
    return tables.FACTS_ARTICLE_ACTORS.conform(out.sort("article_id", "first_char", "actor_key"))


def evidence_rows(
    kind: str, proofs: pl.DataFrame, sents: pl.DataFrame, folded: pl.DataFrame, version: str
) -> pl.DataFrame:
    """facts.evidence for one kind. `proofs`: fact_id, sid, trigger, rule_id, confidence."""
    rows = (
        proofs.join(sents.select("sid", "a", "sentence_index", "start", "end"), on="sid")
        .join(folded.select("a", "article_id", "text"), on="a")
        .sort(
            "fact_id",
            "start",
            "confidence",
            "rule_id",
            "trigger",
            descending=[False, False, True, False, False],
        )
        .unique(["fact_id", "start"], keep="first", maintain_order=True)
        .with_columns(
            pl.col("text").str.slice("start", pl.col("end") - pl.col("start")).alias("evidence"),
            pl.lit(kind).alias("fact_kind"),
            pl.lit(version).alias("extractor_version"),
            pl.col("start").alias("char_start"),
            pl.col("end").alias("char_end"),
        )
    )
    return tables.FACTS_EVIDENCE.conform(rows)


def level_of(keys: pl.DataFrame) -> pl.DataFrame:
    """One row per encounter: fact_id, level of the highest office among `keys` (fact_id, role_class)."""
    ranked = keys.with_columns(
        pl.col("role_class").replace_strict(_ROLE_RANKS, default=9, return_dtype=pl.Int32).alias("rank")
    )
    return (
        ranked.group_by("fact_id")
        .agg(pl.col("rank").min())
        .with_columns(
            pl.col("rank").replace_strict(_LEVELS, default="unknown", return_dtype=pl.String).alias("level")
        )
        .select("fact_id", "level")
    )
