"""Bare offices, pronouns and pairs to the people and states they stand for.

Belongs here: "the minister", "he", "they", "the two sides", and the lists that make one group of several actors.
Does not belong here: names (`people`) and events (`triggers`, `sides`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.names import _at, _same, in_one_plan
from ingest.extract.neighbours import _count, _latest, replace_rows, rows_at, rows_where
from ingest.extract.surroundings import SAYING

_LOOK_BACK = 6  # sentences: beyond that a bare office or pronoun is no safe link
_SAID_OF_THEM = 7  # elements from those who say something to "they": "said on Monday that they"
_MANY = ["deputy", "official"]  # classes of office that several people in an article may have
_KEYS = pl.List(pl.String)
_STATES = "countries|sides|nations|neighbou?rs|governments|capitals|delegations|parties"
_ONLY_IN = {
    "eam": "IND",
    "taoiseach": "IRL",
    "tanaiste": "IRL",
    "secstate": "USA",
    "potus": "USA",
}  # offices of one state
_BARE_PAIRS = ["the pair", "the two", "the two men", "the two women", "the duo", "they both", "both men", "both women"]
_DOERS = [
    *("leaders", "presidents", "ministers", "officials", "negotiators", "armies", "navies", "militaries", "delegations"),
    *("commanders", "generals", "envoys", "diplomats", "teams", "experts", "parliaments", "prime ministers", "spokesmen"),
]
_LIKENED = "rivals|neighbo|belligerents|warring|allies"
_NO_KEYS = pl.lit([], dtype=_KEYS)
_LINKS = [",", "and", "&", "as well as", "along with", "plus", "or", "-", "/", "both"]


def attach_people(elements: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The elements (with row number i) with `keys` of people and their states where the phrase itself names none."""
    known = people.select("i", "actor_key", "t_code", pl.col("t_role_class").alias("p_role"))
    is_person = pl.col("np") == "person"
    rows = elements.with_row_index("row").filter(is_person | (pl.col("np") == "office"))
    out = rows.select("row", "i", "np", "lower", "codes", "role_class").join(
        known, on="i", how="left", maintain_order="left"
    )
    named = pl.col("actor_key").is_not_null()
    stateless = pl.col("codes").list.len() == 0
    only = pl.col("lower").replace_strict(_ONLY_IN, default=None, return_dtype=pl.String)
    values = out.select(
        pl.when(named).then(pl.concat_list("actor_key")).otherwise(_NO_KEYS).alias("keys"),
        pl.when(named & stateless & pl.col("t_code").is_not_null())
        .then(pl.concat_list("t_code"))
        .when(is_person & ~named)
        .then(_NO_KEYS)
        .when((pl.col("np") == "office") & stateless & only.is_not_null())
        .then(pl.concat_list(only))
        .otherwise("codes")
        .alias("codes"),
        pl.coalesce("role_class", "p_role").alias("role_class"),
        # a name that is nobody's is no actor, whatever state stands before it
        pl.when(is_person & ~named).then(pl.lit("other")).otherwise("np").alias("np"),
    )
    return replace_rows(elements.with_columns(_NO_KEYS.alias("keys")), out["row"], values)


def link_offices(elements: pl.DataFrame) -> pl.DataFrame:
    """Bare offices ("the Egyptian minister", "the president") take the nearest earlier person who fits."""
    people = elements.filter(pl.col("np") == "person").select(
        "a",
        pl.col("i").alias("p_i"),
        pl.col("sid").alias("p_sid"),
        pl.col("keys").alias("p_keys"),
        pl.col("codes").alias("p_codes"),
        pl.col("role_class").alias("p_role"),
        pl.col("lower").alias("p_lower"),
    )
    single = (pl.col("np") == "office") & ~pl.col("is_plural_office") & pl.col("role_class").is_not_null()
    bare = elements.filter(single).select("i", "a", "sid", "codes", "role_class", "det", "lower")
    generic = pl.col("role_class").is_in(["minister", "envoy"])
    fits = (pl.col("role_class") == pl.col("p_role")) | generic & pl.col("p_role").is_in(
        [
            "foreign_minister",
            "defence_minister",
            "finance_minister",
            "trade_minister",
            "interior_minister",
            "minister",
            "envoy",
            "ambassador",
        ]
    )
    own = pl.col("codes").list.first()
    links = (
        bare.join(people, on="a")
        .filter(
            (pl.col("p_i") < pl.col("i"))
            & fits
            & (pl.col("sid") - pl.col("p_sid") <= _LOOK_BACK)
            & ((own == pl.col("p_codes").list.first()) | own.is_null() & (pl.col("det") == "the")).fill_null(
                False
            )
        )
        # of the many deputies and ministers, the one whose office was told in the same word
        .with_columns((pl.col("role_class").is_in(_MANY) & (pl.col("p_lower") == pl.col("lower"))).alias("is_same_word"))
        .sort("i", "is_same_word", "p_i", descending=[False, True, True])
        .unique("i", keep="first", maintain_order=True)
    )
    rows = rows_at(elements["i"], links["i"])
    return replace_rows(elements, rows, links.select(keys="p_keys", codes="p_codes"))


def _each_other(e: pl.DataFrame) -> pl.DataFrame:
    """ "accused each other": the actors of the same sentence that stand before, when there are two."""
    each = e.filter(pl.col("word_class") == "each").select("i", "sid")
    before = each.join(
        e.filter("strong").select("sid", pl.col("i").alias("p"), "codes", "keys"), on="sid"
    ).filter(pl.col("p") < pl.col("i"))
    sides = (
        before.sort("i", "p")
        .group_by("i", maintain_order=True)
        .agg(
            pl.col("codes")
            .list.explode(keep_nulls=False, empty_as_null=False)
            .unique(maintain_order=True)
            .alias("c"),
            pl.col("keys")
            .list.explode(keep_nulls=False, empty_as_null=False)
            .unique(maintain_order=True)
            .alias("k"),
        )
    )
    return sides.filter(pl.col("c").list.len() == 2).select("i", "c", "k")


@in_one_plan
def _behind_comma(e: pl.LazyFrame) -> pl.LazyFrame:
    comma = (_at("lower", 1) == ",") | (_at("lower", 2) == ",") & (_at("word_class", 1) == "det")
    acts = (_at("pos", -1) == "verb") | _at("word_class", -1).is_in(["be", "aux", "fut", "modal", "adverb"])
    return e.filter(comma & acts)


def _with_cataphora(he: pl.DataFrame, e: pl.DataFrame) -> pl.DataFrame:
    """The pronouns; "he" in a clause that opens the sentence is the subject behind it.

    "When he sat down with Modi in Delhi, the president gave his word": he is the president.
    """
    opens = e.filter(pl.col("is_first") & (pl.col("word_class") == "sub")).select("sid", pl.col("i").alias("open_i"))
    named = (pl.col("np").is_in(["person", "office"])) & (pl.col("keys").list.len() > 0) & (pl.col("prep") == "")
    subject = (
        _behind_comma(e, rows_where(e, (named & ~pl.col("is_possessive")).fill_null(False)))
        .join(opens, on="sid")
        .unique("sid", keep="first", maintain_order=True)
        .select("sid", "open_i", pl.col("i").alias("subject_i"), pl.col("keys").alias("c_keys"), pl.col("codes").alias("c_codes"))
    )
    out = he.join(subject, on="sid", how="left", maintain_order="left")
    ahead = (
        (pl.col("word_class") == "he")
        & pl.col("lower").is_in(["he", "she"])
        & (pl.col("i") - pl.col("open_i")).is_between(1, 2)
        & (pl.col("i") < pl.col("subject_i"))
    ).fill_null(False)
    return out.with_columns(
        *(pl.when(ahead).then(f"c_{c}").otherwise(f"lead_{c}").alias(f"lead_{c}") for c in ("keys", "codes"))
    ).drop("open_i", "subject_i", "c_keys", "c_codes")


def _lead_and_other(e: pl.DataFrame, needs: pl.DataFrame, lead: pl.DataFrame) -> pl.DataFrame:
    """ "The issue was raised with Liu He when the pair conferred": he, and the one whom the text is about."""
    other = (
        needs.filter((pl.col("word_class") == "pair") & pl.col("is_subject") & pl.col("lower_form").is_in(_BARE_PAIRS))
        .join(
            e.filter(pl.col("strong") & pl.col("np").is_in(["person"]) & (pl.col("keys").list.len() == 1)).select(
                "sid", pl.col("i").alias("p_i"), pl.col("codes").alias("o_codes"), pl.col("keys").alias("o_keys")
            ),
            on="sid",
        )
        .filter(pl.col("p_i") < pl.col("i"))
    )
    alone = other.group_by("i").agg(pl.len().alias("n")).filter(pl.col("n") == 1)
    both = (
        other.join(alone, on="i", how="semi")
        .join(lead, on="i", how="left")
        .filter(
            (pl.col("lead_codes").list.len() == 1)
            & (pl.col("o_codes").list.len() == 1)
            & (pl.col("lead_codes").list.set_intersection("o_codes").list.len() == 0)
        )
        .sort("i")
    )
    return both.select(
        "i",
        pl.concat_list("lead_codes", "o_codes").alias("c"),
        pl.concat_list("lead_keys", "o_keys").alias("k"),
    )


def _speakers(e: pl.DataFrame, needs: pl.DataFrame) -> pl.DataFrame:
    """ "Kenyan officials said they would ask Kampala": they are the officials, nobody else of the sentence."""
    subjects = e.filter(pl.col("strong") & (pl.col("prep") == "") & pl.col("np").is_in(["body", "office", "state"])).select(
        "sid", pl.col("i").alias("p_i"), pl.col("codes").alias("c"), pl.col("keys").alias("k"), "is_plural", "is_saying"
    )
    return (
        needs.filter((pl.col("word_class") == "they") & pl.col("is_subject") & (pl.col("lower_form") == "they"))
        .join(subjects, on="sid")
        .filter((pl.col("p_i") < pl.col("i")) & (pl.col("i") - pl.col("p_i") <= _SAID_OF_THEM))
        .sort("i", "p_i", descending=[False, True])
        .unique("i", keep="first", maintain_order=True)
        .filter(pl.col("is_plural") & pl.col("is_saying") & (pl.col("c").list.len() == 1))
        .select("i", "c", "k")
    )


@in_one_plan
def _subjects(elements: pl.LazyFrame) -> pl.LazyFrame:
    """The elements with what makes a subject: `strong` (an actor), `lead` (whom the sentence is about), and more.

    `is_pairable`: may be of a pair; `is_subject`: a verb follows; `led_prep` and `is_owner`: the preposition of what the
    phrase belongs to, and whether it only tells whose they are who act.
    """
    actor = (
        pl.col("np").is_in(["person", "office", "body", "state"])
        & (pl.col("codes").list.len() > 0)
        & ~pl.col("is_possessive")
    )
    strong = actor & (pl.col("np") != "state") | actor & ~pl.col("name_kind").is_in(["demonym", "people"])
    acts_next = (_at("pos", -1) == "verb") | _at("word_class", -1).is_in(
        ["be", "aux", "fut", "modal", "adverb"]
    )
    acts_next = acts_next | (_at("lower", -1) == ",") & (
        (_at("pos", -2) == "verb") | _at("word_class", -2).is_in(["be", "aux", "fut", "modal"])
    )
    subject = strong & (pl.col("prep") == "") & ((_at("lower", 1) != ",") | acts_next)
    outside = pl.col("n_quotes") % 2 == 0
    # "The Iraqi leader left. He ...": whose name the text does not tell
    named = (pl.col("keys").list.len() > 0) & pl.col("np").is_in(["person", "office"])
    named = named | (pl.col("np") == "office") & ~pl.col("is_plural_office") & (pl.col("codes").list.len() == 1)
    # who is named first needs no comma behind to be the subject: "On Friday, Israel's minister, Yair Lapid, ..."
    foremost = strong & (pl.col("prep") == "") & (_count(strong) == 1)
    human = (subject | foremost) & outside & named
    # "In Apia he and the premier signed ...": a sentence that opens with a pronoun goes on about the one before
    again = (pl.col("word_class") == "he") & outside & pl.col("lower").is_in(["he", "she"])
    first = (human | again).fill_null(False)
    leads = (_at("pos", -1) == "verb") | _at("word_class", -1).is_in(["be", "aux", "fut", "modal", "adverb"])
    pairable = (
        strong
        & ~(
            (pl.col("np") == "state")
            & pl.col("prep").is_in(["in", "at", "to", "from", "of", "on", "near", "into", "over"])
        )
        & ~((pl.col("np") == "state") & (_at("lower", 1) == ",") & _at("np", 2).is_in(["town", "state"]))
        & ((pl.col("code_kind") != "organization") | (pl.col("np") != "state")).fill_null(True)
    )
    # "The presidents of the two countries met": the pair acts
    led = (
        pl.col("prep").is_in(["of", "from"])
        & (
            _at("is_plural_office", 2, False)
            | (_at("np", 2) == "body")
            | _at("lower", 2).is_in(["leaders", "presidents", "ministers", "officials"])
        )
    )
    # "The two countries' foreign ministers talked": so does it
    owners = (
        pl.col("is_possessive")
        & (_at("np", -1).is_in(["office", "body"]) | _at("lower", -1).is_in(_DOERS) | _at("lower", -2).is_in(_DOERS))
    ).fill_null(False)
    return elements.with_columns(
        strong.fill_null(False).alias("strong"),
        (human & (_count(first) == 1)).fill_null(False).alias("lead"),
        pairable.fill_null(False).alias("is_pairable"),
        leads.alias("is_subject"),
        pl.when(led).then(_at("prep", 2)).otherwise("prep").alias("led_prep"),
        owners.alias("is_owner"),
        ((pl.col("np") == "body") | pl.col("is_plural_office")).fill_null(False).alias("is_plural"),
        (_at("lower", -1).is_in(SAYING) | _at("lower", -2).is_in(SAYING) & _at("word_class", -1).is_in(["aux", "adverb"])).alias("is_saying"),
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
    )


_READ = [
    *("row", "i", "a", "sid", "lower", "word_class", "pos", "np", "prep", "codes", "keys", "is_first", "is_possessive"),
    *("strong", "lead", "is_pairable", "is_subject", "led_prep", "is_owner", "is_plural", "is_saying"),
]


def link_pronouns(elements: pl.DataFrame) -> pl.DataFrame:
    """Pronouns and pair phrases take the people and states of the last fitting subject or pair."""
    marked = _subjects(elements)
    e = marked.select(_READ)
    leads = e.filter("lead").select("a", "i", pl.col("keys").alias("lead_keys"), pl.col("codes").alias("lead_codes"))
    pointing = (
        e.filter(pl.col("word_class").is_in(["he", "pair"]))
        .select("row", "i", "a", "sid", "word_class", "lower")
        .join_asof(leads, on="i", by="a", check_sortedness=False)
    )
    pairs = (
        e.filter("is_pairable")
        .group_by("a", "sid", maintain_order=True)
        .agg(
            pl.col("codes")
            .list.explode(keep_nulls=False, empty_as_null=False)
            .unique(maintain_order=True)
            .alias("pair_codes"),
            pl.col("keys")
            .list.explode(keep_nulls=False, empty_as_null=False)
            .unique(maintain_order=True)
            .alias("pair_keys"),
            pl.col("i").last().alias("last_i"),
        )
        .filter(pl.col("pair_codes").list.len().is_between(2, 7))
    )
    # "telephoned both leaders": the pair does not hold the one who acts upon it.
    acting = (
        e.filter("strong")
        .select("sid", "i", "codes")
        .unique("sid", keep="first", maintain_order=True)
        .select("sid", pl.col("i").alias("first_i"), pl.col("codes").alias("acting"))
    )
    text = pl.col("lower").cast(pl.String)
    needs = (
        e.filter(pl.col("word_class").is_in(["pair", "three", "they"]))
        .select(
            "i",
            "a",
            "sid",
            "word_class",
            "is_subject",
            pl.col("lower").alias("lower_form"),
            text.str.contains(_LIKENED).alias("is_likened"),
            text.str.contains("sides$|delegations$|parties$|teams$").alias("is_of_sides"),
            text
            .str.extract(r"\b(three|four|five|six|seven)\b")
            .replace_strict(["three", "four", "five", "six", "seven"], [3, 4, 5, 6, 7], default=0, return_dtype=pl.Int64)
            .alias("count"),
        )
        .join(acting, on="sid", how="left")
        .with_columns(pl.when(pl.col("first_i") < pl.col("i")).then("acting").alias("acting"))
    )
    size = pl.col("pair_codes").list.len()
    # "X welcomed Y, before the two discussed Z": those before it in its own sentence
    here = (
        needs.filter("is_subject")
        .join(
            e.filter(
                pl.col("strong") & pl.col("np").is_in(["person", "office"]) & (pl.col("keys").list.len() > 0)
            ).select("sid", pl.col("i").alias("p_i"), "codes", "keys"),
            on="sid",
        )
        .filter(pl.col("p_i") < pl.col("i"))
        .sort("i", "p_i")
        .group_by("i", "word_class", maintain_order=True)
        .agg(
            pl.col("codes")
            .list.explode(keep_nulls=False, empty_as_null=False)
            .unique(maintain_order=True)
            .alias("c"),
            pl.col("keys")
            .list.explode(keep_nulls=False, empty_as_null=False)
            .unique(maintain_order=True)
            .alias("k"),
        )
        .filter((pl.col("word_class") == "pair") & (pl.col("c").list.len() == 2))
        .select("i", "c", "k")
    )
    with_lead = _lead_and_other(e, needs, pointing)
    speakers = _speakers(e, needs)
    here = pl.concat([speakers, here.join(speakers, on="i", how="anti"), with_lead.join(here, on="i", how="anti")])
    links = (
        needs.with_columns(
            pl.int_ranges(
                (pl.col("sid").cast(pl.Int64) - _LOOK_BACK).clip(lower_bound=0),
                pl.col("sid").cast(pl.Int64) + 1,
            )
            .cast(pl.List(pl.UInt32))
            .alias("from_sid")
        )
        .explode("from_sid", empty_as_null=True)
        .join(pairs.rename({"sid": "from_sid"}), on=["a", "from_sid"])
        .filter(
            (pl.col("from_sid") <= pl.col("sid"))
            & (pl.col("sid") - pl.col("from_sid") <= _LOOK_BACK)
            & (
                pl.col("acting").is_null()
                | pl.col("is_subject") & ~pl.col("is_likened")
                | (pl.col("acting").list.set_intersection("pair_codes").list.len() == 0)
            )
            & pl.when(pl.col("word_class") == "three")
            .then(pl.when(pl.col("count") > 0).then(size == pl.col("count")).otherwise(size >= 3))
            .when(pl.col("word_class") == "pair")
            # "the two sides" may be three states and a fourth
            .then((size == 2) | (pl.col("is_of_sides") & (size <= 5)))
            .otherwise(size >= 2)
        )
        # the pair of an earlier sentence, not the one that only this sentence completes
        .with_columns(
            (
                (pl.col("from_sid") == pl.col("sid"))
                & ~((pl.col("last_i") < pl.col("i")) & pl.col("is_subject"))
            ).alias("is_late")
        )
        .with_columns((pl.col("is_of_sides") & (size > 2)).alias("is_loose"))
        .sort("i", "is_loose", "is_late", "from_sid", descending=[False, False, False, True])
        .unique("i", keep="first", maintain_order=True)
        .select("i", pl.col("pair_codes").alias("c"), pl.col("pair_keys").alias("k"))
    )
    links = links.join(here.select("i"), on="i", how="anti")
    found = pl.concat([links, here, _each_other(e)]).join(e.select("i", "row", "lower"), on="i")
    # "the two countries" are no persons
    states = pl.col("lower").cast(pl.String).str.contains(_STATES)
    plural = found.select("row", pl.col("c").alias("codes"), pl.when(states).then(_NO_KEYS).otherwise("k").alias("keys"))
    he = (
        _with_cataphora(pointing.filter(pl.col("word_class") == "he"), e)
        .filter(pl.col("lead_codes").is_not_null())
        .join(found, on="i", how="anti")
        .select("row", pl.col("lead_codes").alias("codes"), pl.col("lead_keys").alias("keys"))
    )
    whole = plural.join(e.select("row", prep="led_prep", is_possessive=pl.col("is_possessive") & ~pl.col("is_owner")), on="row")
    values = pl.concat([whole, he.join(e.select("row", "prep", "is_possessive"), on="row")]).with_columns(
        pl.lit("pronoun").alias("np"), pl.lit(True).alias("strong")
    )
    linked = replace_rows(marked, values["row"], values.drop("row"))
    return linked.drop("row", "lead", "is_subject", "is_pairable", "led_prep", "is_owner", "is_plural", "is_saying")


@in_one_plan
def _listed(elements: pl.LazyFrame) -> pl.LazyFrame:
    """The actors, with running counts of what may join them to a list."""
    is_actor = (pl.col("codes").list.len() > 0) & pl.col("np").is_not_null() & (pl.col("np") != "other")
    loose = (
        pl.col("lower").is_in(_LINKS)
        | (pl.col("word_class") == "det").fill_null(False)
        | (pl.col("kind") == "B")
    )

    def finite(offset: int) -> pl.Expr:
        verb = _at("is_verb", offset, False) & _at("tense", offset).is_in(["past", "s"])
        return verb | _at("word_class", offset).is_in(["be", "aux", "fut", "modal"])

    n_verbs = _count(finite(0))
    # "hours after India and Pakistan accused ...", "said that Seoul and Tokyo must ...": a clause begins anew
    opens = pl.col("word_class").is_in(["sub", "rel"]) | (pl.col("lower") == "that")
    since = _latest(pl.when(opens.fill_null(False)).then(n_verbs))
    # "Thai F-16 jets": the adjective acts where an acting body follows it.
    bodied = (
        (pl.col("name_kind") == "demonym")
        & (pl.col("np") == "state")
        & (
            (_at("kind", -1) == "A")
            | (_at("kind", -2) == "A") & ~finite(-1)
            | (_at("kind", -4) == "A") & (_at("lower", -2) == "-")
            # "Japanese and the Australian armies"
            | (_at("lower", -1) == "and") & ((_at("np", -2) == "body") | (_at("word_class", -2) == "det") & (_at("np", -3) == "body"))
        )
    )
    return (
        elements.with_columns(
            is_actor.alias("is_actor"),
            loose.fill_null(False).cast(pl.Int32).cum_sum().alias("n_loose"),
            pl.col("lower").is_in(_LINKS).cast(pl.Int32).cum_sum().alias("n_links"),
            pl.col("lower")
            .is_in(["and", "&", "or", "as well as", "along with", "plus", "-", "/"])
            .cast(pl.Int32)
            .cum_sum()
            .alias("n_and"),
            finite(-1).alias("verb_next"),
            (n_verbs - since.fill_null(0)).alias("n_verbs"),
            (pl.col("strong") | bodied.fill_null(False)).alias("strong"),
        )
        .filter(pl.col("is_actor"))
    )


def groups(elements: pl.DataFrame) -> pl.DataFrame:
    """One row per group of actors: g, sid, a, lo, hi (elements), codes, keys, prep, det, strong, is_possessive, np, name_kind.

    A comma joins only in a list that a conjunction closes.
    """
    # a town stands for its state as what is struck, never as who acts
    in_town = (pl.col("np") == "town") & pl.col("city_country").is_not_null()
    elements = elements.with_columns(
        pl.when(in_town).then(pl.concat_list(pl.col("city_country").cast(pl.String))).otherwise("codes").alias("codes")
    )
    actors = _listed(elements)
    between = pl.col("i") - pl.col("i").shift(1) - 1
    linked = (
        _same(1)
        & between.is_between(1, 3)
        & (pl.col("n_loose") - pl.col("n_loose").shift(1) == between)
        & (pl.col("n_links") > pl.col("n_links").shift(1))
        & ~pl.col("is_possessive").shift(1)
        & ~(pl.col("verb_next") & (pl.col("n_verbs").shift(1) > 0) & (pl.col("prep").shift(1) == ""))
        & ~(
            pl.col("np").is_in(["state"])
            & (pl.col("name_kind") == "demonym")
            & (pl.col("np").shift(1) == "person")
        )
    ).fill_null(False)
    actors = actors.with_columns(
        linked.alias("linked"), (pl.col("n_and") > pl.col("n_and").shift(1)).fill_null(False).alias("by_and")
    )
    actors = actors.with_columns((~pl.col("linked")).cum_sum().alias("chain"))
    # "After meeting Kenya and Uganda, Rwanda said ...": a list is over after its conjunction
    ended = (pl.col("by_and") & pl.col("linked")).cast(pl.Int32).cum_sum().over("chain") > 0
    actors = actors.with_columns(
        (pl.col("linked") & ~(ended & ~pl.col("by_and") & pl.col("verb_next"))).alias("linked")
    ).with_columns((~pl.col("linked")).cum_sum().alias("chain"))
    closed = (pl.col("by_and") & pl.col("linked")).any().over("chain")
    actors = actors.with_columns((~(pl.col("linked") & closed)).cum_sum().alias("g"))
    return actors.group_by("g", maintain_order=True).agg(
        pl.col("sid").first(),
        pl.col("a").first(),
        pl.col("i").first().alias("lo"),
        pl.col("i").last().alias("hi"),
        pl.col("codes")
        .list.explode(keep_nulls=False, empty_as_null=False)
        .unique(maintain_order=True)
        .alias("codes"),
        pl.col("keys")
        .list.explode(keep_nulls=False, empty_as_null=False)
        .unique(maintain_order=True)
        .alias("keys"),
        pl.col("prep").first().cast(pl.String),
        pl.col("det").first().cast(pl.String),
        pl.col("strong").all(),
        pl.col("is_possessive").last(),
        pl.col("np").first().cast(pl.String),
        pl.col("name_kind").first().cast(pl.String),
        pl.col("role_class").first().cast(pl.String),
        pl.len().alias("n_members"),
        pl.col("shape").first(),
        pl.col("word_class").first().cast(pl.String).alias("pronoun"),
        ((pl.col("code_kind") == "organization") & (pl.col("np") == "state"))
        .all()
        .fill_null(False)
        .alias("is_forum"),
    )


def regroup(grp: pl.DataFrame, elements: pl.DataFrame, sids: pl.DataFrame) -> pl.DataFrame:
    """The groups, those of these sentences found again."""
    if sids.is_empty():
        return grp
    anew = groups(elements.join(sids, on="sid", how="semi", maintain_order="left"))
    return (
        pl.concat([grp.join(sids, on="sid", how="anti"), anew])
        .sort("sid", "lo")
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.UInt32).alias("g"))
    )
