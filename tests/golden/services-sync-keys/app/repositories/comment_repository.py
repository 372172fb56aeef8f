"""Queries on comments, each confined to the user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from sqlalchemy import asc, bindparam
from sqlmodel import Session as DatabaseSession
from sqlmodel import col, func, select

from app.models.comment_models import Comment
from app.models.task_models import Task


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

    def __init__(self, session: DatabaseSession) -> None:
        self._session = session

    def find(
        self, user_id: str, task_id: int, *, page: int, limit: int
    ) -> tuple[list[Comment], int]:
        """Return the comment rows of the user on a page, and how many there are on all pages."""
        statement = (
            select(Comment, func.count().over())
            .join(Task, col(Comment.task_id) == col(Task.id))
            .where(Comment.task_id == task_id, Task.user_id == user_id)
        )
        statement = statement.order_by(
            asc(col(Comment.created_at)), asc(col(Comment.id))
        )
        found = self._session.exec(statement.offset((page - 1) * limit).limit(limit))
        rows = found.all()
        if not rows:
            # Beyond the last page there is no row that says how many there are.
            counted = statement.with_only_columns(
                func.count(), maintain_column_froms=True
            )
            return [], self._session.scalar(counted.order_by(None)) or 0
        return [comment for comment, _ in rows], rows[0][1]

    def get(self, user_id: str, task_id: int, comment_id: int) -> Comment | None:
        """Return one comment of the user."""
        found = self._session.exec(
            self._get,
            params={"comment_id": comment_id, "task_id": task_id, "user_id": user_id},
        )
        return found.first()

    def save(self, comment: Comment) -> None:
        """Store a row that is new or was changed."""
        self._session.add(comment)
        self._session.commit()

    def delete(self, comment: Comment) -> None:
        """Delete a row."""
        self._session.delete(comment)
        self._session.commit()
