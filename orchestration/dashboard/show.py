"""Blocks that pages are made of: heads, figures, tables, lists of facts, and the panel with a fact's sentences.

Belongs here: HTML from values that `words` has escaped. Does not belong here: charts, filters, queries of one page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from orchestration.dashboard import data, filters, words

_ON_A_LEAF = 25
_AROUND = 220
_SENTENCES = 12
_FACT = "select * from marts.timeline where fact_id = ?"
_PASSAGES = f"""
    select
        articles.title, articles.source, articles.url, articles.published_date,
        substring(articles.text, greatest(char_start - {_AROUND}, 0) + 1, least(char_start, {_AROUND})) as before,
        substring(articles.text, char_start + 1, char_end - char_start) as sentence,
        substring(articles.text, char_end + 1, {_AROUND}) as after,
        char_start > {_AROUND} as is_cut_before, char_end + {_AROUND} < length(articles.text) as is_cut_after,
        list(distinct evidence.trigger order by evidence.trigger) as triggers,
        list(distinct evidence.rule_id order by evidence.rule_id) as rules, max(evidence.confidence) as confidence
    from marts.evidence as evidence
    inner join marts.articles as articles on evidence.article_id = articles.article_id
    inner join marts.timeline as fact on evidence.fact_id = fact.fact_id
    where evidence.fact_id = ?
    group by fact.start_date, articles.article_id, articles.title, articles.source, articles.url, articles.published_date, articles.text,
        char_start, char_end
    -- a report after the day tells what happened, one before it what was planned
    order by coalesce(articles.published_date >= fact.start_date, true) desc, confidence desc, articles.published_date, articles.article_id, char_start
"""
_CONTRADICTIONS = "select field, value, is_chosen, n_articles from marts.fact_contradictions where fact_id = ? order by all"
_CORRECTIONS = """
    select action, effect, reason, author, created_date from marts.corrections_applied where fact_id = ? order by all
"""


def html(body: str) -> None:
    """A block of the dashboard's own HTML; whoever calls has escaped what came from outside."""
    st.html(f'<div class="ch">{body}</div>')


def head(title: str, words_below: str = "") -> None:
    """The page's title."""
    html(f"<h1>{escape(title)}</h1>" + (f'<p class="quiet">{escape(words_below)}</p>' if words_below else ""))


def section(title: str, note: str = "") -> None:
    """A section's title, and what to know before reading it."""
    html(f"<h2>{escape(title)}</h2>" + (f'<p class="quiet">{escape(note)}</p>' if note else ""))


def empty(text: str) -> None:
    """What to say where there is nothing to show."""
    html(f'<p class="empty">{escape(text)}</p>')


def figures(items: Sequence[tuple[str, str, str]]) -> None:
    """Figures with their names and, where there is one, a note."""
    cells = (
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}{f'<small>{escape(note)}</small>' if note else ''}</dd></div>"
        for name, value, note in items
    )
    html(f'<dl class="kpis">{"".join(cells)}</dl>')


def _cell(name: str, kind: str, cell: str) -> str:
    """A cell; a figure carries its name."""
    label = name.lower().removesuffix("s") if cell == "1" else name.lower()
    return f'<td class="num" data-label="{escape(label)}">{cell}</td>' if kind == "num" else f'<td class="{kind}">{cell}</td>'


def table(caption: str, heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> None:
    """A table of cells that are HTML already; a head's class (`num`, `full`, `date`) is its cells' too.

    On a narrow screen a row is a card, its figures named by their heads.
    """
    top = "".join(f'<th scope="col" class="{kind}">{escape(name)}</th>' for name, kind in heads)
    body = "".join(
        "<tr>" + "".join(_cell(name, kind, cell) for (name, kind), cell in zip(heads, row, strict=True)) + "</tr>" for row in rows
    )
    html(f'<table class="wide"><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>')


def _place(fact: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """City and country, as far as known."""
    country = names.get(fact["country_code"], fact["country_code"])
    return ", ".join(part for part in (fact["city"], country) if part)


def _who(fact: Mapping[str, Any]) -> str:
    """The sides, and under them the people."""
    people = ", ".join(fact["people"][:6]) + (f" and {len(fact['people']) - 6} more" if len(fact["people"]) > 6 else "")
    return escape(fact["who"]) + (f'<br><span class="quiet">{escape(people)}</span>' if people else "")


def facts(page: str, caption: str, found: Sequence[Mapping[str, Any]], total: int) -> None:
    """A leaf of a list of facts; each opens its sentences."""
    names, here = data.all_names(), filters.now()
    rows = [
        (
            escape(words.dated(fact["start_date"], fact["date_precision"], fact["first_reported"])),
            words.category(fact["category"]),
            f"{words.link(page, fact['what'], **(here | {'fact': fact['fact_id']}))}<br>{_who(fact)}",
            escape(_place(fact, names)),
            words.status(fact["status"], fact["fact_kind"]),
            words.number(fact["n_sources"]),
        )
        for fact in found
    ]
    heads = [("Date", "date"), ("Kind", ""), ("What and who", "full"), ("Where", "full"), ("Status", "st"), ("Sources", "num")]
    table(caption, heads, rows)
    _leaves(page, here, total)


def leaf_bounds() -> tuple[int, int]:
    """Limit and offset of the leaf that is asked for."""
    return _ON_A_LEAF, (filters.leaf() - 1) * _ON_A_LEAF


def _leaves(page: str, here: Mapping[str, Any], total: int) -> None:
    """Links to the leaves before and after."""
    last, leaf = max(1, -(-total // _ON_A_LEAF)), filters.leaf()
    if last == 1 and leaf == 1:
        return
    shown = {name: value for name, value in here.items() if name != "fact"}
    parts = [f"<span>Page {leaf} of {last}</span>"]
    if leaf > 1:
        parts.insert(0, words.link(page, "← earlier page", **(shown | {"page": min(leaf - 1, last)})))
    if leaf < last:
        parts.append(words.link(page, "next page →", **(shown | {"page": leaf + 1})))
    html(f'<nav aria-label="Pages of the list">{"".join(parts)}</nav>')


def _passage(item: Mapping[str, Any]) -> str:
    """One sentence with what stands around it, and where it is from."""
    before = "… " + item["before"].partition(" ")[2] if item["is_cut_before"] else item["before"]
    after = item["after"].rpartition(" ")[0] + " …" if item["is_cut_after"] else item["after"]
    title = words.source_link(item["url"], item["title"] or "untitled article")
    source = ", ".join(part for part in (item["source"], words.day(item["published_date"])) if part)
    return (
        f'<blockquote><span class="around">{escape(before)}</span>{words.marked(item["sentence"], item["triggers"])}'
        f'<span class="around">{escape(after)}</span><footer>{title}, {escape(source)} · rule {escape(", ".join(item["rules"]))}, '
        f"confidence {words.number(item['confidence'], 2)}</footer></blockquote>"
    )


def _notes(fact_id: str) -> str:
    """What reports tell differently, and what was corrected by hand."""
    told = [
        f"<li>{escape(row['field'].replace('_', ' '))}: {escape(str(row['value']))}, told by {words.plural(row['n_articles'], 'article')}"
        f"{' (shown here)' if row['is_chosen'] else ''}</li>"
        for row in data.dicts(_CONTRADICTIONS, fact_id)
    ]
    corrected = [
        f"<li>{escape(row['action'])}: {escape(row['effect'] or '')} – {escape(row['reason'] or '')} ({escape(row['author'] or '')})</li>"
        for row in data.dicts(_CORRECTIONS, fact_id)
    ]
    return (f"<h3>Told differently</h3><ul>{''.join(told)}</ul>" if told else "") + (
        f"<h3>Corrected by hand</h3><ul>{''.join(corrected)}</ul>" if corrected else ""
    )


def evidence(page: str) -> None:
    """The sentences of the fact that the address opens; nothing where none is opened."""
    fact_id = filters.opened()
    if not fact_id:
        return
    found = data.dicts(_FACT, fact_id)
    closed = words.link(page, "Close", **{name: value for name, value in filters.now().items() if name != "fact"})
    if not found:
        html(f'<div class="panel"><p>No fact {escape(fact_id)} in this warehouse; it may stand under another name since a newer build.</p>{closed}</div>')
        return
    fact, passages = found[0], data.dicts(_PASSAGES, fact_id)
    where = _place(fact, data.all_names())
    told = f"{words.plural(fact['n_articles'], 'article')} from {words.plural(fact['n_sources'], 'independent source')}"
    line = " · ".join(
        part
        for part in (
            escape(words.dated(fact["start_date"], fact["date_precision"], fact["first_reported"])),
            escape(where),
            words.status(fact["status"], fact["fact_kind"]),
            escape(told),
        )
        if part
    )
    people = f"<p>{escape(', '.join(fact['people']))}</p>" if fact["people"] else ""
    more = len(passages) - _SENTENCES
    rest = f'<p class="quiet">and {words.plural(more, "more sentence")}: <code>chancery explain {escape(fact_id)}</code></p>' if more > 0 else ""
    html(
        f'<div class="panel" role="region" aria-label="Evidence"><h2>{escape(fact["what"])}: {escape(fact["who"])}</h2>'
        f"<p>{line}</p>{people}<h3>What the articles say</h3>{''.join(map(_passage, passages[:_SENTENCES]))}{rest}"
        f"{_notes(fact_id)}<p>{closed}</p></div>"
    )
