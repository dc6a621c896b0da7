"""The twenty questions: asked of the sample articles, and their page current."""

from __future__ import annotations

import polars as pl
import pytest

from ingest.settings import Home
from orchestration import questions


@pytest.fixture(scope="module")
def answers(sample: Home) -> dict[str, pl.DataFrame]:
    return questions.answers(sample)


def test_there_are_twenty_questions_and_each_is_one() -> None:
    asked = questions.questions()
    assert len(asked) == 20
    assert all(question.text.endswith("?") and question.sql.startswith(("select", "with")) for question in asked)
    assert [int(question.name[:2]) for question in asked] == list(range(1, 21))


@pytest.mark.parametrize("question", questions.questions(), ids=lambda question: question.name)
def test_a_question_has_an_answer(answers: dict[str, pl.DataFrame], question: questions.Question) -> None:
    assert answers[question.name].height > 0
    assert "order by" in question.sql, "without an order the page changes from run to run"


def test_the_page_is_what_the_sample_says_today(sample: Home) -> None:
    assert questions.path().read_text(encoding="utf-8") == questions.page(sample), "run `make docs`"


def test_no_cell_breaks_the_page() -> None:
    frame = pl.DataFrame({"a": ["x|y", "<b>\nz", None], "b": [[1, 2], [], None], "c": [True, False, None]})
    assert questions.markdown(frame).splitlines()[2:] == [
        "| x\\|y | 1, 2 | yes |",
        "| &lt;b> z |  | no |",
        "|  |  |  |",
    ]
