"""Queries on notices, which belong to nobody.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from sqlalchemy import bindparam, desc
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import NotFoundError
from app.models.notice import Notice
from app.schemas.notice import NoticeCreate, NoticeReplace


class NoticeRepository:
    """Reads and writes the table notices."""

    _get = select(Notice).where(Notice.id == bindparam("notice_id"))

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self) -> list[Notice]:
        """Return the notice rows."""
        statement = select(Notice)
        statement = statement.order_by(
            desc(col(Notice.created_at)), desc(col(Notice.id))
        )
        rows = await self._session.exec(statement)
        return list(rows.all())

    async def create(self, data: NoticeCreate) -> Notice:
        """Store a new notice."""
        notice = Notice(
            **data.model_dump(),
        )
        self._session.add(notice)
        await self._session.commit()
        return notice

    async def get(self, notice_id: int) -> Notice:
        """Return one notice."""
        found = await self._session.exec(self._get, params={"notice_id": notice_id})
        notice = found.first()
        if notice is None:
            raise NotFoundError("Notice not found")
        return notice

    async def replace(self, notice_id: int, data: NoticeReplace) -> Notice:
        """Replace one notice."""
        notice = await self.get(notice_id)
        notice.sqlmodel_update(data.model_dump())
        self._session.add(notice)
        await self._session.commit()
        return notice

    async def delete(self, notice_id: int) -> Notice:
        """Delete one notice, and return what it was."""
        notice = await self.get(notice_id)
        await self._session.delete(notice)
        await self._session.commit()
        return notice
