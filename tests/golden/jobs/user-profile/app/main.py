"""The application.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/authentication.md
- backend/CLAUDE.md
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.api.v1.comments import router as comments_router
from app.api.v1.health import router as health_router
from app.api.v1.profiles import router as profiles_router
from app.api.v1.tasks import router as tasks_router
from app.config import Settings, SettingsError, load_settings
from app.db.session import Database
from app.errors import install_error_handlers
from app.logs import configure_logging
from app.middleware import install_middleware


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application.

    Raises:
        SettingsError: The environment lacks a usable secret.
    """
    settings = settings or load_settings()
    database = Database(settings.database_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if database.is_sqlite:
            await database.create_tables()
        yield
        await database.dispose()

    app = FastAPI(title="REST API", lifespan=lifespan, redirect_slashes=False)
    app.state.settings = settings
    app.state.database = database
    install_error_handlers(app)
    install_middleware(app, settings)
    app.include_router(profiles_router)
    app.include_router(tasks_router)
    app.include_router(comments_router)
    app.include_router(health_router)
    return app


try:
    _settings = load_settings()
    configure_logging(_settings.log_level)
    app = create_app(_settings)
except SettingsError as error:
    raise SystemExit(f"The backend cannot start: {error}") from None
