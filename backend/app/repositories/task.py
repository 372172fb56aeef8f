"""Queries on tasks, each confined to the user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/001-task-crud/spec.md
"""

from datetime import date
from typing import Any, ClassVar, Literal

from sqlalchemy import asc, bindparam, case, desc
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.types import list_contains, today, utc_now
from app.errors import NotFoundError
from app.models.task import Task, TaskPriority
from app.schemas.task import TaskCreate, TaskReplace, TaskUpdate


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

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(
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
        found = await self._session.exec(
            statement.offset((page - 1) * limit).limit(limit)
        )
        rows = found.all()
        if not rows:
            # Beyond the last page there is no row that says how many there are.
            counted = statement.with_only_columns(
                func.count(), maintain_column_froms=True
            )
            return [], await self._session.scalar(counted.order_by(None)) or 0
        return [task for task, _ in rows], rows[0][1]

    async def create(self, user_id: str, data: TaskCreate) -> Task:
        """Store a new task of the user."""
        now = utc_now()
        task = Task(
            **data.model_dump(),
            user_id=user_id,
            created_at=now,
            updated_at=now,
        )
        self._session.add(task)
        await self._session.commit()
        return task

    async def count(self, user_id: str) -> dict[str, int]:
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
        found = await self._session.exec(statement)
        row: Any = found.one()
        return dict(zip(numbers, row, strict=True))

    async def get(self, user_id: str, task_id: int) -> Task:
        """Return one task of the user."""
        found = await self._session.exec(
            self._get, params={"task_id": task_id, "user_id": user_id}
        )
        task = found.first()
        if task is None:
            raise NotFoundError("Task not found")
        return task

    async def replace(self, user_id: str, task_id: int, data: TaskReplace) -> Task:
        """Replace one task of the user."""
        task = await self.get(user_id, task_id)
        task.sqlmodel_update(data.model_dump())
        task.updated_at = utc_now()
        self._session.add(task)
        await self._session.commit()
        return task

    async def update(self, user_id: str, task_id: int, data: TaskUpdate) -> Task:
        """Change one task of the user."""
        task = await self.get(user_id, task_id)
        task.sqlmodel_update(data.model_dump())
        task.updated_at = utc_now()
        self._session.add(task)
        await self._session.commit()
        return task

    async def delete(self, user_id: str, task_id: int) -> Task:
        """Delete one task of the user, and return what it was."""
        task = await self.get(user_id, task_id)
        await self._session.delete(task)
        await self._session.commit()
        return task

    async def complete(self, user_id: str, task_id: int) -> Task:
        """Switch completed of one task of the user."""
        task = await self.get(user_id, task_id)
        task.completed = not task.completed
        task.updated_at = utc_now()
        self._session.add(task)
        await self._session.commit()
        return task
