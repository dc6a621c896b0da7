"""Runs pieces of Python, one a line as JSON, in one namespace, and says when each is done."""

from __future__ import annotations

import json
import sys

names: dict[str, object] = {}
for line in sys.stdin:
    try:
        exec(compile(json.loads(line), "piece", "exec"), names)
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
    print(sys.argv[1], flush=True)
