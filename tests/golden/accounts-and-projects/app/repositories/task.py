"""Queries on tasks, each confined to the user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import MISSING
from sqlalchemy import asc, bindparam, desc
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.types import utc_now
from app.errors import NotFoundError
from app.models.project import Project
from app.models.task import Task
from app.repositories.category import CategoryRepository
from app.repositories.project import ProjectRepository
from app.schemas.task import TaskCreate, TaskReplace


class TaskRepository:
    """Reads and writes the table tasks."""

    _find_keys: ClassVar[dict[str, Any]] = {
        "-due": desc(col(Task.due)).nulls_last(),
        "title": asc(col(Task.title)).nulls_last(),
    }

    _get = (
        select(Task)
        .join(Project, col(Task.project_id) == col(Project.id))
        .where(
            Task.id == bindparam("task_id"),
            Task.project_id == bindparam("project_id"),
            Project.owner_id == bindparam("user_id"),
        )
    )

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(
        self,
        user_id: UUID,
        project_id: UUID,
        *,
        done: bool | None,
        due_before: datetime | None,
        sort: Literal["-due", "title"] | None,
        page: int,
        per_page: int,
    ) -> tuple[list[Task], int]:
        """Return the task rows of the user on a page, and how many there are on all pages."""
        await ProjectRepository(self._session).get(user_id, project_id)
        statement = (
            select(Task, func.count().over())
            .join(Project, col(Task.project_id) == col(Project.id))
            .where(Task.project_id == project_id, Project.owner_id == user_id)
        )
        if done is not None:
            statement = statement.where(col(Task.done).is_(done))
        if due_before is not None:
            statement = statement.where(col(Task.due) < due_before)
        statement = statement.order_by(
            self._find_keys[sort] if sort is not None else asc(col(Task.id)),
            asc(col(Task.id)),
        )
        found = await self._session.exec(
            statement.offset((page - 1) * per_page).limit(per_page)
        )
        rows = found.all()
        if not rows:
            # Beyond the last page there is no row that says how many there are.
            counted = statement.with_only_columns(
                func.count(), maintain_column_froms=True
            )
            return [], await self._session.scalar(counted.order_by(None)) or 0
        return [task for task, _ in rows], rows[0][1]

    async def create(self, user_id: UUID, project_id: UUID, data: TaskCreate) -> Task:
        """Store a new task of the user."""
        await ProjectRepository(self._session).get(user_id, project_id)
        if data.category_id is not None:
            await CategoryRepository(self._session).get(data.category_id)
        task = Task(
            **data.model_dump(),
            project_id=project_id,
        )
        self._session.add(task)
        await self._session.commit()
        return task

    async def get(self, user_id: UUID, project_id: UUID, task_id: UUID) -> Task:
        """Return one task of the user."""
        found = await self._session.exec(
            self._get,
            params={"task_id": task_id, "project_id": project_id, "user_id": user_id},
        )
        task = found.first()
        if task is None:
            raise NotFoundError("Task not found")
        return task

    async def replace(
        self, user_id: UUID, project_id: UUID, task_id: UUID, data: TaskReplace
    ) -> Task:
        """Replace one task of the user."""
        task = await self.get(user_id, project_id, task_id)
        if data.category_id is not MISSING and data.category_id is not None:
            await CategoryRepository(self._session).get(data.category_id)
        task.sqlmodel_update(data.model_dump())
        task.done_at = (task.done_at or utc_now()) if task.done else None
        self._session.add(task)
        await self._session.commit()
        return task

    async def toggle(self, user_id: UUID, project_id: UUID, task_id: UUID) -> Task:
        """Switch done of one task of the user."""
        task = await self.get(user_id, project_id, task_id)
        task.done = not task.done
        task.done_at = (task.done_at or utc_now()) if task.done else None
        self._session.add(task)
        await self._session.commit()
        return task
