"""The environment that the backend starts in: random secrets and a database of its own."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from .sources import Setting

COMMON_SECRETS = (
    "BETTER_AUTH_SECRET",
    "JWT_SECRET",
    "JWT_SECRET_KEY",
    "JWT_KEY",
    "SECRET_KEY",
    "AUTH_SECRET",
    "AUTH_SECRET_KEY",
    "APP_SECRET",
    "APP_SECRET_KEY",
    "TOKEN_SECRET",
    "SECRET",
)
COMMON_DATABASES = ("DATABASE_URL", "DB_URL", "SQLALCHEMY_DATABASE_URL", "SQLALCHEMY_DATABASE_URI")
COMMON_KEY_SETS = ("JWKS_URL", "BETTER_AUTH_JWKS_URL", "AUTH_JWKS_URL", "JWT_JWKS_URL")
_SECRET = re.compile(r"SECRET|(JWT|AUTH|TOKEN|SIGNING)_?\w*KEY$")
_NO_SECRET = re.compile(r"PUBLIC|URL|ALGORITHM|EXPIRE|TTL|MINUTES|LIFETIME|CLIENT")
_DATABASE = re.compile(r"(DATABASE|DB|POSTGRES|PG|NEON|SQL\w*)_?\w*(URL|URI|DSN)$")
_KEY_SET = re.compile(r"JWKS|BETTER_AUTH_URL|AUTH_(SERVER_|BASE_)?URL|ISSUER_URL")


def database_urls(scratch: Path, given: str | None, *, asynchronous: bool) -> str:
    """Return the URL of the database to use: the given one, or a new SQLite file."""
    if given:
        return given
    driver = "sqlite+aiosqlite" if asynchronous else "sqlite"
    return f"{driver}:///{scratch / 'verify.db'}"


def fill(
    settings: list[Setting],
    *,
    secret: str,
    database_url: str,
    scratch: Path,
    auth_url: str | None = None,
    more: Mapping[str, str] | None = None,
) -> list[str]:
    """Set the environment variables; what the caller gave always wins.

    Returns:
        The names under which the secret was set.
    """
    given = dict(more or {})
    values: dict[str, str] = {
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    names = [setting.name for setting in settings]
    secrets = [*COMMON_SECRETS, *(name for name in names if _is_secret(name))]
    values.update(dict.fromkeys(secrets, secret))
    databases = [*COMMON_DATABASES, *(name for name in names if _DATABASE.search(name))]
    values.update(dict.fromkeys(databases, database_url))
    if auth_url:
        key_sets = [*COMMON_KEY_SETS, *(name for name in names if _KEY_SET.search(name))]
        values.update({name: _auth_value(name, auth_url) for name in key_sets})
    for setting in settings:
        if setting.required and setting.name not in values and setting.name not in os.environ:
            values[setting.name] = _plausible(setting)
    values.update(given)
    os.environ.update(values)
    return [name for name in dict.fromkeys(secrets) if values[name] == secret]


def _is_secret(name: str) -> bool:
    return bool(_SECRET.search(name)) and not _NO_SECRET.search(name)


def _auth_value(name: str, auth_url: str) -> str:
    return f"{auth_url}/api/auth/jwks" if "JWKS" in name else auth_url


def _plausible(setting: Setting) -> str:
    name = setting.name
    if "int" in setting.kind or "float" in setting.kind or re.search("MINUTES|PORT|TTL", name):
        return "30"
    if "bool" in setting.kind:
        return "false"
    if "list" in setting.kind.lower():
        return "[]"
    if "ALGORITHM" in name:
        return "HS256"
    if re.search("URL|URI|HOST|ORIGIN", name):
        return "http://127.0.0.1:9"
    return "verify"
