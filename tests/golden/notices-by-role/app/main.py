"""The application.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app.api.v1.notices import router as notices_router
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

    app = FastAPI(title="Notices", lifespan=lifespan, redirect_slashes=False)
    app.state.settings = settings
    app.state.database = database
    install_error_handlers(app)
    install_middleware(app, settings)
    app.include_router(notices_router)
    return app


try:
    _settings = load_settings()
    configure_logging(_settings.log_level)
    app = create_app(_settings)
except SettingsError as error:
    raise SystemExit(f"The backend cannot start: {error}") from None
