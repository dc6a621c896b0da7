"""Values within the text of DuckDB's statements, where no parameter may stand (ATTACH, COPY, LOAD, COMMENT).

Belongs here: quoting. Does not belong here: any statement.
"""

from __future__ import annotations

from pathlib import Path


def quoted(text: Path | str) -> str:
    """A literal of SQL."""
    return "'" + str(text).replace("'", "''") + "'"
