"""What is done to Superset's own state: set up, dashboards in, dashboards out. Run by Superset's own Python.

Belongs here: calls of Superset's Python interface. Does not belong here: the layout of our files (`files.py`).

    python -P inside.py set-up USER PASSWORD_FILE     tables of Superset itself, roles, the one user
    python -P inside.py take-in USER ASSETS_JSON      {path: text} of an export, over what is there
    python -P inside.py give-out USER ASSETS_JSON     the same the other way
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path


def set_up(user: str, password_file: str) -> None:
    """Bring Superset's tables and roles up to date; the user gets the password of the file, whatever it was."""
    import flask_migrate
    from superset.extensions import appbuilder, security_manager

    flask_migrate.upgrade()
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    password = Path(password_file).read_text(encoding="utf-8").strip()
    found = security_manager.find_user(user)
    if found:
        security_manager.reset_password(found.id, password)
        return
    role = security_manager.find_role("Admin")
    if not security_manager.add_user(user, "Chancery", "Reader", f"{user}@localhost", role, password=password):
        raise SystemExit("Superset made no user: see its log")


def take_in(user: str, assets: str) -> None:
    """Lay an export over what is there: same uuid, same thing."""
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.extensions import security_manager
    from superset.utils.core import override_user

    contents = json.loads(Path(assets).read_text(encoding="utf-8"))
    with override_user(security_manager.find_user(user)):
        ImportAssetsCommand(contents).run()


def give_out(user: str, assets: str) -> None:
    """Every database, data set, chart and dashboard that the user may see, as text by path."""
    from superset.commands.export.assets import ExportAssetsCommand
    from superset.extensions import security_manager
    from superset.utils.core import override_user

    with override_user(security_manager.find_user(user)):
        contents = {path: text() for path, text in ExportAssetsCommand().run()}
    Path(assets).write_text(json.dumps(contents), encoding="utf-8")


DEEDS: dict[str, Callable[..., None]] = {"set-up": set_up, "take-in": take_in, "give-out": give_out}


def deeds(words: list[str]) -> list[list[str]]:
    """What is asked, deed by deed: `then` parts them, so that Superset is loaded once for all."""
    found: list[list[str]] = [[]]
    for word in words:
        if word == "then":
            found.append([])
        else:
            found[-1].append(word)
    return found


def main() -> None:
    """Do what is asked in the order given."""
    from superset.app import create_app

    with create_app().app_context():
        for name, *arguments in deeds(sys.argv[1:]):
            DEEDS[name](*arguments)


if __name__ == "__main__":
    main()
