"""Laws of takedown: an article in a file of many is taken out of its bytes, the others read on at their places."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from ingest import warehouse
from ingest.articles import admit
from ingest.settings import Home
from ingest.sources import read_path, replay_batches
from ingest.warehouse import Warehouse

MARK = "Zanzibarquux"
TEXTS = [
    "Norway's foreign minister met Iceland's foreign minister in Oslo on Friday, officials of both said.",
    f"Chad's {MARK} praised Niger's president in Niamey on Monday, the {MARK} office said in a statement.",
    'Kenya, "a friend", sent aid to Uganda on Tuesday;\nthe two will meet again in Kampala in the autumn.',
]


def _rows() -> list[dict[str, str]]:
    return [
        {"id": f"r{n}", "title": f"{MARK if MARK in text else 'Talks'} {n}", "author": MARK if MARK in text else "A. B.", "text": text}
        for n, text in enumerate(TEXTS)
    ]


def _jsonl(path: Path) -> None:
    path.write_text("\nno json\n" + "".join(json.dumps(row) + "\n" for row in _rows()))


def _csv(path: Path) -> None:
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(_rows()[0]), delimiter=";")
        writer.writeheader()
        out.write("too;few\n")
        writer.writerows(_rows())


def _parquet(path: Path) -> None:
    pl.DataFrame(_rows()).write_parquet(path)


def _rss(path: Path) -> None:
    items = "".join(
        f"<item><guid>{r['id']}</guid><title>{r['title']}</title><author>{r['author']}</author><description>{r['text']}</description></item>"
        for r in _rows()
    )
    path.write_text(f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>')


def _atom(path: Path) -> None:
    entries = "".join(
        f"<entry><id>{r['id']}</id><title>{r['title']}</title><content type='text'>{r['text']}</content></entry>" for r in _rows()
    )
    path.write_text(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>{entries}</feed>')


def _warc(path: Path) -> None:
    parts = [b"WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Date: 2025-07-26T10:00:00Z\r\nWARC-Record-ID: <urn:uuid:0>\r\nContent-Length: 0\r\n\r\n\r\n\r\n"]
    for row in _rows():
        address = f"https://example.org/{row['title'].replace(' ', '-')}"
        page = f"<html><head><title>{row['title']}</title></head><body><article><p>{row['text']}</p><p>{row['text']} More.</p></article></body></html>"
        asked = f"GET /{row['title'].replace(' ', '-')} HTTP/1.1\r\n\r\n"
        for kind, body in (("request", asked), ("response", f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}")):
            head = (
                f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2025-07-26T10:00:00Z\r\n"
                f"WARC-Record-ID: <urn:uuid:{kind}-{row['id']}>\r\nContent-Type: application/http; msgtype={kind}\r\n"
                f"Content-Length: {len(body.encode())}\r\n\r\n"
            )
            parts.append((head + body + "\r\n\r\n").encode())
    path.write_bytes(b"".join(parts))


def _packed(write: Callable[[Path], None]) -> Callable[[Path], None]:
    def pack(path: Path) -> None:
        write(path)
        path.write_bytes(gzip.compress(path.read_bytes()))

    return pack


FILES = {
    "a.jsonl": _jsonl, "a.jsonl.gz": _packed(_jsonl), "a.csv": _csv, "a.csv.gz": _packed(_csv), "a.parquet": _parquet,
    "a.rss": _rss, "a.xml.gz": _packed(_rss), "a.atom": _atom, "a.warc": _warc, "a.warc.gz": _packed(_warc),
}  # fmt: skip


def _load(home: Home, batches) -> list[dict]:
    with Warehouse(home) as store:
        return [store.append(admit(batch), batch.path, batch.sha256, batch.arrived_at) for batch in batches]


def _articles(home: Home) -> pl.DataFrame:
    with Warehouse(home) as store:
        return store.read("SELECT article_id, text, raw_sha256, raw_position FROM raw.articles ORDER BY article_id")


def found_in_files(root: Path, mark: str) -> list[str]:
    """Files below the folder that hold the mark in their bytes, packed or not."""
    found = []
    for path in root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if data[:2] == b"\x1f\x8b":
                data += gzip.decompress(data)
            if any(mark.encode(code) in data for code in ("utf-8", "utf-16-le", "utf-16-be")) or mark in path.name:
                found.append(str(path))
    return found


@pytest.mark.parametrize("name", FILES)
def test_article_is_taken_out_of_a_file_of_many(name: str, tmp_path: Path) -> None:
    home = Home.resolve(tmp_path / "home")
    FILES[name](tmp_path / name)
    _load(home, read_path(tmp_path / name, home))
    before = _articles(home)
    (gone,) = before.filter(pl.col("text").str.contains(MARK))["article_id"]
    assert warehouse.forget(home, gone).n_objects == 1
    assert found_in_files(home.root, MARK) == []
    after = _articles(home)
    kept = before.filter(pl.col("article_id") != gone)
    assert after.drop("raw_sha256").equals(kept.drop("raw_sha256")) and len(after) == 2
    assert warehouse.verify(home) == []
    with warehouse.rebuilt(home):
        _load(home, replay_batches(home))
    assert _articles(home).equals(after)
    (row,) = _load(home, read_path(tmp_path / name, home))[-1:]
    assert row["n_ok"] == 0 and set(_articles(home)["article_id"]) == set(after["article_id"])
