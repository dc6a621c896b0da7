"""Superset's settings. Belongs here: what differs from its defaults, and why. Run by Superset's own Python.

It serves one machine: the loopback only, no request to anybody else, no cache of data, since the next snapshot is to be seen.
"""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(os.environ["CHANCERY_SUPERSET"])

SECRET_KEY = (HERE / "secret_key").read_text(encoding="utf-8").strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HERE / 'superset.db'}"
DATA_DIR = str(HERE)
UPLOAD_FOLDER = str(HERE / "uploads") + "/"

APP_NAME = "Chancery"
TRUSTED_HOSTS = ["127.0.0.1", "localhost"]
"""Other host names are refused, so that no web page reaches in through a name of its own."""
SESSION_COOKIE_NAME = "chancery_superset"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
AUTH_USER_REGISTRATION = False
RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = "memory://"
RATELIMIT_APPLICATION = "500 per second"

# Where Superset's own list names a tracker, map tiles and fonts of others, nobody stands here: the browser asks no one else.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
        "frame-ancestors": ["'none'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
MAPBOX_API_KEY = ""

CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

ROW_LIMIT = 10_000
SQL_MAX_ROW = 100_000
SUPERSET_WEBSERVER_TIMEOUT = 60
