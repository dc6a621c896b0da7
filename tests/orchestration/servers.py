"""Servers that tests start for themselves on this machine: Postgres, and a stand-in for S3. Belongs here: no tests."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _absent(what: str) -> None:
    """Skip, but not where everything was installed."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"{what} is not installed")


def installed(module: str) -> None:
    """Skip where an extra is not installed."""
    if importlib.util.find_spec(module) is None:
        _absent(module)


def _program(name: str) -> str:
    """A program of the newest Postgres server here."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = str(found[-1]) if found else shutil.which(name)
    if not path:
        _absent("Postgres (Debian: postgresql)")
    return str(path)


def _as_nobody_much(*command: str) -> None:
    """Run as the user that Debian made for Postgres, which refuses to serve root."""
    before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*before, *command], cwd="/", text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def postgres() -> Iterator[str]:
    """A Postgres of its own on a socket in a temporary folder: the words by which libpq finds it."""
    initdb, control = _program("initdb"), _program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="chancery-pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data, log = str(folder / "data"), str(folder / "log")
    try:
        _as_nobody_much(initdb, "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c shared_buffers=32MB"
        _as_nobody_much(control, "-D", data, "-l", log, "-o", options, "-w", "-t", "120", "start")
        try:
            yield f"host={folder} user=postgres dbname=postgres"
        finally:
            _as_nobody_much(control, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def object_storage(bucket: str) -> Iterator[str]:
    """An empty bucket in a stand-in for S3 on 127.0.0.1: the server's address."""
    installed("moto")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        import boto3

        address = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
        keys = {"aws_access_key_id": "reader", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        boto3.client("s3", endpoint_url=address, **keys).create_bucket(Bucket=bucket)
        yield address
    finally:
        server.stop()
