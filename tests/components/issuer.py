"""A real Better Auth server on loopback, installed from npm; it issues the tokens."""

import json
import os
import secrets
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from components.postgres import free_port

_PROJECT = Path(__file__).with_name("better_auth")
_INSTALL = ("install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")
_INSTALL_SECONDS = 240
_START_SECONDS = 60.0


def install(folder: Path) -> str | None:
    """Install the server's packages into a folder; say why that is not possible here, or None."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "npm and node are not installed"
    shutil.copytree(_PROJECT, folder, dirs_exist_ok=True)
    try:
        done = subprocess.run(
            [npm, *_INSTALL],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "npm could not install better-auth in time"
    return f"npm cannot install better-auth: {done.stderr[-300:]}" if done.returncode else None


class BetterAuth:
    """The server; users sign up at it, and it can go away and come back with the same keys gone."""

    def __init__(self, folder: Path, algorithm: str = "") -> None:
        self._folder = folder
        self._node = shutil.which("node") or "node"
        self._algorithm = algorithm
        self._process: subprocess.Popen[bytes] | None = None
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {
            "PATH": os.environ["PATH"],
            "PORT": str(self._port),
            "BETTER_AUTH_SECRET": secrets.token_hex(32),
            "ALGORITHM": self._algorithm,
        }
        self._process = subprocess.Popen([self._node, "server.mjs"], cwd=self._folder, env=settings)
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Better Auth does not start")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def sign_up(self, name: str) -> str:
        """Register a user and return the token that the server issues for them."""
        account = {"email": f"{name}@example.com", "password": "a long password", "name": name}
        cookie, _ = self._call("/api/auth/sign-up/email", account)
        _, answer = self._call("/api/auth/token", cookie=cookie)
        return str(answer["token"])

    def _call(self, path: str, body: object = None, cookie: str = "") -> tuple[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.url}{path}", data)  # noqa: S310 - loopback
        asked.add_header("content-type", "application/json")
        asked.add_header("origin", self.url)
        asked.add_header("cookie", cookie)
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            cookies = answer.headers.get_all("set-cookie") or []
            return "; ".join(item.partition(";")[0] for item in cookies), json.load(answer)

    def _answers(self) -> bool:
        try:
            self._call("/api/auth/jwks")
        except (urllib.error.URLError, OSError):
            return False
        return True
