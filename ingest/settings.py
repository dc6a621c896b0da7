"""Where things lie (first version, completed by the warehouse work)."""
from pathlib import Path


def reference_dir() -> Path:
    return Path(__file__).resolve().parents[1] / "data" / "reference"
