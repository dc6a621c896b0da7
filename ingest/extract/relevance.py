"""Early leave: which articles and sentences can still state a fact once states and people are known.

Belongs here: conditions that must hold for a step to have any effect, so that what fails them need not be read further.
Does not belong here: rules. Leaving any of these conditions out changes no fact, only the time.
"""

from __future__ import annotations

import polars as pl

# Words that stand for actors named elsewhere (`coreference`): a sentence with one of them is read.
_POINTING = ["he", "they", "pair", "three", "each", "we", "agent", "counterpart"]


def readable_tokens(tokens: pl.DataFrame, forms: pl.DataFrame) -> pl.DataFrame:
    """The tokens that can hold a fact, given those with the number of their `form` and the forms with readings:
    of articles that name a state, an organisation or an office at all, and of sentences with a name, an office
    or a pronoun in them."""
    named = pl.col("code").is_not_null() | pl.col("office_kind").is_not_null()
    points = pl.col("word_class").is_in(_POINTING).fill_null(False)
    of_form = forms.select(
        named.alias("is_named"),
        (named | pl.col("city").is_not_null() | points).alias("is_spoken"),
        "is_capital",
        pl.col("word_class").is_null().alias("is_open"),
    ).select(pl.all().gather(tokens["form"]))
    marked = pl.concat([tokens.select("a", "sid", "is_first"), of_form], how="horizontal")
    name = pl.col("is_capital") & (~pl.col("is_first") | pl.col("is_open"))
    articles = marked.filter("is_named").select("a").unique()
    sids = marked.filter(pl.col("is_spoken") | name).select("sid").unique()
    return tokens.join(articles, on="a", how="semi", maintain_order="left").join(
        sids, on="sid", how="semi", maintain_order="left"
    )


def telling_articles(elements: pl.DataFrame, quotes: pl.DataFrame, national: list[str]) -> pl.DataFrame:
    """The articles (a) that can give a meeting, an event, a visit or a statement.

    Each of the first three has two states, organisations or towns of several states; a statement has a quotation and a person with a state.
    People of `national` offices without a state may yet get one from a place. Of the Reuters reports 26 % remain.
    """
    has_codes, has_keys = pl.col("codes").list.len() > 0, pl.col("keys").list.len() > 0
    # a town may stand for its state
    towns = elements.filter(pl.col("np") == "town").select("a", pl.col("city_country").cast(pl.String).alias("codes"))
    two = (
        pl.concat([elements.filter(has_codes).select("a", "codes").explode("codes", empty_as_null=True), towns])
        .group_by("a")
        .agg(pl.col("codes").n_unique().alias("n"))
        .filter(pl.col("n") >= 2)
        .select("a")
    )
    open_state = elements.filter(
        ~has_codes & has_keys & (pl.col("np") == "person") & pl.col("role_class").is_in(national)
    ).select("a")
    speakers = elements.filter(has_codes & has_keys).select("a")
    quoted = quotes.select("a").join(speakers, on="a", how="semi")
    return pl.concat([two, open_state, quoted]).unique()


def telling_sentences(told: pl.DataFrame, named: pl.DataFrame, nouns: pl.Series) -> pl.DataFrame:
    """The sentences (sid) that name or point at an actor or a town, or hold one of the nouns.

    `told`: the words of telling articles. `named`: the noun phrases with codes and keys. `nouns` need nobody beside them: they state an encounter ("A second
    round is due in May" recalls the parties of the sentence before) or stand for a side ("the bloc").
    """
    actor = (
        (pl.col("codes").list.len() > 0)
        | (pl.col("keys").list.len() > 0)
        | (pl.col("np") == "office")
        | pl.col("city").is_not_null()
    )
    points = pl.col("word_class").is_in(_POINTING) | pl.col("lower").is_in(nouns.unique().implode())
    actors = named.filter(actor).select("sid").join(told.select("sid").unique(), on="sid", how="semi")
    return pl.concat([actors, told.filter(points).select("sid")]).unique()
