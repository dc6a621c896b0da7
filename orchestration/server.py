"""`python -m orchestration.server`: the published warehouse for many readers at once, over DuckDB's own protocol (quack).

Experimental, as the protocol is. Belongs here: one process on the loopback behind a token, which reads the published file
and nothing else, and puts each new snapshot under its readers. Does not belong here: what a reader may ask
(`orchestration.server_profile`).
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import socket
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import duckdb

from ingest.errors import ChanceryError, EnvironmentProblem
from ingest.settings import Home
from orchestration import server_profile

PORT = 9494
"""The port that clients of the protocol try where none is named."""
_POLL_SECONDS = 1.0
_OPEN_FILES = "/dev/fd"


def token_path(home: Home) -> Path:
    """Where the token lies."""
    return home.root / "server.token"


def token(home: Home) -> str:
    """The token of a home, made at the first start and readable by its owner alone.

    Raises `EnvironmentProblem` where others may read it.
    """
    path = token_path(home)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise EnvironmentProblem(f"others may read {path}: remove it, and a new token is made") from None
    except OSError as error:
        raise EnvironmentProblem(f"cannot write {path}: {error.strerror or error}") from error
    else:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
    found = path.read_text(encoding="ascii", errors="replace").strip()
    if len(found) < 16:
        raise EnvironmentProblem(f"{path} holds no token: remove it, and a new one is made")
    return found


@dataclass
class Server:
    """The engine in memory: views over the attached snapshot, and the profile that keeps readers to them."""

    home: Home
    memory: str = "2GB"
    snapshot: int = 0
    _con: duckdb.DuckDBPyConnection = field(init=False)
    _handle: int | None = field(init=False, default=None)
    _seen: tuple[int, int] | None = field(init=False, default=None)

    def open(self) -> None:
        """Attach what is published. Raises `EnvironmentProblem` where nothing is, or an extension is missing."""
        if not self.home.published.exists():
            raise EnvironmentProblem(
                f"nothing is published in {self.home.root} yet: run `chancery run PATH` first"
            )
        if not Path(_OPEN_FILES).is_dir():
            raise EnvironmentProblem(
                f"no {_OPEN_FILES} on this system: the server cannot hold two snapshots at once"
            )
        self._con = server_profile.engine(self.memory, self.home.published)
        self.follow()

    def serve(self, port: int, secret: str) -> None:
        """Listen on the loopback, then lock the configuration. Raises `EnvironmentProblem` where the port is taken."""
        try:
            # the protocol would share a port that another server listens on, and each would get some of the clients
            with socket.create_server(("127.0.0.1", port)):
                pass
            self._con.execute("CALL quack_serve(?, token => ?)", [f"quack:127.0.0.1:{port}", secret])
        except (OSError, duckdb.Error) as error:
            raise EnvironmentProblem(
                f"cannot listen on 127.0.0.1:{port}: {str(error).splitlines()[0]}"
            ) from error
        server_profile.lock(self._con)

    def follow(self) -> bool:
        """Put what is published now under the views; False where that is what they show already.

        The new file is attached beside the old one, by the handle of the open file, since both have one name. The views
        change in one transaction, so no query sees some of one snapshot and some of another.
        """
        found = self.home.published.stat()
        if (found.st_ino, found.st_mtime_ns) == self._seen:
            return False
        handle = os.open(self.home.published, os.O_RDONLY)
        held = os.fstat(handle)
        try:
            self._con.execute(
                f"ATTACH '{_OPEN_FILES}/{handle}' AS {self._name(self.snapshot + 1)} (READ_ONLY)"
            )
            server_profile.show(self._con, self._name(self.snapshot + 1))
        except duckdb.Error:
            with suppress(duckdb.Error):
                self._con.execute(f"DETACH {self._name(self.snapshot + 1)}")
            os.close(handle)
            raise
        self.snapshot += 1
        if self._handle is not None:
            self._con.execute(f"DETACH {self._name(self.snapshot - 1)}")
            os.close(self._handle)
        self._handle, self._seen = handle, (held.st_ino, held.st_mtime_ns)
        return True

    def close(self) -> None:
        """Stop listening and let go of the file."""
        self._con.close()
        if self._handle is not None:
            os.close(self._handle)

    @staticmethod
    def _name(snapshot: int) -> str:
        return f"snapshot_{snapshot}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _serve(home: Home, port: int, memory: str, done: Event) -> None:
    """Serve and follow what is published until told to stop."""
    server = Server(home, memory)
    server.open()
    try:
        server.serve(port, token(home))
        _say(
            f"Chancery's server (experimental) over {home.published}: quack:127.0.0.1:{port}, token in {token_path(home)}"
        )
        while not done.wait(_POLL_SECONDS):
            try:
                if server.follow():
                    _say(f"snapshot {server.snapshot}")
            except (duckdb.Error, OSError) as error:
                # a publish between two looks, or a damaged file: readers keep what they have, the next look tries again
                sys.stderr.write(
                    f"{home.published} cannot be opened, the snapshot before stays: {str(error).splitlines()[0]}\n"
                )
    finally:
        server.close()


def main() -> int:
    """Serve until stopped. Exit code 3 where nothing is published, the port is taken or the extra is not installed."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.server", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument(
        "--memory", default="2GB", help="The most that all queries together may take (default: %(default)s)."
    )
    asked = parser.parse_args()
    done = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: done.set())
    try:
        _serve(Home.resolve(None), asked.port, asked.memory, done)
    except ChanceryError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except duckdb.Error as error:
        sys.stderr.write(f"{str(error).splitlines()[0]}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
