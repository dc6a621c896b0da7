"""`python -m orchestration.bench`: every measurement, one after the other, as tables, as JSON, and as a chart.

Belongs here: which measurements, in which order, and where the results go. Does not belong here: any of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from ingest.settings import Home, dbt_dir, project_root
from orchestration import scheduled
from orchestration.bench import chart, extraction, growth, tables

_PARTS = ("extraction", "growth", "scheduled")
_SIZES = (1_000, 10_000)
HISTORY = dbt_dir() / "site" / "benchmarks.jsonl"
"""One line for each time that the results were kept."""


def machine() -> str:
    """What it was measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")),
        platform.processor(),
    ) if Path("/proc/cpuinfo").exists() else platform.processor()  # fmt: skip
    memory = round(psutil.virtual_memory().total / 2**30)
    return f"{model or platform.machine()}, {os.cpu_count()} cores, {memory} GiB, Python {platform.python_version()}"


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=project_root(), capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def measured(parts: Sequence[str], source: str, sizes: Sequence[int], times: int) -> dict[str, Any]:
    """What was asked for, with the machine, the commit, and how busy the machine was with other work before."""
    load = os.getloadavg()[0]
    found: dict[str, Any] = {
        "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"), "commit": _commit(), "machine": machine(), "load before": round(load, 1),
    }  # fmt: skip
    if "extraction" in parts:
        found["extraction"] = extraction.measure(sorted({1, os.cpu_count() or 1}), times)
    if "growth" in parts:
        found["growth"] = [growth.measured(source, n) for n in sizes]
    if "scheduled" in parts:
        with tempfile.TemporaryDirectory(prefix="chancery-scheduled-") as folder:
            found["scheduled"] = scheduled.measure(Path(folder), 100, times)
    return found


def sections(found: dict[str, Any]) -> list[tuple[str, tables.Rows]]:
    """What was measured, as headed tables."""
    made = []
    if "extraction" in found:
        made.append((f"Extraction, input: {found['extraction']['input']}", tables.extraction(found["extraction"])))
    if "growth" in found:
        made.append(("A run into an empty warehouse, seconds by stage", tables.stages(found["growth"])))
        made.append(("A thousand new articles", tables.new(found["growth"])))
    if "scheduled" in found:
        made.append(("A scheduled run of 100 new articles, seconds by part", tables.scheduled(found["scheduled"])))
    return made


def page(history: Sequence[dict[str, Any]]) -> str:
    """The page of the documentation: the latest results in full, then those kept before, latest first."""
    lines = ["# What it costs", "", "Measured by `make bench`; kept by `make bench KEEP=--keep`. Rates on a shared machine vary; ratios within a run vary less.", ""]
    for number, found in enumerate(reversed(history)):
        lines += [f"## {found['at']} UTC, commit {found['commit']}", "", f"{found['machine']}; load before: {found['load before']}", ""]
        for title, rows in sections(found):
            lines += [f"**{title}**", "", tables.markdown(rows), ""]
        if told := tables.floor(found.get("extraction", {"rows": []})):
            lines += [told, ""]
        if number == 0 and len(found.get("growth", [])) > 1:
            lines += ["![Seconds of each stage by number of articles](growth.svg)", ""]
    return "\n".join(lines)


def kept() -> list[dict[str, Any]]:
    """The results that were kept, earliest first."""
    return [json.loads(line) for line in HISTORY.read_text(encoding="utf-8").splitlines()] if HISTORY.exists() else []


def write_page(history: Sequence[dict[str, Any]]) -> None:
    """The page and its chart, from the history."""
    HISTORY.with_suffix(".md").write_text(page(history), encoding="utf-8")
    if len(history[-1].get("growth", [])) > 1:
        HISTORY.with_name("growth.svg").write_text(chart.growth(history[-1]["growth"]), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; print tables and, last, one line of JSON; leave the chart and the JSON in the home's `bench/`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=list(_PARTS))
    parser.add_argument("--input", choices=("wire", "sample"), default=growth.default_input(), help="what is varied for them: Reuters 1987, or the sample articles")
    parser.add_argument("--sizes", nargs="+", type=int, default=list(_SIZES), help="articles of each run by stage")
    parser.add_argument("--times", type=int, default=3, help="medians of so many")
    parser.add_argument("--keep", action="store_true", help="add the results to the documentation's history")
    chosen = parser.parse_args(arguments)
    found = measured(chosen.only, chosen.input, chosen.sizes, chosen.times)
    print(f"{found['machine']}; load before: {found['load before']}")
    for title, rows in sections(found):
        print(f"\n{title}\n{tables.plain(rows)}")
    if told := tables.floor(found.get("extraction", {"rows": []})):
        print(f"\n{told}")
    folder = Home.resolve(None).root / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    if len(found.get("growth", [])) > 1:
        (folder / "growth.svg").write_text(chart.growth(found["growth"]), encoding="utf-8")
    if chosen.keep:
        with HISTORY.open("a", encoding="utf-8") as history:
            history.write(json.dumps(found) + "\n")
        write_page(kept())
    print(f"\n{folder}\n{json.dumps(found)}")


if __name__ == "__main__":
    os.environ.setdefault("DO_NOT_TRACK", "1")
    main()
