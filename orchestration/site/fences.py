"""Fenced blocks of a Markdown page, and which of them is the output of which.

Belongs here: reading pages. Does not belong here: running what they hold (`examples`).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import yaml

_FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)(?P=ticks)[ \t]*$", re.MULTILINE | re.DOTALL
)
_FRONT = re.compile(r"\A---\n(?P<yaml>.*?)^---\n", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"\{(?P<mark>[^}]*)\}")
RUN = ("bash", "sql", "python")
"""Languages whose blocks are run."""


@dataclass(frozen=True)
class Fence:
    """One block: its language, the mark behind it (in braces or not, "" without one), its text, where it stands in the page."""

    language: str
    mark: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Example:
    """A block to run and the block of output right behind it, where there is one."""

    code: Fence
    output: Fence | None


def fences(page: str) -> list[Fence]:
    """Every fenced block, in order."""
    found = []
    for match in _FENCE.finditer(page):
        info = match["info"].strip()
        language, _, rest = info.partition(" ")
        mark = _MARK.search(rest)
        text = textwrap.dedent(match["text"]) if match["indent"] else match["text"]
        found.append(Fence(language, mark["mark"] if mark else rest.strip(), text, *match.span()))
    return found


def examples(page: str) -> list[Example]:
    """Every block to run; a `text` block behind it, with nothing but blank lines between, is its output."""
    blocks = fences(page)
    out = []
    for block, after in zip_longest(blocks, blocks[1:]):
        if block.language in RUN:
            is_output = after is not None and after.language == "text" and not page[block.end : after.start].strip()
            out.append(Example(block, after if is_output else None))
    return out


def front_matter(page: str) -> dict[str, str]:
    """What stands between the lines of dashes at the head of a page."""
    match = _FRONT.match(page)
    return yaml.safe_load(match["yaml"]) if match else {}


def home(page: str) -> str:
    """The home that the blocks of a page want: `sample`, `copy`, `new` or `elsewhere` (see `examples`)."""
    return front_matter(page).get("home", "sample")


def without_front_matter(page: str) -> str:
    """The page from its first heading on."""
    return _FRONT.sub("", page).lstrip("\n")


def title(page: str) -> str:
    """The first heading of the first level."""
    match = re.search(r"^# (.+)$", page, re.MULTILINE)
    return match[1].strip() if match else ""


def _plain(match: re.Match[str]) -> str:
    """A block without its mark."""
    edge, language = match["indent"] + match["ticks"], (match["info"].split() or [""])[0]
    return f"{edge}{language}\n{match['text']}{edge}"


def plain(page: str) -> str:
    """The page with the language alone behind each opening of a block, as every renderer understands."""
    return _FENCE.sub(_plain, page)


def normal(output: str) -> str:
    """Output as compared: no spaces at the end of lines, no blank lines around."""
    return "\n".join(line.rstrip() for line in output.splitlines()).strip("\n")


def matches(told: str, got: str) -> bool:
    """Whether output is what a page tells of it; `…` in the page stands for anything, alone on a line for any lines."""
    lines = [
        r"(?:.*\n)*?" if line == "…" else f"{'.*'.join(map(re.escape, line.split('…')))}\n"
        for line in normal(told).splitlines()
    ]
    return re.fullmatch("".join(lines), f"{normal(got)}\n") is not None


def pages(root: Path) -> Sequence[Path]:
    """The pages that are tested: the README and every page of the site, in order."""
    return [root / "README.md", *sorted((root / "dbt_project" / "site").rglob("*.md"))]
