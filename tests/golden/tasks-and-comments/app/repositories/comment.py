"""Queries on comments, each confined to the user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from sqlalchemy import asc, bindparam
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.db.types import utc_now
from app.errors import NotFoundError
from app.models.comment import Comment
from app.models.task import Task
from app.repositories.task import TaskRepository
from app.schemas.comment import CommentCreate, CommentReplace


class CommentRepository:
    """Reads and writes the table comments."""

    _get = (
        select(Comment)
        .join(Task, col(Comment.task_id) == col(Task.id))
        .where(
            Comment.id == bindparam("comment_id"),
            Comment.task_id == bindparam("task_id"),
            Task.user_id == bindparam("user_id"),
        )
    )

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(
        self, user_id: str, task_id: int, *, page: int, limit: int
    ) -> tuple[list[Comment], int]:
        """Return the comment rows of the user on a page, and how many there are on all pages."""
        await TaskRepository(self._session).get(user_id, task_id)
        statement = (
            select(Comment, func.count().over())
            .join(Task, col(Comment.task_id) == col(Task.id))
            .where(Comment.task_id == task_id, Task.user_id == user_id)
        )
        statement = statement.order_by(
            asc(col(Comment.created_at)), asc(col(Comment.id))
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
        return [comment for comment, _ in rows], rows[0][1]

    async def create(self, user_id: str, task_id: int, data: CommentCreate) -> Comment:
        """Store a new comment of the user."""
        await TaskRepository(self._session).get(user_id, task_id)
        now = utc_now()
        comment = Comment(
            **data.model_dump(),
            task_id=task_id,
            created_at=now,
            updated_at=now,
        )
        self._session.add(comment)
        await self._session.commit()
        return comment

    async def get(self, user_id: str, task_id: int, comment_id: int) -> Comment:
        """Return one comment of the user."""
        found = await self._session.exec(
            self._get,
            params={"comment_id": comment_id, "task_id": task_id, "user_id": user_id},
        )
        comment = found.first()
        if comment is None:
            raise NotFoundError("Comment not found")
        return comment

    async def replace(
        self, user_id: str, task_id: int, comment_id: int, data: CommentReplace
    ) -> Comment:
        """Replace one comment of the user."""
        comment = await self.get(user_id, task_id, comment_id)
        comment.sqlmodel_update(data.model_dump())
        comment.updated_at = utc_now()
        self._session.add(comment)
        await self._session.commit()
        return comment

    async def delete(self, user_id: str, task_id: int, comment_id: int) -> Comment:
        """Delete one comment of the user, and return what it was."""
        comment = await self.get(user_id, task_id, comment_id)
        await self._session.delete(comment)
        await self._session.commit()
        return comment
