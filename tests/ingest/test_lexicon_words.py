"""Laws of the grammar's vocabulary: what the tables hold, and which rows are refused with file and row."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from ingest.lexicon import words
from ingest.settings import reference_dir

TABLES = ("verbs", "nouns", "function_words", "status_cues", "frames", "event_types")
LOADERS = [getattr(words, name) for name in TABLES]
PLOVER = {
    "ACCUSE",
    "AGREE",
    "AID",
    "ASSAULT",
    "COERCE",
    "CONCEDE",
    "CONSULT",
    "COOPERATE",
    "MOBILIZE",
    "PROTEST",
    "REJECT",
    "REQUEST",
    "RETREAT",
    "SANCTION",
    "SUPPORT",
    "THREATEN",
}
# Words that no frame makes an event of: speech is read by the grammar itself, the others are kept apart from the classes
# of frames so that they are not taken for them.
OTHER_VERB_CLASSES = {
    "allow",
    "breakverb",
    "cancel",
    "conclude",
    "deny",
    "exchange",
    "go",
    "harm",
    "hope",
    "offer",
    "plan",
    "raise",
    "say",
    "take",
    "violate",
    "vow",
}
OTHER_NOUN_CLASSES = {"callnoun", "contact", "objection", "threatnoun", "ultimatum"}


def _clear() -> None:
    """Forget the tables that were read."""
    for loader in LOADERS:
        loader.cache_clear()


@pytest.fixture
def own_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the reference tables that a test may spoil."""
    for name in TABLES:
        shutil.copy(reference_dir() / f"{name}.csv", tmp_path)
    monkeypatch.setattr(words, "reference_dir", lambda: tmp_path)
    _clear()
    yield tmp_path
    _clear()


@pytest.mark.parametrize("loader", LOADERS)
def test_table_loads_and_has_rows(loader: object) -> None:
    assert loader().height


@pytest.mark.parametrize(
    ("lemma", "irregular", "forms"),
    [
        ("visit", "", "visit visited visited visits visiting"),
        ("accuse", "", "accuse accused accused accuses accusing"),
        ("agree", "", "agree agreed agreed agrees agreeing"),
        ("deny", "", "deny denied denied denies denying"),
        ("deploy", "", "deploy deployed deployed deploys deploying"),
        ("impose", "", "impose imposed imposed imposes imposing"),
        ("clash", "", "clash clashed clashed clashes clashing"),
        ("meet", "met;met;meets;meeting", "meet met met meets meeting"),
    ],
)
def test_verb_is_inflected(lemma: str, irregular: str, forms: str) -> None:
    assert list(words.inflect(lemma, irregular).values()) == forms.split()
    assert tuple(words.inflect(lemma, irregular)) == words.VERB_FORMS


def test_verb_of_two_words_is_inflected_in_its_first() -> None:
    assert words.inflect("call off", "")["past"] == "called off"
    assert words.inflect("hold up", "held;held;holds;holding")["ing"] == "holding up"


def test_form_stands_once_a_class() -> None:
    assert not words.verbs().select("form", "verb_class").is_duplicated().any()
    assert not words.nouns().select("form", "noun_class").is_duplicated().any()
    assert words.verbs()["tense"].is_in(words.VERB_FORMS).all()


def test_words_are_folded() -> None:
    """They are compared with folded lower-case text: another letter would never match."""
    for table in (words.verbs(), words.nouns(), words.function_words(), words.status_cues()):
        odd = table.filter(~pl.col("form").str.contains(r"^[a-z0-9%$£€¥'’:,.;\"()\[\]?!&/ -]+$"))
        assert odd["form"].to_list() == []


def test_cues_have_a_status() -> None:
    """What occurred needs no cue."""
    assert set(words.status_cues()["status"]) == set(words.EVENT_STATUSES) - {"occurred"}


def test_there_are_the_16_plover_types_and_each_has_a_frame() -> None:
    types = words.event_types()
    assert set(types["event_type"]) == PLOVER == set(words.frames()["event_type"])
    assert types["goldstein"].is_between(-10, 10).all()
    assert types["cameo_root"].str.contains(r"^(0[1-9]|1[0-9]|20)$").all()
    assert set(types["quad_class"]) == {"verbal_coop", "material_coop", "verbal_conf", "material_conf"}


def test_goldstein_has_the_sign_of_the_quad_class() -> None:
    """But for REQUEST, a verbal conflict by its class whose score is nought."""
    conflict = pl.col("quad_class").str.ends_with("conf")
    others = words.event_types().filter(conflict != (pl.col("goldstein") < 0))
    assert set(others["event_type"]) <= {"REQUEST"}


def test_every_class_of_a_frame_has_words() -> None:
    frames = words.frames()
    assert set(frames["noun_class"]) - {""} <= set(words.nouns()["noun_class"])
    # "call on" is told from "call" by its preposition, not by a word of its own
    assert set(frames["verb_class"]) - {"", "callon"} <= set(words.verbs()["verb_class"])


def test_every_class_of_words_is_used() -> None:
    frames = words.frames()
    assert set(words.verbs()["verb_class"]) - set(frames["verb_class"]) <= OTHER_VERB_CLASSES
    assert set(words.nouns()["noun_class"]) - set(frames["noun_class"]) <= OTHER_NOUN_CLASSES


def test_frames_bind_by_known_means() -> None:
    frames = words.frames()
    assert set(frames["object_kind"]) == set(words.OBJECT_KINDS)
    assert set(frames["status"]) <= {"", *words.EVENT_STATUSES}
    assert frames["confidence"].is_between(0, 1).all()
    assert frames.filter(~pl.col("direct") & (pl.col("preps").list.join("") == "")).height == 0
    assert not frames["example"].is_duplicated().any()


@pytest.mark.parametrize(
    ("name", "row", "why"),
    [
        ("verbs", "meet,,meet", "lemma stands twice"),
        ("verbs", "frobnicate,,", "no class"),
        ("function_words", "of,prep", "phrase stands twice"),
        ("status_cues", "perhaps maybe,likely,before", "unknown status"),
        ("status_cues", "perhaps maybe,planned,behind", "unknown side"),
        ("status_cues", "will,planned,before", "phrase stands twice"),
        ("event_types", "AID,material_coop,1.0,07,Twice.,Twice.", "type stands twice"),
        ("frames", "C01,meet,,CONSULT,,1,with,1,strong,,0.9,A met B.", "rule stands twice"),
        ("frames", "Z01,meet,,DANCE,,1,with,1,strong,,0.9,A met B.", "unknown event type"),
        ("frames", "Z01,meet,,CONSULT,,1,with,1,strong,,0.9,", "no example sentence"),
        ("frames", "Z01,frobnicate,,CONSULT,,1,with,1,strong,,0.9,A met B.", "verb class without a verb"),
        (
            "frames",
            "Z01,meet,frobnication,CONSULT,,1,with,1,strong,,0.9,A met B.",
            "noun class without a noun",
        ),
    ],
)
def test_bad_row_is_refused_with_file_row_and_reason(
    own_reference: Path, name: str, row: str, why: str
) -> None:
    path = own_reference / f"{name}.csv"
    text = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text(f"{text}\n{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^{name}\.csv, row \d+: {why}"):
        getattr(words, name)()


def test_row_number_counts_the_header(own_reference: Path) -> None:
    path = own_reference / "status_cues.csv"
    n_lines = len(path.read_text(encoding="utf-8").splitlines())
    with path.open("a", encoding="utf-8") as handle:
        handle.write("perhaps maybe,likely,before\n")
    with pytest.raises(ValueError, match=f"row {n_lines + 1}:"):
        words.status_cues()


@pytest.mark.parametrize("name", TABLES)
def test_missing_column_is_named(own_reference: Path, name: str) -> None:
    path = own_reference / f"{name}.csv"
    header, rest = path.read_text(encoding="utf-8").split("\n", 1)
    first, others = header.split(",", 1)
    path.write_text(f"{first}x,{others}\n{rest}", encoding="utf-8")
    with pytest.raises(ValueError, match=rf"{name}\.csv: columns \['{first}'\] are missing"):
        getattr(words, name)()
