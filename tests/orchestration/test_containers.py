"""What the container files name is there, is carried along, and is published to this machine alone."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
BIN = Path(sys.executable).parent
DEVCONTAINER = json.loads((ROOT / ".devcontainer.json").read_text(encoding="utf-8"))


def copied() -> set[str]:
    """Every path that the image takes from the checkout."""
    lines = re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE)
    return {source for line in lines for source in line.split()[:-1]}


def test_what_the_image_copies_is_in_the_checkout() -> None:
    assert [source for source in copied() if not (ROOT / source).exists()] == []


def test_the_image_takes_every_package_with_its_models_and_tables() -> None:
    assert {"ingest", "orchestration", "dbt_project", "data/reference", "requirements.lock"} <= copied()


def test_nothing_runs_as_root() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1:] == ["1000"]
    assert "useradd --create-home --uid 1000 chancery" in DOCKERFILE


def test_web_server_daemon_and_dashboard_are_services_over_one_state() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"web", "daemon", "dashboard"}
    assert all(service["volumes"] == ["state:/state"] for service in services.values())


def test_every_port_is_published_to_this_machine_alone() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)


def test_files_named_in_commands_are_in_the_image() -> None:
    words = [word for service in COMPOSE["services"].values() for word in service["command"]]
    files = [word for word in words if word.endswith((".py", ".yaml"))]
    assert files and all((ROOT / file).exists() and Path(file).parts[0] in copied() for file in files)


def test_the_dev_container_makes_a_target_that_there_is() -> None:
    assert DEVCONTAINER["postCreateCommand"] == "make .venv/.installed"
    assert re.search(
        r"^INSTALLED := \.venv/\.installed$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )


def program(name: str, *places: Path) -> str:
    """A linter's path; skips where it is absent, fails in CI."""
    found = shutil.which(name, path=os.pathsep.join(map(str, places)))
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            f"no {name}: `make lint` and `make connect` install it"
        )
    return found


@pytest.mark.parametrize(
    "words",
    [
        ("hadolint", "Dockerfile"),
        ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"),
        ("check-jsonschema", "--builtin-schema", "vendor.citation-file-format", "CITATION.cff"),
    ],
    ids=lambda words: words[-1],
)
def test_the_file_is_as_its_linter_wants_it(words: tuple[str, ...]) -> None:
    name, *rest = words
    done = subprocess.run([program(name, BIN), *rest], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dev_container_is_read_by_the_tool_that_starts_it() -> None:
    """Without an engine: its place is taken by a command that finds no container."""
    tool = program("devcontainer", ROOT / ".venv" / "connect" / "node_modules" / ".bin")
    words = ["read-configuration", "--workspace-folder", str(ROOT), "--docker-path", "true"]
    done = subprocess.run([tool, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["configuration"]["postCreateCommand"] == DEVCONTAINER["postCreateCommand"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_services_start_and_answer(tmp_path: Path) -> None:
    """The image's steps after its installations, and the commands of all three services, over one state folder."""
    app, state = tmp_path / "app", tmp_path / "state"
    for name in copied():
        whole = ROOT / name
        copy = shutil.copytree if whole.is_dir() else shutil.copy
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        copy(whole, app / name)
    steps = re.search(r"&& (mkdir -p /state.*?)\\\n.*?(cp orchestration/.*?)\\\n", DOCKERFILE, re.DOTALL)
    for step in steps.groups():
        subprocess.run(shlex.split(step.replace("/state", str(state))), cwd=app, check=True)
    environment = os.environ | {
        "CHANCERY_HOME": str(state),
        "DAGSTER_HOME": str(state / "dagster"),
        "PYTHONPATH": str(app),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    services, running = COMPOSE["services"], []
    ports = {name: _free_port() for name in ("web", "dashboard")}
    known = {"web": "3000", "dashboard": "8501"}
    paths = {"web": "server_info", "dashboard": "_stcore/health"}
    try:
        for name, service in services.items():
            words = [word.replace("0.0.0.0", "127.0.0.1") for word in service["command"]]
            if name in ports:
                words = [word.replace(known[name], str(ports[name])) for word in words]
            words = [sys.executable if word == "python" else word for word in words]
            with (tmp_path / f"{name}.log").open("wb") as log:
                running.append(
                    subprocess.Popen(
                        words, cwd=app, env=environment, stdout=log, stderr=log, start_new_session=True
                    )
                )
        of = dict(zip(services, running, strict=True))
        told = {name: _answer(f"http://127.0.0.1:{ports[name]}/{path}", of[name], tmp_path / f"{name}.log") for name, path in paths.items()}
        assert "dagster_webserver_version" in told["web"] and told["dashboard"] == "ok"
        logs = [(name, (tmp_path / f"{name}.log").read_text(errors="replace")) for name in services]
        assert [process.poll() for process in running] == [None, None, None], logs
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def _free_port() -> int:
    """A port that nobody listens on, below those that the system gives to connections of other tests meanwhile."""
    for port in random.sample(range(10_000, 30_000), 100):
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def _answer(address: str, service: subprocess.Popen, log: Path) -> str:
    """What the service says at the address, once it answers. Raises `AssertionError` with its log when it ends, or never does."""
    deadline = time.monotonic() + 300
    while service.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            return answer.read().decode()
        time.sleep(0.5)
    raise AssertionError(f"{address} gave no answer, exit code {service.poll()}:\n{log.read_text(errors='replace')[-3000:]}")
