"""Rows that are valid, for tests to store.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from itertools import count
from typing import Any

from app.models.notice import Notice

numbers = count(1)


def make_notice(**values: Any) -> Notice:
    """Return a valid notice that is not stored yet."""
    known: dict[str, Any] = {
        "title": "apple",
    }
    return Notice(**(known | values))
