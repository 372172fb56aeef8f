"""Queries on tasks, each confined to the user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import date
from typing import Any, ClassVar, Literal

from sqlalchemy import asc, bindparam, case, desc
from sqlmodel import Session as DatabaseSession
from sqlmodel import col, func, select

from app.core.types import list_contains, today
from app.models.task_models import Task, TaskPriority


class TaskRepository:
    """Reads and writes the table tasks."""

    _find_keys: ClassVar[dict[str, Any]] = {
        "created_at": col(Task.created_at),
        "updated_at": col(Task.updated_at),
        "due_date": col(Task.due_date),
        "priority": case(
            {TaskPriority.LOW: 0, TaskPriority.MEDIUM: 1, TaskPriority.HIGH: 2},
            value=col(Task.priority),
        ),
        "title": col(Task.title),
    }

    _get = select(Task).where(
        Task.id == bindparam("task_id"), Task.user_id == bindparam("user_id")
    )

    def __init__(self, session: DatabaseSession) -> None:
        self._session = session

    def find(
        self,
        user_id: str,
        *,
        status: Literal["all", "pending", "completed"],
        priority: TaskPriority | None,
        tag: str | None,
        due_before: date | None,
        search: str | None,
        sort: Literal["created_at", "updated_at", "due_date", "priority", "title"],
        order: Literal["asc", "desc"],
        page: int,
        limit: int,
    ) -> tuple[list[Task], int]:
        """Return the task rows of the user on a page, and how many there are on all pages."""
        statement = select(Task, func.count().over()).where(Task.user_id == user_id)
        if status == "pending":
            statement = statement.where(col(Task.completed).is_(False))
        if status == "completed":
            statement = statement.where(col(Task.completed).is_(True))
        if priority is not None:
            statement = statement.where(Task.priority == priority)
        if tag is not None:
            statement = statement.where(list_contains(col(Task.tags), tag))
        if due_before is not None:
            statement = statement.where(col(Task.due_date) < due_before)
        if search is not None:
            statement = statement.where(
                col(Task.title).icontains(search, autoescape=True)
                | col(Task.description).icontains(search, autoescape=True)
            )
        direction = desc if order == "desc" else asc
        statement = statement.order_by(
            direction(self._find_keys[sort]).nulls_last(), direction(col(Task.id))
        )
        found = self._session.exec(statement.offset((page - 1) * limit).limit(limit))
        rows = found.all()
        if not rows:
            # Beyond the last page there is no row that says how many there are.
            counted = statement.with_only_columns(
                func.count(), maintain_column_froms=True
            )
            return [], self._session.scalar(counted.order_by(None)) or 0
        return [task for task, _ in rows], rows[0][1]

    def count(self, user_id: str) -> dict[str, int]:
        """Count the task rows of the user."""
        numbers = {
            "total": func.count(),
            "completed": func.count().filter(col(Task.completed).is_(True)),
            "pending": func.count().filter(col(Task.completed).is_(False)),
            "overdue": func.count().filter(
                (col(Task.due_date) < today()) & col(Task.completed).is_(False)
            ),
            "by_priority_low": func.count().filter(
                col(Task.priority) == TaskPriority.LOW
            ),
            "by_priority_medium": func.count().filter(
                col(Task.priority) == TaskPriority.MEDIUM
            ),
            "by_priority_high": func.count().filter(
                col(Task.priority) == TaskPriority.HIGH
            ),
        }
        statement = (
            select(*numbers.values()).select_from(Task).where(Task.user_id == user_id)
        )
        found = self._session.exec(statement)
        row: Any = found.one()
        return dict(zip(numbers, row, strict=True))

    def get(self, user_id: str, task_id: int) -> Task | None:
        """Return one task of the user."""
        found = self._session.exec(
            self._get, params={"task_id": task_id, "user_id": user_id}
        )
        return found.first()

    def save(self, task: Task) -> None:
        """Store a row that is new or was changed."""
        self._session.add(task)
        self._session.commit()

    def delete(self, task: Task) -> None:
        """Delete a row."""
        self._session.delete(task)
        self._session.commit()
