"""Name runs to people: the roster, apposition, and surnames later in the article.

Belongs here: which person a name run means, with which state and office at the article's date; people learned from text.
Does not belong here: pronouns and bare offices (`coreference`).
"""

from __future__ import annotations

import polars as pl

_SUFFIX = r" (?:jr|sr)$"
_NUMBERED = r"^(\S+ \S.*) (?:ii|iii|iv)$"  # "John Smith III", but not "Abdullah II"
_LEADING = ["head_of_state", "head_of_government"]  # who is named without first name, office or introduction
_ALIKE = {"head_of_state": "head", "head_of_government": "head", "monarch": "head", "party_leader": "head"}
# Reporters use titles some days before the oath and for weeks after the end of an office.
_EARLY_DAYS, _LATE_DAYS = 75, 45


def name_key(text: pl.Expr) -> pl.Expr:
    """A name's comparable form: lower case, one space, no dots, commas, hyphens or single letters, no 'Jr.'."""
    return (
        text.str.to_lowercase()
        .str.replace_all(r"[.,\-'_]", " ")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars(" ")
        .str.replace(_SUFFIX, "")
        .str.replace(_NUMBERED, "${1}")
        .str.replace_all(r"(^| )[a-z](?: [a-z])* ", "${1}")
        .str.strip_chars(" ")
    )


def _family(role_class: pl.Expr) -> pl.Expr:
    return role_class.replace(_ALIKE)


def mentions(elements: pl.DataFrame, sents: pl.DataFrame, dates: pl.DataFrame) -> pl.DataFrame:
    """One row per name run: i (element), a, at (offset in article), key, outer, last, first, n_names, code, role."""
    starts = sents.select("sid", pl.col("start").alias("s0"), pl.col("fold"))
    named = (
        elements.filter(pl.col("codes").list.len() > 0)
        .group_by("a")
        .agg(pl.col("codes").list.explode(keep_nulls=False, empty_as_null=False).unique().alias("here"))
    )
    actor = (pl.col("np") == "person") | (pl.col("codes").list.len() > 0)
    beside = elements.filter(actor).group_by("sid").agg((pl.len() > 1).alias("is_beside"))
    rows = (
        elements.filter(pl.col("np") == "person")
        .select("i", "a", "sid", "codes", "role_class", "shape", "name_start", "name_end", "is_thing")
        .join(starts, on="sid", maintain_order="left")
        .join(dates, on="a", maintain_order="left")
        .join(named, on="a", how="left", maintain_order="left")
        .join(beside, on="sid", how="left", maintain_order="left")
        .with_columns(
            pl.col("fold")
            .str.slice("name_start", pl.col("name_end") - pl.col("name_start"))
            .alias("surface"),
            (pl.col("s0") + pl.col("name_start")).alias("at"),
        )
    )
    return (
        rows.join(_keys_of(rows["surface"]), on="surface", maintain_order="left")
        .filter((pl.col("key") != "") & ~pl.col("key").is_in(["jr", "sr", "ii", "iii"]))
        .select(
            "i",
            "a",
            "sid",
            "at",
            "surface",
            "key",
            "last",
            "first",
            "outer",
            "n_words",
            pl.col("codes").list.first().alias("code"),
            pl.col("role_class").cast(pl.String),
            pl.col("shape").str.contains("H|R|F").alias("is_titled"),
            pl.col("shape").str.contains("F").alias("has_office"),
            "date",
            "name_start",
            "name_end",
            "is_thing",
            "here",
            "is_beside",
        )
    )


def _keys_of(surfaces: pl.Series) -> pl.DataFrame:
    """One row per distinct surface: its comparable form and that form's words. A name stands four times on average."""
    words = pl.col("key").str.split(" ")
    return (
        surfaces.unique()
        .to_frame("surface")
        .with_columns(name_key(pl.col("surface")).alias("key"))
        .with_columns(
            words.list.last().alias("last"),
            words.list.first().alias("first"),
            (pl.col("key").str.count_matches(" ") + 1).alias("n_words"),
        )
        .with_columns(pl.concat_str("first", pl.lit(" "), "last").alias("outer"))
    )


def _best(candidates: pl.DataFrame, terms: pl.DataFrame, bare: bool) -> pl.DataFrame:
    """One row per mention: i, person_id, term code and role of the likeliest person. Ties between people give none."""
    day = pl.col("date")
    valid = (
        ((pl.col("valid_from").is_null()) | (day >= pl.col("valid_from") - pl.duration(days=_EARLY_DAYS)))
        & ((pl.col("valid_to").is_null()) | (day <= pl.col("valid_to") + pl.duration(days=_LATE_DAYS)))
    ).fill_null(True)
    dated = pl.col("valid_from").is_not_null() | pl.col("valid_to").is_not_null()
    same_code = (pl.col("code") == pl.col("t_code")).fill_null(False)
    clash = (pl.col("code") != pl.col("t_code")).fill_null(False)
    # "Secretary X", "Minister X": of whatever
    generic = (pl.col("role_class") == "minister") & pl.col("t_role_class").str.ends_with("_minister")
    same_role = (_family(pl.col("role_class")) == _family(pl.col("t_role_class"))) | generic
    same_role = same_role.fill_null(False)
    score = (
        same_code.cast(pl.Int32) * 8
        + (valid & dated).cast(pl.Int32) * 4
        + same_role.cast(pl.Int32) * 3
        + valid.cast(pl.Int32)
        - clash.cast(pl.Int32) * 20
    )
    rows = candidates.join(terms, on="person_id").with_columns(
        score.alias("score"),
        valid.alias("valid"),
        same_role.alias("same_role"),
        same_code.alias("same_code"),
    )
    if bare:
        rows = rows.filter(
            # "Trump" before his term and after it: a leader's name that nobody else on the roster bears
            (
                pl.col("valid")
                | (pl.col("n_bearers") == 1)
                & pl.col("t_role_class").is_in(_LEADING)
                & pl.col("here").list.contains(pl.col("t_code"))
            )
            & (
                pl.col("same_code")
                | pl.col("same_role")
                # ... as "Mr" or "Ms", beside another actor, or in a text that names the state as well
                | ~pl.col("has_office")
                & pl.col("t_role_class").is_in(_LEADING)
                & (pl.col("is_titled") | pl.col("is_beside") | pl.col("here").list.contains(pl.col("t_code")))
            )
        )
    rows = rows.filter(pl.col("score") > -10)
    per_person = rows.sort(
        "i", "score", "valid_from", descending=[False, True, True], nulls_last=True
    ).unique(["i", "person_id"], keep="first", maintain_order=True)
    ranked = per_person.with_columns(
        pl.col("score").max().over("i").alias("top"),
        pl.len().over("i").alias("n"),
    ).filter(pl.col("score") == pl.col("top"))
    return ranked.filter(pl.len().over("i") == 1).select(
        "i", "person_id", "t_code", pl.col("t_role_class"), pl.col("t_role"), pl.col("t_surname")
    )


def resolve(ments: pl.DataFrame, aliases: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """One row per mention that is a person: i, actor_key, basis, and the person's state and office.

    `aliases`: key, kind (full, outer, surname), person_id, n_bearers. `terms`: person_id, t_code, t_role, t_role_class,
    t_surname, valid_from, valid_to.
    """
    look = lambda frame, on, kind: frame.join(  # noqa: E731
        aliases.filter(pl.col("kind") == kind).select(pl.col("key").alias(on), "person_id", "n_bearers"), on=on
    )
    many = ments.filter(pl.col("n_words") >= 2)
    full = _best(look(many, "key", "full"), terms, bare=False)
    rest = many.join(full, on="i", how="anti")
    outer = _best(look(rest, "outer", "outer"), terms, bare=False)
    rest = rest.join(outer, on="i", how="anti")
    whole_surname = _best(look(rest, "key", "surname"), terms, bare=True)
    rest = rest.join(whole_surname, on="i", how="anti")
    known = pl.concat([full, outer, whole_surname])

    linked_code = pl.col("code").fill_null("")
    learned = (
        rest.filter(~pl.col("is_thing").fill_null(False))
        .filter(pl.col("is_titled") | pl.col("code").is_not_null())
        .select(
            "i",
            "a",
            "at",
            "key",
            "last",
            "first",
            "code",
            "role_class",
        )
    )
    # One person for one full name in an article, whichever mention told the state.
    learned = learned.with_columns(
        pl.col("code").drop_nulls().first().over("a", "key").alias("t_code"),
        pl.col("role_class").drop_nulls().first().over("a", "key").alias("t_role_class"),
    )
    echoes = rest.join(learned.select("i"), on="i", how="anti").join(
        learned.select("a", "key", "t_code", "t_role_class").unique(
            ["a", "key"], keep="first", maintain_order=True
        ),
        on=["a", "key"],
    )
    learned = pl.concat(
        [
            learned.select("i", "a", "at", "key", "last", "first", "t_code", "t_role_class"),
            echoes.select("i", "a", "at", "key", "last", "first", "t_code", "t_role_class"),
        ]
    )
    learned = learned.with_columns(
        pl.concat_str(pl.lit("l:"), "key", pl.lit(":"), pl.col("t_code").fill_null("")).alias("actor_key"),
        pl.lit("text").alias("basis"),
        pl.lit(None, pl.String).alias("t_role"),
        pl.col("last").alias("t_surname"),
    )
    on_roster = known.join(ments.select("i", "a", "at", "key", "last", "first"), on="i").with_columns(
        pl.concat_str(pl.lit("p:"), "person_id").alias("actor_key"),
        pl.lit("roster").alias("basis"),
    )
    columns = [
        "i",
        "a",
        "at",
        "key",
        "last",
        "first",
        "actor_key",
        "basis",
        "t_code",
        "t_role",
        "t_role_class",
        "t_surname",
    ]
    named = pl.concat([on_roster.select(columns), learned.select(columns)])

    short = ments.join(named.select("i"), on="i", how="anti")
    linked = _link_in_article(short, named)
    short = short.join(linked.select("i"), on="i", how="anti").filter(pl.col("n_words") == 1)
    # "Lee said" is not the prime minister where a banker named Lee has been quoted
    strangers = (
        many.join(named.select("i"), on="i", how="anti").select("a", pl.col("last").alias("key")).unique()
    )
    by_surname = (
        _best(look(short.join(strangers, on=["a", "key"], how="anti"), "key", "surname"), terms, bare=True)
        .join(ments.select("i", "a", "at", "key", "last", "first"), on="i")
        .with_columns(
            pl.concat_str(pl.lit("p:"), "person_id").alias("actor_key"), pl.lit("roster").alias("basis")
        )
    )
    short = short.join(by_surname.select("i"), on="i", how="anti")
    single = short.filter(pl.col("has_office") & ~pl.col("is_thing").fill_null(False)).with_columns(
        pl.concat_str(pl.lit("l:"), "key", pl.lit(":"), linked_code).alias("actor_key"),
        pl.lit("text").alias("basis"),
        pl.col("code").alias("t_code"),
        pl.lit(None, pl.String).alias("t_role"),
        pl.col("role_class").alias("t_role_class"),
        pl.col("last").alias("t_surname"),
    )
    later = _link_in_article(
        short.join(single.select("i"), on="i", how="anti"),
        pl.concat([by_surname.select(columns), single.select(columns)]),
    )
    return pl.concat(
        [
            named,
            linked.select(columns),
            by_surname.select(columns),
            single.select(columns),
            later.select(columns),
        ]
    ).sort("i")


def _link_in_article(short: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Mentions by part of a name, tied to the person of the same article: surname first, the nearest before."""
    people = named.select(
        "a",
        "actor_key",
        "basis",
        "t_code",
        "t_role",
        "t_role_class",
        "t_surname",
        pl.col("at").alias("p_at"),
        pl.col("last").alias("p_last"),
        pl.col("first").alias("p_first"),
        pl.col("key").alias("p_key"),
    )
    keys = pl.concat(
        [
            people.with_columns(pl.col("t_surname").alias("part"), pl.lit(0).alias("order")),
            people.with_columns(
                pl.col("t_surname").str.split(" ").list.last().alias("part"), pl.lit(1).alias("order")
            ),
            people.with_columns(pl.col("p_last").alias("part"), pl.lit(1).alias("order")),
            people.with_columns(pl.col("p_first").alias("part"), pl.lit(2).alias("order")),
            people.with_columns(
                pl.col("p_key").str.split(" ").alias("part"), pl.lit(3).alias("order")
            ).explode("part", empty_as_null=True),
        ]
    ).filter(pl.col("part").str.len_chars() > 1)
    own = pl.concat(
        [
            short.select(
                "i",
                "a",
                "at",
                "key",
                "last",
                "first",
                "code",
                "n_words",
                "is_titled",
                pl.col("key").alias("part"),
                pl.lit(0).alias("how"),
            ),
            short.filter(pl.col("n_words") > 1).select(
                "i",
                "a",
                "at",
                "key",
                "last",
                "first",
                "code",
                "n_words",
                "is_titled",
                pl.col("last").alias("part"),
                pl.lit(1).alias("how"),
            ),
        ]
    )
    clash = (pl.col("code") != pl.col("t_code")).fill_null(False)
    # Two names that share only the surname are two people, unless a title or shortened form stands there.
    whole = (pl.col("how") == 0) | (pl.col("first") == pl.col("p_first"))
    return (
        own.join(keys, on=["a", "part"])
        .filter(~clash & whole)
        .with_columns(
            (pl.col("p_at") > pl.col("at")).alias("is_later"),
            (pl.col("at") - pl.col("p_at")).abs().alias("gap"),
        )
        .sort("i", "order", "is_later", "gap", "p_key")
        .unique("i", keep="first", maintain_order=True)
    )
