"""Sentences of another language in the grammar's own words, each word's place remembered.

Belongs here: putting the glosses of `ingest.lexicon.glosses` into sentences, the few changes of order that English asks
for, and the way back from a place in the gloss to the place in the sentence.
Does not belong here: words (the tables) and any rule about what a sentence states.

"El presidente frances recibio el lunes a Modi" becomes "The French president received on Monday Modi": the rules read
that, dates and places included, and what they find is told with the words of the article.
"""

from __future__ import annotations

import polars as pl

from ingest.lexicon import glosses

_MARKS = list(",.;:()[]\"'?!/\n\r\t")
_ORDERED = ["office", "body"]
_VERBS = ["verb", "personal"]
_PREFIX = {"singular": "He ", "plural": "They "}


def respell(text: pl.Expr, language: str) -> pl.Expr:
    """The folded text, of the same length, with what would mislead written plainly ("EE.UU." as "EEUU  ")."""
    table = glosses.spellings(language)
    return text.str.replace_many(table["text"].to_list(), table["plain"].to_list(), leftmost=True)


def _found(sents: pl.DataFrame, language: str) -> pl.DataFrame:
    """One row per known phrase: sid, at, to (in the fold), and what the tables say of it."""
    table = glosses.phrases(language)
    patterns = pl.lit(" " + table["form"]).implode()
    plain = pl.col("fold").str.to_lowercase().str.replace_many(_MARKS, [" "] * len(_MARKS))
    scanned = sents.select("sid", "fold", pl.concat_str(pl.lit(" "), plain, pl.lit(" ")).alias("scan")).with_columns(
        pl.col("scan").str.find_many(patterns, leftmost=True).alias("at"),
        pl.col("scan").str.extract_many(patterns, leftmost=True).alias("form"),
    )
    hits = scanned.filter(pl.col("at").list.len() > 0).explode("at", "form", empty_as_null=True)
    behind = pl.col("scan").str.slice(pl.col("at") + pl.col("form").str.len_bytes(), 1)
    return (
        hits.filter(~behind.str.contains("[a-z0-9]"))
        .with_columns(
            pl.col("at").cast(pl.Int32),
            (pl.col("at").cast(pl.Int32) + pl.col("form").str.len_bytes().cast(pl.Int32) - 1).cast(pl.Int32).alias("to"),
            pl.col("form").str.strip_prefix(" "),
        )
        .join(table, on="form", maintain_order="left")
        .select(
            *("sid", "at", "to", "gloss", "denied", "gerund", "kind", "person", "before_number"),
            pl.col("fold").str.slice("at", 1).str.contains("[A-Z]").alias("is_capital"),
            pl.col("fold").str.slice("to", 3).alias("behind"),
            pl.col("fold").str.slice(0, (pl.col("at") - 1).clip(lower_bound=0)).str.contains("[A-Z][a-z]+$").fill_null(False).alias("after_name"),
        )
        # "China" is no adjective, "Musaed al Aiban" one name
        .filter((pl.col("kind") != "demonym") | ~pl.col("is_capital"))
        .filter((pl.col("kind") != "object") | ~pl.col("after_name") | ~pl.col("behind").str.contains("^ [A-Z]") | (pl.col("gloss") == "to"))
    )


def _in_order(found: pl.DataFrame) -> pl.DataFrame:
    """The phrases as English words them: adjectives first, negation in the verb, objects without a mark."""

    def beside(column: str, offset: int) -> pl.Expr:
        return pl.col(column).shift(offset).over("sid")

    touches = (beside("at", -1) - pl.col("to") == 1) & (pl.col("behind").str.slice(0, 1) == " ")
    touched = touches.shift(1).over("sid").fill_null(False)
    f = found.sort("sid", "at").with_columns(touches.fill_null(False).alias("touches"))
    f = f.with_columns(touched.alias("touched"))
    # "presidente frances", "tropas rusas"
    turned = pl.col("touches") & pl.col("kind").is_in(_ORDERED) & (beside("kind", -1) == "demonym").fill_null(False)
    f = f.with_columns(turned.fill_null(False).alias("turned")).with_columns(
        pl.col("turned").shift(1).over("sid").fill_null(False).alias("is_moved"),
        pl.when("turned").then(pl.concat_str(beside("gloss", -1), pl.lit(" "), "gloss")).otherwise("gloss").alias("gloss"),
        pl.when("turned").then(beside("to", -1)).otherwise("to").alias("to"),
    ).filter(~pl.col("is_moved"))
    last, following = beside("kind", 1).fill_null(""), beside("kind", -1).fill_null("")
    is_verb = pl.col("kind").is_in(_VERBS)
    infinitive = pl.col("kind") == "infinitive"
    f = f.with_columns(
        # "no se reunira"
        pl.when(is_verb & (last == "not") & pl.col("touched")).then("denied")
        # "podria reunirse", "para reunirse", "antes de reunirse"
        .when(infinitive & (last == "modal")).then(pl.col("gloss").str.strip_prefix("to "))
        .when(infinitive & (last == "before_gerund")).then("gerund")
        .when((pl.col("kind") == "not") & following.is_in(_VERBS) & pl.col("touches")).then(pl.lit(""))
        .when(pl.col("kind").is_in(["aim", "object"]) & (following == "infinitive") & pl.col("touches")).then(pl.lit(""))
        # "el 3 de junio", "del 3 al 5"
        .when((pl.col("before_number") != "") & pl.col("behind").str.contains(r"^ \d")).then("before_number")
        .otherwise("gloss")
        .alias("gloss"),
    )
    # "recibio en Paris a Modi": the first mark after a verb of persons
    verb_no = is_verb.cum_sum().over("sid")
    marks = (pl.col("kind") == "object").cum_sum().over("sid", verb_no)
    personal = (pl.col("kind") == "personal").any().over("sid", verb_no) & (verb_no > 0)
    acted_upon = (pl.col("kind") == "object") & personal & (marks == 1)
    f = f.with_columns(
        # "recibio en Planalto a Lula": something must part the two names
        pl.when(acted_upon & pl.col("after_name"))
        .then(pl.lit("the"))
        .when(acted_upon)
        .then(pl.col("gloss").str.replace("^to ?", ""))
        .otherwise("gloss")
        .alias("gloss")
    )
    # "Se reunio tambien con ...": the subject that the verb implies
    opens = is_verb & (pl.col("at") == 0)
    said = pl.col("person").replace_strict(_PREFIX, default="", return_dtype=pl.String)
    capital = pl.col("gloss").str.slice(0, 1).str.to_uppercase() + pl.col("gloss").str.slice(1)
    return f.with_columns(
        pl.when(opens & (said != "")).then(pl.concat_str(said, "gloss"))
        # "viajara a Beirut, donde se reunira con ..."
        .when(is_verb & (beside("kind", 1) == "where") & pl.col("touched") & (said != ""))
        .then(pl.concat_str(said.str.to_lowercase(), "gloss"))
        .when(pl.col("is_capital")).then(capital)
        .otherwise("gloss")
        .alias("gloss")
    )


def gloss(sents: pl.DataFrame, language: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The sentences with `fold` in the grammar's words and `plain` as it was, and the way back.

    The way back: one row per piece of a sentence: sid, g (where it begins in the gloss), at, to (in the plain fold),
    is_same (letter for letter).
    """
    found = _in_order(_found(sents, language))
    pieces = found.select("sid", "at", "to", "gloss", pl.lit(False).alias("is_same"))
    ends = pl.concat(
        [
            sents.select("sid", pl.lit(0, pl.Int32).alias("at"), pl.lit(0, pl.Int32).alias("to")),
            pieces.select("sid", "at", "to"),
            sents.select("sid", pl.col("fold").str.len_bytes().cast(pl.Int32).alias("at")).with_columns(pl.col("at").alias("to")),
        ]
    ).sort("sid", "at", "to")
    gaps = (
        ends.select("sid", pl.col("to").alias("from"), pl.col("at").shift(-1).over("sid").alias("until"))
        .filter(pl.col("until") > pl.col("from"))
        .join(sents.select("sid", "fold"), on="sid", maintain_order="left")
        .select(
            "sid",
            pl.col("from").alias("at"),
            pl.col("until").alias("to"),
            pl.col("fold").str.slice("from", pl.col("until") - pl.col("from")).alias("gloss"),
            pl.lit(True).alias("is_same"),
        )
    )
    every = pl.concat([pieces, gaps]).sort("sid", "at", "to")
    n = pl.col("gloss").str.len_bytes().cast(pl.Int32)
    back = every.with_columns((n.cum_sum().over("sid") - n).alias("g"))
    told = back.group_by("sid", maintain_order=True).agg(pl.col("gloss").str.join("").alias("told"))
    out = sents.join(told, on="sid", how="left", maintain_order="left")
    out = out.with_columns(pl.col("fold").alias("plain"), pl.coalesce("told", "fold").alias("fold")).drop("told")
    towns = glosses.phrases(language).filter(pl.col("kind") == "name")
    town = pl.col("dateline").str.to_lowercase().replace_strict(towns["form"], towns["gloss"], default=pl.col("dateline"))
    out = out.with_columns(town.alias("dateline"))
    return out, back.select("sid", "g", "at", "to", "is_same")


def back_to_text(frame: pl.DataFrame, way: pl.DataFrame, starts: list[str], ends: list[str]) -> pl.DataFrame:
    """The frame (sid) with these columns, places in the gloss, as places in the plain sentence."""
    steps = way.sort("sid", "g")
    for column in [*starts, *ends]:
        is_end = column in ends
        # an end belongs to the piece of its last letter
        probe = pl.col(column) - 1 if is_end else pl.col(column)
        rows = frame.select("sid", probe.cast(pl.Int32).alias("g")).with_row_index("n")
        held = (
            rows.drop_nulls("g")
            .sort("g")
            .join_asof(steps.sort("g"), on="g", by="sid", check_sortedness=False, coalesce=False)
            .select(
                "n",
                pl.when("is_same")
                .then(pl.col("at") + pl.col("g") - pl.col("g_right") + int(is_end))
                .otherwise(pl.col("to") if is_end else pl.col("at"))
                .alias("place"),
            )
        )
        placed = rows.join(held, on="n", how="left", maintain_order="left")["place"]
        frame = frame.with_columns(placed.cast(frame[column].dtype).alias(column))
    return frame
