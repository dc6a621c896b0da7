"""The page of the ontology: event types, statuses, levels, topics and codes, each with an example.

Belongs here: the page, made from `data/reference/`. Does not belong here: rules (`orchestration.rules`).
"""

from __future__ import annotations

import polars as pl

from ingest.lexicon import places, words
from ingest.settings import reference_dir
from orchestration import questions, rules

_QUADS = {
    "verbal_coop": "verbal cooperation",
    "material_coop": "material cooperation",
    "verbal_conf": "verbal conflict",
    "material_conf": "material conflict",
    "neutral": "neither",
}
_HEAD = """# Ontology

Events are [PLOVER](https://github.com/openeventdata/PLOVER) types between countries and organisations. The CAMEO root, the quad
class and the Goldstein score derive from the type. We depart from PLOVER in three points: whether something happened is
an axis of its own (`status`), where PLOVER turns a planned meeting into AGREE; signing is AGREE; sanctions and tariffs are
SANCTION and their easing CONCEDE. The words that make an event of a type stand under [rules](rules.md).

## Event types

The last column is what the extraction reads in the example, as if published on Saturday 26 July 2025.
"""
_STATUS = """## Status

| status | meaning | example | read as |
|---|---|---|---|
"""
_STATUSES = (
    ("occurred", "It happened.", "Kenya's president met the Ugandan foreign minister in Nairobi on Monday."),
    ("planned", "It is said to come.", "Kenya's president will meet the Ugandan foreign minister in Nairobi on Monday."),
    ("denied", "It is said not to have happened, or not to come.", "Kenya's president did not meet the Ugandan foreign minister in Nairobi on Monday."),
    ("hypothetical", "It is spoken of: asked, offered, doubted.", "Kenya's president might meet the Ugandan foreign minister in Nairobi."),
)


def _facts(sentences: list[str]) -> dict[str, pl.DataFrame]:
    """What is read in sentences; `article_id` is the place in the list."""
    return rules.read_sentences([f"{n:04d}" for n in range(len(sentences))], sentences)


def _event_types() -> str:
    """The table of types."""
    types = words.event_types()
    read = rules.read_as(_facts(types["example"].to_list()))
    rows = []
    for n, row in enumerate(types.iter_rows(named=True)):
        told = "; ".join(found for found in read.get(f"{n:04d}", []) if row["event_type"] in found) or "–"
        rows.append(
            f"| {row['event_type']} | {row['description']} | {_QUADS.get(row['quad_class'], row['quad_class'])} | {row['cameo_root']} "
            f"| {row['goldstein']} | {row['example']} | {told} |"
        )
    head = "| type | what it is | quad class | CAMEO root | Goldstein | example | read as |\n|---|---|---|---|---:|---|---|\n"
    return head + "\n".join(rows)


def _statuses() -> str:
    """The table of statuses, each read in its example."""
    meetings = _facts([example for _, _, example in _STATUSES])["meetings"]
    rows = []
    for n, (status, meaning, example) in enumerate(_STATUSES):
        read = meetings.filter(pl.col("article_id") == f"{n:04d}").rows(named=True)
        told = "; ".join(f"{' – '.join(row['codes'])}, {row['status']}" for row in read) or "–"
        rows.append(f"| {status} | {meaning} | {example} | {told} |")
    return _STATUS + "\n".join(rows)


def _topics() -> str:
    """The table of topics, with the terms that weigh most for each."""
    names = pl.read_csv(reference_dir() / "topic_names.csv")
    terms = pl.read_csv(reference_dir() / "topics.csv", infer_schema_length=None)
    term, weight = terms.columns[1], "weight" if "weight" in terms.columns else terms.columns[-1]
    rows = []
    for row in names.iter_rows(named=True):
        best = terms.filter(pl.col("topic") == row["topic"]).sort(weight, term, descending=[True, False])[term].head(4)
        shown = ", ".join(f"`{word}`" for word in best)
        rows.append(f"| `{row['topic']}` | {row['name']} | {questions.cell(row['description'])} | {shown} |")
    return "## Topics\n\n| topic | name | what it is | words that weigh most |\n|---|---|---|---|\n" + "\n".join(rows)


def _organizations() -> str:
    """The table of organisations with a code."""
    rows = [f"| {row['code']} | {row['name']} | {row['kind']} |" for row in places.organizations().iter_rows(named=True)]
    head = "## Organisations\n\nStates have their ISO 3166 alpha-3 code; these have a code of their own.\n\n"
    return head + "| code | name | kind |\n|---|---|---|\n" + "\n".join(rows)


def page() -> str:
    """The page as Markdown."""
    return "\n\n".join([_HEAD + "\n" + _event_types(), _statuses(), _topics(), _organizations()]) + "\n"
