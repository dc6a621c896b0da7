"""Secrets taken out of what is logged, shown or published: passwords and tokens in addresses.

Belongs here: the one rule. Does not belong here: addresses as they are asked (`ingest/fetching/`), articles' own texts.
"""

from __future__ import annotations

import re

_HIDDEN = "***"
_USER = re.compile(r"(?<=://)[^/\s@]+@")
_VALUE = re.compile(
    r"([?&;#][^=&;\s]*(?:token|key|secret|auth|pass|pwd|signature|\bsig\b|session|credential)[^=&;\s]*=)[^&;\s#'\"<>]+", re.IGNORECASE
)


def redacted(text: str, *secrets: str) -> str:
    """The text without these secrets, without names and passwords before a host, and without values of telling names."""
    for secret in filter(None, secrets):
        text = text.replace(secret, _HIDDEN)
    return _VALUE.sub(rf"\g<1>{_HIDDEN}", _USER.sub(f"{_HIDDEN}@", text))
