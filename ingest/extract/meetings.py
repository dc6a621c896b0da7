"""Bound clauses of consultation to encounters: one row per encounter and article.

Belongs here: who took part, merging of the clauses that speak of one encounter, its best date and place.
Does not belong here: events derived from encounters (`events`), encounters across articles (dbt).
"""

from __future__ import annotations

import polars as pl

_VISITS = ["C14", "C15", "C16"]
_SIGNINGS = ["A02", "A05", "A01"]
_NO_MEETING = [*_VISITS, "C17", "C28"]
_PRECISIONS = ["day", "week", "month", "year", "unknown"]
_FRESH_DAYS = 7
_REMEMBERED = 3  # sentences for which "the talks" still means the encounter told before
_POINTERS = [
    "meeting",
    "talks",
    "round",
    "summit",
    "session",
    "negotiations",
    "dialogue",
    "gathering",
    "consultations",
    "discussions",
]
_WIRED = ["call", "phone call", "telephone call", "video call", "phone conversation", "telephone conversation", "conversation"]
_AT_ANOTHER_TIME = ["ahead of", "before", "after", "following", "in advance of", "prior to", "since", "on the eve of", "in preparation for"]
_JUDGING = ["SUPPORT", "ACCUSE", "PROTEST"]
_JUDGED = 4  # elements from a verb of judging to what is judged
_NO_DEED = ["on", "out", "about", "of", "without", "stop", "keep"]
_CALLS = ["C06", "C07", "C13"]
_PRESENCE = (
    r"(?i)\b(?:around the (?:same )?table|at the (?:same )?table|in the room|on the (?:screen|line|call)"
    r"|(?:also|were|was) (?:present|in attendance)|also (?:attended|attending|joined|joining|took part|taking part|participated)"
    r"|(?:were|was|are) among (?:the (?:\w+ ){0,2}(?:leaders|heads|ministers|participants|guests|delegates|envoys|officials)|those)"
    r"|(?:who|those) (?:attended|took part)|(?:participants|attendees|guests) (?:included|were)|attended by"
    r"|joined them|(?:were|was) (?:also )?joined by)\b"
)
_NOBODY = pl.lit([], dtype=pl.List(pl.String))
_ROUNDS = 4  # label propagation: longer chains of pairwise agreement do not occur within an article


def _empty_list(column: str) -> pl.Expr:
    return pl.col(column).fill_null(pl.lit([], dtype=pl.List(pl.String)))


def _calls_apart(talks: pl.DataFrame, elements: pl.DataFrame, sents: pl.DataFrame) -> pl.DataFrame:
    """The clauses, a call to several one row for each (`part`): who telephones two leaders makes two calls.

    So does who "met separately with" two.
    """
    apart = sents.filter(pl.col("fold").str.contains(r"(?i)\b(?:separate|separately|one after the other|in turn)\b"))["sid"]
    state = (
        elements.filter((pl.col("keys").list.len() == 1) & (pl.col("codes").list.len() > 0))
        .select("a", pl.col("keys").list.first().alias("k"), pl.col("codes").list.first().alias("k_code"))
        .unique(["a", "k"], keep="first", maintain_order=True)
    )
    several = pl.col("rule_id").is_in(_CALLS) | pl.col("sid").is_in(apart.implode())
    several = several & (pl.col("t_codes").list.len() > 1) & (pl.col("t_prep") != "between")
    several = several & (pl.col("s_codes").list.set_intersection("t_codes").list.len() == 0)
    several = several.fill_null(False)
    many = talks.filter(several).with_row_index("row")
    parts = many.explode("t_codes", empty_as_null=True).with_columns(
        pl.int_range(pl.len()).over("row").cast(pl.Int32).alias("part")
    )
    own = (
        parts.select("row", "part", "a", "t_codes", pl.col("t_keys").alias("k"))
        .explode("k", empty_as_null=True)
        .join(state, on=["a", "k"])
        .filter(pl.col("k_code") == pl.col("t_codes"))
        .group_by("row", "part")
        .agg(pl.col("k").sort().alias("t_keys"))
    )
    parts = (
        parts.drop("t_keys")
        .join(own, on=["row", "part"], how="left", maintain_order="left")
        .with_columns(pl.concat_list("t_codes").alias("t_codes"), _empty_list("t_keys"))
        .drop("row")
    )
    one = talks.filter(~several).with_columns(pl.lit(0, pl.Int32).alias("part"))
    return pl.concat([one, parts.select(one.columns)])


def _present(elements: pl.DataFrame, sents: pl.DataFrame) -> pl.DataFrame:
    """One row per sentence that only tells who else was there: a, sid, h_codes, h_keys."""
    told = sents.filter(pl.col("fold").str.contains(_PRESENCE)).select("sid")
    who = elements.join(told, on="sid", how="semi").filter(
        pl.col("np").is_in(["person", "office"]) & (pl.col("codes").list.len() > 0) & ~pl.col("is_possessive")
    )
    flat = {c: pl.col(c).list.explode(keep_nulls=False, empty_as_null=False) for c in ("codes", "keys")}
    return who.group_by("a", "sid").agg(
        flat["codes"].unique().sort().alias("h_codes"), flat["keys"].unique().sort().alias("h_keys")
    )


def _with_present(found: pl.DataFrame, here: pl.DataFrame) -> pl.DataFrame:
    """The clauses, the last one before "Also around the table were ..." with those named there."""
    last = (
        found.filter(pl.col("status").is_in(["occurred", "planned"]) & ~pl.col("format").is_in(["call"]))
        .select(
            "a",
            "i",
            pl.col("sid").alias("f_sid"),
            pl.col("start_date").is_null().alias("is_undated"),
            "confidence",
            "rule_id",
        )
        .join(here, on="a")
        .with_columns((pl.col("sid").cast(pl.Int64) - pl.col("f_sid")).alias("back"))
        .filter(pl.col("back").is_between(0, _REMEMBERED))
        .with_columns((pl.col("back") > 0).alias("is_back"))
        .sort(
            *("sid", "is_back", "is_undated", "back", "i", "confidence", "rule_id"),
            descending=[False, False, False, False, False, True, False],
        )
        .unique("sid", keep="first", maintain_order=True)
        .group_by("i")
        .agg(
            pl.col("h_codes").list.explode(keep_nulls=False, empty_as_null=False),
            pl.col("h_keys").list.explode(keep_nulls=False, empty_as_null=False),
        )
    )
    out = found.join(last, on="i", how="left", maintain_order="left")
    joined = pl.col("h_codes").is_not_null()
    none = pl.col("codes").list.len() == 0
    codes = (
        pl.when(none).then(pl.concat_list(_empty_list("s_codes"), _empty_list("t_codes"))).otherwise("codes")
    )
    keys = pl.when(none).then(pl.concat_list(_empty_list("s_keys"), _empty_list("t_keys"))).otherwise("keys")
    return out.with_columns(
        pl.when(joined).then(pl.concat_list(codes, _empty_list("h_codes"))).otherwise("codes").alias("codes"),
        pl.when(joined).then(pl.concat_list(keys, _empty_list("h_keys"))).otherwise("keys").alias("keys"),
    ).drop("h_codes", "h_keys")


def _in_passing(talks: pl.DataFrame, elements: pl.DataFrame) -> pl.DataFrame:
    """The clauses; one named in passing has the two as sides whom its sentence tells before.

    "Aliyev told him during their meeting", "urged Maduro in a telephone call".
    """
    own = elements.select("i", pl.col("det").alias("noun_det"), pl.col("prep").alias("noun_prep"))
    bare = (
        talks.select("i", "sid", "pos", "codes", "trigger", "t_codes")
        .unique("i", keep="first", maintain_order=True)
        .join(own, on="i", how="left")
        .filter(
            (pl.col("pos") == "noun")
            & (pl.col("codes").list.len() < 2)
            & pl.col("t_codes").is_null()
            & pl.col("noun_prep").is_in(["in", "during", "at", "after", "over", "on"])
            & ((pl.col("noun_det") == "their") | pl.col("trigger").is_in(_WIRED))
        )
    )
    before = (
        bare.select("i", "sid")
        .join(
            elements.filter(
                pl.col("strong")
                & pl.col("np").is_in(["person", "office", "pronoun"])
                & (pl.col("codes").list.len() == 1)
                & ~pl.col("is_possessive")
            ).select("sid", pl.col("i").alias("b_i"), pl.col("codes").alias("b_codes"), pl.col("keys").alias("b_keys")),
            on="sid",
        )
        .filter(pl.col("b_i") < pl.col("i"))
        .sort("i", "b_i")
        .group_by("i", maintain_order=True)
        .agg(
            pl.col("b_codes").list.explode(keep_nulls=False, empty_as_null=False).unique(maintain_order=True),
            pl.col("b_keys").list.explode(keep_nulls=False, empty_as_null=False).unique(maintain_order=True),
        )
        .filter(pl.col("b_codes").list.len() == 2)
    )
    out = talks.join(before, on="i", how="left", maintain_order="left")
    here = pl.col("b_codes").is_not_null() & (pl.col("codes").list.len() < 2)
    return out.with_columns(
        pl.when(here).then("b_codes").otherwise("codes").alias("codes"),
        pl.when(here).then("b_keys").otherwise("keys").alias("keys"),
    ).drop("b_codes", "b_keys")


def candidates(bound: pl.DataFrame, elements: pl.DataFrame, sents: pl.DataFrame) -> pl.DataFrame:
    """One row per clause that states an encounter, with `codes` and `keys` of all who take part."""
    # Named people of two states who sign together, on a day or at a place, have met.
    together = (
        pl.col("rule_id").is_in(_SIGNINGS)
        & (pl.col("s_keys").list.len() >= 1)
        & pl.col("s_np").is_in(["person", "office", "pronoun"])
        & (pl.col("s_codes").list.len() >= 2)
        & (pl.col("status") == "occurred")
        & (pl.col("start_date").is_not_null() | pl.col("country_code").is_not_null())
    )
    signing = bound.filter(together.fill_null(False)).with_columns(
        pl.lit(0.7).alias("confidence"),
        pl.when(pl.col("rule_id") == "A01").then("format").otherwise(pl.lit("in_person")).alias("format"),
        pl.lit("CONSULT").alias("event_type"),
    )
    talks = pl.concat(
        [bound.filter((pl.col("event_type") == "CONSULT") & ~pl.col("rule_id").is_in(_NO_MEETING)), signing]
    )
    talks = _but_for_what_is_judged(_but_for_others_talks(talks, elements), bound, elements)
    # "met X to discuss relations with Y" is no talk with Y
    talks = talks.filter(~(pl.col("rule_id").is_in(["C20", "C21"]) & pl.col("is_passive")))
    talks = talks.filter((pl.col("rule_id") != "C11") | ~pl.col("is_infinitive").fill_null(False))
    # "would go on talking", "ruled out negotiating"
    vague = (pl.col("pos") == "verb") & (pl.col("tense") == "ing") & pl.col("led_by").is_in(_NO_DEED)
    talks = talks.filter(~vague.fill_null(False))
    talks = talks.filter((pl.col("rule_id") != "C22") | (pl.col("status") == "occurred"))
    # "joined the bloc" and "met by calls for restraint" are no encounters of people
    personal = pl.col("t_np").is_in(["person", "office", "pronoun"])
    talks = talks.filter(~pl.col("rule_id").is_in(["C22", "C04"]) | personal.fill_null(False))
    # "our call on Chad to disarm"
    talks = talks.filter(~((pl.col("rule_id") == "C13") & pl.col("then_word").is_in(["on", "upon"])))
    something = pl.col("then_object") & pl.col("t_codes").is_null() & (pl.col("pos") == "verb")
    talks = talks.filter((pl.col("rule_id") != "C01") | ~something)
    agent = pl.col("s_np").is_in(["person", "office", "pronoun"])
    talks = talks.filter((pl.col("rule_id") != "C01") | ~pl.col("is_passive") | agent.fill_null(False))
    talks = _calls_apart(talks, elements, sents)
    source, target, pair = _empty_list("s_codes"), _empty_list("t_codes"), _empty_list("p_codes")
    between = (
        pl.col("t_prep").is_in(["between", "of", "among"])
        & (pl.col("pos") == "noun")
        & (target.list.len() >= 2)
    )
    alone = pl.col("t_codes").is_null() & pl.col("reciprocal")
    beside = (pl.col("pos") == "noun") & (pl.col("t_prep") == "of")
    codes = (
        pl.when(pl.col("p_codes").is_not_null())
        .then(pair)
        .when(between)
        .then(target)
        # "talks with Chad and Niger": whose talks they were is the question
        # "the two discussed relations with Chad"
        .when((pl.col("rule_id") == "C11") & (source.list.len() >= 2))
        .then(source)
        .when(pl.col("t_codes").is_not_null() & ~beside & (source.list.len() > 0))
        .then(pl.concat_list(source, target))
        .when(alone)
        .then(source)
        .otherwise(pl.lit([], dtype=pl.List(pl.String)))
    )
    keys = (
        pl.when(pl.col("p_codes").is_not_null())
        .then(_empty_list("p_keys"))
        .when(between)
        .then(_empty_list("t_keys"))
        .when(pl.col("t_codes").is_not_null())
        .then(pl.concat_list(_empty_list("s_keys"), _empty_list("t_keys")))
        .otherwise(_empty_list("s_keys"))
    )
    sided = talks.with_columns(
        codes.list.unique().alias("codes"), keys.list.unique(maintain_order=True).alias("keys")
    )
    found = _recall(_with_present(_in_passing(sided, elements), _present(elements, sents)))
    found = found.with_columns(
        pl.col("codes").list.unique().list.sort(), pl.col("keys").list.unique(maintain_order=True)
    )
    # "denied that the two had spoken, calling an account of the conversation false": there was none
    denied = found.filter(pl.col("status") == "denied").select(
        "sid", "codes", pl.lit("occurred").alias("status"), pl.lit("noun").alias("pos")
    )
    found = found.join(denied.unique(), on=["sid", "codes", "status", "pos"], how="anti", maintain_order="left")
    # One verb may fit several frames and one side may be bound twice: the surest reading stays.
    return (
        found.filter(pl.col("codes").list.len().is_between(2, 25))
        .sort("i", "confidence", "rule_id", "part", descending=[False, True, False, False])
        .unique(["i", "part"], keep="first", maintain_order=True)
        .with_columns(pl.col("codes").list.join(",").alias("side_key"))
    )


def _but_for_others_talks(talks: pl.DataFrame, elements: pl.DataFrame) -> pl.DataFrame:
    """The clauses without "consulted" in "consulted his staff ahead of talks with Oslo": Oslo is whom the talks are with."""
    preps = elements.select("i", pl.col("prep").cast(pl.String).alias("noun_prep"))
    other = (
        talks.filter((pl.col("pos") == "noun") & pl.col("t_g").is_not_null())
        .select("sid", "t_g", "i")
        .join(preps, on="i")
        .filter(pl.col("noun_prep").is_in(_AT_ANOTHER_TIME))
        .select("sid", "t_g", pl.col("i").alias("other_i"))
    )
    taken = (
        talks.filter((pl.col("pos") == "verb") & (pl.col("t_prep") == "with"))
        .select("t", "sid", "t_g", "i")
        .join(other, on=["sid", "t_g"])
        .filter(pl.col("i") < pl.col("other_i"))
    )
    return talks.join(taken.select("t").unique(), on="t", how="anti", maintain_order="left")


def _but_for_what_is_judged(talks: pl.DataFrame, bound: pl.DataFrame, elements: pl.DataFrame) -> pl.DataFrame:
    """The clauses without the meeting in "Seoul and Tokyo condemned the meeting": who judges it was not at it."""
    judged = bound.filter((pl.col("pos") == "verb") & pl.col("event_type").is_in(_JUDGING) & pl.col("s_g").is_not_null())
    nouns = talks.filter((pl.col("pos") == "noun") & pl.col("t_g").is_null() & (pl.col("status") == "occurred"))
    theirs = (
        nouns.select("t", "sid", "s_g", "i")
        .join(elements.select("i", "det"), on="i")
        # "praised their talks": these were their own
        .filter(~pl.col("det").is_in(["their", "his", "her", "our", "its"]))
        .join(judged.select("sid", "s_g", pl.col("i").alias("j_i")), on=["sid", "s_g"])
        .filter((pl.col("i") - pl.col("j_i").cast(pl.Int64)).is_between(1, _JUDGED))
    )
    return talks.join(theirs.select("t").unique(), on="t", how="anti", maintain_order="left")


def _recall(found: pl.DataFrame) -> pl.DataFrame:
    """The clauses, with the sides of the encounter just told for those that only point at it.

    "A fourth round is expected on 3 May" is another of the same parties; who "attended the talks" joins them.
    """
    # "They also discussed ..." is more of the encounter just told, whoever else the sentences between have named.
    they = (
        (pl.col("rule_id").is_in(["C11", "C05"]) & pl.col("t_codes").is_null() | (pl.col("rule_id") == "C11"))
        & (pl.col("s_pronoun") == "they").fill_null(False)
        & (pl.col("s_codes").list.len() >= 2)
    )
    # "The two discussed Ukraine": the two who met, not one of them and the topic
    both = (pl.col("rule_id") == "C11") & (pl.col("s_pronoun") == "pair").fill_null(False) & pl.col("t_codes").is_null()
    whole = (pl.col("codes").list.len() >= 2) & ~they & ~both
    told = (
        found.sort("a", "i", "confidence", "rule_id", "part", descending=[False, False, True, False, False])
        .with_columns(
            pl.when(whole).then("codes").alias("w_codes"),
            pl.when(whole).then("keys").alias("w_keys"),
            pl.when(whole).then("sid").alias("w_sid"),
        )
        .with_columns(pl.col("w_codes", "w_keys", "w_sid").forward_fill().shift(1).over("a"))
    )
    near = (
        pl.col("w_codes").is_not_null() & (pl.col("sid").cast(pl.Int64) - pl.col("w_sid") <= _REMEMBERED)
    ).fill_null(False)
    points = (
        (pl.col("pos") == "noun")
        & (pl.col("codes").list.len() < 2)
        & pl.col("t_codes").is_null()
        & pl.col("trigger").is_in(_POINTERS)
        & (pl.col("codes").list.set_difference("w_codes").list.len() == 0)
        & (pl.col("s_codes").is_null() | (pl.col("s_codes").list.set_difference("w_codes").list.len() == 0))
        & (pl.col("status") != "occurred")
        & (pl.col("start_date").is_not_null() | pl.col("country_code").is_not_null())
        & ~pl.col("trigger").is_in(["summit", "gathering"])
    )
    joins = (
        pl.col("rule_id").is_in(["C20", "C21"])
        & (pl.col("status") == "occurred")
        & pl.col("s_codes").is_not_null()
    )
    return told.with_columns(
        pl.when(they & near)
        .then("w_codes")
        .when(they)
        .then(_NOBODY)
        .when(both & near & (pl.col("w_codes").list.len() == 2))
        .then("w_codes")
        .when(near & points)
        .then("w_codes")
        .when(near & joins)
        .then(pl.concat_list("s_codes", "w_codes"))
        .otherwise("codes")
        .alias("codes"),
        pl.when(they & near | both & near & (pl.col("w_codes").list.len() == 2))
        .then("w_keys")
        .when(near & joins)
        .then(pl.concat_list("s_keys", "w_keys"))
        .otherwise("keys")
        .alias("keys"),
    ).drop("w_codes", "w_keys", "w_sid")


_MOST_COMPARED = 50
"""So many clauses of one article about the same sides are compared with each other; what comes after stands for itself."""


def _agree(left: pl.DataFrame) -> pl.DataFrame:
    """Pairs of clauses of one article that may speak of one encounter: m, n."""
    columns = [
        "m",
        "a",
        "side_key",
        "status",
        "start_date",
        "end_date",
        "format",
        "keys",
        "sid",
        "is_anaphor",
    ]
    same = ["a", "side_key", "status"]
    compared = left.select(columns).filter(pl.int_range(pl.len()).over(same) < _MOST_COMPARED)
    right = compared.select(pl.col(c).alias(c if c in same else f"{c}_r") for c in columns)
    undated = pl.col("start_date").is_null() | pl.col("start_date_r").is_null()
    same_time = undated | (pl.col("start_date") <= pl.col("end_date_r")) & (
        pl.col("start_date_r") <= pl.col("end_date")
    )
    nobody = (pl.col("keys").list.len() == 0) | (pl.col("keys_r").list.len() == 0)
    same_people = nobody | (pl.col("keys").list.set_intersection("keys_r").list.len() > 0)
    remote = pl.col("format").is_in(["call", "video"]) != pl.col("format_r").is_in(["call", "video"])
    known = (pl.col("format") != "unknown") & (pl.col("format_r") != "unknown")
    pairs = (
        compared
        .join(right, on=same)
        .filter(same_time & same_people & ~(remote & known))
    )
    firm = pairs.filter(~undated)
    # An undated clause speaks of one encounter: the dated one nearest before it, else nearest; never a bridge.
    distance = pl.col("sid").cast(pl.Int64) - pl.col("sid_r")
    loose = (
        # "trade talks with Washington" is not the foreign ministers' meeting, unless a pronoun points back
        pairs.filter(
            pl.col("start_date").is_null()
            & (pl.col("m") != pl.col("m_r"))
            & ((pl.col("keys").list.len() > 0) | (pl.col("keys_r").list.len() == 0) | pl.col("is_anaphor"))
        )
        .with_columns(
            pl.col("start_date_r").is_null().alias("is_vague"),
            (distance < 0).alias("is_later"),
            distance.abs().alias("distance"),
        )
        .filter(~pl.col("is_vague") | (pl.col("m_r") < pl.col("m")))
        .sort("m", "is_vague", "is_later", "distance", "m_r")
        .unique("m", keep="first", maintain_order=True)
    )
    own = left.select("m", pl.col("m").alias("n"))
    return pl.concat(
        [own, firm.select("m", pl.col("m_r").alias("n")), loose.select("m", pl.col("m_r").alias("n"))]
    ).unique()


def _label(found: pl.DataFrame) -> pl.DataFrame:
    """The clauses with `c`, the first clause of their encounter."""
    edges = _agree(found)
    labels = found.select("m", pl.col("m").alias("c"))
    for _ in range(_ROUNDS):
        labels = edges.join(labels.rename({"m": "n"}), on="n").group_by("m").agg(pl.col("c").min()).sort("m")
    return found.join(labels, on="m", how="left", maintain_order="left")


def date_by_deeds(found: pl.DataFrame, bound: pl.DataFrame, published: pl.DataFrame) -> pl.DataFrame:
    """The clauses, undated encounters dated by what the same people did in the same report.

    A visit of one of them to the other's state dates what they did there; so does an act of the same sides some days
    before the report: "The two met for an hour" after "Trump and Xi agreed on Thursday ...".
    """
    dated = bound.filter((pl.col("status") == "occurred") & pl.col("start_date").is_not_null()).join(
        published, on="a"
    )
    visits = dated.filter(pl.col("rule_id").is_in(_VISITS) & pl.col("t_codes").is_not_null()).select(
        "a",
        "i",
        pl.col("s_keys").alias("d_key"),
        pl.col("t_codes").list.first().alias("host"),
        "start_date",
        "end_date",
        "date_precision",
        "city",
    )
    both = pl.concat_list(_empty_list("s_codes"), _empty_list("t_codes")).list.unique().list.sort()
    fresh = (pl.col("date") - pl.col("start_date")).dt.total_days().is_between(0, _FRESH_DAYS)
    acts = (
        dated.filter((pl.col("date_precision") == "day") & fresh)
        .with_columns(both.alias("b"))
        .filter(pl.col("b").list.len() >= 2)
        .select(
            "a",
            "i",
            pl.concat_list(_empty_list("s_keys"), _empty_list("t_keys")).alias("d_key"),
            pl.col("b").list.join(",").alias("d_sides"),
            "start_date",
            "end_date",
            "date_precision",
        )
    )
    bare = (
        found.with_row_index("f")
        .filter(pl.col("start_date").is_null() & (pl.col("status") == "occurred"))
        .select("f", "a", "keys", "codes", "side_key", "pos")
    )
    own = pl.col("keys").list.set_intersection("d_key").list.len() > 0
    by_visit = (
        bare.join(visits, on="a")
        .filter(own & pl.col("codes").list.contains(pl.col("host")))
        .with_columns(pl.lit(0).alias("rank"))
    )
    by_act = (
        bare.join(acts, on="a")
        .filter(
            (pl.col("side_key") == pl.col("d_sides"))
            & (pl.col("pos") != "noun")
            & (own | (pl.col("keys").list.len() == 0))
        )
        .with_columns(pl.lit(1).alias("rank"))
    )
    chosen = (
        pl.concat([by_visit, by_act], how="diagonal")
        .sort("f", "rank", "i")
        .unique("f", keep="first", maintain_order=True)
        .select(
            "f",
            pl.col("start_date").alias("d_start"),
            pl.col("end_date").alias("d_end"),
            pl.col("date_precision").alias("d_precision"),
            pl.when(pl.col("rank") == 0).then("host").alias("d_host"),
            "city",
        )
        .rename({"city": "d_city"})
    )
    out = found.with_row_index("f").join(chosen, on="f", how="left", maintain_order="left")
    known, placeless = (
        pl.col("d_start").is_not_null(),
        pl.col("country_code").is_null() & (pl.col("format") != "call"),
    )
    return out.with_columns(
        pl.when(known).then("d_start").otherwise("start_date").alias("start_date"),
        pl.when(known).then("d_end").otherwise("end_date").alias("end_date"),
        pl.when(known).then("d_precision").otherwise("date_precision").alias("date_precision"),
        pl.when(placeless).then("d_city").otherwise("city").alias("city"),
        pl.when(placeless).then("d_host").otherwise("country_code").alias("country_code"),
    ).drop("f", "d_start", "d_end", "d_precision", "d_host", "d_city")


def merge(found: pl.DataFrame) -> pl.DataFrame:
    """One row per encounter and article: c, a, codes, keys, status, format, date, place, confidence."""
    anaphor = (pl.col("s_np") == "pronoun").fill_null(False) | (pl.col("pos") == "verb")
    labelled = _label(found.with_row_index("m").with_columns(anaphor.alias("is_anaphor")))
    rank = pl.col("date_precision").replace_strict(
        {p: n for n, p in enumerate(_PRECISIONS)}, return_dtype=pl.Int32
    )
    best = rank.arg_min()
    placed = pl.col("country_code").is_not_null()
    in_town = pl.col("city").is_not_null()
    return labelled.group_by("c", maintain_order=True).agg(
        pl.col("a").first(),
        pl.col("codes").first(),
        pl.col("status").first(),
        pl.col("event_type").first(),
        pl.col("keys").list.explode(keep_nulls=False, empty_as_null=False).unique(maintain_order=True),
        pl.col("format").filter(pl.col("format") != "unknown").first().fill_null("unknown"),
        *(pl.col(x).get(best) for x in ("start_date", "end_date", "date_precision")),
        pl.coalesce(pl.col("city").filter(in_town).first()).alias("city"),
        pl.coalesce(
            pl.col("country_code").filter(in_town).first(), pl.col("country_code").filter(placed).first()
        ).alias("country_code"),
        pl.col("confidence").max(),
        pl.col("sid").unique(maintain_order=True).alias("sids"),
        pl.col("t").alias("ts"),
    )
