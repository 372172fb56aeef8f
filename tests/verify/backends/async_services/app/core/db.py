from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.core.config import settings

engine = create_async_engine(settings.database_url)
sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


async def session():
    async with sessions() as open_session:
        yield open_session
