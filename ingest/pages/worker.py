"""The process that reads pages and lists: length-prefixed messages in, JSON out, until its input ends.

Belongs here: the loop, the limit on memory, and which reader a message is for. Run as a module, by `sources/html.py` only.
Does not belong here: anything of this project beyond this folder: the process must start fast and may die at any page.
"""

from __future__ import annotations

import json
import logging
import resource
import struct
import sys
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">I")
_MEMORY = 3 << 30


def _read(asked: dict[str, Any], body: bytes) -> Any:
    """The answer to one message: its head says what is asked, its body is what came.

    Libraries are imported by the room that needs them, so that a feed does not wait for the one that reads pages.
    """
    from ingest.pages import article, fragments, lists

    kind, url = asked["kind"], asked.get("url")
    if kind == "page":
        return article.read_page(body.decode() if asked.get("is_text") else body, url, asked.get("charset"))
    if kind == "feed":
        return lists.read_feed(body, url)
    if kind == "sitemap":
        return lists.read_sitemap(body)
    if kind == "newsml":
        return lists.read_xml(body)
    if kind == "sniff":
        return lists.kind_of(body)
    if kind == "fragment":
        return fragments.fragment_text(body.decode("utf-8", "replace"))
    raise ValueError(f"no reader for {kind!r}")


def _answer(message: bytes) -> dict[str, Any]:
    """What was read, or the reason why nothing was."""
    from ingest.pages.article import Unread

    head, _, body = message.partition(b"\n")
    try:
        return {"found": _read(json.loads(head), body)}
    except Unread as problem:
        return {"reason": problem.reason, "detail": problem.detail}
    except Exception as error:
        return {"reason": "html_failed", "detail": f"{type(error).__name__}: {error}"}


def _send(stream: BinaryIO, answer: dict[str, Any]) -> None:
    """One message out."""
    data = json.dumps(answer).encode()
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def main() -> None:
    """Say ready, then answer message after message."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    logging.disable(logging.CRITICAL)
    _send(sys.stdout.buffer, {})
    while head := sys.stdin.buffer.read(_LENGTH.size):
        _send(sys.stdout.buffer, _answer(sys.stdin.buffer.read(*_LENGTH.unpack(head))))


if __name__ == "__main__":
    main()
