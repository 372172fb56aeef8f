"""Rows that are valid, for tests to store.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from itertools import count
from typing import Any

from app.models.note import Note

numbers = count(1)


def make_note(user_id: int, **values: Any) -> Note:
    """Return a valid note that is not stored yet."""
    known: dict[str, Any] = {
        "user_id": user_id,
        "title": "apple",
    }
    return Note(**(known | values))
