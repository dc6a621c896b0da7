"""Laws of the sources: every input is a record or a refusal, and `raw/` alone gives all of it again."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.articles import REASONS, Batch, admit
from ingest.errors import DamagedData, EnvironmentProblem, UsageError
from ingest.sources import html, jsonl, lines, read_path, replay_batches, store
from ingest.sources.records import Unreadable

BROKEN = Path(__file__).parents[1] / "fixtures" / "broken"
TEXT = "The foreign ministers met in Vienna on Friday, officials said."


@dataclass(frozen=True)
class Home:
    """The folders of a state folder, as the sources see them."""

    root: Path

    def __getattr__(self, name: str) -> Path:
        """Each in the root."""
        return self.root / name


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty state folder."""
    return Home(tmp_path / "home")


def outcome(batches: Iterable[Batch]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Articles and quarantine of all batches; conservation is checked on the way."""
    articles, refused = [], []
    for batch in batches:
        result = admit(batch)
        assert batch.n_in == len(batch.records) + len(batch.quarantine)
        assert batch.n_in == len(result.articles) + len(result.quarantine) > 0
        assert len(batch.records) <= sources.MAX_BATCH_RECORDS
        articles.append(result.articles)
        refused.append(result.quarantine)
    return pl.concat(articles), pl.concat(refused)


def write_jsonl(path: Path, *records: dict[str, object]) -> Path:
    """The records as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def bad(reason: str, *positions: int) -> list[tuple[int, str]]:
    """The same reason at each position."""
    return [(position, reason) for position in positions]


# File, articles admitted, refusals as (position, reason).
CASES = [
    (
        "absurd_dates.jsonl",
        1,
        bad("bad_date", 0, 1, 5) + bad("date_out_of_range", 2, 3, 4, 7) + bad("ambiguous_date", 6),
    ),
    ("archive.txt", 0, bad("binary_file", -1)),
    ("bad_sidecar.txt", 0, bad("invalid_sidecar", -1)),
    ("binary.html", 0, bad("binary_file", -1)),
    ("binary_junk.jsonl", 0, bad("invalid_utf8", 0)),
    ("blank.txt", 0, bad("no_text", -1)),
    ("blank_lines.jsonl", 2, []),
    ("bom.jsonl", 1, []),
    ("control_characters.jsonl", 1, bad("not_text", 0)),
    ("corrupt.csv.gz", 0, bad("damaged_gzip", -1)),
    ("cut.parquet", 0, bad("invalid_parquet", -1)),
    ("deep.html", 0, bad("html_too_deep", 0)),
    ("deep_json.jsonl", 1, bad("invalid_json", 0)),
    ("empty.csv", 0, bad("empty_file", -1)),
    ("empty.jsonl", 0, bad("empty_file", -1)),
    ("empty.parquet", 0, bad("empty_file", -1)),
    ("empty.txt", 0, bad("empty_file", -1)),
    ("good_note.md", 1, []),
    ("good_page.html", 1, []),
    ("good_utf16.txt", 1, []),
    ("huge_number.jsonl", 1, bad("invalid_json", 0)),
    ("image_named.jsonl", 0, bad("binary_file", -1)),
    ("invalid_utf8.jsonl", 2, bad("invalid_utf8", 1)),
    ("latin1.csv", 1, bad("invalid_utf8", 0)),
    ("latin1.txt", 0, bad("invalid_utf8", -1)),
    ("letter.docx", 0, bad("unsupported_kind", -1)),
    ("list_sidecar.md", 0, bad("invalid_sidecar", -1)),
    ("lone_surrogates.jsonl", 2, []),
    ("long_title.jsonl", 1, bad("too_large", 0)),
    ("no_extension", 0, bad("unsupported_kind", -1)),
    ("no_text.html", 0, bad("html_without_text", 0)),
    ("no_text.jsonl", 1, bad("no_text", 0, 1, 2, 3, 4)),
    ("no_text_column.csv", 0, bad("missing_column", -1)),
    ("not_gzip.jsonl.gz", 0, bad("binary_file", -1)),
    ("not_objects.jsonl", 1, bad("not_an_object", 0, 1, 2, 3)),
    ("not_parquet.parquet", 0, bad("invalid_parquet", -1)),
    ("nul_bytes.jsonl", 2, bad("invalid_json", 1)),
    ("odd_date.txt", 0, bad("bad_date", 0)),
    ("only_blank_lines.jsonl", 0, bad("empty_file", -1)),
    ("orphan.json", 0, bad("orphan_sidecar", -1)),
    ("ragged.csv", 2, bad("ragged_row", 1, 2)),
    ("same_id_other_text.jsonl", 3, []),
    ("stacked_marks.jsonl", 1, []),
    ("truncated.jsonl.gz", 12, bad("damaged_gzip", -1)),
    ("truncated_line.jsonl", 1, bad("invalid_json", 1)),
    ("unclosed_quote.csv", 3, bad("invalid_csv", 1)),
    ("utf16.jsonl", 2, []),
    ("wrong_types.jsonl", 1, bad("wrong_type", 0, 1, 2, 3, 4)),
]
SKIPPED = {".hidden.jsonl", "unfinished.jsonl.part"}
SIDECARS = {"bad_sidecar.json", "list_sidecar.json", "odd_date.json", "good_note.json"}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the whole folder of broken files gives."""
    return outcome(read_path(BROKEN, Home(tmp_path_factory.mktemp("home"))))


@pytest.mark.parametrize(("name", "n_articles", "refusals"), CASES, ids=[case[0] for case in CASES])
def test_broken_file(
    name: str, n_articles: int, refusals: list[tuple[int, str]], broken: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    articles, refused = broken
    sha256 = store.digest(BROKEN / name)
    mine = refused.filter(pl.col("path") == str(BROKEN / name))
    assert sorted(mine.select("position", "reason").iter_rows()) == sorted(refusals)
    if sha256 != store.digest(BROKEN / "empty.jsonl"):
        assert mine["sha256"].to_list() == [sha256] * len(mine)
        assert len(articles.filter(pl.col("raw_sha256") == sha256)) == n_articles


def test_every_file_of_the_folder_has_its_case(broken: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    assert {path.name for path in BROKEN.iterdir()} == {case[0] for case in CASES} | SKIPPED | SIDECARS
    assert len(broken[0]) == sum(case[1] for case in CASES)
    assert len(broken[1]) == sum(len(case[2]) for case in CASES)
    assert broken[1]["input_id"].is_unique().all()
    assert set(broken[1]["stage"]) == {"read", "parse", "admit"}
    assert set(broken[1]["reason"]) <= set(REASONS)


def test_replay_of_the_broken_files_gives_the_same_from_raw_alone(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(BROKEN, folder)
    first = outcome(read_path(folder, home))
    shutil.rmtree(folder)
    again = outcome(replay_batches(home))
    assert first[0].equals(again[0])
    assert first[1].equals(again[1])


def test_same_file_again_adds_nothing_to_raw_and_keeps_its_time(home: Home, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", {"text": TEXT})
    (first,) = read_path(path, home)
    before = sorted(home.raw.rglob("*"))
    (second,) = read_path(path, home)
    assert sorted(home.raw.rglob("*")) == before
    assert first.arrived_at == second.arrived_at
    assert [batch.sha256 for batch in replay_batches(home)] == [first.sha256]


def test_bytes_lie_under_their_hash_with_a_manifest_and_nothing_half_written(
    home: Home, tmp_path: Path
) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", {"text": TEXT})
    (batch,) = read_path(path, home)
    assert store.object_path(home.raw, batch.sha256).read_bytes() == path.read_bytes()
    names = sorted(p.name for p in home.raw.glob("*/*") if p.is_file())
    assert len(names) == 2
    assert names[0] == batch.sha256
    manifest = json.loads((home.raw / batch.sha256[:2] / names[1]).read_text().splitlines()[0])
    assert (manifest["name"], manifest["kind"]) == ("a.jsonl", "jsonl")


def test_replay_refuses_bytes_that_changed(home: Home, tmp_path: Path) -> None:
    (batch,) = read_path(write_jsonl(tmp_path / "a.jsonl", {"text": TEXT}), home)
    store.object_path(home.raw, batch.sha256).write_bytes(b'{"text": "forged"}\n')
    with pytest.raises(DamagedData):
        list(replay_batches(home))


def test_replay_of_nothing_is_nothing(home: Home) -> None:
    assert list(replay_batches(home)) == []


def test_path_without_anything_is_an_error_of_use(home: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        list(read_path(tmp_path / "missing.jsonl", home))


def test_store_that_cannot_be_written_is_an_error_of_the_environment(home: Home, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", {"text": TEXT})
    home.root.mkdir()
    home.raw.write_text("a file in the place of the folder")
    with pytest.raises(EnvironmentProblem):
        list(read_path(path, home))


def test_large_file_comes_in_bounded_batches(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_BATCH_RECORDS", 150)
    path = write_jsonl(tmp_path / "many.jsonl", *({"id": i, "text": TEXT} for i in range(400)))
    batches = list(read_path(path, home))
    assert [batch.n_in for batch in batches] == [150, 150, 100]
    assert [p for batch in batches for p in batch.records["position"]] == list(range(400))


def test_large_texts_make_smaller_batches(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_BATCH_BYTES", 200_000)
    path = write_jsonl(tmp_path / "fat.jsonl", *({"text": "a" * 9_000} for _ in range(200)))
    assert max(batch.n_in for batch in read_path(path, home)) < 30


def test_small_files_share_a_batch_and_keep_their_own_place(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for index in range(12):
        write_jsonl(folder / f"{index:02}.jsonl", {"id": f"{index}", "text": TEXT})
    (batch,) = read_path(folder, home)
    assert (batch.path, batch.sha256, batch.n_in) == (str(folder), None, 12)
    assert batch.records["raw_sha256"].n_unique() == 12
    assert batch.records["external_id"].to_list() == [str(index) for index in range(12)]


def test_line_above_the_limit_is_refused_and_its_neighbours_load(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "huge.jsonl"
    good = json.dumps({"text": TEXT}).encode() + b"\n"
    path.write_bytes(
        good
        + b'{"text": "'
        + b"a" * (lines.MAX_LINE_BYTES + 10)
        + b'"}\n'
        + good
        + b"x" * (lines.MAX_LINE_BYTES + 1)
    )
    articles, refused = outcome(read_path(path, home))
    assert articles["raw_position"].to_list() == [0, 2]
    assert refused.select("position", "reason").rows() == [(1, "too_large"), (3, "too_large")]


def test_file_without_any_record_is_given_up(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "GIVE_UP_AFTER", 50)
    (tmp_path / "log.jsonl").write_text("not json\n" * 500)
    _, refused = outcome(read_path(tmp_path / "log.jsonl", home))
    assert len(refused) == 51
    assert refused["reason"][-1] == "no_readable_line"


def test_one_record_is_enough_to_go_on(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "GIVE_UP_AFTER", 50)
    (tmp_path / "log.jsonl").write_text(json.dumps({"text": TEXT}) + "\n" + "not json\n" * 500)
    articles, refused = outcome(read_path(tmp_path / "log.jsonl", home))
    assert (len(articles), len(refused)) == (1, 500)


def test_link_out_of_the_folder_is_refused_and_one_within_is_read(home: Home, tmp_path: Path) -> None:
    outside = write_jsonl(tmp_path / "outside.jsonl", {"text": TEXT})
    inside = write_jsonl(tmp_path / "in" / "sub" / "real.jsonl", {"text": TEXT})
    (tmp_path / "in" / "a_out.jsonl").symlink_to(outside)
    (tmp_path / "in" / "b_nowhere.jsonl").symlink_to(tmp_path / "gone")
    (tmp_path / "in" / "c_within.jsonl").symlink_to(inside)
    (tmp_path / "in" / "d_folder").symlink_to(tmp_path)
    (tmp_path / "in" / "sub" / "e_loop").symlink_to(tmp_path / "in")
    articles, refused = outcome(read_path(tmp_path / "in", home))
    assert len(articles) == 2
    assert [Path(path).name for path in refused["path"]] == ["a_out.jsonl", "b_nowhere.jsonl", "d_folder"]
    assert set(refused["reason"]) == {"outside_link"}
    assert not (home.raw / store.digest(outside)[:2] / "x").exists()


def test_pipe_is_not_opened(home: Home, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    _, refused = outcome(read_path(tmp_path / "pipe.jsonl", home))
    assert refused["reason"].to_list() == ["not_a_file"]


def test_state_folders_are_not_read_as_input(home: Home) -> None:
    write_jsonl(home.root / "inbox" / "a.jsonl", {"text": TEXT})
    write_jsonl(home.raw / "old.jsonl", {"text": TEXT})
    write_jsonl(home.logs / "run.jsonl", {"event": "start"})
    articles, refused = outcome(read_path(home.root, home))
    assert (len(articles), len(refused)) == (1, 0)


def test_file_name_that_is_no_utf8_does_no_harm(home: Home, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jsonl"))
    path.write_text("not json\n")
    _, refused = outcome(read_path(path, home))
    assert refused["path"].item().endswith("caf\ufffd.jsonl")


def test_unsupported_bytes_are_named_but_not_kept(home: Home, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"0" * 1000)
    _, refused = outcome(read_path(tmp_path / "film.mp4", home))
    assert refused["sha256"].item() == store.digest(tmp_path / "film.mp4")
    assert not store.object_path(home.raw, refused["sha256"].item()).exists()
    assert outcome(replay_batches(home))[1].equals(refused)


RECORD = {
    "id": "n-1", "url": "https://example.org/1", "source": "Sample Wire",
    "title": 'Ministers, "old" friends, meet', "published_at": "2025-07-26T10:00:00Z", "language": "en",
    "text": "First line.\nSecond “line”, with a comma.",
}  # fmt: skip


def _as_csv(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(RECORD))
        writer.writeheader()
        writer.writerow(RECORD)


def _as_text(path: Path) -> None:
    path.write_text(RECORD["text"], encoding="utf-8")
    path.with_suffix(".json").write_text(json.dumps({k: v for k, v in RECORD.items() if k != "text"}))


def _packed(write) -> object:
    def pack(path: Path) -> None:
        plain = path.with_name("plain" + path.with_suffix("").suffix)
        write(plain)
        path.write_bytes(gzip.compress(plain.read_bytes()))

    return pack


WRITERS = {
    "a.jsonl": lambda path: write_jsonl(path, RECORD),
    "a.ndjson": lambda path: write_jsonl(path, RECORD),
    "a.jsonl.gz": _packed(lambda path: write_jsonl(path, RECORD)),
    "a.csv": _as_csv,
    "a.csv.gz": _packed(_as_csv),
    "a.parquet": lambda path: pl.DataFrame([RECORD]).write_parquet(path),
    "a.txt": _as_text,
    "a.md": _as_text,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_carries_the_same_article(name: str, home: Home, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name)
    articles, _ = outcome(read_path(tmp_path / name, home))
    expected, _ = outcome(read_path(write_jsonl(tmp_path / "expected.jsonl", RECORD), home))
    place = ["raw_sha256", "raw_position", "date_source"]
    assert articles.drop(place).equals(expected.drop(place))


def test_parquet_with_dates_numbers_and_nulls(home: Home, tmp_path: Path) -> None:
    frame = pl.DataFrame({
        "id": [1, 2, 3], "text": [TEXT, None, TEXT], "html": [None, None, None], "extra": [[1], [2], [3]],
        "published_date": [date(2025, 7, 26), date(2025, 7, 26), date(1066, 10, 14)],
        "published_at": [datetime(2025, 7, 26, 10), None, None],
    })  # fmt: skip
    frame.write_parquet(tmp_path / "a.parquet")
    articles, refused = outcome(read_path(tmp_path / "a.parquet", home))
    assert articles.select("external_id", "published_date", "published_at").rows() == [
        ("1", date(2025, 7, 26), datetime(2025, 7, 26, 10))
    ]
    assert refused.select("position", "reason").rows() == [(1, "no_text"), (2, "date_out_of_range")]


def test_sidecar_dates_and_describes_the_text(home: Home, tmp_path: Path) -> None:
    _as_text(tmp_path / "a.txt")
    articles, _ = outcome(read_path(tmp_path, home))
    row = articles.row(0, named=True)
    assert (row["external_id"], row["title"], row["date_source"]) == ("n-1", RECORD["title"], "sidecar")


def test_sidecar_alone_is_no_input(home: Home, tmp_path: Path) -> None:
    _as_text(tmp_path / "a.txt")
    assert list(read_path(tmp_path / "a.json", home)) == []


def test_markdown_heading_is_the_title(home: Home, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Ministers meet\n\n" + TEXT)
    articles, _ = outcome(read_path(tmp_path / "a.md", home))
    assert articles.select("title", "text").row(0) == ("Ministers meet", TEXT)


def test_page_in_a_record_is_read_like_a_page_in_a_file(home: Home, tmp_path: Path) -> None:
    page = (BROKEN / "good_page.html").read_text()
    path = write_jsonl(
        tmp_path / "a.jsonl", {"html": page}, {"html": page, "published_date": "2025-07-27", "title": "Own"}
    )
    inside, _ = outcome(read_path(path, home))
    alone, _ = outcome(read_path(BROKEN / "good_page.html", home))
    assert inside["text"].to_list() == alone["text"].to_list() * 2
    assert alone.select("title", "source", "published_date", "date_source").row(0) == (
        "Ministers meet in Vienna", "Sample Wire", date(2025, 7, 26), "meta"
    )  # fmt: skip
    assert inside.select("title", "published_date", "date_source").row(1) == (
        "Own",
        date(2025, 7, 27),
        "input",
    )


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("time.sleep(60)", "html_timeout"), ("os._exit(3)", "html_failed"), ("out(b'no json')", "html_failed")],
)
def test_page_that_stops_its_reader_is_refused_and_the_next_is_read(
    behaviour: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "worker.py"
    script.write_text(
        "import os, struct, sys, time\n"
        "def out(b): sys.stdout.buffer.write(struct.pack('>I', len(b)) + b); sys.stdout.buffer.flush()\n"
        "out(b'{}')\n"
        "while head := sys.stdin.buffer.read(4):\n"
        "    page = sys.stdin.buffer.read(*struct.unpack('>I', head))\n"
        f"    {behaviour} if b'evil' in page else out(b'{{\"found\": {{\"text\": \"fine\"}}}}')\n"
    )
    monkeypatch.setattr(html, "_COMMAND", (sys.executable, str(script)))
    with html.Readers(seconds=1) as readers:
        answers = readers.read_all([html.Question(page) for page in ("good", "evil", "good", "good")])
    assert [a.reason if isinstance(a, Unreadable) else a["text"] for a in answers] == [
        "fine",
        reason,
        "fine",
        "fine",
    ]
    assert all(reader.process is None for reader in readers.readers)


def test_page_above_the_limit_is_not_read() -> None:
    with pytest.raises(Unreadable) as problem:
        html.Reader().read(html.Question(b"a" * (html.MAX_PAGE_BYTES + 1)))
    assert problem.value.reason == "too_large"


CSV_PIECES = st.sampled_from(
    [b'"', b",", b"\n", b"\r\n", b"\xff", b"\x00", b"a", b'"a"', b"text", b"\xef\xbb\xbf"]
)
JUNK = st.one_of(st.binary(max_size=200), st.lists(CSV_PIECES, max_size=40).map(b"".join))


@given(JUNK, st.sampled_from([".jsonl", ".csv", ".parquet", ".txt", ".md", ".jsonl.gz", ".json"]))
@settings(max_examples=150, deadline=None)
def test_no_bytes_end_in_an_error_and_none_are_lost(junk: bytes, extension: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"junk{extension}"
        path.write_bytes(b"id,text\n" + junk if extension == ".csv" else junk)
        first = outcome(read_path(path, Home(Path(folder) / "home")))
        again = outcome(replay_batches(Home(Path(folder) / "home")))
    assert first[0].equals(again[0])
    assert first[1].equals(again[1])
