"""Where Superset's parts lie, and its secrets. Belongs here: paths, environment, secret files. Not here: running anything."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import EnvironmentProblem
from ingest.settings import Home, dbt_dir, project_root

USER = "chancery"
PYTHON_VARIABLE = "CHANCERY_SUPERSET_PYTHON"
HERE = Path(__file__).parent


def assets_dir() -> Path:
    """The folder of the files: databases, datasets, charts, dashboards."""
    return dbt_dir() / "dashboards"


def python() -> Path:
    """Superset's own Python. Raises `EnvironmentProblem` where it is not installed."""
    found = Path(os.environ.get(PYTHON_VARIABLE) or project_root() / ".venv" / "superset" / "bin" / "python")
    if not (found.parent / "gunicorn").exists():
        raise EnvironmentProblem(f"Superset is not installed at {found.parent}: run `make superset`")
    return found


@dataclass(frozen=True)
class State:
    """What Superset keeps of its own, in a folder of the home that its user alone can read."""

    home: Home

    @property
    def root(self) -> Path:
        """The folder."""
        return self.home.root / "superset"

    @property
    def password_file(self) -> Path:
        """The password of the one user."""
        return self.root / "password"

    @property
    def secret_file(self) -> Path:
        """What signs the sessions."""
        return self.root / "secret_key"

    @property
    def set_up_file(self) -> Path:
        """What the last set-up was made from."""
        return self.root / "set_up"

    @property
    def assets_file(self) -> Path:
        """What goes in or comes out, on its way."""
        return self.root / "assets.json"

    @property
    def log_file(self) -> Path:
        """What Superset says."""
        return self.root / "superset.log"

    def ensure(self) -> None:
        """Make folder and secrets, once. Raises `EnvironmentProblem` where that cannot be done."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
            for path in (self.password_file, self.secret_file):
                _secret(path)
        except OSError as error:
            raise EnvironmentProblem(f"cannot write {error.filename or self.root}: {error.strerror or error}") from error

    def environment(self) -> dict[str, str]:
        """The variables that Superset reads; Python of the pipeline's own environment is kept out."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FLASK_", "SUPERSET_", "VIRTUAL_ENV"))}
        return kept | {
            "CHANCERY_SUPERSET": str(self.root),
            "SUPERSET_HOME": str(self.root),
            "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
            "FLASK_APP": "superset.app:create_app()",
            "SCARF_ANALYTICS": "false",
            "DO_NOT_TRACK": "1",
        }


def _secret(path: Path) -> None:
    """A random word in a file of mode 0600; one that is there stays."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        path.chmod(0o600)
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
