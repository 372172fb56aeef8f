"""What may happen to rows of tasks.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import date
from typing import Literal

from sqlmodel import Session as DatabaseSession

from app.core.errors import NotFoundError
from app.core.types import utc_now
from app.models.task_models import Task, TaskPriority
from app.repositories.task_repository import TaskRepository
from app.schemas.task_schemas import TaskCreate, TaskReplace, TaskUpdate


class TaskService:
    """The rules of the table tasks."""

    def __init__(self, session: DatabaseSession) -> None:
        self._session = session
        self._tasks = TaskRepository(session)

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
        return self._tasks.find(
            user_id,
            status=status,
            priority=priority,
            tag=tag,
            due_before=due_before,
            search=search,
            sort=sort,
            order=order,
            page=page,
            limit=limit,
        )

    def create(self, user_id: str, data: TaskCreate) -> Task:
        """Store a new task of the user."""
        now = utc_now()
        task = Task(
            **data.model_dump(),
            user_id=user_id,
            created_at=now,
            updated_at=now,
        )
        self._tasks.save(task)
        return task

    def count(self, user_id: str) -> dict[str, int]:
        """Count the task rows of the user."""
        return self._tasks.count(user_id)

    def get(self, user_id: str, task_id: int) -> Task:
        """Return one task of the user."""
        task = self._tasks.get(user_id, task_id)
        if task is None:
            raise NotFoundError("Task not found")
        return task

    def replace(self, user_id: str, task_id: int, data: TaskReplace) -> Task:
        """Replace one task of the user."""
        task = self.get(user_id, task_id)
        task.sqlmodel_update(data.model_dump())
        task.updated_at = utc_now()
        self._tasks.save(task)
        return task

    def update(self, user_id: str, task_id: int, data: TaskUpdate) -> Task:
        """Change one task of the user."""
        task = self.get(user_id, task_id)
        task.sqlmodel_update(data.model_dump())
        task.updated_at = utc_now()
        self._tasks.save(task)
        return task

    def delete(self, user_id: str, task_id: int) -> Task:
        """Delete one task of the user, and return what it was."""
        task = self.get(user_id, task_id)
        self._tasks.delete(task)
        return task

    def complete(self, user_id: str, task_id: int) -> Task:
        """Switch completed of one task of the user."""
        task = self.get(user_id, task_id)
        task.completed = not task.completed
        task.updated_at = utc_now()
        self._tasks.save(task)
        return task
