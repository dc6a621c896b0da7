"""Processes that start up ahead of the moment when their work is needed: dbt and Great Expectations take seconds for it.

Belongs here: starting one, giving it orders, hearing it to the end of an order, and the same from its side. Does not belong
here: what they do (`dbt_worker`, `quality.worker`), and what a failure means to who ordered it.

Both sides speak JSON, a line each: an order on the worker's standard input, messages on its standard output, of which the
last of an order is told by `done`. Whatever else the worker prints goes to its standard error. A worker ends with its
caller, because standard input closes then, in the midst of its work too; and when it has waited in vain.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from queue import Empty, Queue
from typing import IO, Any, TextIO

logger = logging.getLogger(__name__)
_LAST_LINES = 15
_PATIENCE_SECONDS = 1800


def without_traceback(said: Iterable[str]) -> list[str]:
    """What was said, line by line, without the places in the code where it happened."""
    lines = [line for words in said for line in words.splitlines()]
    return [line for line in lines if line.strip() and not line.startswith(("Traceback", " ", "\t"))]


@dataclass(frozen=True)
class Worker:
    """The caller's side: a process, and where its complaints go."""

    process: subprocess.Popen[str]
    complaints: IO[str]

    @classmethod
    def started(cls, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Worker:
        """`python -m module arguments`, at its start-up."""
        complaints = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], env=environment, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints,
        )  # fmt: skip
        return cls(process, complaints)

    @property
    def is_alive(self) -> bool:
        """Whether it still waits or works."""
        return self.process.poll() is None

    def ordered(self, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What it says to an order, up to the message that is `done`; a worker that dies says none such."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None and stdout is not None
        try:
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()
        except BrokenPipeError:
            return
        for line in stdout:
            message = json.loads(line)
            yield message
            if message.get("done"):
                return

    def last_words(self) -> list[str]:
        """The last lines of its standard error, once it has died."""
        self.process.wait()
        self.complaints.seek(0)
        return self.complaints.read().splitlines()[-_LAST_LINES:]

    def kill(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.communicate()
        self.complaints.close()

    def finish(self, seconds: float) -> None:
        """Let it end what it does; kill it when that takes longer. Logs a warning when it did not come to its end."""
        try:
            self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        if self.process.returncode:
            logger.warning("a process beside this one broke off: %s", " ".join(self.last_words()) or "without a word")
        self.complaints.close()


class Caller:
    """The worker's side: whom it works for. To be made before anything prints."""

    def __init__(self) -> None:
        self.may_finish = False
        """Whether what is being done goes on when the caller has ended; else the worker ends with it at once."""
        self._out: TextIO = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        self._orders: Queue[str] = Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self._orders.put(line)
        if not self.may_finish:
            os._exit(0)
        self._orders.put("")

    def orders(self) -> Iterator[dict[str, Any]]:
        """Orders as they come, until the caller ends or none has come for long."""
        try:
            while line := self._orders.get(timeout=_PATIENCE_SECONDS):
                self.may_finish = False
                yield json.loads(line)
        except Empty:
            return

    def tell(self, **message: Any) -> None:
        """One message."""
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()
