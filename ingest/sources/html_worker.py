"""The process that reads pages: length-prefixed messages in, JSON out, until its input ends.

Belongs here: the call of the extraction library and the limit on memory. Run as a script, by `html.Reader`
only.
Does not belong here: anything of this package: the process must start fast and may die at any page.
"""

from __future__ import annotations

import json
import logging
import re
import resource
import struct
import sys
from typing import BinaryIO

_LENGTH = struct.Struct(">I")
_MEMORY = 3 << 30
_DEPTH = 250
_NESTING = re.compile(
    rb"<(/?)(?:div|span|section|article|main|table|ul|ol|blockquote|font|b|i|em|strong|a)\b", re.I
)
# A fixed last day: the library would take today, and the same page must give the same date tomorrow.
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-12-31"}


def _depth(page: bytes) -> int:
    """How deep elements are nested, by their tags alone."""
    depth = deepest = 0
    for match in _NESTING.finditer(page):
        depth = depth - 1 if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _answer(page: bytes, is_text: bool) -> dict[str, str | None]:
    """What the page says, or the reason why it says nothing."""
    from trafilatura import bare_extraction

    content = page.decode() if is_text else page
    found = bare_extraction(
        content, include_comments=False, with_metadata=True, date_extraction_params=dict(_DATES)
    )
    if found is not None and (found.text or "").strip():
        return {
            "text": found.text, "title": found.title, "published_date": found.date,
            "source": found.sitename, "url": found.url,
        }  # fmt: skip
    depth = _depth(page)
    if depth > _DEPTH:
        return {"reason": "html_too_deep", "detail": f"elements nested {depth:,} deep"}
    return {"reason": "html_without_text", "detail": "no article text was found in the page"}


def _send(stream: BinaryIO, answer: dict[str, str | None]) -> None:
    """One message out."""
    data = json.dumps(answer).encode()
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def main() -> None:
    """Say ready, then answer page after page."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    logging.disable(logging.CRITICAL)
    import trafilatura  # noqa: F401  imported before the first page, so that no page waits for it

    _send(sys.stdout.buffer, {})
    while head := sys.stdin.buffer.read(_LENGTH.size):
        message = sys.stdin.buffer.read(*_LENGTH.unpack(head))
        try:
            answer = _answer(message[1:], message[:1] == b"s")
        except Exception as error:
            answer = {"reason": "html_failed", "detail": f"{type(error).__name__}: {error}"}
        _send(sys.stdout.buffer, answer)


if __name__ == "__main__":
    main()
