"""The files that a backend has whatever its tables: settings, tokens, errors, the project."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sdd.generate import naming
from sdd.generate.domain import Domain, Shared
from sdd.generate.files import Role
from sdd.generate.layouts import Layout
from sdd.generate.methods import parameter_annotation
from sdd.generate.migrations import migration_files
from sdd.generate.plans import FilePlan
from sdd.generate.project import ProjectPlan, error_code
from sdd.generate.schemas import bounds
from sdd.ir import Parameter
from sdd.ir.behaviour import REFRESH_TOKEN, Action, refresh_field

_ERRORS = {401: "UnauthorizedError", 403: "ForbiddenError", 404: "NotFoundError"}
_TYPES = (
    "JSONValue",
    "UTCDateTime",
    "list_contains",
    "new_id",
    "string_enum",
    "today",
    "utc_now",
)
_EXCEPTIONS = (
    "respond",
    "AppError",
    "ConflictError",
    "ForbiddenError",
    "NotFoundError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnavailableError",
    "install_error_handlers",
)
_CODES = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """Plans the files that every backend has."""

    domain: Domain
    project: ProjectPlan
    history: Mapping[str, str]

    @property
    def _layout(self) -> Layout:
        return self.domain.layout

    def files(self) -> Iterator[FilePlan]:
        """Yield the plan of each file."""
        yield from self._storage()
        yield from self._users()
        yield from self._errors()
        yield from self._surroundings()
        yield from self._project()

    def python(
        self,
        path: str,
        role: Role,
        purpose: str,
        template: str,
        *,
        exports: tuple[str, ...] = (),
        stays_async: bool = False,
        **values: Any,  # noqa: ANN401
    ) -> FilePlan:
        """Plan a Python file."""
        return FilePlan(
            path=path,
            template=f"{template}.py",
            role=role,
            purpose=purpose,
            header=self.project.header(purpose),
            values={"project": self.project, **values},
            exports=exports,
            stays_async=stays_async,
        )

    def _storage(self) -> Iterator[FilePlan]:
        layout = self._layout
        yield self.python(
            layout.session,
            Role.MODELS,
            "The database engine and its sessions.",
            "session",
            exports=("Database", "normalize_url"),
        )
        yield self.python(
            layout.types,
            Role.MODELS,
            "Column types and makers of values.",
            "types",
            exports=_TYPES,
        )
        yield self.python(
            "alembic/env.py", Role.MODELS, "How migrations reach the database.", "alembic_env"
        )
        for path, template, purpose in (
            ("alembic.ini", "alembic.ini", "Where migrations are"),
            ("alembic/script.py.mako", "alembic_script", "The form of a migration"),
        ):
            yield FilePlan(path=path, template=template, role=Role.MODELS, purpose=purpose)
        yield from migration_files(self.domain, self.history, self.project.header)

    def _users(self) -> Iterator[FilePlan]:
        layout, project = self._layout, self.project
        yield self.python(
            layout.config,
            Role.AUTH,
            "Settings from the environment.",
            "config",
            exports=("DEFAULT_DATABASE_URL", "Settings", "SettingsError", "load_settings"),
        )
        yield self.python(
            layout.tokens,
            Role.AUTH,
            "Verification of tokens.",
            "jwt",
            exports=("TOKEN_LIFETIME_SECONDS", "issue_token", "read_roles", "verify_token"),
        )
        if project.keys:
            yield self.python(
                layout.keys,
                Role.AUTH,
                "The public keys of whoever issues the tokens.",
                "keys",
                exports=("KeySet",),
            )
        if self.domain.own_users:
            yield self.python(
                layout.passwords,
                Role.AUTH,
                "Hashing of passwords.",
                "passwords",
                exports=("hash_password", "password_matches"),
            )
            yield self.python(
                layout.limits,
                Role.AUTH,
                "How often one client may try to sign in.",
                "limits",
                exports=("SignInLimiter", "limit_sign_in"),
                stays_async=True,
            )
        if self.domain.refreshes:
            yield self.python(
                layout.refresh,
                Role.AUTH,
                "Refresh tokens: issued, exchanged, revoked.",
                "refresh",
                exports=("REFRESH_LIFETIME", "RefreshTokens", "hash_token"),
                token_table=self.domain.tables[REFRESH_TOKEN].cls,
                ends=self._ends(),
            )
        yield from self._dependencies()

    def _ends(self) -> str | None:
        """Return what signing out revokes: one session, all of the user's, or nothing."""
        for item in self.domain.operations:
            if item.action is Action.LOGOUT and item.endpoint.auth:
                return "one" if refresh_field(item) else "all"
        return None

    def _dependencies(self) -> Iterator[FilePlan]:
        layout, project = self._layout, self.project
        user = self.domain.user if self.domain.own_users else None
        session = "DatabaseDep" if self.domain.is_sync else "SessionDep"
        own = (item.alias for item in project.own_ids)
        of_users = ("CurrentUserId", "require_role", *own)
        values = {"user": user, "own_ids": self._own_ids()}
        # Coroutines that wait for nothing are cheaper than a thread for each request.
        waits = user is not None or project.keys
        if layout.database == layout.users:
            yield self.python(
                layout.users,
                Role.AUTH,
                "What handlers depend on: the signed-in user, a session.",
                "dependencies",
                exports=(session, *of_users),
                stays_async=not waits,
                **values,
            )
            return
        yield self.python(
            layout.database,
            Role.AUTH,
            "A session for each request.",
            "dependencies_database",
            exports=(session,),
        )
        yield self.python(
            layout.users,
            Role.AUTH,
            "The signed-in user.",
            "dependencies_users",
            exports=of_users,
            stays_async=not waits,
            **values,
        )

    def _errors(self) -> Iterator[FilePlan]:
        layout, errors = self._layout, self.domain.application.errors
        codes = [(status, naming.literal(error_code(errors, status))) for status in _CODES]
        validation = naming.literal(error_code(errors, self.project.validation_status))
        yield self.python(
            layout.errors,
            Role.ERRORS,
            "Exceptions, and the one form in which they are answered.",
            "errors",
            exports=_EXCEPTIONS,
            stays_async=True,
            known_codes=codes,
            validation_code=validation,
        )
        yield self.python(
            layout.error_schema,
            Role.ERRORS,
            "The body of every error.",
            "schemas_error",
            exports=("ErrorResponse",),
        )
        yield self.python(
            layout.base_schema,
            Role.SCHEMAS,
            "What all requests and answers share.",
            "schemas_base",
            exports=(
                "IsoDate",
                "IsoDatetime",
                "RequestModel",
                "ResponseModel",
                "StoredStr",
                "StrippedStr",
            ),
        )
        yield self.python(
            layout.responses,
            Role.ERRORS,
            "Error answers for the API document.",
            "responses",
            exports=tuple(status.constant for status in self.project.statuses),
        )

    def _surroundings(self) -> Iterator[FilePlan]:
        layout = self._layout
        yield self.python(
            layout.middleware,
            Role.ROUTES,
            "What every request passes: ids, headers, the answer to the unexpected.",
            "middleware",
            exports=("install_middleware",),
            stays_async=True,
        )
        yield self.python(
            layout.logs,
            Role.ROUTES,
            "Log lines that programs can read.",
            "logs",
            exports=("JSONFormatter", "REQUEST_ID", "configure_logging"),
        )

    def _project(self) -> Iterator[FilePlan]:
        listed = [
            ("pyproject.toml", "pyproject.toml", "The package and its dependencies"),
            (".env.example", "env.example", "The settings, without values"),
            (".gitignore", "gitignore", "What git leaves out"),
            ("Dockerfile", "Dockerfile", "An image of the backend"),
            (".dockerignore", "dockerignore", "What an image leaves out"),
            ("README.md", "README.md", "How to run, try and test the backend"),
        ]
        if not self.domain.own_users:
            purpose = "The plugin of Better Auth that issues the tokens"
            listed.append(("better-auth/tokens.ts", "better_auth.ts", purpose))
        for path, template, purpose in listed:
            yield FilePlan(
                path=path,
                template=template,
                role=Role.PROJECT,
                purpose=purpose,
                values={"project": self.project, **self._readme()},
            )

    def _readme(self) -> dict[str, Any]:
        example = next(
            (
                item.endpoint.path
                for item in self.domain.operations
                if item.endpoint.auth and item.endpoint.method == "GET"
            ),
            None,
        )
        users = {"int": "1", "uuid": "11111111-1111-4111-8111-111111111111"}
        user = users.get(self.project.principal_type, "alice")
        for item in self.project.own_ids:
            example = example.replace(f"{{{item.parameter}}}", user) if example else None
        elsewhere = [
            item.table for item in self.domain.application.entities if item.managed_by is not None
        ]
        owned = any(not isinstance(t.ownership, Shared) for t in self.domain.tables.values())
        return {
            "example_user": user,
            "example_path": None if example and "{" in example else example,
            "queries": "Every query, confined to the user" if owned else "Every query",
            "health": next(
                (
                    item.endpoint.path
                    for item in self.domain.operations
                    if item.action is Action.HEALTH
                ),
                None,
            ),
            "services": self._layout.services is not None,
            "logical": naming.prose(elsewhere[0]) if elsewhere and elsewhere[0] else None,
        }

    def _own_ids(self) -> list[dict[str, str]]:
        error = _ERRORS.get(self.project.path_user_status, "ForbiddenError")
        found = []
        for item in self.project.own_ids:
            parameter = self._declared(item.parameter)
            argument = naming.argument(item.parameter)
            limits = list(bounds(parameter.constraints, parameter.type))
            if argument != item.parameter:
                limits.insert(0, f"alias={naming.literal(item.parameter)}")
            annotation = parameter_annotation(None, None, parameter.type, ())
            found.append(
                {
                    "alias": item.alias,
                    "function": item.function,
                    "argument": argument,
                    "parameter": f"{argument}: Annotated[{annotation}, Path({', '.join(limits)})]",
                    "error": f"{error}()",
                }
            )
        return found

    def _declared(self, name: str) -> Parameter:
        return next(
            parameter
            for item in self.domain.operations
            if item.path_user == name
            for parameter in item.endpoint.parameters
            if parameter.name == name
        )
