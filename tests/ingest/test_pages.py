"""Pages to articles: title, date with zone and source, author, address, language, text; and pieces of HTML to text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.pages.article import Unread, decode, read_page
from ingest.pages.days import read_date
from ingest.pages.fragments import fragment_text

CASES = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "pages.yaml").read_text(encoding="utf-8"))
BODY = "".join(
    f"<p>The ministers met in Vienna for round {number} of their talks on trade and security, officials of both sides said "
    "on Tuesday evening. They agreed to go on next month, and a spokesman called the meeting useful.</p>"
    for number in ("one", "two", "three")
)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_page_is_read_as_it_states(case: dict[str, Any]) -> None:
    page = case["html"].replace("BODY", BODY).encode(case.get("encoding", "utf-8"))
    found = read_page(page, case.get("url"))
    expected = dict(case["expected"])
    assert expected.pop("contains", "") in found["text"]
    lacks = expected.pop("lacks", None)
    assert lacks is None or lacks not in found["text"]
    assert {name: found[name] for name in expected} == expected


def test_there_are_pages_of_every_shape() -> None:
    assert len(CASES) >= 30
    assert {case["expected"].get("date_source") for case in CASES} >= {"json-ld", "meta", "microdata", "time", "url", "text", None}


@pytest.mark.parametrize("page", ["", "   ", "\0", "<html></html>", "<p></p>", "<!-- -->", "<html><body>" + "<div>" * 2000])
def test_a_page_without_text_has_a_reason(page: str) -> None:
    with pytest.raises(Unread) as problem:
        read_page(page)
    assert problem.value.reason in ("html_without_text", "html_too_deep")


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("café".encode(), None, "café"),
        ("café".encode("latin-1"), None, "café"),
        ("café".encode("latin-1"), "no-such-set", "café"),
        ("“café”".encode("cp1252"), "iso-8859-1", "“café”"),
        (b"\xef\xbb\xbfcaf\xc3\xa9", "latin-1", "café"),
        ("café".encode("utf-16"), None, "café"),
        ("会談".encode("iso2022_jp"), "iso-2022-jp", "会談"),
        ("会談が行われた".encode("shift_jis"), "shift_jis", "会談が行われた"),
        ("会谈".encode("gbk"), "gb2312", "会谈"),
        ("café".encode(), "latin-1", "café"),
    ],
)
def test_bytes_become_text_by_the_set_they_are_in(data: bytes, charset: str | None, text: str) -> None:
    assert decode(data, charset) == text


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("2024-03-05T14:00:00.123Z", "2024-03-05T14:00:00+00:00"),
        ("2024-03-05 14:00", "2024-03-05T14:00:00"),
        ("20240305T140000+0100", "2024-03-05T14:00:00+01:00"),
        ("2024-03-05T14:00:00-0330", "2024-03-05T14:00:00-03:30"),
        ("25.12.2024 18:30", "2024-12-25T18:30:00"),
        ("5 March 2024", "2024-03-05"),
        ("1709647200000", "2024-03-05T14:00:00+00:00"),
        ("2024-02-30", None),
        ("1850-01-01", None),
        ("99999999999999", None),
        ("2024-03-05T14:00:00+99:00", "2024-03-05T14:00:00"),
        ("Thu, 99 Mar 2024 14:00:00 GMT", None),
        ("", None),
    ],
)
def test_stated_dates_keep_their_zone(stated: str, read: str | None) -> None:
    found = read_date(stated, "")
    assert (found.text if found else None) == read


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Plain text\n\nof two lines", "Plain text\nof two lines"),
        ("<p>One</p><p>Two <b>bold</b> words</p>", "One\nTwo bold words"),
        ("<div>One<br>Two</div><script>x()</script><style>a{}</style>", "One\nTwo"),
        ("<p>AT&amp;T &lt;x&gt;</p>", "AT&T <x>"),
        ("<p>Text</p><figure><img><figcaption>A caption</figcaption></figure>", "Text"),
        ('<p>Text</p><p>The post <a href="x">Text</a> appeared first on <a href="y">Site</a>.</p>', "Text"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<p>Unclosed <b>and <i>nested", "Unclosed and nested"),
        ("<div>" * 3000 + "deep" + "</div>" * 3000, ""),
        ("", ""),
    ],
)
def test_markup_becomes_paragraphs(markup: str, text: str) -> None:
    found = fragment_text(markup)
    assert found == text or text == "" and found in ("", "deep")


NAMES = (
    "@type", "@id", "@graph", "url", "headline", "name", "datePublished", "author", "publisher", "mainEntityOfPage", "inLanguage",
    "articleBody",
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=12), st.sampled_from(["2024-03-05", "NewsArticle", "http://[x", "\ud800"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(NAMES), inner, max_size=5,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@given(VALUES, st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_whatever_a_page_declares_its_text_is_read(declared: object, rest: str) -> None:
    script = json.dumps(declared).replace("</", "<\\/")
    page = f'<html><head><script type="application/ld+json">{script}{rest}</script></head><body><h1>Panel named</h1>{BODY}</body></html>'
    assert "The ministers met in Vienna" in read_page(page)["text"]
