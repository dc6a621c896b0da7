"""`chancery eval`: the pipeline over annotated articles in a home of its own, and the figures.

Belongs here: finding the articles' texts, building, printing. Does not belong here: the measures (`scoring`).

Checks and dbt tests are left out: they cost most of the time and do not judge agreement with annotators.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ingest.errors import UsageError
from ingest.settings import Home, project_root
from orchestration import pipeline, reading, report, scoring
from orchestration.progress import Progress

_INPUT_FIELDS = ("id", "url", "source", "title", "published_at", "published_date", "language", "text")
_ANNOTATIONS = ("persons", "meetings", "events", "topics")
Rows = list[dict[str, Any]]


def _gold_rows(path: Path) -> Rows:
    """The rows of an annotated file. Raises `UsageError` naming file and line."""
    if not path.is_file():
        raise UsageError(f"no such file: {path}")
    rows: Rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append(row | {"id": str(row["id"])})
        except (ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{path}, line {number}: no annotated article with an id ({error})") from error
    return rows


def _inputs(files: Mapping[Path, Rows], texts: Sequence[Path], folder: Path) -> list[Path]:
    """What to ingest: the articles that carry their text, and `texts` when some do not."""
    rows = [row for file_rows in files.values() for row in file_rows]
    own = folder / "articles.jsonl"
    lines = [
        json.dumps(
            {name: row[name] for name in _INPUT_FIELDS if row.get(name) is not None}, ensure_ascii=False
        )
        for row in rows
        if row.get("text")
    ]
    own.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return ([own] if lines else []) + (list(texts) if len(lines) < len(rows) else [])


def _groups(files: Mapping[Path, Rows], *, apart: bool) -> list[dict[Path, Rows]]:
    """The files that share a home: all, unless told apart or an id stands in two of them."""
    ids = [row["id"] for rows in files.values() for row in rows]
    if apart or len(set(ids)) < len(ids):
        return [{path: rows} for path, rows in files.items()]
    return [dict(files)]


def _home(stack: ExitStack, keep: Path | None, group: Mapping[Path, Rows], n_groups: int) -> Home:
    """A folder that goes when the figures are printed, or the one to keep."""
    if keep is None:
        return Home.resolve(stack.enter_context(tempfile.TemporaryDirectory(prefix="chancery-eval-")))
    path = next(iter(group))
    return Home.resolve(keep / f"{path.parent.name}-{path.stem}" if n_groups > 1 else keep)


def _built(home: Home, group: Mapping[Path, Rows], texts: Sequence[Path], progress: Progress) -> None:
    """Run the pipeline over a group's articles."""
    home.ensure()
    with tempfile.TemporaryDirectory(prefix="chancery-eval-") as folder:
        pipeline.run(home, _inputs(group, texts, Path(folder)), progress, is_checked=False)


def as_row(score: scoring.Score) -> dict[str, Any]:
    """The figures as a flat mapping, rounded."""
    row: dict[str, Any] = {"articles": score.n_articles, "articles_found": score.n_found}
    for name, agreement in score.agreements.items():
        row[f"{name}_p"], row[f"{name}_r"] = round(agreement.precision, 3), round(agreement.recall, 3)
        row[f"{name}_f1"], row[f"{name}_gold"] = round(agreement.f1, 3), agreement.gold
        row[f"{name}_found"] = agreement.found
    for name, share in score.shares.items():
        row[name] = None if share.share is None else round(share.share, 3)
        row[f"{name}_n"] = share.judged
    row["calibration"] = [
        {
            "kind": band.kind,
            "from": band.low,
            "rows": band.found,
            "confidence": round(band.confidence, 3),
            "right": round(band.share, 3),
        }
        for band in score.calibration
    ]
    row["calibration_error"] = round(score.calibration_error, 3)
    return row | {"false_status": score.false_status}


def _table(path: Path, score: scoring.Score) -> Table:
    """The figures for people."""
    out = Table(
        title=f"{path}: {score.n_found} of {score.n_articles} articles found",
        box=SIMPLE_HEAD,
        title_justify="left",
    )
    for name in ("measure", "precision", "recall", "F1", "annotated", "found", "right"):
        out.add_column(name, justify="left" if name == "measure" else "right")
    for name, item in score.agreements.items():
        figures = (f"{value:.3f}" for value in (item.precision, item.recall, item.f1))
        out.add_row(name, *figures, *map(str, (item.gold, item.found, item.hits)))
    for name, item in score.shares.items():
        share = "" if item.share is None else f"{item.share:.3f}"
        out.add_row(name, share, "", "", str(item.judged), "", str(item.right))
    out.add_row("false_status", "", "", "", "", str(score.false_status), "")
    return out


def _calibration(score: scoring.Score) -> Table:
    """How far confidence can be trusted."""
    out = Table(
        title=f"Confidence against truth; expected calibration error {score.calibration_error:.3f}",
        box=SIMPLE_HEAD,
        title_justify="left",
    )
    for name in ("rows of", "confidence", "mean", "rows", "right", "share right"):
        out.add_column(name, justify="left" if name == "rows of" else "right")
    for band in score.calibration:
        edges = f"{band.low:.1f} to {min(band.high, 1.0):.1f}"
        out.add_row(
            band.kind, edges, f"{band.confidence:.3f}", str(band.found), str(band.right), f"{band.share:.3f}"
        )
    return out


def _print(path: Path, score: scoring.Score | None, home: Home, errors: int, *, as_json: bool) -> None:
    """One set's figures, and some of the differences when asked for."""
    out = report.console()
    if score is None:
        out.print(f"{path}: built in {home.published}, not annotated by article", soft_wrap=True)
        return
    if as_json:
        out.print(json.dumps({"file": str(path)} | as_row(score)), soft_wrap=True, markup=False)
    else:
        out.print(_table(path, score))
        out.print(_calibration(score))
    for kind, rows in score.differences.items():
        for row in rows[:errors]:
            out.print(f"  {kind}: {' '.join(row)}", markup=False, soft_wrap=True)


def _is_annotated(rows: Rows) -> bool:
    """Whether rows say what is in their articles."""
    return all(name in row for row in rows for name in _ANNOTATIONS)


def _together(group: Mapping[Path, Rows]) -> dict[Path, Rows]:
    """The annotated files of a home as one set, when there are several."""
    annotated = [rows for rows in group.values() if _is_annotated(rows)]
    return {Path("all together"): [row for rows in annotated for row in rows]} if len(annotated) > 1 else {}


def _scored(home: Home, rows: Rows) -> scoring.Score | None:
    """One set's figures; None when its rows carry no annotations of articles."""
    if not _is_annotated(rows):
        return None
    with reading.published(home) as connection:
        return scoring.score(connection, rows)


def evaluate(
    gold: Sequence[Path],
    texts: Sequence[Path] | None,
    progress: Progress,
    *,
    keep: Path | None = None,
    apart: bool = False,
    errors: int = 0,
    as_json: bool = False,
) -> dict[Path, scoring.Score | None]:
    """Build the annotated articles and print how well the warehouse agrees with the annotations."""
    groups = _groups({path: _gold_rows(path) for path in gold}, apart=apart)
    scores: dict[Path, scoring.Score | None] = {}
    with ExitStack() as stack:
        for group in groups:
            home = _home(stack, keep, group, len(groups))
            _built(home, group, texts or [project_root() / "data" / "sample"], progress)
            for path, rows in (group | _together(group)).items():
                scores[path] = _scored(home, rows)
                _print(path, scores[path], home, errors, as_json=as_json)
    return scores
