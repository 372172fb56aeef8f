"""Where the parts of a backend stand, in each layout."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The path of each part; `{name}` stands for a feature's module.

    Attributes:
        services: Business rules between routes and repositories; None: the repositories hold them.
    """

    config: str
    session: str
    types: str
    tokens: str
    keys: str
    passwords: str
    limits: str
    refresh: str
    database: str
    users: str
    errors: str
    error_schema: str
    base_schema: str
    responses: str
    middleware: str
    logs: str
    models: str
    schemas: str
    repositories: str
    services: str | None
    routes: str

    def access(self, module: str) -> str:
        """Return the path of what routes call for a feature's rows."""
        return (self.services or self.repositories).format(name=module)

    @property
    def access_suffix(self) -> str:
        """How the classes that routes call end."""
        return "Service" if self.services else "Repository"


LAYOUTS: Mapping[str, Layout] = {
    "app": Layout(
        config="app/config.py",
        session="app/db/session.py",
        types="app/db/types.py",
        tokens="app/auth/jwt.py",
        keys="app/auth/keys.py",
        passwords="app/auth/passwords.py",
        limits="app/auth/limits.py",
        refresh="app/auth/refresh.py",
        database="app/dependencies.py",
        users="app/dependencies.py",
        errors="app/errors.py",
        error_schema="app/schemas/error.py",
        base_schema="app/schemas/base.py",
        responses="app/api/responses.py",
        middleware="app/middleware.py",
        logs="app/logs.py",
        models="app/models/{name}.py",
        schemas="app/schemas/{name}.py",
        repositories="app/repositories/{name}.py",
        services=None,
        routes="app/api/v1/{name}.py",
    ),
    "services": Layout(
        config="app/core/config.py",
        session="app/core/database.py",
        types="app/core/types.py",
        tokens="app/core/security.py",
        keys="app/core/keys.py",
        passwords="app/core/passwords.py",
        limits="app/core/limits.py",
        refresh="app/core/refresh.py",
        database="app/api/v1/deps/database.py",
        users="app/api/v1/deps/auth.py",
        errors="app/core/errors.py",
        error_schema="app/schemas/error_schemas.py",
        base_schema="app/schemas/base_schemas.py",
        responses="app/api/v1/responses.py",
        middleware="app/core/middleware.py",
        logs="app/core/logs.py",
        models="app/models/{name}_models.py",
        schemas="app/schemas/{name}_schemas.py",
        repositories="app/repositories/{name}_repository.py",
        services="app/services/{name}_service.py",
        routes="app/api/v1/endpoints/{name}_routes.py",
    ),
}
DEFAULT_LAYOUT = "app"


def module_of(path: str) -> str:
    """Return the dotted name of a file."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def folders_of(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return every folder that holds Python files, those above it included."""
    found = {
        "/".join(parts[:depth])
        for parts in (path.split("/") for path in paths if path.endswith(".py"))
        for depth in range(1, len(parts))
    }
    return tuple(sorted(found))
