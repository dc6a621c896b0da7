"""Dashboards as files: what is kept of an export, and what is filled in on the way back.

Belongs here: text by path, in and out. Does not belong here: Superset itself (`inside.py`).

Superset's export tells of the machine it was made on: the address of the database, numbers of its own tables, the hour.
None of it is kept, so that an export of what nobody changed changes no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import yaml

from ingest.errors import UsageError

ADDRESS = "duckdb:////filled/in/at/start?access_mode=read_only"
KINDS = ("databases", "datasets", "charts", "dashboards")
_METADATA = "metadata.yaml"
_NUMBERED = re.compile(r"_\d+(?=\.yaml$)")
_OF_THE_MACHINE = {"datasource", "slice_id", "dashboards", "url_params"}
# what Superset writes of its own accord into a dashboard that its owner looks at
_OF_A_LOOK = {"color_scheme_domain", "shared_label_colors", "map_label_colors", "default_filters"}


def address(published: Path) -> str:
    """The published file as Superset is told of it. Raises `UsageError` where its path cannot stand in an address."""
    path = str(published.resolve())
    if re.search(r"[?#%]", path):
        raise UsageError(f"Superset cannot be given a path with one of ? # %: {path}")
    return f"duckdb:///{path}?access_mode=read_only"


def read(folder: Path) -> dict[str, str]:
    """Every file by its path in the folder, in a fixed order."""
    paths = [folder / _METADATA, *(path for kind in KINDS for path in sorted((folder / kind).rglob("*.yaml")))]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def filled(contents: dict[str, str], published: Path) -> dict[str, str]:
    """The files with the address of this machine's warehouse."""
    return {path: _text(_addressed(path, yaml.safe_load(text), address(published))) for path, text in contents.items()}


def kept(contents: dict[str, str]) -> dict[str, str]:
    """Of an export what belongs into files, by paths without numbers."""
    loaded = {path: yaml.safe_load(text) for path, text in contents.items() if path.startswith(KINDS)}
    numbers = _numbers(loaded)
    found: dict[str, str] = {_METADATA: _text({"version": "1.0.0", "type": "assets"})}
    for path, content in sorted(loaded.items()):
        named = _NUMBERED.sub("", path)
        if named in found:
            raise UsageError(f"two of Superset's {path.split('/')[0]} have one name: {named}; rename one of them")
        found[named] = _text(_plain(_addressed(path, content, ADDRESS), numbers))
    return found


def write(folder: Path, contents: dict[str, str]) -> list[str]:
    """Make the folder hold these files and no other; the paths that changed."""
    before = read(folder) if (folder / _METADATA).exists() else {}
    for path in before.keys() - contents.keys():
        (folder / path).unlink()
    for path, text in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return sorted(path for path in before.keys() | contents.keys() if before.get(path) != contents.get(path))


def _addressed(path: str, content: Any, said: str) -> Any:
    """A database gets the address, all else stays."""
    return content | {"sqlalchemy_uri": said} if path.startswith("databases/") else content


def _text(content: Any) -> str:
    """YAML as Superset writes it, but for letters, which stay letters."""
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


def _numbers(loaded: dict[str, Any]) -> dict[int, int]:
    """Superset's numbers of charts to ours, which follow their uuids."""
    cells = [
        (cell["meta"]["uuid"], cell["meta"]["chartId"])
        for path, content in loaded.items()
        if path.startswith("dashboards/")
        for cell in content["position"].values()
        if isinstance(cell, dict) and cell.get("type") == "CHART"
    ]
    return {number: place for place, (_, number) in enumerate(sorted(set(cells)), start=1)}


def _plain(content: Any, numbers: dict[int, int]) -> Any:
    """Without what is true of one machine only."""
    if "position" in content:
        _renumber(content, numbers)
    if "params" in content and "viz_type" in content:
        content["params"] = {name: value for name, value in content["params"].items() if name not in _OF_THE_MACHINE}
        content["query_context"] = None
    for name, key in (("columns", "column_name"), ("metrics", "metric_name")):
        if name in content:
            content[name] = sorted(content[name], key=itemgetter(key))
    return content


def _renumber(dashboard: dict[str, Any], numbers: dict[int, int]) -> None:
    """Charts by our numbers wherever a dashboard names them."""
    for cell in dashboard["position"].values():
        if isinstance(cell, dict) and cell.get("type") == "CHART":
            cell["meta"]["chartId"] = numbers[cell["meta"]["chartId"]]
    metadata = dashboard["metadata"]
    for scoped in _scoped(metadata):
        # Superset renews this at each look, but not on the way in
        scoped.pop("chartsInScope", None)
        if "excluded" in scoped:
            scoped["excluded"] = sorted(numbers[old] for old in scoped["excluded"] if old in numbers)
    for name in _OF_A_LOOK:
        metadata.pop(name, None)
    charts = metadata.get("chart_configuration", {})
    metadata["chart_configuration"] = {
        str(numbers[int(old)]): of_chart | {"id": numbers[int(old)]} for old, of_chart in charts.items() if int(old) in numbers
    }


def _scoped(content: Any) -> Iterator[dict[str, Any]]:
    """Every part of a dashboard's metadata that may name charts."""
    if isinstance(content, dict):
        yield content
        for value in content.values():
            yield from _scoped(value)
    elif isinstance(content, list):
        for value in content:
            yield from _scoped(value)
