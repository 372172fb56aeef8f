"""Which files a backend has, and what each is rendered from."""

from dataclasses import dataclass
from typing import Any

from sdd.generate import naming
from sdd.generate.checks.files import check_files, check_symbols
from sdd.generate.domain import Domain, Shared, Table
from sdd.generate.files import Options, Role
from sdd.generate.methods import parameter_annotation
from sdd.generate.models import model_plan
from sdd.generate.plans import FilePlan, Plan
from sdd.generate.project import ProjectPlan, error_code, project_plan
from sdd.generate.repositories import Repositories, Repository
from sdd.generate.routes import RouterPlan, Work, router_plans
from sdd.generate.schemas import Schemas, bounds
from sdd.ir import Parameter

_ERRORS = {401: "UnauthorizedError", 403: "ForbiddenError", 404: "NotFoundError"}


def plan(domain: Domain, options: Options) -> Plan:
    """Plan every file of a backend."""
    reserved = {
        name for item in domain.tables.values() for name in (item.cls, *item.enums.values())
    }
    work = Work(
        domain=domain,
        schemas=Schemas(reserved=frozenset(reserved)),
        repositories=Repositories(domain=domain),
    )
    routers = router_plans(work)
    project = project_plan(domain, options.specs)
    files = _Files(domain=domain, project=project, specs=options.specs)
    listed = (
        *files.project_files(),
        *files.model_files(),
        *files.schema_files(work.schemas),
        *files.repository_files(work.repositories),
        *files.route_files(routers),
        *files.packages(),
        *check_files(domain, project, routers),
    )
    symbols = _symbols(domain, project, work.schemas)
    symbols |= {f"{item.module}_router": f"app.api.v1.{item.module}:router" for item in routers}
    symbols |= check_symbols(domain)
    return Plan(files=listed, symbols=symbols)


def _symbols(domain: Domain, project: ProjectPlan, schemas: Schemas) -> dict[str, str]:
    found = {
        "AppError": "app.errors",
        "ConflictError": "app.errors",
        "CurrentUserId": "app.dependencies",
        "DEFAULT_DATABASE_URL": "app.config",
        "Database": "app.db.session",
        "ErrorResponse": "app.schemas.error",
        "ForbiddenError": "app.errors",
        "JSONValue": "app.db.types",
        "NotFoundError": "app.errors",
        "RequestModel": "app.schemas.base",
        "ResponseModel": "app.schemas.base",
        "SessionDep": "app.dependencies",
        "Settings": "app.config",
        "SettingsDep": "app.dependencies",
        "SettingsError": "app.config",
        "StrippedStr": "app.schemas.base",
        "TOKEN_LIFETIME_SECONDS": "app.auth.jwt",
        "UTCDateTime": "app.db.types",
        "UnauthorizedError": "app.errors",
        "create_app": "app.main",
        "hash_password": "app.auth.passwords",
        "install_error_handlers": "app.errors",
        "issue_token": "app.auth.jwt",
        "list_contains": "app.db.types",
        "load_settings": "app.config",
        "metadata": "app.models",
        "new_id": "app.db.types",
        "password_matches": "app.auth.passwords",
        "string_enum": "app.db.types",
        "today": "app.db.types",
        "utc_now": "app.db.types",
        "verify_token": "app.auth.jwt",
    }
    for item in project.own_ids:
        found[item.alias] = "app.dependencies"
    for status in project.statuses:
        found[status.constant] = "app.api.responses"
    for table in domain.tables.values():
        found[table.cls] = f"app.models.{table.module}"
        found[f"{table.cls}Repository"] = f"app.repositories.{table.module}"
        found |= dict.fromkeys(table.enums.values(), f"app.models.{table.module}")
    for module, plans in schemas.modules.items():
        found |= dict.fromkeys((item.name for item in plans), f"app.schemas.{module}")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    domain: Domain
    project: ProjectPlan
    specs: tuple[str, ...]

    def _python(
        self,
        path: str,
        role: Role,
        purpose: str,
        template: str,
        **values: Any,  # noqa: ANN401
    ) -> FilePlan:
        return FilePlan(
            path=path,
            template=template,
            role=role,
            purpose=purpose,
            header=self.project.header(purpose),
            values={"project": self.project, **values},
        )

    def project_files(self) -> list[FilePlan]:
        """The files that every backend has."""
        errors = self.domain.application.errors
        known = sorted({400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503})
        codes = [(status, naming.literal(error_code(errors, status))) for status in known]
        validation = naming.literal(error_code(errors, self.project.validation_status))
        user = self.domain.user if self.domain.own_users else None
        files = [
            self._python(
                "app/config.py", Role.PROJECT, "Settings from the environment.", "config.py"
            ),
            self._python(
                "app/db/session.py",
                Role.MODELS,
                "The database engine and its sessions.",
                "session.py",
            ),
            self._python(
                "app/db/types.py", Role.MODELS, "Column types and makers of values.", "types.py"
            ),
            self._python(
                "app/db/create_tables.py",
                Role.MODELS,
                "Create missing tables: python -m app.db.create_tables.",
                "create_tables.py",
            ),
            self._python("app/auth/jwt.py", Role.AUTH, "Verification of tokens.", "jwt.py"),
            self._python(
                "app/dependencies.py",
                Role.AUTH,
                "What handlers depend on: the signed-in user, a session.",
                "dependencies.py",
                user=user,
                own_ids=self._own_ids(),
            ),
            self._python(
                "app/errors.py",
                Role.ERRORS,
                "Exceptions, and the one form in which they are answered.",
                "errors.py",
                known_codes=codes,
                validation_code=validation,
            ),
            self._python(
                "app/schemas/error.py", Role.ERRORS, "The body of every error.", "schemas_error.py"
            ),
            self._python(
                "app/schemas/base.py",
                Role.SCHEMAS,
                "What all requests and answers share.",
                "schemas_base.py",
            ),
            self._python(
                "app/api/responses.py",
                Role.ERRORS,
                "Error answers for the API document.",
                "responses.py",
            ),
        ]
        if self.domain.own_users:
            files.append(
                self._python(
                    "app/auth/passwords.py", Role.AUTH, "Hashing of passwords.", "passwords.py"
                )
            )
        for path, template, purpose in (
            ("pyproject.toml", "pyproject.toml", "The package and its dependencies"),
            (".env.example", "env.example", "The settings, without values"),
            (".gitignore", "gitignore", "What git leaves out"),
            ("README.md", "README.md", "How to run, try and test the backend"),
        ):
            files.append(
                FilePlan(
                    path=path,
                    template=template,
                    role=Role.PROJECT,
                    purpose=purpose,
                    values={"project": self.project, **self._readme()},
                )
            )
        return files

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
            "logical": naming.prose(elsewhere[0]) if elsewhere and elsewhere[0] else None,
        }

    def _own_ids(self) -> list[dict[str, str]]:
        status = self.project.path_user_status
        error = _ERRORS.get(status, "ForbiddenError")
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

    def model_files(self) -> list[FilePlan]:
        """One file for each table."""
        return [
            self._python(
                f"app/models/{table.module}.py",
                Role.MODELS,
                naming.sentence(f"The table {table.entity.table}"),
                "model.py",
                model=model_plan(self.domain, table),
            )
            for table in self.domain.tables.values()
        ]

    def schema_files(self, schemas: Schemas) -> list[FilePlan]:
        """One file for each table's requests and answers."""
        return [
            self._python(
                f"app/schemas/{module}.py",
                Role.SCHEMAS,
                naming.sentence(f"Requests and answers of {module.replace('_', ' ').strip()}"),
                "schema.py",
                schemas=plans,
            )
            for module, plans in schemas.modules.items()
        ]

    def repository_files(self, repositories: Repositories) -> list[FilePlan]:
        """One file for each table that is queried."""
        return [self._repository(item) for item in repositories.plans.values()]

    def _repository(self, repository: Repository) -> FilePlan:
        table: Table = repository.table
        owned = any(item.scope.owned for item in repository.methods.values())
        confined = "each confined to the user" if owned else "which belong to nobody"
        return self._python(
            f"app/repositories/{table.module}.py",
            Role.REPOSITORIES,
            naming.sentence(f"Queries on {table.entity.table}, {confined}"),
            "repository.py",
            table=table,
            label=table.label.capitalize(),
            doc=naming.sentence(f"Reads and writes the table {table.entity.table}"),
            methods=tuple(repository.methods.values()),
        )

    def route_files(self, routers: tuple[RouterPlan, ...]) -> list[FilePlan]:
        """One file for each router, and the application that includes them."""
        user = self.domain.user
        files = [
            self._python(
                f"app/api/v1/{router.module}.py",
                Role.ROUTES,
                naming.sentence(f"Endpoints of {router.tag}"),
                "router.py",
                router=router,
                user=user,
            )
            for router in routers
        ]
        modules = [router.module for router in routers]
        main = self._python(
            "app/main.py", Role.ROUTES, "The application.", "main.py", routers=modules
        )
        return [*files, main]

    def packages(self) -> list[FilePlan]:
        """The `__init__.py` of each package; that of the models knows every table."""
        folders = ("app", "app/api", "app/api/v1", "app/auth", "app/db", "app/repositories")
        tables = sorted(item.cls for item in self.domain.tables.values())
        models = self._python(
            "app/models/__init__.py",
            Role.MODELS,
            "Every table, so that the metadata is complete.",
            "models.py",
            tables=tables,
        )
        return [
            models,
            *self._empty_packages((*folders, "app/schemas")),
        ]

    def _empty_packages(self, folders: tuple[str, ...]) -> list[FilePlan]:
        return [
            FilePlan(
                path=f"{folder}/__init__.py",
                template="package.py",
                role=Role.PROJECT,
                purpose="Package",
            )
            for folder in folders
        ]
