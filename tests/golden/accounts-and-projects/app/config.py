"""Settings from the environment.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from limits import parse as parse_limit

MINIMUM_SECRET_BYTES = 32
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEFAULT_DATABASE_URL = "sqlite:///./app.db"
MAX_BODY_BYTES = 1024 * 1024
SIGN_IN_LIMIT = "10/minute"


class SettingsError(Exception):
    """A setting is missing or unusable; the message says in one sentence what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment decides.

    Attributes:
        secret: The key that signs tokens; it never appears in logs.
        previous_secrets: Keys that signed tokens before; those are still taken.
        issuer: The `iss` that every token must bear, if set.
        audience: The `aud` that every token must bear, if set.
        cors_origins: Origins of web pages that may call this backend.
        log_level: From which level on the application logs.
        max_body_bytes: How large the body of a request may be.
        sign_in_limit: How often one client may try to sign in.
    """

    secret: str = field(repr=False)
    previous_secrets: tuple[str, ...] = field(default=(), repr=False)
    database_url: str = field(default=DEFAULT_DATABASE_URL, repr=False)
    issuer: str | None = None
    audience: str | None = None
    cors_origins: tuple[str, ...] = ()
    log_level: str = "INFO"
    max_body_bytes: int = MAX_BODY_BYTES
    sign_in_limit: str = SIGN_IN_LIMIT


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: The secret is missing or too short, or another setting is unusable.
    """
    source = os.environ if environment is None else environment
    secret = source.get("JWT_SECRET", "")
    previous = source.get("JWT_SECRET_PREVIOUS", "").split()
    for name, value in (
        ("JWT_SECRET", secret),
        *(("JWT_SECRET_PREVIOUS", value) for value in previous),
    ):
        if len(value.encode()) < MINIMUM_SECRET_BYTES:
            raise SettingsError(
                f"{name} must be set to a secret of at least {MINIMUM_SECRET_BYTES} bytes."
            )
    origins = source.get("CORS_ORIGINS", "").replace(",", " ").split()
    log_level = source.get("LOG_LEVEL", "INFO").upper()
    if log_level not in LOG_LEVELS:
        raise SettingsError(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")
    max_body_bytes = source.get("MAX_BODY_BYTES") or str(MAX_BODY_BYTES)
    if not re.fullmatch(r"[1-9][0-9]{0,11}", max_body_bytes):
        raise SettingsError("MAX_BODY_BYTES must be a number of bytes, at least 1.")
    sign_in_limit = source.get("SIGN_IN_LIMIT") or SIGN_IN_LIMIT
    try:
        parse_limit(sign_in_limit)
    except ValueError:
        raise SettingsError('SIGN_IN_LIMIT must be a limit like "10/minute".') from None
    return Settings(
        secret=secret,
        previous_secrets=tuple(previous),
        sign_in_limit=sign_in_limit,
        database_url=source.get("DATABASE_URL") or DEFAULT_DATABASE_URL,
        issuer=source.get("JWT_ISSUER") or None,
        audience=source.get("JWT_AUDIENCE") or None,
        cors_origins=tuple(origins),
        log_level=log_level,
        max_body_bytes=int(max_body_bytes),
    )
