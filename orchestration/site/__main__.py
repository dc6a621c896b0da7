"""`python -m orchestration.site`: the page of questions, the outputs in the pages, the picture, and the site.

Belongs here: the order of the work. Does not belong here: any of it.
"""

from __future__ import annotations

import logging
import sys
from tempfile import TemporaryDirectory

from ingest.errors import ChanceryError
from ingest.settings import Home, project_root
from orchestration import questions
from orchestration.site import build, examples, fences, picture


def main() -> int:
    """Build it all from the sample articles; the exit code is the command's."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        with TemporaryDirectory(prefix="chancery-site-") as place:
            sample = Home.resolve(place)
            questions.build_sample(sample)
            questions.path().write_text(questions.page(sample), encoding="utf-8")
            picture.path().write_text(picture.drawn(sample), encoding="utf-8")
            for path in fences.pages(project_root()):
                page = path.read_text(encoding="utf-8")
                if fences.home(page) == "sample":
                    examples.renew(path, sample)
            first = build.build(sample, Home.resolve(None))
    except (ChanceryError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return getattr(error, "exit_code", 1)
    sys.stdout.write(f"{first}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
