"""Queries on steps, each confined to the user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from uuid import UUID

from sqlalchemy import asc, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import NotFoundError
from app.models.project import Project
from app.models.step import Step
from app.models.task import Task
from app.repositories.task import TaskRepository
from app.schemas.step import StepCreate


class StepRepository:
    """Reads and writes the table steps."""

    _get = (
        select(Step)
        .join(Task, col(Step.task_id) == col(Task.id))
        .join(Project, col(Task.project_id) == col(Project.id))
        .where(
            Step.id == bindparam("step_id"),
            Step.task_id == bindparam("task_id"),
            Task.project_id == bindparam("project_id"),
            Project.owner_id == bindparam("user_id"),
        )
    )

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, user_id: UUID, project_id: UUID, task_id: UUID) -> list[Step]:
        """Return the step rows of the user."""
        await TaskRepository(self._session).get(user_id, project_id, task_id)
        statement = (
            select(Step)
            .join(Task, col(Step.task_id) == col(Task.id))
            .join(Project, col(Task.project_id) == col(Project.id))
            .where(
                Step.task_id == task_id,
                Task.project_id == project_id,
                Project.owner_id == user_id,
            )
        )
        statement = statement.order_by(asc(col(Step.id)))
        rows = await self._session.exec(statement)
        return list(rows.all())

    async def create(
        self, user_id: UUID, project_id: UUID, task_id: UUID, data: StepCreate
    ) -> Step:
        """Store a new step of the user."""
        await TaskRepository(self._session).get(user_id, project_id, task_id)
        step = Step(
            **data.model_dump(),
            task_id=task_id,
        )
        self._session.add(step)
        await self._session.commit()
        return step

    async def get(
        self, user_id: UUID, project_id: UUID, task_id: UUID, step_id: int
    ) -> Step:
        """Return one step of the user."""
        found = await self._session.exec(
            self._get,
            params={
                "step_id": step_id,
                "task_id": task_id,
                "project_id": project_id,
                "user_id": user_id,
            },
        )
        step = found.first()
        if step is None:
            raise NotFoundError("Step not found")
        return step

    async def delete(
        self, user_id: UUID, project_id: UUID, task_id: UUID, step_id: int
    ) -> Step:
        """Delete one step of the user, and return what it was."""
        step = await self.get(user_id, project_id, task_id, step_id)
        await self._session.delete(step)
        await self._session.commit()
        return step
