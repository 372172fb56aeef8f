"""Rows that are valid, for tests to store.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/user-profile.md
- specs/features/authentication.md
- specs/features/task-crud.md
- specs/001-task-crud/spec.md
"""

from itertools import count
from typing import Any

from app.models.comment import Comment
from app.models.profile import Profile
from app.models.task import Task

numbers = count(1)


def make_task(user_id: str, **values: Any) -> Task:
    """Return a valid task that is not stored yet."""
    known: dict[str, Any] = {
        "user_id": user_id,
        "title": "apple",
    }
    return Task(**(known | values))


def make_comment(task_id: int | None, **values: Any) -> Comment:
    """Return a valid comment that is not stored yet."""
    known: dict[str, Any] = {
        "task_id": task_id,
        "content": "apple",
    }
    return Comment(**(known | values))


def make_profile(user_id: str, **values: Any) -> Profile:
    """Return a valid profile that is not stored yet."""
    known: dict[str, Any] = {
        "user_id": user_id,
        "display_name": "apple",
    }
    return Profile(**(known | values))
