"""Pages whose blocks change a home or the checkout's tables: each runs in copies of both, with data tests left out but for one.

The tutorial runs whole, as a reader would. In the others `chancery` comes without the tests of the data that it builds: those
tests have their own, and half of a run's time.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from test_written_pages import PAGES, ROOT

from ingest.settings import Home
from orchestration.site import examples, fences

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
WHOLE = "dbt_project/site/tutorial.md"
CHANGING = [name for name, page in PAGES.items() if fences.home(page) in ("copy", "new")]
_COMMAND = f"""#!{sys.executable}
import sys
from orchestration import cli, pipeline
for verb in (pipeline.run, pipeline.publish):
    verb.__kwdefaults__["is_checked"] = False
cli.main()
"""


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `chancery` without tests of the data, found before the real one."""
    command = tmp_path / "bin" / "chancery"
    command.parent.mkdir()
    command.write_text(_COMMAND, encoding="utf-8")
    command.chmod(0o755)
    before = examples.Ground.environment

    def environment(ground: examples.Ground) -> dict[str, str]:
        found = before(ground)
        return found | {"PATH": f"{command.parent}{os.pathsep}{found['PATH']}"}

    monkeypatch.setattr(examples.Ground, "environment", environment)


def wrong(sample: Home, name: str) -> list[str]:
    """Every block of a page that fails or prints something else."""
    with examples.ground_for(PAGES[name], sample) as ground:
        found = [item for item in examples.outcomes(ground, PAGES[name]) if item.problem]
        return [f"{item.example.code.text}{item.problem}:\n{item.output}" for item in found]


def test_the_tutorial_works_word_for_word(sample: Home) -> None:
    assert wrong(sample, WHOLE) == []


@pytest.mark.parametrize("name", [name for name in CHANGING if name != WHOLE])
@pytest.mark.usefixtures("quick")
def test_a_page_that_changes_a_home_prints_what_it_shows(sample: Home, name: str) -> None:
    assert wrong(sample, name) == [], f"python -m orchestration.site.examples {name}"


def test_no_page_left_a_trace_in_the_checkout() -> None:
    assert (ROOT / "data" / "reference" / "corrections.csv").read_text(encoding="utf-8").count("\n") == 1
