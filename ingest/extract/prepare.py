"""Articles to sentences: folding, datelines, sentence ends, all code point for code point.

Belongs here: where a sentence begins and ends, and what of it is dateline. Every replacement keeps the length,
so an offset in the fold is an offset in the article's text.
Does not belong here: words and their meaning (`tokens`).
"""

from __future__ import annotations

import polars as pl

from ingest.extract import gloss
from ingest.extract.neighbours import replace_rows
from ingest.fold import fold_expr

_END = "\x1e"
_HIDDEN_DOT = "\x1f"

_ABBREVIATIONS = (
    "Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Capt|Sgt|Adm|Sen|Rep|Gov|Hon|Rev|St|Jr|Sr|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep"
    "|Oct|Nov|Dec|No|vs|Mt|Ft|Amb|Brig|Cmdr|Sec|Min|Pres|Asst|approx|viz|cf|Sgt|Msgr|Messrs|N|S"
)
_STARTERS = (
    "The|He|She|It|In|On|But|And|A|An|They|We|I|This|That|These|Those|His|Her|Its|Their|At|For|As|After|When|While|Both"
    "|There|Under|If|President|Mr|With|To|From"
)
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"

# Group 1 is the place: capitals throughout, or a short title-case name closed by an agency, a date and a dash, or a colon.
_DATELINE = (
    r"^\s*([A-Z][A-Za-z.' ]{1,30}?(?:/[A-Z][A-Za-z.' ]{1,30}?)?)"
    r"(?:, [A-Z][A-Za-z. ]{2,25}?)?"
    rf"(?:,? (?:{_MONTHS})[a-z.]{{0,7}} \d{{1,2}}(?:, \d{{4}})?)?"
    r"(?: ?\([A-Za-z0-9 ./&-]{2,40}\))?"
    r"(?: ?:| ?--?-?) "
)


def _hide_abbreviations(text: pl.Expr) -> pl.Expr:
    """Full stops that end no sentence become a hidden dot of the same length."""
    return (
        text.str.replace_all(rf"\b({_ABBREVIATIONS})\.(\s)", "${1}" + _HIDDEN_DOT + "${2}")
        .str.replace_all(r"(\s[A-Z])\.(\s[A-Z])", "${1}" + _HIDDEN_DOT + "${2}")
        # "in Washington, D.C. Secretary Smith ..."
        .str.replace_all(r"(, D\.C\.)\s([A-Z][a-z])", "${1}" + _END + "${2}")
        .str.replace_all(rf"([A-Z]\.[A-Z]\.)\s((?:{_STARTERS})\s)", "${1}" + _END + "${2}")
        .str.replace_all(r"([A-Z]\.[A-Z])\.(\s)", "${1}" + _HIDDEN_DOT + "${2}")
        .str.replace_all(r"([ap]\.m)\.(\s)", "${1}" + _HIDDEN_DOT + "${2}")
    )


def _mark_ends(text: pl.Expr) -> pl.Expr:
    """One separator in place of one white space after each sentence; lines wrapped inside a sentence are joined."""
    return (
        text.str.replace_all(r"([a-z,;])\n([a-z])", "${1} ${2}")
        .str.replace_all("\n", _END, literal=True)
        .str.replace_all(r"([.!?][\"')\]]*)\s(\s*[\"'(\[]*[A-Z0-9@#])", "${1}" + _END + "${2}")
    )


def fold_articles(articles: pl.DataFrame, language: str = "en") -> pl.DataFrame:
    """One row per article: a (row number), article_id, published_date, text, fold."""
    fold = fold_expr(pl.col("text"))
    return (
        articles.select("article_id", "published_date", "text", "title", "source")
        .with_row_index("a")
        .with_columns(
            (fold if language == "en" else gloss.respell(fold, language)).alias("fold"),
        )
    )


def _blank_dateline(dateline: pl.Expr, text: pl.Expr) -> pl.Expr:
    """The text with the dateline's letters replaced by spaces."""
    width = dateline.str.len_bytes().fill_null(0)
    return pl.lit(" ").repeat_by(width).list.join("") + text.str.slice(width)


MAX_SENTENCE = 2_000
MAX_SENTENCES = 10_000
"""Longer sentences, and those after so many in one article, are not read: who did what to whom is asked of every two names
of a sentence, and a text made to hurt has a hundred thousand of them. No article of the sample and the annotated sets comes near."""


def sentences(folded: pl.DataFrame, cities: pl.DataFrame) -> pl.DataFrame:
    """One row per sentence: sid, a, sentence_index, start, end (code points in the text), fold, dateline.

    Sentences above `MAX_SENTENCE` code points, and all after the first `MAX_SENTENCES` of an article, are left out.

    `cities` has one column `form`: names that a title-case dateline must be one of. `dateline` is the place named at
    the head of the article, on its first sentence only.
    """
    marked = (
        folded.lazy()
        .select("a", _mark_ends(_hide_abbreviations(pl.col("fold"))).str.split(_END).alias("fold"))
        .explode("fold", empty_as_null=True)
        .with_columns(pl.col("fold").str.len_bytes().alias("n"))
        .with_columns((pl.col("n") + 1).cum_sum().over("a").alias("after"))
        .with_columns((pl.col("after") - pl.col("n") - 1).alias("start"))
        .with_columns(pl.col("fold").str.strip_chars_start().alias("body"))
        .with_columns((pl.col("start") + pl.col("n") - pl.col("body").str.len_bytes()).alias("start"))
        .with_columns(pl.col("body").str.strip_chars_end().alias("fold"))
        .filter(pl.col("fold").str.len_bytes() > 0)
        .with_columns((pl.col("start") + pl.col("fold").str.len_bytes()).alias("end"))
        .with_columns(pl.int_range(pl.len()).over("a").cast(pl.Int32).alias("sentence_index"))
        .filter((pl.col("sentence_index") < MAX_SENTENCES) & (pl.col("fold").str.len_bytes() <= MAX_SENTENCE))
        .with_columns(
            pl.col("fold").str.replace_all(_HIDDEN_DOT, ".", literal=True),
        )
        .collect()
    )
    opening = _datelines(marked.with_row_index("row").filter(pl.col("sentence_index") <= 1), cities)
    blank = [pl.lit(None, pl.String).alias("head"), pl.lit(None, pl.String).alias("dateline")]
    return (
        replace_rows(marked.with_columns(blank), opening["row"], opening.select("head", "dateline", "fold"))
        .with_row_index("sid")
        .select(
            "sid",
            "a",
            "sentence_index",
            pl.col("start").cast(pl.Int32),
            pl.col("end").cast(pl.Int32),
            "fold",
            pl.col("head").str.len_bytes().fill_null(0).cast(pl.Int32).alias("head_width"),
            "dateline",
        )
    )


def _datelines(opening: pl.DataFrame, cities: pl.DataFrame) -> pl.DataFrame:
    """The opening sentences with `head`, the text of a dateline, its place `dateline`, and the fold without the head."""
    head = pl.col("fold").str.extract(f"({_DATELINE})", 1)
    place = pl.col("fold").str.extract(f"({_DATELINE})", 2).str.strip_chars(" .")
    capitals = pl.col("dateline").str.contains(r"^[A-Z][A-Z.' /]+$")
    known = (
        pl.col("dateline")
        .str.to_uppercase()
        .str.split("/")
        .list.first()
        .is_in(cities["form"].str.to_uppercase().implode())
    )
    return (
        opening.with_columns(head.alias("head"), place.alias("dateline"))
        .with_columns(pl.when(capitals | known).then("head").alias("head"))
        .with_columns(
            pl.when(pl.col("head").is_not_null()).then("dateline").alias("dateline"),
            _blank_dateline(pl.col("head"), pl.col("fold")).alias("fold"),
        )
    )
