"""Rows that are valid, for tests to store.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from app.models.category import Category
from app.models.project import Project
from app.models.refresh_token import RefreshToken
from app.models.step import Step
from app.models.task import Task
from app.models.user import User

numbers = count(1)


def make_user(**values: Any) -> User:
    """Return a valid user that is not stored yet."""
    known: dict[str, Any] = {
        "email": f"u{next(numbers)}@example.com",
        "hashed_password": "apple",
    }
    return User(**(known | values))


def make_category(**values: Any) -> Category:
    """Return a valid category that is not stored yet."""
    known: dict[str, Any] = {
        "name": f"u{next(numbers)}",
    }
    return Category(**(known | values))


def make_project(owner_id: UUID, **values: Any) -> Project:
    """Return a valid project that is not stored yet."""
    known: dict[str, Any] = {
        "owner_id": owner_id,
        "name": "apple",
    }
    return Project(**(known | values))


def make_task(project_id: UUID, **values: Any) -> Task:
    """Return a valid task that is not stored yet."""
    known: dict[str, Any] = {
        "project_id": project_id,
        "title": "apple",
    }
    return Task(**(known | values))


def make_step(task_id: UUID, **values: Any) -> Step:
    """Return a valid step that is not stored yet."""
    known: dict[str, Any] = {
        "task_id": task_id,
        "text": "apple",
    }
    return Step(**(known | values))


def make_refresh_token(user_id: UUID, **values: Any) -> RefreshToken:
    """Return a valid refresh token that is not stored yet."""
    known: dict[str, Any] = {
        "user_id": user_id,
        "family": "apple",
        "token_hash": f"u{next(numbers)}",
        "expires_at": datetime(2030, 1, 1, tzinfo=UTC),
    }
    return RefreshToken(**(known | values))
