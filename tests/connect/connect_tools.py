"""The tools of `how-to/connect.md`: the page's pieces, and a process that runs them one after the other.

Belongs here: helpers of these tests, no fixtures.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
PAGES = ROOT / "dbt_project" / "site" / "how-to"
NODE_MODULES = ROOT / ".venv" / "connect" / "node_modules"
END = "-- end of the answer --"
_PIECE = re.compile(r"^```\w+ (\w+):(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pieces(page: str) -> dict[str, dict[str, str]]:
    """Every piece of a page, by tool and step: the fences that say ```language tool:step."""
    found: dict[str, dict[str, str]] = {}
    for tool, step, code in _PIECE.findall((PAGES / page).read_text(encoding="utf-8")):
        found.setdefault(tool, {})[step] = code
    return found


def skip(reason: str) -> None:
    """Skip where a tool is absent; in CI, where `.ci/run` installed it, fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass(frozen=True)
class Tool:
    """One way to open the published file. `pieces` names the tool in the page, `version` another DuckDB than the lock's."""

    pieces: str
    write: str
    kind: str = "python"
    version: str | None = None
    needs: tuple[str, ...] = field(default=())

    @property
    def environment(self) -> dict[str, str]:
        """The process's environment: our programs first, and another version of DuckDB where one is meant."""
        other = str(ROOT / ".venv" / f"duckdb-{self.version}") if self.version else ""
        path = os.pathsep.join(part for part in (other, str(ROOT)) if part)
        programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return os.environ | {"PATH": programs, "PYTHONPATH": path, "NODE_PATH": str(NODE_MODULES)}

    def require(self) -> None:
        """Skip, or fail in CI, unless what it needs is installed."""
        for program in self.needs:
            if shutil.which(program, path=self.environment["PATH"]) is None:
                skip(f"no program {program}: `make connect` installs it")
        if self.version and not (ROOT / ".venv" / f"duckdb-{self.version}").is_dir():
            skip(f"no DuckDB {self.version}: `make connect` installs it")
        if self.kind == "node" and not NODE_MODULES.is_dir():
            skip("no DuckDB client of Node: `make connect` installs it")
        if self.pieces == "adbc":
            try:
                import adbc_driver_manager  # noqa: F401
            except ImportError:
                skip("no adbc_driver_manager: `make connect` installs it")

    @property
    def command(self) -> list[str]:
        """What takes pieces on its standard input."""
        if self.kind == "python":
            return [sys.executable, str(HERE / "drive_python.py"), END]
        if self.kind == "node":
            return ["node", str(HERE / "drive_node.js"), END]
        return pieces("connect.md")[self.pieces]["open"].split()


class Reader:
    """A running tool: `open`, `ask` and `reopen` run the page's pieces."""

    def __init__(self, tool: Tool, process: subprocess.Popen[str]) -> None:
        self._tool = tool
        self._process = process
        self._pieces = pieces("connect.md")[tool.pieces]

    def say(self, code: str) -> str:
        """Run a piece; what it printed."""
        line = f"{code}\n.print {END}\n" if self._tool.kind == "cli" else json.dumps(code) + "\n"
        self._process.stdin.write(line)
        self._process.stdin.flush()
        said = []
        for answer in self._process.stdout:
            if answer.strip() == END:
                return "".join(said).strip()
            said.append(answer)
        raise AssertionError(f"{self._tool.pieces} ended: {''.join(said)}")

    def open(self) -> None:
        """Open the published file."""
        if self._tool.kind != "cli":
            assert self.say(self._pieces["open"]) == ""

    def ask(self) -> int:
        """The number of country pairs."""
        return int(self.say(self._pieces["ask"]).splitlines()[-1])

    def reopen(self) -> None:
        """Close and open again."""
        if self._tool.kind == "cli":
            assert self.say(self._pieces["reopen"]) == ""
        else:
            assert self.say(self._pieces["close"]) == ""
            self.open()

    def write(self) -> str:
        """What the tool says when it tries to write."""
        return self.say(self._tool.write)


@contextmanager
def reader(tool: Tool, folder: Path) -> Iterator[Reader]:
    """The tool running in a folder that has `data/` as a checkout has, the published file open."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(
        tool.command, cwd=folder, env=tool.environment, text=True, encoding="utf-8", **pipes
    ) as process:
        try:
            found = Reader(tool, process)
            found.open()
            yield found
        finally:
            process.kill()
