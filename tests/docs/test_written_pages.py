"""What README and site tell a reader to run, runs, and prints what they show. Pages that change a home are in `test_written_pages_slow`."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ingest.settings import Home, project_root
from orchestration.site import examples, fences, links, picture, sources

ROOT = project_root()
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in fences.pages(ROOT)}
# What is not run here: by the mark of its block, each line and where else it is tested, or why it cannot be.
MARKED = {
    "make": {
        "make run": ".ci/run",
        "make dev": "tests/orchestration/test_daemon.py",
    },
    "server": {
        "make dashboard": "tests/orchestration/test_dashboard_browser.py",
        "make dev": "tests/orchestration/test_daemon.py",
        "CHANCERY_CONTACT=you@paper.example make dev": "tests/orchestration/test_daemon.py",
        "CHANCERY_ALERT_WEBHOOK=https://chat.example/hooks/T0/B0/secret make dev": "tests/orchestration/test_feeds.py",
    },
    "network": {
        "chancery fetch": "tests/orchestration/test_feeds.py",
        "chancery fetch un-news": "tests/orchestration/test_feeds.py",
        "chancery fetch guardian-world-sitemap --day 2025-07-26": "tests/orchestration/test_feeds.py",
        "chancery run": "tests/orchestration/test_command.py",
        "chancery status": "tests/orchestration/test_command.py",
    },
    "once": {
        "make .venv/.installed": ".ci/run",
        "source .venv/bin/activate": "sets the search path of the reader's shell; the tests set it themselves",
        "export CHANCERY_HOME=~/first-warehouse": "the tests name a folder of their own",
        'mkdir -p "$CHANCERY_HOME"': "as the line before",
    },
    "eval": {
        "chancery eval tests/gold/spanish_unseen.jsonl": "tests/orchestration/test_floors.py",
    },
    "cron": {
        "15 * * * *  cd /srv/chancery && CHANCERY_HOME=/srv/news .venv/bin/chancery fetch && .venv/bin/chancery run"
        ' || mail -s "chancery: $?" you@paper.example': "a line of a crontab; both commands are tested in tests/orchestration/test_feeds.py",
    },
}


@pytest.fixture(scope="module")
def own(sample: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy, as an export takes the lock of the writer."""
    home = Home.resolve(tmp_path_factory.mktemp("pages") / "home")
    shutil.copytree(sample.root, home.root)
    return home


def marked() -> list[tuple[str, str]]:
    """Mark and line of everything that is not run, comments left out."""
    found = []
    for page in PAGES.values():
        for example in fences.examples(page) if fences.home(page) != "elsewhere" else ():
            mark = example.code.mark
            if mark and not mark.startswith("exit "):
                lines = (re.sub(r"\s+# .*", "", line).strip() for line in example.code.text.splitlines())
                found += [(mark, line) for line in lines if line]
    return found


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if fences.home(page) == "sample"])
def test_a_page_prints_what_it_shows(own: Home, name: str) -> None:
    ground = examples.Ground(own, ROOT)
    wrong = [f"{item.example.code.text}{item.problem}:\n{item.output}" for item in examples.outcomes(ground, PAGES[name]) if item.problem]
    assert wrong == [], "run `make docs`"


def test_what_is_not_run_is_listed_with_where_it_is_tested() -> None:
    listed = {(mark, line) for mark, lines in MARKED.items() for line in lines}
    assert set(marked()) == listed


def test_where_it_is_tested_is_there() -> None:
    named = [where for lines in MARKED.values() for told in lines.values() for where in re.findall(r"(?:tests/|\.ci/)[\w/.]+", told)]
    named += [fences.front_matter(page)["tested"] for page in PAGES.values() if fences.home(page) == "elsewhere"]
    assert named and [where for where in named if not (ROOT / where).exists()] == []


def test_every_page_has_one_title() -> None:
    for name, page in PAGES.items():
        heads = [line for line in links.outside_code(page, str).splitlines() if line.startswith("# ")]
        outside = re.sub(r"^ *```.*?^ *```", "", page, flags=re.MULTILINE | re.DOTALL)
        assert heads and len(re.findall(r"^# ", outside, re.MULTILINE)) == 1, name


def test_links_between_files_lead_somewhere() -> None:
    broken = []
    for name, page in PAGES.items():
        for target in links.local_targets(page):
            file = ROOT / links.resolved(target, name)
            if not file.exists():
                broken.append(f"{name}: {target}")
    assert broken == []


def test_the_picture_is_what_the_sample_gives_today(sample: Home) -> None:
    assert picture.path().read_text(encoding="utf-8") == picture.drawn(sample), "run `make docs`"


def test_the_readme_is_short_and_has_one_picture() -> None:
    readme = PAGES["README.md"]
    assert len(readme.splitlines()) < 180
    assert re.findall(r"!\[[^\]]*\]\(([^)]+)\)", readme) == ["dbt_project/site/picture.svg"]


def test_every_reference_table_has_its_terms_in_the_readme() -> None:
    readme = PAGES["README.md"]
    table = readme[readme.index("## Licences") :]
    for name in ("cities.csv", "countries.csv", "interchange_codes.csv", "people.csv", "es/phrases.csv", "event_types.csv"):
        assert f"`{name}`" in table
        assert (ROOT / "data" / "reference" / name).exists()


def test_every_guide_is_listed() -> None:
    made = sources._guides()
    guides = sorted((ROOT / "dbt_project" / "site" / "how-to").glob("*.md"))
    assert guides and all(f"({path.name})" in made for path in guides)


def test_pages_name_no_file_that_is_gone() -> None:
    for name, page in PAGES.items():
        for path in re.findall(r"`((?:data/(?:reference|sample)|tests|dbt_project|orchestration|ingest)/[\w./*-]+)`", page):
            found = list(ROOT.glob(path.rstrip("/")))
            assert found or path.endswith("corrections.csv"), f"{name}: {path}"


def test_no_page_is_a_stub() -> None:
    for path in map(Path, PAGES):
        assert len(PAGES[path.as_posix()]) > 600, path
