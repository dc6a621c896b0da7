"""Pages read: blocks, marks, outputs, what counts as the same output, links of the site."""

from __future__ import annotations

import pytest

from orchestration.site import fences, links

PAGE = """---
home: new
---
# A page

```bash {exit 2}
chancery fly
```

```text
No such …
```

```sql
select 1
```

Words.

```text
no output of the query
```
"""


def test_blocks_know_their_mark_and_their_output() -> None:
    first, second = fences.examples(PAGE)
    assert (first.code.language, first.code.mark, first.code.text) == ("bash", "exit 2", "chancery fly\n")
    assert first.output and first.output.text == "No such …\n"
    assert (second.code.language, second.output) == ("sql", None)


def test_a_word_behind_the_language_is_a_mark_too() -> None:
    (block,) = fences.fences("```python duckdb:open\nx\n```\n")
    assert (block.language, block.mark) == ("python", "duckdb:open")


def test_front_matter_and_title() -> None:
    assert fences.front_matter(PAGE) == {"home": "new"}
    assert fences.front_matter("# x\n") == {}
    assert fences.without_front_matter(PAGE).startswith("# A page")
    assert fences.title(PAGE) == "A page"


def test_the_site_shows_languages_without_marks() -> None:
    assert "{exit 2}" not in fences.plain(PAGE)
    assert fences.plain("```python duckdb:open\nx\n```\n") == "```python\nx\n```\n"


@pytest.mark.parametrize(
    ("told", "got", "same"),
    [
        ("a  b", "a  b  \n\n", True),
        ("a", "b", False),
        ("a … c", "a b c", True),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("a\n…\nd", "a\nd", True),
        ("a", "a\nb", False),
        ("a.c", "abc", False),
    ],
)
def test_output_is_compared_but_for_what_is_left_open(told: str, got: str, same: bool) -> None:
    assert fences.matches(told, got) is same


EXISTING = {"reference/tables/meetings.md", "reference/rules.md", "how-to/correct.md", "faq.md"}


@pytest.mark.parametrize(
    ("link", "place", "shown"),
    [
        ("[m](../../models/marts/meetings.yml)", "how-to/ask.md", "[m](../reference/tables/meetings.md)"),
        ("[`m`](../../models/marts/meetings.yml#x)", "how-to/ask.md", "[`m`](../reference/tables/meetings.md#x)"),
        ("[r](../../../data/reference/RULES.md)", "how-to/ask.md", "[r](../reference/rules.md)"),
        ("[c](correct.md)", "how-to/ask.md", "[c](correct.md)"),
        ("[q](../faq.md#where)", "how-to/ask.md", "[q](../faq.md#where)"),
        ("[code](../../../ingest/settings.py)", "how-to/ask.md", "code"),
        ("[web](https://duckdb.org)", "how-to/ask.md", "[web](https://duckdb.org)"),
        ("[here](#below)", "how-to/ask.md", "[here](#below)"),
    ],
)
def test_links_lead_to_pages_of_the_site(link: str, place: str, shown: str) -> None:
    assert links.translated(link, f"dbt_project/site/{place}", place, EXISTING) == shown


def test_links_within_code_are_left_alone() -> None:
    page = "```text\n[m](../../models/marts/meetings.yml)\n```\n"
    assert links.translated(page, "dbt_project/site/how-to/x.md", "how-to/x.md", EXISTING) == page
