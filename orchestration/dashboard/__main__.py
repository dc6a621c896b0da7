"""`python -m orchestration.dashboard`: the dashboard's server, on the loopback only, without usage statistics.

Belongs here: how the server is started. Does not belong here: pages.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

from ingest.settings import Home

SETTINGS = {
    "server.address": "127.0.0.1",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "type",
    "theme.light.primaryColor": "#005a9c",
    "theme.light.linkColor": "#005a9c",
    "theme.dark.primaryColor": "#1f73b7",
    "theme.dark.linkColor": "#7cc4ff",
}
HOSTS = ("localhost", "127.0.0.1")
"""Other host names are refused, so that no web page reaches in through a name of its own."""


def arguments(port: int) -> list[str]:
    """The command line of Streamlit."""
    app = str(Path(__file__).with_name("app.py"))
    flags = [f"--{name}={value}" for name, value in (SETTINGS | {"server.port": str(port)}).items()]
    return ["streamlit", "run", app, *flags, *(f"--server.allowedHosts={host}" for host in HOSTS)]


def main() -> int:
    """Serve until stopped. Exit code 3 where the extra is not installed."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.dashboard", description=__doc__)
    parser.add_argument("--port", type=int, default=8501)
    port = parser.parse_args().port
    if importlib.util.find_spec("streamlit") is None:
        sys.stderr.write("the extra `dashboard` is not installed: pip install 'chancery[dashboard]', or `make dashboard`\n")
        return 3
    from streamlit.web import cli

    sys.stdout.write(f"Chancery's dashboard over {Home.resolve(None).published}: http://127.0.0.1:{port}\n")
    sys.argv = arguments(port)
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
