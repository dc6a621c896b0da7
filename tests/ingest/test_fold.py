"""Laws of the fold: equal length, ASCII only, the same by expression and by string."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.fold import PLACEHOLDER, fold_expr, fold_table, fold_text

TEXTS = st.lists(
    st.one_of(st.none(), st.text(max_size=40), st.text("aé’–\u00a0øß\t`中", max_size=10)), max_size=8
)


def folded(texts: list[str | None]) -> list[str | None]:
    """The texts through the Polars expression."""
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(fold_expr(pl.col("text")))["text"].to_list()


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_fold_keeps_every_offset(texts: list[str | None]) -> None:
    for text, fold in zip(texts, folded(texts), strict=True):
        if text is None:
            assert fold is None
        else:
            assert fold.isascii()
            assert len(fold.encode()) == len(fold) == len(text)
            assert fold == fold_text(text)


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_fold_leaves_ascii_as_it_is_but_for_tab_and_backtick(text: str) -> None:
    assert fold_text(text) == text.replace("\t", " ").replace("`", "'")


@pytest.mark.parametrize(
    ("text", "fold"),
    [
        ("Søren Łukasz Đặng", "Soren Lukasz Dang"),
        ("Straße, Ærø, Œuvre, Þór, Ðorđe", "Strase, Aro, Ouvre, Tor, Dorde"),
        ("İstanbul, Erdoğan, Şimşek, ılık", "Istanbul, Erdogan, Simsek, ilik"),
        ("İlham Əliyev", "Ilham Aliyev"),
        ("Dar’s ‘talks’ “held” «today»", 'Dar\'s \'talks\' "held" "today"'),
        ("May 10–12 — no‑fly", "May 10-12 - no-fly"),
        ("a\u00a0b\u202fc\u3000d", "a b c d"),
        ("Ｕ．Ｓ．", "U.S."),
        ("so… on", "so. on"),
        ("中 €5 🙂 e\u0301", f"{PLACEHOLDER} {PLACEHOLDER}5 {PLACEHOLDER} e{PLACEHOLDER}"),
        ("", ""),
    ],
)
def test_fold_gives_the_likeness_that_aliases_are_written_in(text: str, fold: str) -> None:
    assert fold_text(text) == fold
    assert folded([text, "plain"]) == [fold, "plain"]


def test_table_maps_single_characters_to_single_ascii_characters() -> None:
    for char, replacement in fold_table().items():
        assert len(char) == 1
        assert len(replacement) == 1
        assert replacement.isascii()
