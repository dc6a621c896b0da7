"""`python -m orchestration.superset`: Superset on the loopback over what is published; `--export`: its dashboards into files.

Belongs here: the order of things. Does not belong here: settings, paths, files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import socket
import subprocess
import sys

from ingest.errors import ChanceryError, EnvironmentProblem
from ingest.settings import Home
from orchestration.superset import files
from orchestration.superset.places import HERE, USER, State, assets_dir, python

_LAST_LINES = 15


def _made_from(home: Home) -> str:
    """What a set-up depends on: Superset's version, our settings and files, the address of the warehouse."""
    parts = [
        (HERE / "requirements.lock").read_text(encoding="utf-8"),
        (HERE / "inside.py").read_text(encoding="utf-8"),
        files.address(home.published),
        State(home).password_file.read_text(encoding="utf-8"),
        json.dumps(files.read(assets_dir())),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _inside(state: State, *words: str) -> None:
    """Let Superset's Python do something to its state. Raises `EnvironmentProblem` with its last words."""
    command = [str(python()), "-P", str(HERE / "inside.py"), *words]
    done = subprocess.run(command, env=state.environment(), cwd=state.root, capture_output=True, text=True)
    state.log_file.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0:
        said = (done.stdout + done.stderr).splitlines()[-_LAST_LINES:]
        raise EnvironmentProblem("Superset failed:\n  " + "\n  ".join(said) + f"\n  (all of it: {state.log_file})")


def set_up(home: Home, *, is_forced: bool = False) -> bool:
    """Superset's tables, its user, our dashboards; whether anything had to be done. Edits not exported give way."""
    state = State(home)
    state.ensure()
    made_from = _made_from(home)
    if not is_forced and state.set_up_file.exists() and state.set_up_file.read_text(encoding="utf-8") == made_from:
        return False
    state.assets_file.write_text(json.dumps(files.filled(files.read(assets_dir()), home.published)), encoding="utf-8")
    _inside(state, "set-up", USER, str(state.password_file), "then", "take-in", USER, str(state.assets_file))
    state.set_up_file.write_text(made_from, encoding="utf-8")
    return True


def export(home: Home) -> list[str]:
    """The dashboards as they now stand in Superset, into `dbt_project/dashboards/`; the paths that changed."""
    state = State(home)
    if not state.set_up_file.exists():
        raise EnvironmentProblem(f"no Superset has run over {home.root}: run `make superset`")
    _inside(state, "give-out", USER, str(state.assets_file))
    changed = files.write(assets_dir(), files.kept(json.loads(state.assets_file.read_text(encoding="utf-8"))))
    # what came out is what is there: the next start need not lay it over itself
    state.set_up_file.write_text(_made_from(home), encoding="utf-8")
    return changed


def server(port: int) -> list[str]:
    """The command line of the server: one process, so that one copy of Superset lies in memory."""
    gunicorn = str(python().parent / "gunicorn")
    flags = ["--workers=1", "--worker-class=gthread", "--threads=8", "--timeout=120", "--log-level=warning"]
    return [gunicorn, f"--bind=127.0.0.1:{port}", *flags, "superset.app:create_app()"]


def _free(port: int) -> None:
    """Raises `EnvironmentProblem` where somebody listens already."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise EnvironmentProblem(f"something listens on 127.0.0.1:{port} already: stop it, or name another --port")


def serve(home: Home, port: int, *, is_forced: bool) -> None:
    """Set up where that is due, then become the server."""
    python()
    if not home.published.exists():
        raise EnvironmentProblem(f"nothing is published at {home.published}: run `chancery run` first")
    _free(port)
    state = State(home)
    os.umask(0o077)
    set_up(home, is_forced=is_forced)
    sys.stdout.write(
        f"Superset over {home.published}: http://127.0.0.1:{port}/dashboard/list/\n"
        f"user {USER}, password in {state.password_file}\n"
    )
    sys.stdout.flush()
    os.chdir(state.root)
    command = server(port)
    os.execve(command[0], command, state.environment())


def main() -> int:
    """Serve until stopped, or export. Exit code 2 or 3 with what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.superset", description=__doc__)
    parser.add_argument("--port", type=int, default=8088)
    parser.add_argument("--reset", action="store_true", help="lay the files over what was edited in Superset")
    parser.add_argument("--export", action="store_true", help="write what was edited in Superset into the files")
    asked = parser.parse_args()
    home = Home.resolve(None)
    try:
        if asked.export:
            sys.stdout.write("".join(f"{path}\n" for path in export(home)) or "Nothing changed.\n")
        else:
            serve(home, asked.port, is_forced=asked.reset)
    except ChanceryError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
