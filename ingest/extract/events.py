"""Bound clauses to directed facts: one row per article, source, target, PLOVER type and status; and visits.

Belongs here: directions, both ways for what is mutual, CONSULT from encounters and visits, CAMEO roots.
Does not belong here: binding (`sides`) and encounters (`meetings`).
"""

from __future__ import annotations

import polars as pl

_MUTUAL = ["AGREE", "COOPERATE"]
_MUTUAL_RULES = ["R03", "R04", "R05", "K09", "K15", "R02", "R09", "O10"]
_SPOKEN = ["SUPPORT", "ACCUSE", "REQUEST", "REJECT", "PROTEST", "THREATEN", "CONCEDE"]
_OF_WHAT = [
    "of",
    "for",
    "to",
    "from",
    "on",
    "about",
    "against",
    "stop",
    "over",
    "into",
    "in",
    "towards",
    "toward",
]
_BETWEEN = ["A04", "R05", "S09"]
_BY_NOUN = 0.6  # confidence of a refusal read at the noun of what is refused
_MAX_AIM = 20  # elements from a gift to what it is for
_TARGET = ["t_g", "t_codes", "t_keys", "t_prep", "t_np"]
_OTHER = 2**29  # beyond any element number
_TRADES = ["O01", "O08", "O11", "O12", "O13", "O14"]
_MEDIATES = ["C17", "C28"]
_VISITS = ["C14", "C15", "C16"]
_COOPERATIVE = ["AGREE", "AID", "CONCEDE", "CONSULT", "COOPERATE", "RETREAT", "SUPPORT"]
_PLANNED_COOPERATION, _PLANNED_CONFLICT = "03", "13"
_EMPTY = pl.lit([], dtype=pl.List(pl.String))
_FIELDS = [
    "a",
    "sid",
    "event_type",
    "mode",
    "status",
    "source_code",
    "target_code",
    "start_date",
    "end_date",
    "date_precision",
    "country_code",
    "city",
    "confidence",
    "rule_id",
    "trigger",
]


def _with_what_is_rejected(acts: pl.DataFrame) -> pl.DataFrame:
    """The acts, and for each rejected request that it was made: "Kyiv rebuffed a Vatican plea" tells two."""
    turned = (
        (pl.col("rule_id") == "J15")
        & (pl.col("status") == "occurred")
        & pl.col("s_codes").is_not_null()
        & pl.col("t_codes").is_not_null()
    )
    asked = acts.filter(turned).with_columns(
        pl.lit("REQUEST").alias("event_type"),
        pl.col("t_codes").alias("s_codes"),
        pl.col("s_codes").alias("t_codes"),
        # a reading of its own beside that of the refusal
        (pl.col("i") + _OTHER).alias("i"),
    )
    return pl.concat([acts, asked])


def _with_what_else_would_come(acts: pl.DataFrame) -> pl.DataFrame:
    """The acts, and the threat in an ultimatum: "demanded that Moscow accept a truce or face sanctions"."""
    menace = (pl.col("event_type") == "REQUEST") & (pl.col("status") == "occurred") & pl.col("is_ultimatum")
    threat = acts.filter(menace.fill_null(False)).with_columns(
        pl.lit("THREATEN").alias("event_type"), (pl.col("i") + 2 * _OTHER).alias("i")
    )
    return pl.concat([acts, threat])


def _with_beneficiaries(acts: pl.DataFrame) -> pl.DataFrame:
    """The acts; what is given "to support refugees from Chad" is given to whom it is to support, and so is a commitment."""
    free = pl.col("s_codes").is_not_null() & pl.col("t_codes").is_null() & pl.col("event_type").is_in(["AID", "SUPPORT"])
    given = acts.filter(free & (pl.col("pos") == "pair") & ~pl.col("is_passive")).select("t", "sid", "i", "s_g")
    helps = pl.col("event_type").is_in(["AID", "SUPPORT"]) & pl.col("led_by").is_in(["to", "for", "in"]) & (pl.col("pos") == "verb")
    aims = acts.filter(helps & pl.col("t_codes").is_not_null()).select(
        "sid", "s_g", pl.col("i").alias("aim_i"), *(pl.col(c).alias(f"aim_{c}") for c in _TARGET)
    )
    found = (
        given.join(aims, on=["sid", "s_g"])
        .filter((pl.col("aim_i") - pl.col("i").cast(pl.Int64)).is_between(1, _MAX_AIM))
        .sort("t", "aim_i")
        .unique("t", keep="first", maintain_order=True)
        .drop("sid", "s_g", "i", "aim_i")
    )
    out = acts.join(found, on="t", how="left", maintain_order="left")
    has = pl.col("aim_t_codes").is_not_null()
    return out.with_columns(pl.when(has).then(f"aim_{c}").otherwise(c).alias(c) for c in _TARGET).drop(
        *(f"aim_{c}" for c in _TARGET)
    )


def _directed(bound: pl.DataFrame) -> pl.DataFrame:
    """One row per clause, source and target of everything but encounters."""
    # "will not lift the embargo", "failed to reach agreement", "cancelled a visit": what is withheld is refused
    withheld = pl.col("is_refusal") & (pl.col("status") == "denied") & pl.col("event_type").is_in(_COOPERATIVE)
    bound = bound.with_columns(
        pl.when(withheld & pl.col("control").is_null()).then(pl.lit("REJECT")).otherwise("control").alias("control")
    )
    refused = (pl.col("control") == "REJECT").fill_null(False)
    bound = _with_beneficiaries(bound)
    acts = bound.filter((pl.col("event_type") != "CONSULT") | pl.col("rule_id").is_in(_MEDIATES) | refused)
    # What is done "to", "of" or "for" doing it is an aim or a topic; speech acts alone are meant: "called to thank".
    spoken = pl.col("event_type").is_in(_SPOKEN) & (pl.col("rule_id") != "S02")
    aim = (pl.col("led_by") == "to") & (pl.col("tense") == "base") & ~spoken & ~pl.col("led_aspect")
    topic = pl.col("led_by").is_in(_OF_WHAT) & (pl.col("tense") == "ing")
    told = pl.col("control").is_not_null() | (pl.col("status") != "occurred") & ~topic
    # "urged Sudan to open its borders": whoever is asked would do it
    # ... but "telephoned Ankara to thank it"
    to_say = pl.col("rule_id").str.contains("^(?:S01|S03|Q|X|P|T)") & ~pl.col("rule_id").is_in(["X13"])
    others = (pl.col("led_by") == "to") & pl.col("led_np") & ~to_say
    # "asked the court to order Riyadh to stop"
    others = others | (pl.col("led_by") == "to") & pl.col("led_np") & pl.col("rule_id").is_in(["Q11", "B34"])
    others = others & pl.col("control").is_null() & (pl.col("pos") != "noun")
    acts = acts.filter(~others.fill_null(False))
    acts = acts.filter((pl.col("pos") == "noun") | told | ~(aim | topic))
    # "the attack on Aden": its doer is named with it, not the subject of another verb
    # "will not begin talks with Kabul"
    shunned = ((pl.col("control") == "REJECT") & (pl.col("t_prep") == "with")).fill_null(False)
    acts = acts.with_columns(
        pl.when(shunned & (pl.col("pos") == "noun")).then(_BY_NOUN).otherwise("confidence").alias("confidence")
    )
    acts = acts.filter(
        (pl.col("pos") != "noun")
        | shunned
        | (pl.col("s_order") <= 1) & (pl.col("event_type") == "PROTEST")
        | (pl.col("s_order") == 0)
        | (pl.col("t_prep") == "between")
        | pl.col("rule_id").is_in(_BETWEEN)
    )
    # "is wanted by the court", "a truce brokered by Oslo and Bern": nothing is asked of him, none is between them
    between = (pl.col("lemma") == "broker") & pl.col("reciprocal") & pl.col("t_codes").is_null()
    acts = acts.filter(~(between | (pl.col("lemma") == "want") & pl.col("is_passive")))
    # "they fight a surge in cases": not each other
    fought = pl.col("reciprocal") & pl.col("t_codes").is_null() & pl.col("then_object")
    acts = acts.filter(~(fought & (pl.col("event_type") == "ASSAULT") & (pl.col("pos") == "verb")))
    # "Greeks killed in the attack on Mariupol": who was killed, not who killed
    fell = pl.col("then_word").is_in(["in", "by", "during", "when", "while", "at", "near", "and", ","])
    acts = acts.filter(~((pl.col("rule_id") == "K02") & fell & ~pl.col("is_passive")))
    # "declined to name the German bank", "to decline in relation to": nobody is refused
    acts = acts.filter(~((pl.col("rule_id") == "J09") & pl.col("then_word").is_in(["to", "in", "by"])))
    # "Seoul stressed that Seoul and Tokyo must work together" asks nothing of another
    us = pl.col("s_codes").list.set_intersection("t_codes").list.len() > 0
    acts = acts.filter(~((pl.col("rule_id") == "Q09") & us.fill_null(False)))
    # "French troops left Niger", "bombers circled Taiwan": whoever else does so only travels
    acts = acts.filter(~pl.col("rule_id").is_in(["R12", "M09"]) | (pl.col("s_np") == "body"))
    acts = _with_what_else_would_come(_with_what_is_rejected(acts))
    # "discussed deepening ties", "efforts to strengthen the alliance": only what was deepened is told
    wish = (pl.col("rule_id") == "O09") & (pl.col("tense").is_in(["ing", "base"]) | (pl.col("status") == "hypothetical"))
    acts = acts.filter(~wish)
    # "agreed that a settlement would help": of one mind, but bound to nothing
    opinion = pl.col("rule_id").is_in(["A01", "A02", "A05", "A06"]) & (pl.col("lemma") == "agree") & (pl.col("then_word") == "that")
    acts = acts.filter(~opinion)
    # "an industry roundtable at the convention": whose accord it is, must be told with it
    loose = (pl.col("rule_id") == "A04") & ~(pl.col("p_codes").is_not_null() | pl.col("t_prep").is_in(["between", "with"]))
    loose = loose & (pl.col("s_order") > 0)
    acts = acts.filter(~loose.fill_null(False))
    # "efforts to hold Moscow accountable": who held it so, is told in the past
    held = (pl.col("rule_id") == "X13") & pl.col("tense").is_in(["ing", "base"])
    # "to help the people rebuild their country": a plain form is no verb of one man or state
    one = (pl.col("s_codes").list.len() == 1) & pl.col("s_np").is_in(["person", "state", "pronoun"])
    bare = (pl.col("tense") == "base") & (pl.col("pos") != "noun") & one & ~pl.col("has_modal") & (pl.col("led_by") != "to")
    acts = acts.filter(~(held | bare.fill_null(False)))
    # "Spain, which buys its gas from Algeria": a habit is no event
    habit = pl.col("rule_id").is_in(_TRADES) & pl.col("tense").is_in(["s", "base"]) & (pl.col("status") == "occurred")
    acts = acts.filter(~habit)
    # "as it defends itself"
    acts = acts.filter(~((pl.col("rule_id") == "S02") & pl.col("then_self")))
    # "the three powers warned them": who is on both sides, nobody knows
    shared = pl.col("s_codes").list.set_intersection("t_codes").list.len()
    acts = acts.filter(~((shared > 0) & (pl.col("s_codes").list.len() > 2)).fill_null(False))
    # "threatened to strike" is a threat, no strike; what is refused is a refusal
    governed = pl.col("control").is_not_null()
    failed = (pl.col("control") == "REJECT") & pl.col("event_type").is_in(["AGREE", "COOPERATE"]) & (pl.col("rule_id") != "A06")
    failed = (failed & pl.col("reciprocal")).fill_null(False)
    acts = acts.with_columns(
        pl.when(governed).then("control").otherwise("event_type").alias("event_type"),
        pl.when(governed).then(pl.lit("occurred")).otherwise("status").alias("status"),
        pl.when(governed).then(pl.lit("")).otherwise("mode").alias("mode"),
        # "failed to reach agreement": each side refused the other
        (pl.col("reciprocal") & (~governed | failed)).alias("reciprocal"),
        (governed & failed).alias("is_failed"),
    )
    # "would sanction Haiti if ...", said by the side itself, is a threat
    menace = pl.col("is_conditional") & pl.col("event_type").is_in(["SANCTION", "ASSAULT", "COERCE"]) & (pl.col("status") == "planned")
    menace = menace & (pl.col("pos") != "noun") & ~pl.col("is_passive")
    acts = acts.with_columns(
        pl.when(menace).then(pl.lit("THREATEN")).otherwise("event_type").alias("event_type"),
        pl.when(menace).then(pl.lit("occurred")).otherwise("status").alias("status"),
    )
    # A noun alone ("the attack on ...") may be standing background: only a dated one is told as an event.
    acts = acts.filter(
        (pl.col("pos") != "noun")
        | pl.col("start_date").is_not_null()
        | governed & (pl.col("t_prep") == "with")
        # "Greek strikes on the port killed nine": told by the verb whose subject it is
        | (pl.col("event_type") == "ASSAULT") & pl.col("is_opening") & (pl.col("s_order") == 0) & (pl.col("status") == "occurred")
        # "Spain's recognition of Palestine": who does it to whom stands with the noun
        | pl.col("t_prep").is_in(["of", "from"]) & (pl.col("s_order") == 0) & (pl.col("event_type") != "ASSAULT")
    )
    # One trigger gives one type; the frame that needs a noun is the surer.
    whole = pl.col("t_codes").is_not_null() | pl.col("reciprocal") & (pl.col("s_codes").list.len() >= 2)
    acts = acts.with_columns(
        (pl.col("pos") == "pair").alias("is_pair"),
        whole.fill_null(False).alias("is_whole"),
        (pl.col("event_type") == "AGREE").alias("is_accord"),
    ).sort(
        *("i", "is_pair", "is_whole", "confidence", "rule_id"),
        descending=[False, True, True, True, False],
    )
    best = acts.filter(
        pl.col("s_codes").is_not_null() & (pl.col("t_codes").is_not_null() | pl.col("reciprocal"))
        | (pl.col("t_prep") == "between") & pl.col("reciprocal")
    )
    # "agreed to a ceasefire" is both: what was agreed, and that it was
    best = best.unique(["i", "is_accord"], keep="first", maintain_order=True)
    # "sold tanks to": the seller acts
    mutual = pl.col("event_type").is_in(_MUTUAL) & pl.col("reciprocal") | pl.col("rule_id").is_in(_MUTUAL_RULES)
    mutual = (mutual & pl.col("control").is_null() | pl.col("is_failed") & pl.col("t_codes").is_null()) & (
        pl.col("rule_id") != "A06"
    )
    among = (
        mutual & pl.col("reciprocal") & (pl.col("t_codes").is_null() | pl.col("t_prep").is_in(["between"]))
    )
    within = pl.when(pl.col("t_prep") == "between").then("t_codes").otherwise("s_codes")
    best = best.with_columns(
        pl.when(among).then(within).otherwise("s_codes").alias("from"),
        pl.when(among).then(within).otherwise(pl.col("t_codes").fill_null(_EMPTY)).alias("to"),
        (mutual & ~among).alias("both"),
    )
    one = (
        best.explode("from", empty_as_null=True)
        .explode("to", empty_as_null=True)
        .rename({"from": "source_code", "to": "target_code"})
    )
    back = one.filter("both").rename({"source_code": "target_code", "target_code": "source_code"})
    return pl.concat([one.select(_FIELDS), back.select(_FIELDS)]).filter(
        pl.col("source_code").is_not_null()
        & pl.col("target_code").is_not_null()
        & (pl.col("source_code") != pl.col("target_code"))
    )


def _consults(meetings: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """CONSULT both ways for each pair of an encounter held or planned. `first`: c, sid, rule_id, trigger of its best clause."""
    return (
        meetings.filter(pl.col("status").is_in(["occurred", "planned"]))
        .join(first, on="c", maintain_order="left")
        .with_columns(pl.col("codes").alias("source_code"), pl.col("codes").alias("target_code"))
        .explode("source_code", empty_as_null=True)
        .explode("target_code", empty_as_null=True)
        .filter(pl.col("source_code") != pl.col("target_code"))
        .with_columns(
            pl.when(pl.col("format") == "call")
            .then(pl.lit("phone"))
            .when(pl.col("codes").list.len() > 2)
            .then(pl.lit("multilateral"))
            .alias("mode")
        )
        .select(_FIELDS)
    )


def visits(bound: pl.DataFrame, sents: pl.DataFrame) -> pl.DataFrame:
    """One row per clause that states a visit: visitor, host, city, dates, stated length."""
    length = r"(?i)\b(one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2})-day\b"
    numbers = {
        w: n
        for n, w in enumerate(
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1
        )
    }
    found = bound.filter(
        pl.col("rule_id").is_in(_VISITS) & pl.col("s_codes").is_not_null() & pl.col("t_codes").is_not_null()
    )
    found = found.sort("i", "confidence", "rule_id", descending=[False, True, False]).unique(
        "i", keep="first", maintain_order=True
    )
    found = found.filter(
        (pl.col("rule_id") != "C15") | (pl.col("t_prep") == "to") | (pl.col("lemma") == "arrive")
    )
    number = pl.col("fold").str.extract(length, 1).str.to_lowercase()
    return (
        found.join(sents.select("sid", "fold"), on="sid", how="left", maintain_order="left")
        .with_columns(
            number.replace_strict(numbers, default=None, return_dtype=pl.Int32)
            .fill_null(number.cast(pl.Int32, strict=False))
            .alias("days"),
            pl.col("t_codes").list.first().alias("host_code"),
            pl.col("s_codes").list.first().alias("visitor_code"),
            pl.col("s_keys").list.first().alias("actor_key"),
        )
        .filter(
            (pl.col("host_code") != pl.col("visitor_code"))
            & (pl.col("host_code").str.len_chars() == 3)
            & (pl.col("s_codes").list.len() == 1)
        )
        .with_columns(pl.when(pl.col("country_code") == pl.col("host_code")).then("city").alias("city"))
    )


def _from_visits(found: pl.DataFrame) -> pl.DataFrame:
    return found.with_columns(
        pl.col("visitor_code").alias("source_code"),
        pl.col("host_code").alias("target_code"),
        pl.lit("visit").alias("mode"),
        pl.lit("CONSULT").alias("event_type"),
    ).select(_FIELDS)


def events(
    bound: pl.DataFrame,
    meetings: pl.DataFrame,
    first: pl.DataFrame,
    found_visits: pl.DataFrame,
    types: pl.DataFrame,
) -> pl.DataFrame:
    """One row per article, source, target, type and status, with the sentences that state it in `sids`."""
    every = pl.concat([_directed(bound), _consults(meetings, first), _from_visits(found_visits)])
    rank = (
        pl.col("date_precision")
        .replace_strict({"day": 0, "week": 1, "month": 2, "year": 3, "unknown": 4}, return_dtype=pl.Int32)
        .arg_min()
    )
    key = ["a", "source_code", "target_code", "event_type", "status"]
    grouped = (
        every.sort(
            *("a", "sid", "source_code", "target_code", "event_type", "rule_id", "trigger", "confidence"),
            # of two encounters told in one sentence the first gives the place, whatever the batch
            maintain_order=True,
        )
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("mode").filter(pl.col("mode").fill_null("") != "").first(),
            *(pl.col(x).get(rank) for x in ("start_date", "end_date", "date_precision")),
            pl.col("country_code").drop_nulls().first(),
            pl.col("city").drop_nulls().first(),
            pl.col("confidence").max(),
            pl.struct("sid", "rule_id", "trigger", "confidence").alias("proofs"),
        )
    )
    roots = types.select("event_type", pl.col("cameo_root").alias("root"))
    planned = pl.col("status") == "planned"
    root = (
        pl.when(planned & (pl.col("event_type") == "CONSULT"))
        .then(pl.lit(_PLANNED_COOPERATION))
        .when(planned & pl.col("event_type").is_in(_COOPERATIVE))
        .then(pl.lit(_PLANNED_COOPERATION))
        .when(planned)
        .then(pl.lit(_PLANNED_CONFLICT))
        .otherwise("root")
    )
    return (
        grouped.join(roots, on="event_type", how="left", maintain_order="left")
        .with_columns(root.alias("cameo_root"))
        .drop("root")
    )
