"""`python -m orchestration.documents`: the data docs of the checks, dbt's documentation and the site, for links in Dagster's UI.

A page of Dagster's web server may not open a file; it may open an address. Belongs here: those folders of the state
folder, read-only, on the loopback. Does not belong here: anything else that lies beside them.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep
from urllib.parse import unquote, urlsplit

import psutil

from ingest.settings import Home

PORT = 3001
_FOLDERS = ("quality", "dbt", "site/html")
_HOSTS = ("127.0.0.1", "localhost")
_MISSING = "not there yet: the checks write quality/, `make docs` writes dbt/ and site/html/"


class Documents(SimpleHTTPRequestHandler):
    """Files of those folders; no listing, no link that leads out, no other host name."""

    def do_HEAD(self) -> None:
        """As GET, without the file."""
        if self._is_allowed():
            super().do_HEAD()

    def do_GET(self) -> None:
        """The file, or why not."""
        if self._is_allowed():
            super().do_GET()

    def _is_allowed(self) -> bool:
        """Whether this is a file of those folders asked for under our own name; says why not."""
        if (self.headers.get("Host") or "").rpartition(":")[0] not in _HOSTS:
            self.send_error(403, "another host's name")
            return False
        root = Path(self.directory).resolve()
        path = (root / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
        if not any(path.is_relative_to(root / folder) for folder in _FOLDERS):
            self.send_error(404, "only /quality/, /dbt/ and /site/html/ are shown")
            return False
        if not path.is_file():
            self.send_error(404, _MISSING)
            return False
        return True

    def log_message(self, format: str, *args: object) -> None:
        """Silent: who reads documents is nobody's business."""


def server(home: Home, port: int = PORT) -> ThreadingHTTPServer:
    """The server, bound and not yet serving. Raises `OSError` where the port is taken."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Documents, directory=str(home.root)))


def _end_with(process: int, found: ThreadingHTTPServer) -> None:
    """Stop serving once a process is gone."""
    while psutil.pid_exists(process):
        sleep(1)
    found.shutdown()


def main() -> int:
    """Serve until stopped. Exit code 3 where the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.documents", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--beside", type=int, help="End when the process of this number ends.")
    asked = parser.parse_args()
    port = asked.port
    try:
        with server(Home.resolve(None), port) as found:
            if asked.beside:
                Thread(target=_end_with, args=(asked.beside, found), daemon=True).start()
            found.serve_forever()
    except OSError as error:
        sys.stderr.write(f"cannot listen on 127.0.0.1:{port}: {error.strerror or error}\n")
        return 3
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
