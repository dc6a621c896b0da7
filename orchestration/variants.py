"""Articles made from articles, as many as wanted: other years, other states, other people, other words between.

Belongs here: the making, for loads that are no mere copies. Does not belong here: measuring with them (`load`,
`bench`) and anything that the pipeline needs.

A variant keeps what carries a fact (verbs, nouns of encounters, offices, dates, grammar) and changes the rest:
states and their adjectives go round by a step, people of the roster too, unknown names get another ending, unknown
words change places, years and large numbers move. So a variant has facts of its own and shares hardly a shingle.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from ingest.settings import project_root, reference_dir

_PART = re.compile(r"[A-Za-z_]+|\d+")
_SPLIT = re.compile(r"([A-Za-z_]+|\d+)")
_ENDINGS = tuple(
    a + b
    for a in ("", "an", "el", "or", "is", "um", "et", "ar")
    for b in ("son", "ov", "ski", "ez", "i", "o")
)
_CALENDAR = re.findall(
    "[a-z]+",
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday jan feb mar apr jun jul aug sept oct nov dec today yesterday tomorrow",
)
_STEP = 7_919


def _reference(name: str) -> pl.DataFrame:
    """A reference table, every column as text."""
    return pl.read_csv(reference_dir() / f"{name}.csv", infer_schema=False)


@cache
def _kept_words() -> frozenset[str]:
    """Lower-case words that rules look at: a variant must not lose them."""
    columns = {
        "verbs": ("lemma", "forms"), "nouns": ("lemma", "plural"), "topics": ("term",),
        "status_cues": None, "function_words": None, "frames": None, "offices": None, "organization_aliases": None,
    }  # fmt: skip
    words = set(_CALENDAR)
    for name, chosen in columns.items():
        table = _reference(name)
        for column in chosen or table.columns:
            words.update(
                w.lower() for text in table[column].drop_nulls() for w in re.findall(r"[A-Za-z]+", text)
            )
    return frozenset(words)


@cache
def _names() -> tuple[dict[str, tuple[str, str]], dict[str, dict[str, str]], tuple[str, ...]]:
    """Alias to (code, kind); code to its first alias of each kind; codes in the order in which they go round."""
    by_alias: dict[str, tuple[str, str]] = {}
    by_code: dict[str, dict[str, str]] = {}
    for alias, code, kind in _reference("country_aliases").select("alias", "code", "kind").iter_rows():
        if kind in ("name", "demonym", "people", "capital") and code and re.fullmatch(r"[A-Za-z ]+", alias):
            by_alias.setdefault(alias, (code, kind))
    countries = _reference("countries").select("code", "name", "capital")
    for code, name, capital in countries.iter_rows():
        by_code[code] = {"name": name, "capital": capital or name}
    for alias, (code, kind) in by_alias.items():
        by_code.setdefault(code, {}).setdefault(kind, alias)
    codes = tuple(code for code in countries["code"] if {"name", "demonym"} <= by_code[code].keys())
    return by_alias, by_code, codes


@cache
def _people() -> tuple[dict[str, int], tuple[tuple[str, str], ...]]:
    """Full name or surname to the person's number; name and surname of each number."""
    table = _reference("people").select("name", "surname").drop_nulls().unique(maintain_order=True)
    people = tuple((n, s) for n, s in table.iter_rows() if re.fullmatch(r"[A-Za-z ]+", n) and n != s)
    numbers: dict[str, int] = {}
    for number, (name, surname) in enumerate(people):
        numbers.setdefault(name, number)
        numbers.setdefault(surname, number)
    return numbers, people


def _joined(texts: Sequence[str]) -> list[str]:
    """The texts with names of several words tied by underscores, so that each is one part."""
    names = [name for name in (*_names()[0], *_people()[0]) if " " in name]
    names.sort(key=lambda name: (-len(name), name))
    tied = [name.replace(" ", "_") for name in names]
    return pl.Series(texts, dtype=pl.String).str.replace_many(names, tied, leftmost=True).to_list()


def _other_name(name: str, step: int) -> str | None:
    """What a state, its adjective, its capital or a person of the roster is called in a variant."""
    by_alias, by_code, codes = _names()
    if name in by_alias:
        code, kind = by_alias[name]
        if code not in codes:
            return name
        other = by_code[codes[(codes.index(code) + step) % len(codes)]]
        return other.get(kind) or other["demonym" if kind == "people" else "name"]
    numbers, people = _people()
    if name in numbers and numbers[name] >= 0:
        full, surname = people[(numbers[name] + step * _STEP) % len(people)]
        return full if " " in name else surname
    return None


def _other_number(digits: str, step: int, years: int) -> str:
    """A year moved; a large number changed; what may be a day left."""
    if len(digits) == 4 and digits[:2] in ("19", "20"):
        return str(int(digits) + years)
    return digits if len(digits) < 3 else str(int(digits) + step)


class Variants:
    """The base articles, taken apart once, and their variants."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        """Take the rows apart; they need `id`, `published_date` and `text`, may have `title` and `source`."""
        self._rows = list(rows)
        self._texts = [_SPLIT.split(text) for text in _joined([row["text"] for row in rows])]
        self._titles = [_SPLIT.split(text) for text in _joined([row.get("title") or "" for row in rows])]
        parts = {part for split in (*self._texts, *self._titles) for part in split if _PART.fullmatch(part)}
        self._parts = sorted(parts)
        self._fillers = [p for p in self._parts if p.islower() and len(p) > 3 and p not in _kept_words()]

    def _table(self, step: int, years: int) -> dict[str, str]:
        """Every part of the base articles that a variant changes, with what stands there instead."""
        n = len(self._fillers)
        table = {word: self._fillers[(at + step * _STEP) % n] for at, word in enumerate(self._fillers)}
        for part in self._parts:
            if part.isdigit():
                table[part] = _other_number(part, step, years)
            elif part[0].isupper() or "_" in part:
                name = part.replace("_", " ")
                other = _other_name(name, step)
                is_plain = name.lower() in _kept_words() or len(name) < 4 or name.isupper()
                table[part] = other or (name if is_plain else name + _ENDINGS[step % len(_ENDINGS)])
        return table

    def _moved(self, day: str, years: int) -> str:
        """The same day of another year."""
        moved = f"{int(day[:4]) + years}{day[4:10]}"
        return moved[:-2] + "28" if moved.endswith("02-29") else moved

    def of(self, step: int) -> Iterator[dict[str, Any]]:
        """The variant of every base article that is `step` steps away; 0 gives the articles themselves."""
        if step == 0:
            yield from self._rows
            return
        tables = {years: self._table(step, years) for years in (step % 36, -(step % 36))}
        for row, text, title in zip(self._rows, self._texts, self._titles, strict=True):
            day = str(row.get("published_date") or row["published_at"])
            # old reports move up, young ones down: all stay in the years that the pipeline takes
            years = step % 36 if int(day[:4]) < 2000 else -(step % 36)
            table = tables[years]
            yield {
                "id": f"{row['id']}-v{step}",
                "source": f"{row.get('source') or 'Wire'} {step % 5}" if step % 5 else row.get("source"),
                "published_date": self._moved(day, years),
                "title": "".join(table.get(part, part) for part in title),
                "text": "".join(table.get(part, part) for part in text),
                "language": row.get("language") or "en",
            }

    def stream(self, start: int = 0) -> Iterator[dict[str, Any]]:
        """Variants without end, from the article with this number on."""
        step, at = divmod(start, len(self._rows))
        while True:
            yield from islice(self.of(step), at, None)
            step, at = step + 1, 0


def read_rows(paths: Sequence[Path] = ()) -> list[dict[str, Any]]:
    """Base articles from JSONL files, gzipped or not; without paths the sample articles of the project."""
    rows: list[dict[str, Any]] = []
    for path in paths or sorted((project_root() / "data" / "sample").glob("*.jsonl")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        rows += [json.loads(line) for line in content.splitlines()]
    return [row for row in rows if row.get("text") and (row.get("published_date") or row.get("published_at"))]


def write(path: Path, rows: Iterator[dict[str, Any]], n: int) -> Path:
    """The next `n` articles as JSONL."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in islice(rows, n))
    return path


def main() -> None:
    """Write variants to a file: `python -m orchestration.variants OUT.jsonl --articles 100000 [BASE.jsonl…]`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("base", type=Path, nargs="*", help="JSONL files; default: the sample articles")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--start", type=int, default=0, help="number of the first article")
    chosen = parser.parse_args()
    made = Variants(read_rows(chosen.base)).stream(chosen.start)
    print(write(chosen.out, made, chosen.articles), file=sys.stderr)


if __name__ == "__main__":
    main()
