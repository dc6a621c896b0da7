"""The page of commands: every verb of `chancery` as its own help tells it, and every target of the Makefile.

Belongs here: the page. Does not belong here: the help itself (`orchestration.cli`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import typer

from ingest.settings import project_root
from orchestration.cli import app

_EXIT_CODES = """## Exit codes

| code | meaning | what to do |
|---:|---|---|
| 0 | done; refused inputs are told, not fatal | |
| 1 | a check failed, and nothing was published | read which one; the published file is as it was |
| 2 | wrong use | the message says what was meant |
| 3 | surroundings: lock, disk, permission, network of a proxy | mend it and run again: the next run finishes the work |
| 4 | damaged data | `chancery verify` names it, `chancery replay` rebuilds |
"""


def _verbs(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that does something, groups before what is in them."""
    for name, sub in command.commands.items():
        if getattr(sub, "commands", None):
            yield from _verbs(sub, (*path, name))
        else:
            yield (*path, name)


def verbs() -> list[tuple[str, ...]]:
    """Every verb, as its words."""
    return list(_verbs(typer.main.get_command(app)))


def help_of(words: tuple[str, ...]) -> str:
    """What `chancery WORDS --help` prints."""
    out = io.StringIO()
    with redirect_stdout(out):
        app(args=[*words, "--help"], prog_name="chancery", standalone_mode=False)
    return out.getvalue().strip()


def targets() -> list[tuple[str, str]]:
    """Every target of the Makefile that says what it does."""
    makefile = (project_root() / "Makefile").read_text(encoding="utf-8")
    return re.findall(r"^([a-z-]+):[^#\n]*## (.+)$", makefile, re.MULTILINE)


def page() -> str:
    """The page as Markdown."""
    made = "\n".join(f"| `make {name}` | {what.replace('|', chr(92) + '|')} |" for name, what in targets())
    told = "\n".join(f"### chancery {' '.join(words)}\n\n```text\n{help_of(words)}\n```\n" for words in verbs())
    return "\n".join([
        "# Commands\n",
        "`make run` puts `chancery` into `.venv/bin/`; `source .venv/bin/activate` lets you call it by its name.\n",
        f"## make\n\n| target | what it does |\n|---|---|\n{made}\n",
        f"## chancery\n\n{told}", _EXIT_CODES,
    ])  # fmt: skip
