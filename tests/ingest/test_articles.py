"""Laws of the border: what is normalised, dated, named and refused, and that nothing is lost on the way."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from time import perf_counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.articles import (
    ARTICLE_SCHEMA,
    MAX_TEXT_BYTES,
    QUARANTINE_SCHEMA,
    REASONS,
    RECORD_SCHEMA,
    Admitted,
    Batch,
    Refusal,
    admit,
    detect_languages,
    normalise,
    normalise_line,
    parse_dates,
    quarantine_frame,
)  # fmt: skip

ENGLISH = "The foreign minister of Austria met the envoys of both sides in Vienna on Friday, officials said."
TEXTS = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("e\u0301\u0316\u0344\u0345\r\n\t\u200b\u202e\u00ad\u1100\u1161\uac00"),
    )
)


def batch(*records: dict[str, object]) -> Batch:
    """The records as one batch."""
    place = {"path": "in/a.jsonl", "name": "a.jsonl", "raw_sha256": "0" * 64, "text": ENGLISH}
    rows = [place | {"position": index} | record for index, record in enumerate(records)]
    frame = pl.DataFrame(rows, schema=RECORD_SCHEMA, orient="row")
    return Batch("in/a.jsonl", "0" * 64, frame, quarantine_frame([]), len(rows), datetime(2025, 8, 1))


def admitted(*records: dict[str, object]) -> Admitted:
    """The records over the border; conservation and schemas are checked on the way."""
    result = admit(batch(*records))
    assert result.n_in == len(records) == len(result.articles) + len(result.quarantine)
    assert result.articles.schema == ARTICLE_SCHEMA
    assert result.quarantine.schema == QUARANTINE_SCHEMA
    return result


def applied(texts: list[str], rule=normalise) -> list[str]:
    """The texts through a normalising expression."""
    return pl.DataFrame({"t": texts}, schema={"t": pl.String}).select(rule(pl.col("t")))["t"].to_list()


@given(st.lists(TEXTS, max_size=5))
@settings(max_examples=300, deadline=None)
def test_normalising_is_done_once_for_all(texts: list[str]) -> None:
    once = applied(texts)
    assert applied(once) == once
    assert applied(applied(texts, normalise_line), normalise_line) == applied(texts, normalise_line)
    for text in once:
        assert text == text.strip()
        assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in text)
        assert not set(text) & set("\u200b\u200e\u202e\u2066\ufeff\u00ad")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("e\u0301", "é"),
        ("a\x00b\x07c\x7f\x9b", "abc"),
        ("\ufeffDar\u200b met\u202e him\u2069", "Dar met him"),
        ("co\u00adoperation", "cooperation"),
        ("a\tb", "a b"),
        (" \n text \n\n", "text"),
        ("z" + "\u0301" * 50, "ź" + "\u0301" * 7),
        ("日本 🙂 ’", "日本 🙂 ’"),
    ],
)
def test_normalise(raw: str, clean: str) -> None:
    assert applied([raw, "plain"]) == [clean, "plain"]


def test_title_is_one_line_and_blank_is_none() -> None:
    assert applied([" A\n  title\t here ", " \u200b "], normalise_line) == ["A title here", None]


def test_stacked_marks_cost_no_time() -> None:
    begin = perf_counter()
    applied(["a" + "\u0301\u0316" * 400_000])
    assert perf_counter() - begin < 5


@pytest.mark.parametrize(
    ("value", "day", "moment"),
    [
        ("2025-07-26", date(2025, 7, 26), None),
        ("2025-07-26T10:00:05Z", date(2025, 7, 26), datetime(2025, 7, 26, 10, 0, 5)),
        ("2025-07-26 10:00", date(2025, 7, 26), datetime(2025, 7, 26, 10)),
        ("2025-07-26T10:00:00.25+00:00", date(2025, 7, 26), datetime(2025, 7, 26, 10, 0, 0, 250_000)),
        ("2025-07-25T22:30:00-04:00", date(2025, 7, 25), datetime(2025, 7, 26, 2, 30)),
        ("2025-07-26T01:00:00+0530", date(2025, 7, 26), datetime(2025, 7, 25, 19, 30)),
        ("Sat, 26 Jul 2025 10:00:00 GMT", date(2025, 7, 26), datetime(2025, 7, 26, 10)),
        ("Sat, 26 Jul 2025 10:00:00 -0400 (EDT)", date(2025, 7, 26), datetime(2025, 7, 26, 14)),
        ("26 July 2025", date(2025, 7, 26), None),
        ("July 26, 2025", date(2025, 7, 26), None),
        ("Jul. 26, 2025 10:05 PM EST", date(2025, 7, 26), datetime(2025, 7, 27, 3, 5)),
        ("12 Sept 2025 12:15 a.m.", date(2025, 9, 12), datetime(2025, 9, 12, 0, 15)),
        ("Saturday, 26th July 2025", date(2025, 7, 26), None),
        ("20250726", date(2025, 7, 26), None),
        ("20250726T101112Z", date(2025, 7, 26), datetime(2025, 7, 26, 10, 11, 12)),
        ("2025/7/6", date(2025, 7, 6), None),
        ("26/07/2025", date(2025, 7, 26), None),
        ("07/26/2025", date(2025, 7, 26), None),
        ("05.05.2025", date(2025, 5, 5), None),
        ("1753488000", date(2025, 7, 26), datetime(2025, 7, 26)),
        ("1753488000000", date(2025, 7, 26), datetime(2025, 7, 26)),
        ("2024-02-29", date(2024, 2, 29), None),
        ("2016-12-31T23:59:60Z", date(2016, 12, 31), datetime(2016, 12, 31, 23, 59, 59)),
        ("1900-01-01", date(1900, 1, 1), None),
        ("2100-12-31", date(2100, 12, 31), None),
        ("  ", None, None),
        (None, None, None),
    ],
)
def test_date_is_read(value: str | None, day: date | None, moment: datetime | None) -> None:
    parsed = parse_dates(pl.Series([value], dtype=pl.String))
    assert parsed.row(0) == (day, moment, None)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2025-02-30", "bad_date"), ("2023-02-29", "bad_date"), ("2025-13-01", "bad_date"),
        ("yesterday", "bad_date"),
        ("2025-07", "bad_date"), ("2025-07-26T25:00", "bad_date"), ("2025-07-26T10:00+99:00", "bad_date"),
        ("July 26, 2025 13:00 pm", "bad_date"), ("31/31/2025", "bad_date"), ("0", "bad_date"),
        ("26 July", "bad_date"),
        ("07/08/2025", "ambiguous_date"),
        ("0000-00-00", "date_out_of_range"), ("1899-12-31", "date_out_of_range"),
        ("2101-01-01", "date_out_of_range"),
        ("99999-12-31", "date_out_of_range"), ("9999-12-31T23:59:59-12:00", "date_out_of_range"),
    ],
)  # fmt: skip
def test_date_is_refused(value: str, reason: str) -> None:
    assert parse_dates(pl.Series([value])).row(0) == (None, None, reason)
    assert admitted({"published_date": value}, {}).quarantine["reason"].to_list() == [reason]


@given(
    st.lists(st.one_of(st.none(), st.text("0123456789-/:.TZ+ JanuySeptAPM,", max_size=30), TEXTS), max_size=8)
)
@settings(max_examples=200, deadline=None)
def test_every_date_value_gets_a_day_or_a_reason_or_is_blank(values: list[str | None]) -> None:
    parsed = parse_dates(pl.Series(values, dtype=pl.String))
    for value, (day, _, problem) in zip(values, parsed.iter_rows(), strict=True):
        assert (day is None) or (problem is None)
        assert day or problem or not (value or "").strip()


def test_day_given_as_such_wins_and_time_is_kept() -> None:
    row = admitted({"published_date": "2025-07-26", "published_at": "2025-07-25T23:00:00Z"}).articles.row(
        0, named=True
    )
    assert row["published_date"] == date(2025, 7, 26)
    assert row["published_at"] == datetime(2025, 7, 25, 23)


def test_date_source_says_where_the_day_came_from() -> None:
    records = ({"published_date": "2025-07-26"}, {"published_date": "2025-07-26", "date_source": "html"}, {})
    assert admitted(*records).articles["date_source"].to_list() == ["input", "html", "none"]


@pytest.mark.parametrize(
    ("given_code", "text", "language"),
    [
        ("en", "Der Minister traf ihn.", "en"), ("en-GB", ENGLISH, "en"), ("EN_us", ENGLISH, "en"),
        ("English", ENGLISH, "en"), ("deu", ENGLISH, "de"), ("ckb", ENGLISH, "ckb"),
        (None, ENGLISH, "en"), ("und", ENGLISH, "en"), ("??", ENGLISH, "en"), ("", ENGLISH, "en"),
        (None, "Le ministre des Affaires étrangères a rencontré son homologue allemand à Paris vendredi.",
        "fr"),
        (None, "وزیر خارجہ نے جمعہ کو ویانا میں اپنے ہم منصب سے ملاقات کی، حکام نے بتایا۔", "ur"),
        (None, "Trump, Xi: 12.5", "und"), (None, "1234 5678 90", "und"),
    ],
)  # fmt: skip
def test_language(given_code: str | None, text: str, language: str) -> None:
    assert admitted({"language": given_code, "text": text}).articles["language"].to_list() == [language]


def test_language_of_nothing_is_nothing() -> None:
    assert detect_languages(pl.Series([], dtype=pl.String)).to_list() == []


def test_id_depends_on_content_alone_and_not_on_company_or_place() -> None:
    first = {"external_id": "x", "text": ENGLISH, "published_date": "2025-07-26"}
    alone = admitted(first).articles["article_id"].item()
    company = admitted(
        {"text": ENGLISH + " é"}, first | {"path": "else/where.csv", "position": 99, "raw_sha256": "f" * 64}
    )
    assert alone == company.articles["article_id"][1]
    assert alone[0] == "a"
    assert len(alone) == 21
    changed = [
        {"external_id": "y"},
        {"url": "u"},
        {"title": "t"},
        {"published_date": "2025-07-27"},
        {"text": ENGLISH + "!"},
    ]
    ids = admitted(first, *(first | change for change in changed)).articles["article_id"]
    assert ids.n_unique() == 6


def test_copies_stay_visible_for_the_warehouse_to_count() -> None:
    assert admitted({}, {}).articles["article_id"].n_unique() == 1


def test_text_hash_ignores_case_and_spacing() -> None:
    hashes = admitted(
        {}, {"text": ENGLISH.upper().replace(" ", " \n ")}, {"text": ENGLISH + " More."}
    ).articles["text_hash"]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"text": None}, "no_text"), ({"text": " \u200b\n"}, "no_text"),
        ({"text": "\x00" * 50 + "a"}, "not_text"),
        ({"text": "a" * (MAX_TEXT_BYTES + 1)}, "too_large"), ({"url": "u" * 9000}, "too_large"),
    ],
)  # fmt: skip
def test_record_is_refused_with_its_place(record: dict[str, object], reason: str) -> None:
    row = admitted({}, record).quarantine.row(0, named=True)
    assert (row["reason"], row["stage"], row["position"], row["path"]) == (reason, "admit", 1, "in/a.jsonl")
    assert row["detail"]


def test_text_at_the_limit_is_admitted() -> None:
    assert len(admitted({"text": "a" * MAX_TEXT_BYTES}).articles) == 1


def test_empty_batch_is_no_problem() -> None:
    admitted()


def test_reason_outside_the_closed_list_is_an_error_of_the_code() -> None:
    with pytest.raises(ValueError, match="closed list"):
        quarantine_frame([Refusal("p", "p", 0, None, "read", "because", "")])


def test_every_reason_is_explained_in_a_line() -> None:
    assert all(meaning.endswith(".") and "\n" not in meaning for meaning in REASONS.values())


@given(
    st.lists(
        st.fixed_dictionaries(
            {name: st.one_of(st.none(), TEXTS) for name in ("text", "title", "published_at", "language")}
        ),
        max_size=4,
    )
)
@settings(max_examples=100, deadline=None)
def test_nothing_is_lost(records: list[dict[str, object]]) -> None:
    result = admitted(*records)
    positions = result.articles["raw_position"].to_list() + result.quarantine["position"].to_list()
    assert sorted(positions) == list(range(len(records)))
