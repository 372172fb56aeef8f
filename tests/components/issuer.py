"""A real Better Auth server on loopback, installed from npm; it issues the tokens."""

import json
import os
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
    """The server; users sign up at it. It can go away and come back, with other keys then.

    Args:
        folder: Where its packages are installed.
        tokens: The source of the plugin that issues tokens.
        secret: The secret of the server, which a backend may share.
    """

    def __init__(self, folder: Path, tokens: str, secret: str) -> None:
        self._folder = folder
        self._secret = secret
        self._node = shutil.which("node") or "node"
        self._process: subprocess.Popen[bytes] | None = None
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        # Node 20 knows no TypeScript; the file uses none of its own.
        self._tokens = folder / f"tokens-{self._port}.mjs"
        self._tokens.write_text(tokens, "utf-8")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {
            "PATH": os.environ["PATH"],
            "PORT": str(self._port),
            "BETTER_AUTH_SECRET": self._secret,
            "TOKENS": str(self._tokens),
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

    def keys(self) -> list[dict[str, str]]:
        """Return the public keys that the server publishes."""
        keys: list[dict[str, str]] = self._call("/api/auth/jwks")[1]["keys"]
        return keys

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
            self._call("/api/auth/ok")
        except (urllib.error.URLError, OSError):
            return False
        return True
