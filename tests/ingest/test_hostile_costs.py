"""Laws of cost: what was made to take time or memory takes at most ten seconds an article and 2 GB a run."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_inputs import PLAIN, line

MAX_BYTES = 2 << 30
_RUN = """
import json, resource, sys
from pathlib import Path
from time import perf_counter
from ingest.settings import Home
from orchestration import pipeline
from ingest.warehouse import Warehouse
home = Home.resolve(sys.argv[2])
begin = perf_counter()
pipeline.ingest(home, [Path(sys.argv[1])])
pipeline.extract(home)
seconds = perf_counter() - begin
with Warehouse(home) as store:
    reasons = store.read("SELECT reason FROM raw.quarantine ORDER BY reason")["reason"].to_list()
    n_articles, n_failed = store.read(
        "SELECT count(*), count(*) FILTER (e.outcome = 'failed') FROM raw.articles LEFT JOIN facts.extractions AS e USING (article_id)"
    ).row(0)
most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) * 1024
print(json.dumps({"seconds": seconds, "bytes": most, "reasons": reasons, "articles": n_articles, "failed": n_failed}))
"""


def _text(text: str) -> Callable[[Path], None]:
    return lambda folder: _write(folder / "a.jsonl", line(text=text))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _long_line(folder: Path) -> None:
    with (folder / "a.jsonl").open("wb") as out:
        out.write(b'{"text": "')
        for _ in range(200):
            out.write(b"a" * 1_000_000)
        out.write(b'"}\n')


def _bomb(name: str, unit: bytes, n: int) -> Callable[[Path], None]:
    """So many times a unit, packed."""

    def write(folder: Path) -> None:
        with gzip.open(folder / name, "wb", 1) as out:
            for _ in range(n):
                out.write(unit)

    return write


def _feed(n: int) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        items = "".join(f"<item><guid>{i}</guid><description>{PLAIN}</description></item>" for i in range(n))
        _write(folder / "a.xml", f'<rss version="2.0"><channel>{items}</channel></rss>'.encode())

    return write


def _attributes(folder: Path) -> None:
    attributes = b" ".join(b"a%d=x" % n for n in range(20_000))
    _write(folder / "a.html", b"<p " + attributes + b">" + PLAIN.encode() * 20)


def _sparse(folder: Path) -> None:
    with (folder / "a.txt").open("wb") as out:
        out.truncate(1 << 40)


# Name, how it is made, articles beside the plain one, reasons, seconds.
QUICK = [
    ("line_of_200_MB", _long_line, 0, ["too_large"], 10),
    ("file_of_a_terabyte_of_holes", _sparse, 0, ["too_large"], 10),
    ("a_million_names_in_four_articles", lambda folder: _write(folder / "a.jsonl", b"".join(line(id=n, text="Norway " * 280_000) for n in range(4))), 4, [], 40),
    ("a_hundred_thousand_sentences", _text("Norway met Iceland. " * 99_000), 1, [], 10),
    ("forty_thousand_ministers_in_a_sentence", _text("Foreign Minister Ishaq Dar met Marco Rubio, " * 40_000), 1, [], 10),
    ("page_of_twenty_thousand_attributes", _attributes, None, None, 15),
]  # fmt: skip
LONG = [
    ("gzip_bomb_of_a_gigabyte", _bomb("a.jsonl.gz", b"a" * 1_000_000, 1_000), 0, ["too_large"], 20),
    ("gzip_bomb_of_line_ends", _bomb("a.csv.gz", b"\n" * 1_000_000, 1_000), 0, ["empty_file"], 60),
    ("gzip_bomb_of_a_feed", _bomb("a.xml.gz", b" " * 1_000_000, 1_000), 0, ["too_large"], 20),
    ("feed_of_a_hundred_thousand", _feed(100_000), 0, None, 60),
    ("many_dense_articles", lambda folder: _write(folder / "a.jsonl", b"".join(line(id=n, text="Norway met Iceland. " * 900) for n in range(400))), 400, [], 260),
    ("dates", _text("on Friday 26 July 2025 " * 80_000), 1, [], 10),
    ("quotation_marks", _text('"' * 1_000_000 + "Norway met Iceland."), 1, [], 10),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "n_articles", "reasons", "seconds"),
    [pytest.param(*case[1:], id=case[0], marks=pytest.mark.torture) for case in QUICK]
    + [pytest.param(*case[1:], id=case[0], marks=pytest.mark.torture) for case in LONG],
)
def test_cost_is_bounded_and_the_neighbour_loads(
    make: Callable[[Path], None], n_articles: int | None, reasons: list[str] | None, seconds: float, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    make(tmp_path / "in")
    (tmp_path / "in" / "plain.txt").write_text(PLAIN)
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(tmp_path / "in"), str(tmp_path / "home")],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["bytes"] < MAX_BYTES and told["seconds"] < seconds + 10, told
    assert told["failed"] == 0
    if n_articles is not None:
        assert told["articles"] == n_articles + 1
    if reasons is not None:
        assert told["reasons"] == reasons
    assert told["articles"] + len(told["reasons"]) >= 2
