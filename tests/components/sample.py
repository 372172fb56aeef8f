"""The committed sample behind a server of its own, with tokens for it."""

import http.client
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
from verify.served import SECRET, Server

BACKEND = Path(__file__).parents[2] / "backend"


def token(user: str) -> str:
    """Sign a token as the sample's issuer does."""
    now = int(time.time())
    return jwt.encode({"sub": user, "iat": now, "exp": now + 3600}, SECRET, "HS256")


@contextmanager
def sample(database_url: str, backend: Path = BACKEND) -> Iterator[Server]:
    """Serve the sample on a database, whose tables are made first."""
    settings = {"BETTER_AUTH_SECRET": SECRET, "DATABASE_URL": database_url}
    migrations = (backend / "alembic.ini").is_file()
    words = ("alembic", "upgrade", "head") if migrations else ("app.db.create_tables",)
    subprocess.run(
        [sys.executable, "-B", "-m", *words], cwd=backend, env=settings, check=True, timeout=60
    )
    server = Server(backend, "app.main:app", settings)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def ask(
    url: str, method: str = "GET", body: object = None, *, bearer: str | None = None
) -> tuple[int, Any]:
    """Send one request as alice or with a token; return status and body, 0 for no answer."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, method=method)  # noqa: S310 - loopback
    asked.add_header("authorization", f"Bearer {bearer or token('alice')}")
    asked.add_header("content-type", "application/json")
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")
    except (OSError, http.client.HTTPException):
        return 0, None
