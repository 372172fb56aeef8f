"""Queries on projects, each confined to the user.

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
from app.schemas.project import ProjectCreate, ProjectUpdate


class ProjectRepository:
    """Reads and writes the table projects."""

    _get = select(Project).where(
        Project.id == bindparam("project_id"), Project.owner_id == bindparam("user_id")
    )

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, user_id: UUID) -> list[Project]:
        """Return the project rows of the user."""
        statement = select(Project).where(Project.owner_id == user_id)
        statement = statement.order_by(asc(col(Project.id)))
        rows = await self._session.exec(statement)
        return list(rows.all())

    async def create(self, user_id: UUID, data: ProjectCreate) -> Project:
        """Store a new project of the user."""
        project = Project(
            **data.model_dump(),
            owner_id=user_id,
        )
        self._session.add(project)
        await self._session.commit()
        return project

    async def get(self, user_id: UUID, project_id: UUID) -> Project:
        """Return one project of the user."""
        found = await self._session.exec(
            self._get, params={"project_id": project_id, "user_id": user_id}
        )
        project = found.first()
        if project is None:
            raise NotFoundError("Project not found")
        return project

    async def update(
        self, user_id: UUID, project_id: UUID, data: ProjectUpdate
    ) -> Project:
        """Change one project of the user."""
        project = await self.get(user_id, project_id)
        project.sqlmodel_update(data.model_dump())
        self._session.add(project)
        await self._session.commit()
        return project

    async def delete(self, user_id: UUID, project_id: UUID) -> Project:
        """Delete one project of the user, and return what it was."""
        project = await self.get(user_id, project_id)
        await self._session.delete(project)
        await self._session.commit()
        return project
