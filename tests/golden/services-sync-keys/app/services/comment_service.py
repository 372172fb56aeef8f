"""What may happen to rows of comments.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from sqlmodel import Session as DatabaseSession

from app.core.errors import NotFoundError
from app.core.types import utc_now
from app.models.comment_models import Comment
from app.repositories.comment_repository import CommentRepository
from app.schemas.comment_schemas import CommentCreate, CommentReplace
from app.services.task_service import TaskService


class CommentService:
    """The rules of the table comments."""

    def __init__(self, session: DatabaseSession) -> None:
        self._session = session
        self._comments = CommentRepository(session)

    def find(
        self, user_id: str, task_id: int, *, page: int, limit: int
    ) -> tuple[list[Comment], int]:
        """Return the comment rows of the user on a page, and how many there are on all pages."""
        TaskService(self._session).get(user_id, task_id)
        return self._comments.find(user_id, task_id, page=page, limit=limit)

    def create(self, user_id: str, task_id: int, data: CommentCreate) -> Comment:
        """Store a new comment of the user."""
        TaskService(self._session).get(user_id, task_id)
        now = utc_now()
        comment = Comment(
            **data.model_dump(),
            task_id=task_id,
            created_at=now,
            updated_at=now,
        )
        self._comments.save(comment)
        return comment

    def get(self, user_id: str, task_id: int, comment_id: int) -> Comment:
        """Return one comment of the user."""
        comment = self._comments.get(user_id, task_id, comment_id)
        if comment is None:
            raise NotFoundError("Comment not found")
        return comment

    def replace(
        self, user_id: str, task_id: int, comment_id: int, data: CommentReplace
    ) -> Comment:
        """Replace one comment of the user."""
        comment = self.get(user_id, task_id, comment_id)
        comment.sqlmodel_update(data.model_dump())
        comment.updated_at = utc_now()
        self._comments.save(comment)
        return comment

    def delete(self, user_id: str, task_id: int, comment_id: int) -> Comment:
        """Delete one comment of the user, and return what it was."""
        comment = self.get(user_id, task_id, comment_id)
        self._comments.delete(comment)
        return comment
