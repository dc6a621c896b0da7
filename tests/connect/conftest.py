"""A published file that changes with each publish, where the pages look for it. Belongs here: fixtures, no tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shelf import Shelf

from ingest.settings import Home


@pytest.fixture(scope="session")
def shelf_of_sample(sample: Home, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """The published sample as it was built: for reading only."""
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copytree(sample.root, folder / "data")
    return Shelf(folder)


@pytest.fixture
def shelf(shelf_of_sample: Shelf, tmp_path: Path) -> Shelf:
    """A copy of it that a test may publish to."""
    shutil.copytree(shelf_of_sample.folder / "data" / "warehouse", tmp_path / "data" / "warehouse")
    return Shelf(tmp_path)
