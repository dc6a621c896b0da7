"""What the container files name is there, is carried along, and is published to this machine alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
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
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1:] == ["chancery"]


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
    assert re.search(r"^INSTALLED := \.venv/\.installed$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
