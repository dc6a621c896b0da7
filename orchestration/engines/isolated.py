"""The facts of a batch, whatever one of its articles does to the extraction.

Belongs here: what every engine runs on its workers. Does not belong here: anything that knows of an engine.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import polars as pl

from ingest import tables
from ingest.extract import extract_in_parts as read_facts
from ingest.extract import extractor_version

logger = logging.getLogger(__name__)


def _failed(article_id: str) -> dict[str, pl.DataFrame]:
    """The facts tables of an article whose reading broke: a row that says so, and no fact."""
    row = pl.DataFrame(
        {
            "article_id": [article_id],
            "extractor_version": [extractor_version()],
            "outcome": ["failed"],
            "n_sentences": [0],
        }
    )
    empty = {table.name: table.empty() for table in tables.FACTS}
    return empty | {"extractions": tables.FACTS_EXTRACTIONS.conform(row)}


def read_safely(articles: pl.DataFrame) -> Iterator[dict[str, pl.DataFrame]]:
    """Facts of a batch in parts, of which `extractions` tells the articles; when it breaks, of the halves of what is
    left, down to the one article that breaks."""
    left = articles
    try:
        for facts in read_facts(articles):
            yield facts
            left = left.filter(~pl.col("article_id").is_in(facts["extractions"]["article_id"].implode()))
    except Exception:
        if left.height < 2:
            for article_id in left["article_id"]:
                logger.exception("extraction failed on article %s", article_id)
                yield _failed(article_id)
            return
        half = left.height // 2
        yield from read_safely(left.head(half))
        yield from read_safely(left.tail(left.height - half))
