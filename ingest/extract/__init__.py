"""Articles to facts: a pure function of the articles, the code version and the reference data.

Belongs here: `extract`, its version, and the rule of which languages it reads.
Does not belong here: the steps themselves (the modules of this package) and any writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import polars as pl

from ingest import tables
from ingest.extract.engine import facts_of, read_in_parts
from ingest.extract.parallel import in_parallel
from ingest.lexicon import glosses
from ingest.settings import reference_dir

__all__ = ["extract", "extract_in_parts", "extractor_version", "in_parallel"]

_ENGLISH = ["en", "und"]
_REFERENCE = (
    "alias_context",
    "cities",
    "city_aliases",
    "countries",
    "country_aliases",
    "definite_nouns",
    "event_types",
    "frames",
    "function_words",
    "nouns",
    "offices",
    "organization_aliases",
    "organizations",
    "people",
    "status_cues",
    "topics",
    "verbs",
)


@cache
def extractor_version() -> str:
    """'x' and 12 hex digits over this package's code and the reference tables that it reads."""
    digest = sha256()
    code = sorted(Path(__file__).parent.glob("*.py")) + sorted(
        (Path(__file__).parents[1] / "lexicon").glob("*.py")
    )
    tables_of = [Path(reference_dir()) / f"{name}.csv" for name in _REFERENCE]
    tables_of += [Path(reference_dir()) / language / f"{name}.csv" for language in glosses.languages() for name in glosses.TABLES]
    for path in [*code, *tables_of]:
        digest.update(path.relative_to(path.parents[1]).as_posix().encode() + b"\0" + path.read_bytes())
    return "x" + digest.hexdigest()[:12]


def _unread(articles: pl.DataFrame, version: str) -> pl.DataFrame:
    """facts.extractions rows of articles in a language that has no tables yet."""
    return tables.FACTS_EXTRACTIONS.conform(
        articles.select(
            "article_id",
            pl.lit(version).alias("extractor_version"),
            pl.lit("unsupported_language").alias("outcome"),
            pl.lit(0).alias("n_sentences"),
        )
    )


def extract_in_parts(articles: pl.DataFrame) -> Iterator[dict[str, pl.DataFrame]]:
    """As `extract`, some of the articles at a time: as many as memory asks for, in no order that matters.

    `extractions` of each part tells which articles it is about.
    """
    version = extractor_version()
    known = glosses.languages()
    code = pl.col("language").fill_null("und").str.slice(0, 3).str.split("-").list.first()
    code = pl.when(code.is_in(_ENGLISH)).then(pl.lit("en")).when(code.is_in(known)).then(code).otherwise(pl.lit(""))
    ordered = articles.sort("article_id").with_columns(code.alias("read_as"))
    for (read_as,), chosen in ordered.group_by("read_as", maintain_order=True):
        if read_as:
            for reading in read_in_parts(chosen.drop("read_as"), str(read_as)):
                yield facts_of(reading, version)
        else:
            yield {t.name: t.empty() for t in tables.FACTS} | {"extractions": _unread(chosen, version)}


def extract(articles: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The facts tables (by name, without schema) of a batch of articles.

    `articles` has article_id, title, text, published_date, language, source: one row per article. Rows in a language
    without tables are counted in `extractions` as `unsupported_language` and give no facts.
    """
    parts = list(extract_in_parts(articles)) or [{t.name: t.empty() for t in tables.FACTS}]
    return {name: pl.concat([part[name] for part in parts]) for name in parts[0]}
