"""Settings from the environment.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/authentication.md
- backend/CLAUDE.md
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MINIMUM_SECRET_BYTES = 32
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEFAULT_DATABASE_URL = "sqlite:///./app.db"
MAX_BODY_BYTES = 1024 * 1024


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
    """

    secret: str = field(repr=False)
    previous_secrets: tuple[str, ...] = field(default=(), repr=False)
    database_url: str = field(default=DEFAULT_DATABASE_URL, repr=False)
    issuer: str | None = None
    audience: str | None = None
    cors_origins: tuple[str, ...] = ()
    log_level: str = "INFO"
    max_body_bytes: int = MAX_BODY_BYTES


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: The secret is missing or too short, or another setting is unusable.
    """
    source = os.environ if environment is None else environment
    secret = source.get("BETTER_AUTH_SECRET", "")
    previous = source.get("BETTER_AUTH_SECRET_PREVIOUS", "").split()
    for name, value in (
        ("BETTER_AUTH_SECRET", secret),
        *(("BETTER_AUTH_SECRET_PREVIOUS", value) for value in previous),
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
    return Settings(
        secret=secret,
        previous_secrets=tuple(previous),
        database_url=source.get("DATABASE_URL") or DEFAULT_DATABASE_URL,
        issuer=source.get("JWT_ISSUER") or None,
        audience=source.get("JWT_AUDIENCE") or None,
        cors_origins=tuple(origins),
        log_level=log_level,
        max_body_bytes=int(max_body_bytes),
    )
