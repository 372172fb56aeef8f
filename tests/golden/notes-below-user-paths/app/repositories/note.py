"""Queries on notes, each confined to the user.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Any, ClassVar, Literal

from sqlalchemy import asc, desc
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import ForbiddenError, NotFoundError
from app.models.note import Note, NoteStatus
from app.schemas.note import NoteCreate, NoteReplace


class NoteRepository:
    """Reads and writes the table notes."""

    _find_keys: ClassVar[dict[str, Any]] = {
        "title": asc(col(Note.title)).nulls_last(),
        "created_at": desc(col(Note.created_at)).nulls_last(),
    }

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(
        self,
        user_id: int,
        *,
        status: NoteStatus | None,
        pinned: bool | None,
        q: str | None,
        sort_by: Literal["title", "created_at"] | None,
        limit: int,
        skip: int,
    ) -> tuple[list[Note], int]:
        """Return the note rows of the user on a page, and how many there are on all pages."""
        statement = select(Note, func.count().over()).where(Note.user_id == user_id)
        if status is not None:
            statement = statement.where(Note.status == status)
        if pinned is not None:
            statement = statement.where(col(Note.is_pinned).is_(pinned))
        if q is not None:
            statement = statement.where(
                col(Note.title).icontains(q, autoescape=True)
                | col(Note.body).icontains(q, autoescape=True)
            )
        statement = statement.order_by(
            (
                self._find_keys[sort_by]
                if sort_by is not None
                else desc(col(Note.created_at))
            ),
            desc(col(Note.id)),
        )
        found = await self._session.exec(statement.offset(skip).limit(limit))
        rows = found.all()
        if not rows:
            # Beyond the last page there is no row that says how many there are.
            counted = statement.with_only_columns(
                func.count(), maintain_column_froms=True
            )
            return [], await self._session.scalar(counted.order_by(None)) or 0
        return [note for note, _ in rows], rows[0][1]

    async def create(self, user_id: int, data: NoteCreate) -> Note:
        """Store a new note of the user."""
        note = Note(
            **data.model_dump(),
            user_id=user_id,
        )
        self._session.add(note)
        await self._session.commit()
        return note

    async def get(self, user_id: int, note_id: int) -> Note:
        """Return one note of the user."""
        note = await self._session.get(Note, note_id)
        if note is None:
            raise NotFoundError("Note not found")
        if note.user_id != user_id:
            raise ForbiddenError("This note belongs to somebody else")
        return note

    async def replace(self, user_id: int, note_id: int, data: NoteReplace) -> Note:
        """Replace one note of the user."""
        note = await self.get(user_id, note_id)
        note.sqlmodel_update(data.model_dump())
        self._session.add(note)
        await self._session.commit()
        return note

    async def delete(self, user_id: int, note_id: int) -> Note:
        """Delete one note of the user, and return what it was."""
        note = await self.get(user_id, note_id)
        await self._session.delete(note)
        await self._session.commit()
        return note

    async def pin(self, user_id: int, note_id: int, is_pinned: bool) -> Note:
        """Switch is_pinned of one note of the user."""
        note = await self.get(user_id, note_id)
        note.is_pinned = is_pinned
        self._session.add(note)
        await self._session.commit()
        return note

    async def publish(self, user_id: int, note_id: int) -> Note:
        """Switch status of one note of the user."""
        note = await self.get(user_id, note_id)
        note.status = (
            NoteStatus.DRAFT
            if note.status == NoteStatus.PUBLISHED
            else NoteStatus.PUBLISHED
        )
        self._session.add(note)
        await self._session.commit()
        return note
