"""What a million, a hundred million and a billion articles need: `python -m orchestration.sizing`.

Belongs here: measuring bytes and processor seconds per article on variants of the sample, and the tables of the page
`dbt_project/site/sizing.md` made from them. Does not belong here: the cost of a run on a full warehouse (`load`).

`--measure` writes the rates to `dbt_project/site/sizing.json`; without it the tables are made from the rates there.
Seconds are of one processor: a machine that others use gives the same.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.batches import BATCH_BYTES
from ingest.settings import Home, dbt_dir
from orchestration import pipeline
from orchestration.load import size_of, timed_stages
from orchestration.variants import Variants, read_rows, write

RATES = dbt_dir() / "site" / "sizing.json"
PAGE = dbt_dir() / "site" / "sizing.md"
BEGIN, END = "<!-- made by python -m orchestration.sizing: begin -->", "<!-- end -->"
SIZES = (10**6, 10**8, 10**9)
STAGES = ("ingest", "extract", "build", "check", "publish")
STORES = ("text", "raw", "working", "published", "parquet")
_DAY = 86_400
_GB = 10**9


@dataclass(frozen=True)
class Assumed:
    """What no measurement here tells; set by options."""

    core_hour: float = 0.05
    gb_month: float = 0.025
    years: int = 10
    cores: int = 16
    disk_gb: int = 2_000
    target_hours: int = 24


def _run(root: Path, variants: Variants, n: int) -> dict[str, Any]:
    """One run of `n` articles on an empty home: processor seconds by stage, bytes by store."""
    home = Home.resolve(root / f"home-{n}")
    root.mkdir(parents=True, exist_ok=True)
    path = write(root / f"{n}.jsonl", variants.stream(), n)
    text = sum(len(json.loads(line)["text"].encode()) for line in path.open(encoding="utf-8"))
    with timed_stages() as stages:
        pipeline.run(home, [path])
    pipeline.export(home)
    seconds = {name: sum(s.processor for key, s in stages.items() if key.split()[0] == name) for name in STAGES}
    stores = {"raw": home.raw, "working": home.staging, "published": home.published, "parquet": home.exports}
    return {"articles": n, "seconds": seconds, "bytes": {"text": text} | {k: size_of(v) for k, v in stores.items()}}


def _line(small: dict[str, Any], large: dict[str, Any], of: str, name: str) -> dict[str, float]:
    """What each article adds between two runs, and what a run costs before the first."""
    added = large[of][name] - small[of][name]
    each = max(added / (large["articles"] - small["articles"]), 0.0)
    return {"each": each, "fixed": max(small[of][name] - each * small["articles"], 0.0)}


def measure(root: Path, base: list[Path], small: int, large: int) -> dict[str, Any]:
    """Rates from two runs of different size: per article, and fixed."""
    variants = Variants(read_rows(base))
    # the first run of a process loads lexicon and libraries
    _run(root / "first", variants, small)
    runs = [_run(root, variants, n) for n in (small, large)]
    return {
        "articles": [small, large],
        "machine": f"{os.cpu_count()} cores",
        "seconds": {name: _line(*runs, "seconds", name) for name in STAGES},
        "bytes": {name: _line(*runs, "bytes", name) for name in STORES},
    }


def _whole(rate: dict[str, float], n: int) -> float:
    """What `n` articles come to."""
    return rate["fixed"] + rate["each"] * n


def _table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, figures to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _bytes(n: float) -> str:
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n >= size:
            return f"{n / size:,.3g} {unit}" if n < 1000 * size else f"{n / size:,.0f} {unit}"
    return f"{n:,.0f} B"


def _time(seconds: float) -> str:
    for unit, size in (("days", _DAY), ("h", 3600), ("min", 60)):
        if seconds >= size * (2 if unit == "days" else 1):
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:.1f} s"


def _count(n: float) -> str:
    """A number of articles, to two digits."""
    digits = max(len(str(int(n))) - 2, 0)
    return f"{round(n / 10**digits) * 10**digits:,}"


def measured(rates: dict[str, Any]) -> str:
    """The rates themselves."""
    rows = [[f"{name}, processor time", f"{rate['each'] * 1000:.2f} ms", f"{1 / rate['each']:,.0f} a second and core"
             if rate["each"] else "too little to measure", f"{rate['fixed']:.1f} s"] for name, rate in rates["seconds"].items()]  # fmt: skip
    rows += [[f"{name}, bytes", _bytes(rate["each"]), "", _bytes(rate["fixed"])] for name, rate in rates["bytes"].items()]
    return _table(["what", "an article", "rate", "fixed, a run"], rows)


def _machines(rates: dict[str, Any], n: int, assumed: Assumed) -> int:
    """Machines of so many cores that extract `n` articles within the hours wanted."""
    seconds = _whole(rates["seconds"]["extract"], n)
    return max(math.ceil(seconds / (assumed.target_hours * 3600 * assumed.cores)), 1)


def needs(rates: dict[str, Any], assumed: Assumed) -> str:
    """Storage, compute, cost and partitions, a column for each size."""
    seconds, size = rates["seconds"], rates["bytes"]
    in_all = {n: sum(_whole(seconds[name], n) for name in STAGES) for n in SIZES}
    stored = {n: sum(_whole(size[name], n) for name in ("raw", "working", "published", "parquet")) for n in SIZES}
    rows: list[tuple[str, Any]] = [
        ("text", lambda n: _bytes(_whole(size["text"], n))),
        ("`raw/`", lambda n: _bytes(_whole(size["raw"], n))),
        ("working file", lambda n: _bytes(_whole(size["working"], n))),
        ("published file", lambda n: _bytes(_whole(size["published"], n))),
        ("Parquet", lambda n: _bytes(_whole(size["parquet"], n))),
        ("disk while publishing (a second published file)", lambda n: _bytes(stored[n] + _whole(size["published"], n))),
        ("ingest, one process", lambda n: _time(_whole(seconds["ingest"], n))),
        ("extract, one core", lambda n: _time(_whole(seconds["extract"], n))),
        (f"extract, {assumed.cores} cores", lambda n: _time(_whole(seconds["extract"], n) / assumed.cores)),
        (f"machines of {assumed.cores} cores that extract it in {assumed.target_hours} h", lambda n: f"{_machines(rates, n, assumed):,}"),
        ("build and tests of a whole rebuild, one core", lambda n: _time(_whole(seconds["build"], n))),
        ("checks, one core", lambda n: _time(_whole(seconds["check"], n))),
        ("publish, one core", lambda n: _time(_whole(seconds["publish"], n))),
        ("core hours in all", lambda n: f"{in_all[n] / 3600:,.1f}"),
        ("cost of computing it once", lambda n: f"{in_all[n] / 3600 * assumed.core_hour:,.2f}"),
        ("cost of keeping it a month", lambda n: f"{stored[n] / _GB * assumed.gb_month:,.2f}"),
        (f"articles a day, over {assumed.years} years", lambda n: _count(n / (assumed.years * 365.25))),
        ("partitions by month of publication", lambda n: f"{assumed.years * 12}"),
        ("published bytes of one such partition", lambda n: _bytes(_whole(size["published"], n) / (assumed.years * 12))),
        ("batches of the extraction", lambda n: f"{math.ceil(_whole(size['text'], n) / BATCH_BYTES):,}"),
    ]  # fmt: skip
    return _table(["", *(f"{n:,} articles" for n in SIZES)], [[name, *(told(n) for n in SIZES)] for name, told in rows])


def limits(rates: dict[str, Any], assumed: Assumed) -> list[tuple[float, str, str]]:
    """Up to how many articles each part goes on one machine, what it is, and what goes further; the least first."""
    seconds, size = rates["seconds"], rates["bytes"]

    def within(limit: float, *lines: dict[str, float]) -> float:
        each = sum(line["each"] for line in lines)
        return (limit - sum(line["fixed"] for line in lines)) / each if each else math.inf

    stores = [size[name] for name in ("raw", "working", "published", "published", "parquet")]
    day, hour = _DAY, 3600
    found = [
        (within(day, seconds["extract"]), "extraction in a day, one core", "threads, then `CHANCERY_ENGINE=ray`"),
        (within(day * assumed.cores, seconds["extract"]), f"extraction in a day, {assumed.cores} cores", "`CHANCERY_ENGINE=ray` on several machines"),
        (within(day, seconds["ingest"]), "ingest in a day, one process", "homes by month, each with a writer of its own"),
        (within(day, seconds["build"]), "a whole rebuild of the marts in a day, one core", "DuckDB's threads; homes by month; runs that add build only what is new"),
        (within(hour, seconds["publish"]), "publishing in an hour", "homes by month: only those with news are published"),
        (within(assumed.disk_gb * _GB, *stores), f"a disk of {assumed.disk_gb:,} GB", "`raw/` and Parquet to object storage; homes by month"),
    ]  # fmt: skip
    return sorted(found)


def breaks_first(rates: dict[str, Any], assumed: Assumed) -> str:
    """The limits as a table."""
    rows = [[what, _count(n) if math.isfinite(n) else "none seen", further] for n, what, further in limits(rates, assumed)]
    return _table(["what breaks", "at so many articles", "what goes further"], rows)


def tables(rates: dict[str, Any], assumed: Assumed = Assumed()) -> str:
    """All tables of the page."""
    told = " and ".join(f"{n:,}" for n in rates["articles"])
    return "\n\n".join([
        f"Measured by two runs on empty homes, of {told} variants of the sample articles ({rates['machine']}):",
        measured(rates),
        f"Assumed: {assumed.core_hour} a core and hour, {assumed.gb_month} a gigabyte and month (in whatever currency; set "
        f"your own with `--core-hour` and `--gb-month`), articles spread over {assumed.years} years.",
        needs(rates, assumed),
        "Up to where one machine and one home go, the narrowest first:",
        breaks_first(rates, assumed),
    ])  # fmt: skip


def with_tables(page: str, made: str) -> str:
    """The page with these tables between its marks."""
    head, rest = page.split(BEGIN, 1)
    return f"{head}{BEGIN}\n\n{made}\n\n{END}{rest.split(END, 1)[1]}"


def main() -> None:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", type=Path, nargs="*", help="JSONL files to make articles from; default: the sample articles")
    parser.add_argument("--measure", action="store_true", help=f"measure anew and keep the rates in {RATES.name}")
    parser.add_argument("--small", type=int, default=500, help="articles of the smaller run")
    parser.add_argument("--large", type=int, default=2_500, help="articles of the larger run")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name}; else they are printed")
    for name, default in vars(Assumed()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    chosen = parser.parse_args()
    if chosen.measure:
        root = Path(tempfile.mkdtemp(prefix="chancery-sizing-"))
        try:
            rates = measure(root, chosen.base, chosen.small, chosen.large)
        finally:
            shutil.rmtree(root, ignore_errors=True)
        RATES.parent.mkdir(parents=True, exist_ok=True)
        RATES.write_text(json.dumps(rates, indent=1) + "\n", encoding="utf-8")
    if not RATES.exists():
        sys.exit(f"{RATES} is missing: --measure makes it")
    made = tables(json.loads(RATES.read_text(encoding="utf-8")), Assumed(**{name: getattr(chosen, name) for name in vars(Assumed())}))
    if chosen.write:
        PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
    else:
        print(made)


if __name__ == "__main__":
    os.environ.setdefault("DO_NOT_TRACK", "1")
    main()
