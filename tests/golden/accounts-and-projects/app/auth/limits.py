"""How often one client may try to sign in.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from math import ceil
from time import time as wall_clock

from fastapi import Request
from limits import parse as parse_limit
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.errors import TooManyRequestsError


class SignInLimiter:
    """Counts, in this process, how often each client has tried to sign in of late.

    The client is who holds the connection. Behind a proxy, let the server take its address from
    the proxy's headers (`uvicorn --proxy-headers --forwarded-allow-ips …`).
    """

    def __init__(self, limit: str) -> None:
        self._limit = parse_limit(limit)
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, client: str, path: str) -> None:
        """Count one more try.

        Raises:
            TooManyRequestsError: There were too many; the answer says when to try again.
        """
        if not self._window.hit(self._limit, client, path):
            until = self._window.get_window_stats(self._limit, client, path).reset_time
            raise TooManyRequestsError(max(1, ceil(until - wall_clock())))

    def reset(self) -> None:
        """Forget every try."""
        self._window.storage.reset()


async def limit_sign_in(request: Request) -> None:
    """Let one client try a few times: guessing passwords takes too long then."""
    limiter: SignInLimiter = request.app.state.sign_in_limiter
    limiter.hit(request.client.host if request.client else "", request.url.path)
