"""What the pages tell a reader to run, run: `python -m orchestration.site.examples PAGE…` writes outputs anew.

A page says in its front matter which home its blocks want: `sample` (the published sample, read only; the default), `copy`
(a copy of it, in a copy of the checkout), `new` (an empty home, in a copy of the checkout), `elsewhere` (they have a test of their
own, named as `tested`, and are not run here). Blocks of a page run in order.
A block with a mark is not run here, but for `{exit N}`: it is run and must end so.

Belongs here: running blocks and comparing outputs. Does not belong here: which marked block is tested where
(`tests/docs/`).
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.settings import HOME_VARIABLE, Home, environment_with, project_root
from orchestration.site import fences

_SHELL = set("|<>$`;&*\n")
_COPIED = ("ingest", "orchestration", "dbt_project", "data/sample", "data/reference", "tests", "workspace.yaml", "pyproject.toml")
_IGNORED = shutil.ignore_patterns("target", "logs", ".user.yml", ".cache")


@dataclass(frozen=True)
class Outcome:
    """What became of a block: what is wrong with it ("" where nothing is) and what it printed."""

    example: fences.Example
    problem: str
    output: str


@dataclass(frozen=True)
class Ground:
    """Where blocks run: a home, and a checkout that they may spoil or only read."""

    home: Home
    root: Path
    is_apart: bool = False

    def environment(self) -> dict[str, str]:
        """The environment of a reader who has set up this checkout and activated its environment."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        more = {"PATH": path, HOME_VARIABLE: str(self.home.root), "PYTHONPATH": str(self.root), "COLUMNS": "120"}
        return {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"} | more


def apart(home: Home, folder: Path) -> Ground:
    """A copy of the checkout's tracked folders, for blocks that change tables."""
    for name in _COPIED:
        source, target = project_root() / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=_IGNORED)
        else:
            shutil.copy(source, target)
    return Ground(home, folder, is_apart=True)


def _within(home: Home, words: list[str]) -> tuple[int, str]:
    """A `chancery` command within this process: exit code and output, with errors where it fails."""
    from orchestration import cli

    out, err = io.StringIO(), io.StringIO()
    with environment_with(HOME_VARIABLE, str(home.root)), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main(words)
        except SystemExit as end:
            code = int(end.code or 0)
    return code, out.getvalue() + (err.getvalue() if code else "")


def _beside(ground: Ground, words: list[str]) -> tuple[int, str]:
    """A command as a process: exit code and output, with errors where it fails."""
    done = subprocess.run(
        words, cwd=ground.root, env=ground.environment(), capture_output=True, text=True, check=False, timeout=600
    )
    return done.returncode, done.stdout + (done.stderr if done.returncode else "")


def _is_simple(command: str) -> bool:
    """Whether this is one `chancery` command without anything that a shell is needed for."""
    outside = "".join(part for n, part in enumerate(command.split('"')) if n % 2 == 0)
    return command.startswith("chancery ") and not set(outside) & _SHELL and not set(command) & set("$`")


def run(ground: Ground, block: fences.Fence) -> tuple[int, str]:
    """Exit code and output of a block."""
    text = block.text.strip()
    if block.language == "sql":
        return _within(ground.home, ["query", text])
    if block.language == "python":
        return _beside(ground, [sys.executable, "-c", text])
    if _is_simple(text) and not ground.is_apart:
        return _within(ground.home, shlex.split(text)[1:])
    return _beside(ground, ["bash", "-euo", "pipefail", "-c", text])


def _wanted(mark: str) -> int | None:
    """The exit code that a block must end with; None for a block that is not run here."""
    if not mark:
        return 0
    word, _, number = mark.partition(" ")
    return int(number) if word == "exit" else None


def outcomes(ground: Ground, page: str) -> Iterator[Outcome]:
    """Run the blocks of a page in order."""
    for example in fences.examples(page):
        wanted = _wanted(example.code.mark)
        if wanted is None:
            continue
        code, output = run(ground, example.code)
        problem = "" if code == wanted else f"ended with {code}, not {wanted}"
        if not problem and example.output and not fences.matches(example.output.text, output):
            problem = "prints something else"
        yield Outcome(example, problem, output)


def shown(output: str, ground: Ground) -> str:
    """Output as a page shows it: what differs from place to place and from day to day is left out."""
    text = fences.normal(output).replace(str(ground.home.root), "…").replace(f"{date.today()}", "…")
    text = text.replace(str(ground.root), "…") if ground.is_apart else text
    return re.sub(r"snapshot s[0-9a-f]+", "snapshot s…", text)


def renewed(page: str, ground: Ground) -> str:
    """The page with the outputs that are no longer true written anew. Raises `ValueError` where a block fails."""
    for outcome in reversed(list(outcomes(ground, page))):
        if outcome.problem.startswith("ended"):
            raise ValueError(f"{outcome.example.code.text}{outcome.problem}:\n{outcome.output}")
        if outcome.problem and (told := outcome.example.output):
            page = f"{page[: told.start]}```text\n{shown(outcome.output, ground)}\n```{page[told.end :]}"
    return page


@contextmanager
def ground_for(page: str, sample: Home) -> Iterator[Ground]:
    """Where the blocks of a page run, by its front matter."""
    kind = fences.home(page)
    if kind == "sample":
        yield Ground(sample, project_root())
        return
    with TemporaryDirectory(prefix="chancery-page-") as place:
        home = Home.resolve(Path(place) / "home")
        if kind == "copy":
            shutil.copytree(sample.root, home.root)
        else:
            home.ensure()
        yield apart(home, Path(place) / "checkout")


def renew(path: Path, sample: Home) -> bool:
    """Write the outputs of a page anew; whether that changed it."""
    page = path.read_text(encoding="utf-8")
    with ground_for(page, sample) as ground:
        after = renewed(page, ground)
    path.write_text(after, encoding="utf-8")
    return after != page


def main() -> None:
    """Write the outputs of the pages named, or of all that are asked of the sample, anew."""
    from orchestration.questions import build_sample

    named = [Path(word) for word in sys.argv[1:]]
    with TemporaryDirectory(prefix="chancery-site-") as place:
        sample = Home.resolve(place)
        build_sample(sample)
        for path in named:
            sys.stdout.write(f"{path}: {'written anew' if renew(path, sample) else 'is current'}\n")


if __name__ == "__main__":
    main()
