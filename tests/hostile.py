"""A server on loopback that answers as it is told, and a door that may ask it. Belongs here: helpers, no tests."""

from __future__ import annotations

import gzip
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ingest.fetching import Door, Limits, Manners

Handler = Callable[[BaseHTTPRequestHandler], None]


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now, self.waited = 1_700_000_000.0, []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


class Site:
    """Paths and what answers them; every request is counted."""

    def __init__(self) -> None:
        self.pages: dict[str, Handler] = {}
        self.asked: Counter[str] = Counter()
        self.headers: list[dict[str, str]] = []
        self.port = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def page(self, path: str, body: bytes | str = b"", status: int = 200, **headers: str) -> str:
        """Answer the path with this; its address."""
        content = body.encode() if isinstance(body, str) else body

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            given = {name.replace("_", "-").title(): value for name, value in headers.items()}
            for name, value in ({"Content-Type": "text/html", "Content-Length": str(len(content))} | given).items():
                request.send_header(name, value)
            request.end_headers()
            if status != 304:
                request.wfile.write(content)

        self.pages[path] = answer
        return self.url(path)

    def script(self, path: str, handler: Handler) -> str:
        """Answer the path by hand; its address."""
        self.pages[path] = handler
        return self.url(path)


@contextmanager
def serving() -> Iterator[Site]:
    """A site on loopback."""
    site = Site()

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked[self.path] += 1
            site.headers.append({name.lower(): value for name, value in self.headers.items()})
            handler = site.pages.get(self.path)
            try:
                if handler:
                    handler(self)
                else:
                    self.send_error(404)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def do_CONNECT(self) -> None:
            self.do_GET()

        def do_POST(self) -> None:
            self.body = self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    site.port = server.server_port
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def door(site: Site, clock: Clock | None = None, **options: object) -> Door:
    """A door that may ask this site, without pauses unless a clock counts them."""
    clock = clock or Clock()
    manners = options.pop("manners", None) or Manners(delay=0.0, wait=clock.sleep, clock=clock)
    limits = options.pop("limits", None) or Limits(seconds=2.0, step_seconds=1.0, max_bytes=100_000)
    return Door(manners, limits, allowed=[("127.0.0.1", site.port)], **options)


def raw(data: bytes) -> Handler:
    """Send bytes as they are and hang up."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(data)
        request.wfile.flush()
        request.close_connection = True
        request.connection.shutdown(socket.SHUT_RDWR)

    return answer


def bomb(n_bytes: int) -> bytes:
    """Zeros, packed."""
    return gzip.compress(bytes(n_bytes))
