"""Sides of a trigger: the group that acts and the group acted upon.

Belongs here: the order in which groups of a sentence are tried as source and as target.
Does not belong here: finding triggers (`triggers`) and what becomes of a bound clause (`meetings`, `events`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract.triggers import UNDERGO

_MAX_TARGET = 14  # elements between a trigger and a target bound by a preposition
_MAX_DIRECT = 7  # ... and one bound without
_MAX_COMPLEMENT = 20  # ... and one somewhere in the infinitive that completes it
_MAX_FURTHER = 12  # ... and one deeper in the object
_MAX_SEEN = 4  # ... between "see" and whom
_MAX_RELATED = 8  # ... between "with whom" and the verb
_OF_STATES = ["AGREE", "COOPERATE", "CONSULT", "SUPPORT"]  # what a firm abroad is no party to
_FUTURE = ["will", "would", "to", "also", "then", "later"]
_SPOT = ["in", "at", "near", "from", "inside", "outside", "along", "around", "across", "into"]
_ON_THE_SPOT = ["ASSAULT", "AID", "COERCE", "RETREAT", "MOBILIZE"]
_NOT_FURTHER = ["S05", "T01", "M02", "M03", "N11", "O08", "O18", "P02", "P05", "Q02", "Q03", "Q07"]
_ADDRESSED = ["AID", "REQUEST", "SUPPORT", "ACCUSE", "THREATEN", "REJECT"]
_HARSH = ["ACCUSE", "THREATEN", "REJECT", "PROTEST", "SANCTION", "COERCE", "ASSAULT", "MOBILIZE"]
_SIDE = ["g", "codes", "keys", "lo", "hi"]
_AROUND = [
    *("during", "after", "before", "since", "amid", "despite", "by", "in the face of", "in light of"),
    *("in the wake of", "in response to", "because of", "due to", "ahead of", "following"),
    *("at the request of", "on behalf of", "at the behest of"),
]


def _nearest(ranked: pl.DataFrame, prefix: str, *columns: str) -> pl.DataFrame:
    """One row per trigger: t and the columns of the group that comes first by order and distance, under the prefix."""
    first = ranked.sort("t", "order", "gap", "lo").unique("t", keep="first", maintain_order=True)
    return first.select("t", pl.col(columns).name.prefix(prefix))


def sources(trig: pl.DataFrame, grp: pl.DataFrame) -> pl.DataFrame:
    """One row per trigger with a source: t, s_* of the group that acts."""
    left = trig.select(
        *("t", "i", "sid", "pos", "is_passive", "n_breaks", "n_finite", "tense", "rule_id", "event_type"),
        *("n_owned", "led_by", "from_captivity", "verb_class", "is_reduced", "preps", "reciprocal", "n_preps"),
    ).join(grp, on="sid")
    left = left.filter(~pl.col("is_private") & (pl.col("np") != "town"))
    # "the shelling of a village by Oman": a deed told by its noun, with whom it befell
    told_of = (pl.col("pos") == "noun") & pl.col("preps").list.contains("of") & ~pl.col("reciprocal")
    told_of = told_of & (pl.col("event_type") != "CONSULT")
    free = (
        pl.col("strong")
        # "a call from Zelenskyy, who conveyed ..."
        & (
            (pl.col("prep") == "")
            | pl.col("then_who")
            # "decisions by Mali and Niger, which withdrew ..."
            | pl.col("then_which") & pl.col("prep").is_in(["by", "from"])
        )
        & ~pl.col("is_possessive")
        & (~pl.col("is_object") | pl.col("has_relative"))
        & ~(pl.col("is_forum") & (pl.col("event_type") == "CONSULT") & (pl.col("pos") == "verb"))
    )
    is_left = pl.col("hi") < pl.col("i")
    owner = (pl.col("pos") == "noun") & pl.col("is_possessive") & is_left & (pl.col("i") - pl.col("hi") <= 4)
    # "Oman's condolences for the attack"
    owner = owner & (pl.col("n_preps") == pl.col("hi_preps"))
    same_owner = (pl.col("n_owned") == pl.col("g_owned")) | (pl.col("pos") == "noun")
    behind = (pl.col("lo") > pl.col("i")) & (pl.col("n_breaks") == pl.col("g_breaks"))
    agent = pl.col("is_passive") & (pl.col("lo") > pl.col("i")) & (pl.col("prep") == "by")
    agent = agent | (pl.col("verb_class") == UNDERGO) & behind & (pl.col("prep") == "from")
    nominal_agent = (pl.col("pos") == "noun") & (pl.col("lo") > pl.col("i")) & (pl.col("prep") == "by")
    # "a truce brokered by Oslo and Bern": not between these
    apart = pl.col("event_type").is_in(["RETREAT", "AGREE"]) & pl.col("reciprocal")
    nominal_agent = nominal_agent & (~apart | (pl.col("lo") - pl.col("i").cast(pl.Int64) <= 2))
    done_by = nominal_agent & told_of & (pl.col("n_breaks") == pl.col("g_breaks")) & pl.col("strong")
    # "were expelled from Sudan": the state that they had to leave
    expelling = (
        pl.col("is_passive")
        & pl.col("rule_id").is_in(["B04", "E03"])
        & behind
        & (pl.col("prep") == "from")
        & (pl.col("np") == "state")
        & (pl.col("lo") - pl.col("i").cast(pl.Int64) <= _MAX_SEEN)
    )
    # "were freed from captivity in Mali"
    expelling = expelling | (
        pl.col("is_passive") & (pl.col("rule_id") == "N06") & behind & (pl.col("prep") == "in") & pl.col("from_captivity")
        & (pl.col("np") == "state") & (pl.col("lo") - pl.col("i").cast(pl.Int64) <= _MAX_SEEN + 1)
    )
    # "Kenyan soldiers were deployed to Haiti": troops are their state's
    posted = pl.col("rule_id") == "M11"
    deployed = posted & pl.col("is_passive") & ~pl.col("is_reduced") & free & is_left & same_owner
    deployed = deployed & (pl.col("np") == "body") & (pl.col("n_breaks") == pl.col("g_breaks"))
    active = (
        ~pl.col("is_passive")
        & free
        & is_left
        & (pl.col("n_breaks") == pl.col("g_breaks"))
        & same_owner
        & (pl.col("rule_id") != "M11")
    )
    # "thanked Oslo for hosting", "accused Oslo of helping": the one thanked or accused did it
    charged = pl.col("led_by").is_in(["for", "of", "from"]) & (pl.col("tense") == "ing")
    charged = charged & (pl.col("pos") != "noun") & pl.col("is_object") & pl.col("strong") & is_left
    charged = charged & (pl.col("prep") == "") & ~pl.col("is_possessive") & (pl.col("i") - pl.col("hi") <= 3)
    # "concern over Pyongyang sending soldiers to Moscow": the gerund's own subject
    gerund = (
        (pl.col("tense") == "ing")
        & (pl.col("pos") != "noun")
        & pl.col("prep").is_in(["over", "about", "at", "of", "with", "against", "despite", "after"])
        & pl.col("strong")
        & ~pl.col("is_possessive")
        & (pl.col("i") - pl.col("hi").cast(pl.Int64) == 1)
    )
    # "A Greek drone struck ...": the adjective of the subject, where nothing else acts
    adjective = (
        ~pl.col("is_passive")
        & (pl.col("np") == "state")
        & (pl.col("name_kind") == "demonym")
        & (pl.col("prep") == "")
        & is_left
        & (pl.col("i") - pl.col("hi") <= 4)
        & pl.col("event_type").is_in(["ASSAULT", "COERCE", "SANCTION", "MOBILIZE", "RETREAT"])
        & (
            (pl.col("pos") != "noun")
            | (pl.col("event_type") == "ASSAULT") & (pl.col("i") - pl.col("hi") <= 3)
        )
    )
    # "an update on U.S. support for Peru"
    possessor = (
        (pl.col("rule_id") == "S02")
        & (pl.col("np") == "state")
        & ~pl.col("is_passive")
        & (pl.col("tense") == "base")
        & (pl.col("i") - pl.col("hi").cast(pl.Int64) == 1)
        & (pl.col("prep") != "")
    )
    # "Pakistanis demonstrated", "thousands of Nigerians sought refuge"
    crowd = (
        pl.col("rule_id").is_in(["P05", "Q08"])
        & (pl.col("np") == "state")
        & pl.col("name_kind").is_in(["demonym", "people"])
        & is_left
        & ~pl.col("is_passive")
    )
    # "The missiles fired by the Israeli army struck a depot"
    through = (
        ~pl.col("is_passive")
        & (pl.col("prep") == "by")
        & pl.col("strong")
        & ~pl.col("is_possessive")
        & is_left
        & (pl.col("i") - pl.col("hi").cast(pl.Int64) <= 2)
        & (pl.col("pos") != "noun")
        & pl.col("event_type").is_in(["ASSAULT", "COERCE"])
    )
    # "The visit of the Thai king to Bhutan"
    guest = (pl.col("rule_id") == "C16") & (pl.col("lo") > pl.col("i")) & (pl.col("prep") == "of")
    # A fronted clause: "After meeting the king, the envoy said ..."
    fronted = (
        ~pl.col("is_passive")
        & free
        & (pl.col("lo") > pl.col("i"))
        & ((pl.col("pos") == "noun") | (pl.col("tense") == "ing"))
        & pl.col("after_comma")
        & pl.col("then_verb")
    )
    ranked = left.with_columns(
        pl.when(owner | charged | possessor | gerund)
        .then(0)
        .when(agent | done_by)
        .then(0)
        .when(nominal_agent)
        .then(1)
        .when(active)
        .then(1)
        .when(adjective & (pl.col("pos") == "noun"))
        .then(0)
        .when(adjective | crowd | guest | through)
        .then(1)
        .when(fronted | expelling | deployed)
        .then(2)
        .alias("order"),
        (pl.col("hi").cast(pl.Int64) - pl.col("i")).abs().alias("gap"),
    ).filter(pl.col("order").is_not_null())
    return _nearest(ranked, "s_", *_SIDE, "order", "np", "pronoun")


def targets(trig: pl.DataFrame, grp: pl.DataFrame, src: pl.DataFrame) -> pl.DataFrame:
    """One row per trigger with a target: t, t_* of the group acted upon."""
    c = (
        trig.join(src.select("t", "s_g", "s_codes"), on="t", how="left")
        .join(grp, on="sid")
        .filter(pl.col("g") != pl.col("s_g").fill_null(0))
        # "reiterated the UN's commitment to Lebanon": nobody acts upon himself
        .filter(
            (pl.col("codes").list.set_difference("s_codes").list.len() > 0).fill_null(True)
            | (pl.col("pronoun") == "each").fill_null(False)
        )
        .drop("s_codes")
    )
    after = pl.col("lo") > pl.col("anchor")
    gap = pl.col("lo").cast(pl.Int64) - pl.col("anchor")
    # "discussed a pipeline that crosses the border with Chad"
    within = (pl.col("g_rel") == pl.col("anchor_rel")) | ~pl.col("rule_id").is_in(["C11"])
    same_clause = (pl.col("g_breaks") == pl.col("n_breaks")) & within
    # "Talks were held between ..." has its verb in the middle
    # "agreed to provide Oslo with": the infinitive is what is agreed
    reach = pl.when(pl.col("rule_id") == "A06").then(1).otherwise(0)
    no_verb = (pl.col("g_finite").cast(pl.Int64) - pl.col("anchor_finite") <= reach) | (pl.col("pos") == "noun") & (
        pl.col("prep") == "between"
    )
    # "*": agreed to whatever with, for or in whomever
    anyhow = pl.col("preps").list.contains("*") & (gap <= _MAX_COMPLEMENT) & (pl.col("np") != "pronoun")
    governed = (
        pl.col("preps").list.contains(pl.col("prep")) & (pl.col("prep") != "") & (gap <= _MAX_TARGET)
    ) | anyhow
    # "thanked the leaders for their hosting of Afghans"
    thanked = pl.col("rule_id").is_in(["S01", "S10"]) & (pl.col("g_for") != pl.col("anchor_for"))
    governed = governed & ~thanked
    direct = pl.col("direct") & (pl.col("prep") == "") & (gap <= _MAX_DIRECT) & ~pl.col("is_tail")
    # "rejected the plan, and Mexico's minister said ...", "oppose the tax, but Italy ...": another clause
    anew = pl.col("after_and") & pl.col("then_verb").fill_null(False) & after
    # "to see the seafarers whom Iran holds"
    direct = direct & ((pl.col("rule_id") != "C19") | (gap <= _MAX_SEEN))
    # "discussed the crisis and the situation in Idlib with the leaders of France"
    governed = governed | (pl.col("rule_id") == "C11") & (pl.col("prep") == "with") & (gap <= 2 * _MAX_TARGET)
    talks_with = pl.col("prep").is_in(["with", "between"])
    person_like = pl.col("np").is_in(["person", "office", "pronoun", "body"])
    kind_ok = (
        pl.when(pl.col("object_kind") == "person")
        .then(pl.col("strong") & (person_like | (pl.col("np") == "state") & (pl.col("prep") != "")))
        .when(pl.col("object_kind") == "strong")
        .then(pl.col("strong") & ~pl.col("is_possessive"))
        .when(pl.col("object_kind") == "deed")
        .then(pl.col("is_possessive") | (pl.col("prep") != "") | pl.col("then_noun").fill_null(False))
        .when(pl.col("object_kind") == "place")
        .then(pl.col("np").is_in(["state", "town"]))
        .when(pl.col("object_kind") == "must")
        .then(pl.col("then_must") & pl.col("strong"))
        .when(pl.col("object_kind") == "blamed")
        .then(pl.col("then_harm") & pl.col("strong"))
        .when(pl.col("object_kind") == "phone")
        .then(pl.col("is_by_phone") & pl.col("strong") & pl.col("np").is_in(["person", "office", "pronoun"]) & (gap <= _MAX_SEEN))
        .when(pl.col("object_kind") == "leaving")
        .then(pl.col("then_leave"))
        .when(pl.col("object_kind") == "urged")
        .then(pl.col("then_to") | pl.col("then_not_to"))
        .otherwise(True)
    )
    # Between verb and noun ("summoned the Chinese ambassador"), or the owner of the noun ("rejected China's claim").
    inside = (
        (pl.col("pos") == "pair")
        & (pl.col("lo") > pl.col("i"))
        & (pl.col("hi") < pl.col("anchor"))
        & ~pl.col("is_passive")
        & (pl.col("prep") == "")
    )
    # "was received by": the one before the verb is acted upon.
    undergoer = (
        pl.col("is_passive")
        & (pl.col("hi") < pl.col("i"))
        & (pl.col("prep") == "")
        & ~pl.col("is_possessive")
        & pl.col("direct")
        & (~pl.col("is_reduced") | (pl.col("i") - pl.col("hi").cast(pl.Int64) <= 3))
    )
    # "The assets of nine Belarusian firms were frozen", "an offer by Oslo was rejected"
    owned = (
        (pl.col("pos") == "pair")
        & pl.col("is_passive")
        & (pl.col("lo") > pl.col("n_i"))
        & (pl.col("hi") < pl.col("i"))
        & pl.col("preps").list.contains(pl.col("prep"))
        & (pl.col("prep") != "")
    ).fill_null(False)
    # "Oman's proposal was rejected by Qatar", "Yemen's capital was bombed"
    owned = owned | (
        pl.col("is_passive")
        & pl.col("is_possessive")
        & (pl.col("prep") == "")
        & (pl.col("hi") < pl.col("i"))
        & (pl.col("i") - pl.col("hi").cast(pl.Int64) <= _MAX_SEEN)
        & (pl.col("object_kind") == "any")
        & pl.col("direct")
    ).fill_null(False)
    # "sanctions were imposed on X"
    passive_target = pl.col("is_passive") & after & governed
    # "the Chile-Peru talks": both sides stand before the noun
    town = (pl.col("np") == "town") & ~(pl.col("event_type").is_in(["ASSAULT", "COERCE"]) & (pl.col("object_kind") == "any"))
    order = (
        pl.when(town)
        .then(None)
        .when(undergoer)
        .then(0)
        .when(owned | passive_target & same_clause)
        .then(1)
        .when(~pl.col("is_passive") & after & same_clause & no_verb & direct & kind_ok)
        .then(0)
        .when(~pl.col("is_passive") & after & same_clause & no_verb & governed & kind_ok)
        .then(0)
        .when(inside & (pl.col("object_kind") == "any"))
        .then(1)
    )
    # "called on the king" is a visit, "called on the king to resign" a demand
    urged = (
        pl.when(pl.col("rule_id") == "C18")
        .then(~pl.col("then_to") & (pl.col("tense") == "past") & pl.col("np").is_in(["person", "office"]))
        .when(pl.col("rule_id") == "Q04")
        .then(pl.col("then_to") | (pl.col("np") == "state"))
        # "called him a fool", "calling on"
        .when(pl.col("rule_id") == "C07")
        .then(((pl.col("tense") == "past") | pl.col("led_by").is_in(_FUTURE)) & ~pl.col("then_article"))
        .otherwise(True)
    )
    told = pl.col("then_said").fill_null(False) & pl.col("after_comma").fill_null(False)
    forum = pl.col("is_forum") & (pl.col("event_type") == "CONSULT") & ~talks_with
    beside = (
        (pl.col("pos") == "noun")
        & (pl.col("format") == "in_person")
        & (pl.col("hi") < pl.col("i"))
        & (pl.col("prep") == "with")
        & (gap >= -7)
    )
    # "rejected the appeal of a Greek sailor", "killed dozens of militants in Iraq": the first actor in what is acted upon
    located = pl.col("event_type").is_in(_ON_THE_SPOT) | ~pl.col("prep").is_in(_SPOT)
    further = (
        ~pl.col("is_passive")
        & (pl.col("pos") != "noun")
        & (pl.col("event_type") != "CONSULT")
        & ~pl.col("rule_id").is_in(_NOT_FURTHER)
        & ~pl.col("reciprocal")
        & (pl.col("object_kind") == "any")
        & after
        & same_clause
        & (pl.col("g_finite") <= pl.col("anchor_finite"))
        & (gap <= _MAX_FURTHER)
        & located
        & ~pl.col("prep").is_in(_AROUND)
        & ~((pl.col("event_type") == "SUPPORT") & (pl.col("prep") == "for"))
        & (pl.col("np") != "pronoun")
        # "defends itself against", "courage in strengthening ties with"
        & ~(pl.col("event_type").is_in(_ADDRESSED[:3]) & (pl.col("prep") == "against"))
        & (pl.col("g_ing") == pl.col("anchor_ing"))
        # "thanked Finland for its support of Sweden", but "a grant for victims in Malawi"
        & ((pl.col("g_for") == pl.col("anchor_for")) | (pl.col("event_type") == "AID"))
    )
    # "Tonga, with which Beijing concluded a pact": the one before the relative clause
    related = (
        (pl.col("hi") < pl.col("i"))
        & pl.col("preps").list.contains(pl.col("whom_prep"))
        & (pl.col("g_rel") < pl.col("anchor_rel"))
        & ((pl.col("i") - pl.col("hi").cast(pl.Int64)) <= _MAX_RELATED)
        & ~pl.col("is_passive")
        & pl.col("strong")
    ).fill_null(False)
    order = (
        pl.when(order.is_not_null())
        .then(order)
        .when(beside & pl.col("strong"))
        .then(2)
        .when(further | related)
        .then(3)
    )
    # "killed militants in Iraq": an armed group is what is struck, and Iraq only where
    elsewhere = pl.col("event_type").is_in(_HARSH) & pl.col("prep").is_in(_SPOT) & (pl.col("g_militia") > pl.col("anchor_militia"))
    # "was told by": what follows the one who is told is not there to be judged
    unjudged = pl.col("is_passive") & pl.col("object_kind").is_in(["phone", "must", "blamed", "leaving"])
    order = pl.when(town | unjudged | elsewhere).then(None).otherwise(order)
    ranked = c.with_columns(order.alias("order"), gap.abs().alias("gap")).filter(
        pl.col("order").is_not_null() & urged & ~forum & ~told & ~(pl.col("is_private") & pl.col("event_type").is_in(_OF_STATES)) & ~anew.fill_null(False)
    )
    return _nearest(ranked, "t_", *_SIDE, "prep", "np", "strong")


def shared_targets(trig: pl.DataFrame, src: pl.DataFrame, tgt: pl.DataFrame) -> pl.DataFrame:
    """One row per speech act without a target of its own whose source has just acted upon someone in the sentence.

    "Madrid spoke to Rabat and promised two ships": the promise goes to Rabat.
    """
    full = trig.select(
        "t", "i", "sid", "event_type", "pos", "is_passive", "object_kind", "tense", "led_by"
    ).join(src.select("t", "s_g"), on="t")
    bare = full.filter(
        pl.col("event_type").is_in(_ADDRESSED)
        & (pl.col("pos") != "noun")
        & ~pl.col("is_passive")
        & ~pl.col("object_kind").is_in(["deed", "must", "blamed", "urged", "leaving", "phone"])
        # "backed Chad in resisting pressure": who is resisted, is not said
        & ~((pl.col("tense") == "ing") & pl.col("led_by").is_in(["in", "by", "of", "for", "from", "while", "when"]))
    ).join(tgt.select("t"), on="t", how="anti")
    done = full.join(tgt, on="t").select(
        "sid",
        "s_g",
        (pl.col("event_type").is_in(_HARSH)).alias("was_harsh"),
        (pl.col("event_type") == "CONSULT").alias("was_talk"),
        pl.col("i").alias("d_i"),
        "t_g",
        "t_codes",
        "t_keys",
        "t_lo",
        "t_hi",
        "t_prep",
        "t_np",
        "t_strong",
    )
    return (
        bare.join(done, on=["sid", "s_g"])
        .filter((pl.col("d_i") < pl.col("i")) & (pl.col("t_hi") < pl.col("i")))
        # "let the police question suspects", "asked Oslo to back the bid": whoever stands before the infinitive does it
        .filter(~((pl.col("tense") == "base") & ((pl.col("i") - pl.col("t_hi").cast(pl.Int64)) <= 2)))
        # "reaffirmed its support for Israel and condemned attacks from Gaza": not Israel is condemned
        .filter(
            pl.col("was_talk")
            | (pl.col("event_type") == "REQUEST")
            | (pl.col("was_harsh") == pl.col("event_type").is_in(_HARSH))
        )
        .sort("t", "d_i", "t_lo", descending=[False, True, False])
        .unique("t", keep="first", maintain_order=True)
        .select(
            "t",
            "t_g",
            "t_codes",
            "t_keys",
            "t_lo",
            "t_hi",
            "t_prep",
            "t_np",
            "t_strong",
            pl.lit(True).alias("is_shared"),
        )
    )


def adjacent_pairs(trig: pl.DataFrame, grp: pl.DataFrame) -> pl.DataFrame:
    """Nominal triggers right after a group of several states: "India-Pakistan talks", "the Trump-Xi call"."""
    return (
        trig.filter((pl.col("pos") == "noun") & pl.col("reciprocal"))
        .select("t", "i", "sid", pl.col("anchor_solid").alias("n_solid"))
        .join(grp.filter((pl.col("codes").list.len() >= 2) & (pl.col("np") != "town")), on="sid")
        .filter(
            (pl.col("i") - pl.col("hi").cast(pl.Int64)).is_between(1, 3)
            # "back from Chad and Niger that the meeting ...": only adjectives may stand between
            & (pl.col("n_solid") == pl.col("hi_solid"))
        )
        .sort("t", "hi", descending=[False, True])
        .unique("t", keep="first", maintain_order=True)
        .select(
            "t",
            pl.col("codes").alias("p_codes"),
            pl.col("keys").alias("p_keys"),
            pl.col("lo").alias("p_lo"),
            pl.col("hi").alias("p_hi"),
        )
    )
