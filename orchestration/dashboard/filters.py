"""Filters whose values stand in the address, so that a link shows what its sender saw.

Belongs here: widgets bound to the query string. The address is the one truth: a widget shows it, a change writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

_LOST_ON_CHANGE = ("fact", "page")
"""What was opened within the old choice is not within the new one."""


def _key(name: str) -> str:
    return f"filter-{name}"


def _write(name: str, default: Any) -> None:
    """The widget's new value goes into the address; the default leaves it."""
    value = st.session_state[_key(name)]
    for lost in _LOST_ON_CHANGE:
        st.query_params.pop(lost, None)
    if value in (None, [], "", default):
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value.isoformat() if isinstance(value, date) else value


def _bound(name: str, value: Any, default: Any) -> dict[str, Any]:
    """The arguments that bind a widget to a parameter which now has this value."""
    st.session_state[_key(name)] = value
    return {"key": _key(name), "on_change": _write, "args": (name, default)}


def one(label: str, name: str, options: Mapping[str, str], default: str | None = None, **more: Any) -> str | None:
    """One of the options, by its code; what the address names wrongly counts as not named."""
    asked = st.query_params.get(name, default)
    value = asked if asked in options else default
    return st.selectbox(
        label, list(options), index=None if default is None else 0, format_func=lambda code: options.get(code, code),
        **_bound(name, value, default), **more,
    )  # fmt: skip


def some(label: str, name: str, options: Mapping[str, str], default: Sequence[str] = (), **more: Any) -> list[str]:
    """Any of the options, by their codes."""
    asked = st.query_params.get_all(name) or list(default)
    value = [code for code in dict.fromkeys(asked) if code in options]
    return st.multiselect(
        label, list(options), format_func=lambda code: options.get(code, code), **_bound(name, value, list(default)), **more
    )


def a_day(label: str, name: str, **more: Any) -> date | None:
    """A day, or none."""
    try:
        value = date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        value = None
    low, high = date(1900, 1, 1), date(2100, 12, 31)
    value = value if value and low <= value <= high else None
    return st.date_input(label, min_value=low, max_value=high, format="YYYY-MM-DD", **_bound(name, value, None), **more)


def now() -> dict[str, Any]:
    """Every parameter of the address as it stands."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def go(page: str, **parameters: Any) -> None:
    """Open another page with these filters."""
    st.switch_page(st.session_state["pages"][page], query_params=parameters)


def asked(name: str) -> str | None:
    """What the address says of one filter, right or wrong."""
    return st.query_params.get(name)


def opened() -> str | None:
    """The fact that is open."""
    return st.query_params.get("fact")


def leaf() -> int:
    """The leaf of a long list, from 1."""
    text = st.query_params.get("page", "1")
    return int(text) if text.isdecimal() and 0 < len(text) < 7 and int(text) > 0 else 1
