"""The frame around the pages: their order, the style, and what stands there while nothing is published.

Belongs here: what every page has. Does not belong here: a page.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ingest.errors import ChanceryError
from orchestration.dashboard import country_pair, explore, person, quality, show, world

# No icons: a page's icon becomes its favicon, which Streamlit fetches from outside.
PAGES = {
    "world": (world.page, "World"),
    "pair": (country_pair.page, "Country pair"),
    "person": (person.page, "Person"),
    "explore": (explore.page, "Explore"),
    "quality": (quality.page, "Quality"),
}


def main() -> None:
    """Show the page that the address names."""
    st.set_page_config(page_title="Chancery", layout="wide")
    st.html(Path(__file__).with_name("style.css"))
    st.session_state["pages"] = pages = {
        name: st.Page(function, title=title, url_path=name, default=name == "world")
        for name, (function, title) in PAGES.items()
    }
    shown = st.navigation(list(pages.values()), position="top")
    try:
        shown.run()
    except ChanceryError as error:
        show.head("Nothing to show yet")
        show.empty(str(error))


if __name__ == "__main__":
    main()
