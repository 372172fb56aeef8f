"""Queries on categories, which belong to nobody.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from sqlalchemy import asc, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.errors import NotFoundError
from app.models.category import Category


class CategoryRepository:
    """Reads and writes the table categories."""

    _get = select(Category).where(Category.id == bindparam("category_id"))

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self) -> list[Category]:
        """Return the category rows."""
        statement = select(Category)
        statement = statement.order_by(asc(col(Category.id)))
        rows = await self._session.exec(statement)
        return list(rows.all())

    async def get(self, category_id: int) -> Category:
        """Return one category."""
        found = await self._session.exec(self._get, params={"category_id": category_id})
        category = found.first()
        if category is None:
            raise NotFoundError("Category not found")
        return category
