"""Hashing of passwords.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from fastapi.concurrency import run_in_threadpool
from pwdlib import PasswordHash

_hasher = PasswordHash.recommended()
_ABSENT_USER = _hasher.hash("a password that nobody has")


async def hash_password(password: str) -> str:
    """Return an argon2 hash of a password; in a thread, because it takes a while."""
    return await run_in_threadpool(_hasher.hash, password)


async def password_matches(password: str, stored: str | None) -> bool:
    """Tell whether a password fits a stored hash; takes as long when there is no such user."""
    matches = await run_in_threadpool(_hasher.verify, password, stored or _ABSENT_USER)
    return matches and stored is not None
