"""A reference table that cannot stand stops a run before it reads, with file and row: else every article would fail of it."""

from __future__ import annotations

import polars as pl
import pytest

from ingest.errors import UsageError
from ingest.lexicon import words
from orchestration import pipeline


def refused() -> pl.DataFrame:
    raise ValueError("verbs.csv, row 3: lemma stands twice: ('meet', 'met', 'meet')")


def test_a_row_that_cannot_stand_is_told_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "verbs", refused)
    with pytest.raises(UsageError, match=r"verbs\.csv, row 3: lemma stands twice"):
        list(pipeline._with_sound_tables([pl.DataFrame()]))


def test_where_nothing_is_to_be_read_no_table_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "verbs", refused)
    assert list(pipeline._with_sound_tables([])) == []
