"""A coverage-guided fuzzer on the readers of inputs: `make fuzz MINUTES=60`. Belongs here: the driver and its law.

The first byte of an input chooses the reader, the rest is what came. A finding is whatever would not end as an article or
a quarantine row: an exception that no reader declares, a crash of the interpreter, more than ten seconds of the processor, more than 2 GB, a
value that cannot be stored. Does not belong here: findings; each becomes a row of `tests/ingest/test_hostile_input.py`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from time import process_time

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
FIXTURES = ROOT / "tests" / "fixtures"
SECONDS, HANGING = 10, 600
"""Most processor time for one input, and most time on the clock, of which a busy machine takes its share."""
MEGABYTES = 2048
MAX_BYTES = 65_536
_WATCHED = ["ingest", "csv", "json", "feedparser", "trafilatura"]

try:
    import atheris
except ImportError:
    atheris = None

# what is imported within is instrumented, and only so does the fuzzer see where an input leads
with atheris.instrument_imports(include=_WATCHED) if atheris and __name__ == "__main__" else nullcontext():
    import polars as pl

    from ingest.articles import RECORD_SCHEMA, Batch, Refusal, admit, normalise, parse_dates, quarantine_frame
    from ingest.pages import article, fragments, lists
    from ingest.pages.article import Unread
    from ingest.sources import csv, jsonl, parquet, text, warc
    from ingest.sources.records import Record, Unreadable
    from ingest.sources.store import Arrival

_SHA256 = "0" * 64
# What `ingest.sources` turns into a refusal by name; anything else would end a run.
_TOLD = (Unreadable, OSError, ArithmeticError, LookupError, TypeError, ValueError, MemoryError, RecursionError)


def _arrival(kind: str) -> Arrival:
    return Arrival(f"in/a.{kind}", f"a.{kind}", "in", 0, "2025-08-01T00:00:00.000000", kind, _SHA256)


def _admitted(found: list[Record | Refusal]) -> None:
    """Each item is an article or a quarantine row, and every value of it can be stored."""
    records = [item for item in found if not isinstance(item, Refusal)]
    columns = {name: [row[name] for row in records] for name in RECORD_SCHEMA if name != "html"}
    frame = pl.DataFrame(columns | {"html": [None] * len(records)}, schema=RECORD_SCHEMA)
    refused = quarantine_frame(item for item in found if isinstance(item, Refusal))
    if not records:
        return
    result = admit(Batch("in", None, frame, refused, len(found), datetime(2025, 8, 1)))
    assert len(result.articles) + len(result.quarantine) == len(found)


def _file(kind: str, read: Callable[[Arrival, Path], Iterator[Record | Refusal]], suffix: str = "") -> Callable[[bytes], None]:
    """A reader of files at work on these bytes."""

    def run(data: bytes) -> None:
        found: list[Record | Refusal] = []
        with tempfile.NamedTemporaryFile(suffix=suffix, dir=_FOLDER) as handle:
            handle.write(data)
            handle.flush()
            try:
                for item in read(_arrival(kind), Path(handle.name)):
                    if not isinstance(item, Refusal):
                        item = item | {"html": None} if isinstance(item["html"], bytes) else item
                    found.append(item)
            except _TOLD:
                pass
        _admitted(found)

    return run


def _page(read: Callable[[bytes], object]) -> Callable[[bytes], None]:
    """A reader that works in a process of its own: what it raises becomes a reason there, so only its end is a finding."""

    def run(data: bytes) -> None:
        try:
            read(data)
        except (Unread, Exception):
            return

    return run


def _sidecar(data: bytes) -> None:
    try:
        found = text.sidecar_fields(data)
    except Unreadable:
        return
    for value in found.values():
        if isinstance(value, str):
            value.encode()


def _values(data: bytes) -> None:
    """Dates and normalising, line by line: a day or a reason or blank; twice is the same as once."""
    values = data.decode("utf-8", "replace").split("\n")
    parsed = parse_dates(pl.Series(values, dtype=pl.String))
    for value, (day, _, problem) in zip(values, parsed.iter_rows(), strict=True):
        assert (day is None) or (problem is None)
        assert day or problem or not value.strip()
    once = pl.DataFrame({"t": values}).select(normalise(pl.col("t")))
    assert once.select(normalise(pl.col("t"))).equals(once)


READERS: dict[str, Callable[[bytes], None]] = {
    "jsonl": _file("jsonl", jsonl.read),
    "csv": _file("csv", csv.read),
    "text": _file("text", lambda arrival, path: text.read(arrival, path, None)),
    "html": _page(article.read_page),
    "feed": _page(lists.read_feed),
    "sitemap": _page(lists.read_sitemap),
    "newsml": _page(lists.read_xml),
    "sniff": _page(lists.kind_of),
    "fragment": _page(lambda data: fragments.fragment_text(data.decode("utf-8", "replace"))),
    "warc": _file("warc", warc.read),
    "parquet": _file("parquet", parquet.read),
    "sidecar": _sidecar,
    "values": _values,
}
_FOLDER: str | None = "/dev/shm" if Path("/dev/shm").is_dir() else None
_NAMES = list(READERS)
_KINDS = {
    ".jsonl": "jsonl", ".gz": "jsonl", ".csv": "csv", ".txt": "text", ".md": "text", ".html": "html", ".rss": "feed",
    ".atom": "feed", ".xml": "newsml", ".warc": "warc", ".parquet": "parquet", ".json": "sidecar",
}  # fmt: skip
_PLAIN = {
    "csv": b'id,title,text\n1,"a ""b""",Dar met Rubio.\n',
    "feed": b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>a</title>'
    b"<pubDate>Sat, 26 Jul 2025 10:00:00 GMT</pubDate><description>Dar met &lt;b&gt;Rubio&lt;/b&gt;.</description></item>"
    b"</channel></rss>",
    "sitemap": b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://example.org/1</loc></url></urlset>',
    "newsml": b'<nitf><head><pubdata date.publication="20250726"/></head><body><body.content><p>Dar met Rubio.</p>'
    b"</body.content></body></nitf>",
    "fragment": b"<p>Dar met <b>Rubio</b> &amp; others.</p>",
    "sniff": b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"></feed>',
    "warc": b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: https://example.org/\r\nWARC-Date: 2025-07-26T10:00:00Z\r\n"
    b"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\nContent-Type: text/html\r\n"
    b"Content-Length: 30\r\n\r\n<p>Dar met Rubio in Vienna</p>\r\n\r\n\r\n",
    "values": b"2025-07-26T10:00:05Z\nSat, 26 Jul 2025 10:00:00 -0400\n26/07/2025\n1753488000\nJul. 26, 2025 10:05 PM EST",
}  # fmt: skip


def one_input(data: bytes) -> None:
    """The law, for one input."""
    if data:
        started = process_time()
        READERS[_NAMES[data[0] % len(_NAMES)]](data[1:])
        assert process_time() - started < SECONDS, "too slow"


def seeds(folder: Path) -> None:
    """What the fuzzer starts from: the project's own samples and broken files, each with the byte of its reader."""
    folder.mkdir(parents=True, exist_ok=True)
    found = [(kind, f"plain-{kind}", data) for kind, data in _PLAIN.items()]
    for path in (*FIXTURES.rglob("*"), *(ROOT / "data" / "sample" / "pages").rglob("*")):
        kind = _KINDS.get(path.suffix)
        if path.is_file() and kind and path.stat().st_size < MAX_BYTES:
            found.append((kind, f"{path.parent.name}-{path.name}", path.read_bytes()))
    for kind, name, data in found:
        (folder / name).write_bytes(bytes([_NAMES.index(kind)]) + data)


def main() -> None:
    """Fuzz for so many minutes; exit code 0 when nothing was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--folder", type=Path, required=True, help="where inputs and findings are kept")
    options.add_argument("--input", type=Path, help="one input to try again")
    given = options.parse_args()
    if given.input:
        one_input(given.input.read_bytes())
        return
    if atheris is None:
        sys.exit("atheris is not installed: pip install 'chancery[fuzz]' (Linux wheels for Python 3.11)")
    seeds(given.folder / "seeds")
    (given.folder / "inputs").mkdir(exist_ok=True)
    (given.folder / "findings").mkdir(exist_ok=True)
    flags = [
        f"-max_total_time={int(given.minutes * 60)}", f"-max_len={MAX_BYTES}", f"-timeout={HANGING}", f"-report_slow_units={HANGING}",
        f"-rss_limit_mb={MEGABYTES}", f"-artifact_prefix={given.folder / 'findings'}/", "-print_final_stats=1",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *flags, str(given.folder / "inputs"), str(given.folder / "seeds")], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
