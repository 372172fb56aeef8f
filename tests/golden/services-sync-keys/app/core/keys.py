"""The public keys of whoever issues the tokens.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import logging
from threading import Lock
from time import monotonic

import jwt

from app.core.errors import UnavailableError

logger = logging.getLogger(__name__)

KEYS_LIFETIME_SECONDS = 300
FETCH_TIMEOUT_SECONDS = 4
FETCH_PAUSE_SECONDS = 5


class KeySet:
    """The issuer's public keys: fetched off the event loop, kept for a while, found by `kid`.

    A key that is not known is asked for at most every few seconds, so that forged tokens do not
    become requests to the issuer.
    """

    def __init__(self, url: str) -> None:
        self._client = jwt.PyJWKClient(
            url, cache_jwk_set=False, timeout=FETCH_TIMEOUT_SECONDS
        )
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fresh_until = 0.0
        self._paused_until = 0.0
        self._reached = False
        self._lock = Lock()

    def find(self, token: str) -> jwt.PyJWK:
        """Return the key that a token names.

        Raises:
            jwt.PyJWTError: The token is none, or names no key of the issuer.
            UnavailableError: The issuer cannot be reached.
        """
        kid = jwt.get_unverified_header(token).get("kid")
        if kid in self._keys and monotonic() < self._fresh_until:
            return self._keys[kid]
        return self._look_up(kid)

    def _look_up(self, kid: str | None) -> jwt.PyJWK:
        with self._lock:
            stale = monotonic() >= self._fresh_until
            if (stale or kid not in self._keys) and monotonic() >= self._paused_until:
                self._fetch()
            if not self._reached:
                raise UnavailableError("The issuer of the tokens cannot be reached")
            if kid not in self._keys:
                raise jwt.InvalidTokenError("The issuer has no such key")
            return self._keys[kid]

    def _fetch(self) -> None:
        try:
            keys = self._client.get_signing_keys()
        except (jwt.PyJWTError, OSError, ValueError) as error:
            logger.error("The keys of the issuer cannot be fetched: %s", error)
            self._reached = False
        else:
            self._keys = {key.key_id: key for key in keys}
            self._fresh_until = monotonic() + KEYS_LIFETIME_SECONDS
            self._reached = True
        self._paused_until = monotonic() + FETCH_PAUSE_SECONDS
