"""The reference of tables: a page for each mart, from dbt's manifest and the published sample.

Belongs here: grain, caveats, columns, tests in words, an example with its answer, where it comes from, who reads it.
Does not belong here: any of these facts (`dbt_project/models/marts/*.yml`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ingest.settings import Home
from orchestration import models, questions, reading

_GROUPS = (
    ("What happened", ("meetings", "meeting_participants", "events", "visits", "statements", "timeline")),
    ("Why it is there", ("evidence", "fact_reports", "fact_contradictions", "corrections_applied", "meeting_status_history")),
    ("What was read", ("articles", "sources", "article_actors", "article_topics", "warehouse_horizon")),
    ("Who", ("actors", "actor_offices", "actor_activity_month", "meetings_by_actor_pair")),
)
_SHOWN = 5
Node = Mapping[str, Any]


def marts() -> dict[str, Node]:
    """The marts by name, as dbt knows them."""
    found = (node for node in models.manifest()["nodes"].values() if node["resource_type"] == "model")
    return {node["name"]: node for node in sorted(found, key=lambda n: n["name"]) if node["schema"] == "marts"}


def grain(node: Node) -> str:
    """What one row is: the last sentence of the description."""
    return re.split(r"(?<=\.) ", node["description"].strip())[-1]


def groups() -> list[tuple[str, list[str]]]:
    """Every mart once, under a heading."""
    named = {name for _, names in _GROUPS for name in names}
    rest = [name for name in marts() if name not in named]
    codes = [name for name in rest if name.startswith("dim_") or name == "organization_members"]
    return [
        *((head, list(names)) for head, names in _GROUPS),
        ("Between countries, counted", [name for name in rest if name not in codes]),
        ("Codes", codes),
    ]


def _columns(node: Node) -> str:
    """The columns as a table."""
    rows = []
    for column in node["columns"].values():
        kinds = {constraint["type"] for constraint in column["constraints"]}
        may = "no" if "not_null" in kinds else "yes"
        rows.append(f"| `{column['name']}` | {column['data_type']} | {may} | {questions.cell(column['description'])} |")
    return "\n".join(["| column | type | may be null | what it says |", "|---|---|---|---|", *rows])


def _tests(node: Node) -> list[str]:
    """What dbt tests of this table, in words; what the columns say already is left out."""
    found = models.manifest()["nodes"].values()
    mine = [test for test in found if test["resource_type"] == "test" and test.get("attached_node") == node["unique_id"]]
    return sorted({models.tested(test) for test in mine if (test.get("test_metadata") or {}).get("name") != "not_null"})


def _origin(node: Node) -> list[str]:
    """The tables it is made of: marts as links."""
    shown = []
    for unique_id in sorted(node["depends_on"]["nodes"]):
        found = models.manifest()["nodes"].get(unique_id) or models.manifest()["sources"][unique_id]
        address = f"{found['schema']}.{found['name']}"
        shown.append(f"[`{address}`]({found['name']}.md)" if found["schema"] == "marts" else f"`{address}`")
    return shown


def _readers(node: Node) -> list[str]:
    """The exposures that read it, but for those that give every table away."""
    every = set(marts())
    out = []
    for exposure in models.manifest()["exposures"].values():
        read = {unique_id.rpartition(".")[2] for unique_id in exposure["depends_on"]["nodes"]}
        if node["name"] in read and not every <= read:
            out.append(exposure["label"])
    return sorted(out)


def page(node: Node, home: Home) -> str:
    """The page of a table; its example is asked of the published sample."""
    meta, example = node["config"]["meta"], node["config"]["meta"]["example"].strip()
    answer = reading.query(home, example)
    more = f"\n\nThe first {_SHOWN} of {answer.height} rows." if answer.height > _SHOWN else ""
    told = questions.markdown(answer.head(_SHOWN)) if answer.height else "No row: the sample has none."
    parts = [
        f"# {node['name']}\n\n{' '.join(node['description'].split())}",
        f"!!! warning \"Beware\"\n    {' '.join(meta['caveats'].split())}",
        f"## Columns\n\n{_columns(node)}",
        f"## Example\n\n```sql\n{example}\n```\n\nThe sample answers:\n\n{told}{more}",
        "## Held by tests\n\n" + "\n".join(f"- {line}" for line in _tests(node)),
        "## Comes from\n\n" + ", ".join(_origin(node)) + ".",
    ]
    readers = _readers(node)
    parts += [f"## Read by\n\n{', '.join(readers)}, beside the published file and the exports."] if readers else []
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """The list of tables, grouped, each with its grain."""
    known = marts()
    parts = [
        f"# Tables\n\n{len(known)} tables lie under `marts` in the published file. Each says what one row is, what to beware of, "
        "what tests hold it to, and how it is asked; this reference is made from dbt's manifest. Columns carry the same words as "
        "comments in the file: `chancery query \"describe marts.meetings\"` lists them.\n\n"
        "A `code` is a country (ISO 3166 alpha-3, XKX for Kosovo) or an organisation; a pair of countries stands in the "
        "order of their codes, `country_a < country_b`; counts begin with `n_`, dates end with `_date`."
    ]
    for head, names in groups():
        rows = [f"| [{name}](tables/{name}.md) | {questions.cell(grain(known[name]))} |" for name in names]
        parts.append("\n".join([f"## {head}\n", "| table | one row |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def pages(home: Home) -> dict[str, str]:
    """Every page of the reference of tables, by its place in the site."""
    return {"reference/tables.md": index()} | {
        f"reference/tables/{name}.md": page(node, home) for name, node in marts().items()
    }
