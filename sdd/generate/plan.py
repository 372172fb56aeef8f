"""Which files a backend has, and what each is rendered from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sdd.generate import naming
from sdd.generate.checks.files import check_files, check_symbols
from sdd.generate.domain import Domain
from sdd.generate.files import Options, Role
from sdd.generate.layouts import folders_of, module_of
from sdd.generate.models import model_plan
from sdd.generate.plans import FilePlan, Plan
from sdd.generate.project import project_plan
from sdd.generate.repositories import Repositories, Repository
from sdd.generate.routes import RouterPlan, Work, router_plans
from sdd.generate.schemas import Schemas
from sdd.generate.skeleton import Skeleton


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
    skeleton = Skeleton(domain=domain, project=project, history=options.history)
    files = _Files(domain=domain, skeleton=skeleton)
    listed = [
        *skeleton.files(),
        *files.models(),
        *files.schemas(work.schemas),
        *files.repositories(work.repositories),
        *files.routes(routers),
        *check_files(domain, project, routers),
    ]
    listed += _packages(listed)
    symbols = {name: module_of(item.path) for item in listed for name in item.exports}
    for item in routers:
        home = module_of(domain.layout.routes.format(name=item.module))
        symbols[f"{item.module}_router"] = f"{home}:router"
    return Plan(files=tuple(listed), symbols=symbols | check_symbols(domain))


def _packages(files: Iterable[FilePlan]) -> Iterator[FilePlan]:
    """Yield the `__init__.py` of each package that has none of its own."""
    paths = tuple(item.path for item in files)
    for folder in folders_of(paths):
        path = f"{folder}/__init__.py"
        if path not in paths and folder.partition("/")[0] == "app":
            yield FilePlan(path=path, template="package.py", role=Role.PROJECT, purpose="Package")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """Plans the files that follow from tables and endpoints."""

    domain: Domain
    skeleton: Skeleton

    def models(self) -> Iterator[FilePlan]:
        """One file for each table, and the package that knows them all."""
        tables = self.domain.tables.values()
        for table in tables:
            yield self.skeleton.python(
                self.domain.layout.models.format(name=table.module),
                Role.MODELS,
                naming.sentence(f"The table {table.entity.table}"),
                "model",
                exports=(table.cls, *table.enums.values()),
                model=model_plan(self.domain, table),
            )
        yield self.skeleton.python(
            "app/models/__init__.py",
            Role.MODELS,
            "Every table, so that the metadata is complete.",
            "models",
            exports=("metadata",),
            tables=sorted(item.cls for item in tables),
        )

    def schemas(self, schemas: Schemas) -> Iterator[FilePlan]:
        """One file for each table's requests and answers."""
        for module, plans in schemas.modules.items():
            yield self.skeleton.python(
                self.domain.layout.schemas.format(name=module),
                Role.SCHEMAS,
                naming.sentence(f"Requests and answers of {module.replace('_', ' ').strip()}"),
                "schema",
                exports=tuple(item.name for item in plans),
                schemas=plans,
            )

    def repositories(self, repositories: Repositories) -> Iterator[FilePlan]:
        """One file for each table that is queried; two where rules and queries are apart."""
        for item in repositories.plans.values():
            if self.domain.layout.services is None:
                yield self._queries(item, "access")
            else:
                yield self._queries(item, "repository")
                yield self._rules(item, self.domain.layout.services)

    def _queries(self, repository: Repository, template: str) -> FilePlan:
        table = repository.table
        owned = any(item.scope.owned for item in repository.methods.values())
        confined = "each confined to the user" if owned else "which belong to nobody"
        return self.skeleton.python(
            self.domain.layout.repositories.format(name=table.module),
            Role.REPOSITORIES,
            naming.sentence(f"Queries on {table.entity.table}, {confined}"),
            template,
            exports=(f"{table.cls}Repository",),
            doc=naming.sentence(f"Reads and writes the table {table.entity.table}"),
            **self._access(repository),
        )

    def _rules(self, repository: Repository, path: str) -> FilePlan:
        table = repository.table
        return self.skeleton.python(
            path.format(name=table.module),
            Role.REPOSITORIES,
            naming.sentence(f"What may happen to rows of {table.entity.table}"),
            "access",
            exports=(f"{table.cls}Service",),
            doc=naming.sentence(f"The rules of the table {table.entity.table}"),
            **self._access(repository),
        )

    def _access(self, repository: Repository) -> dict[str, Any]:
        table = repository.table
        return {
            "table": table,
            "principal": f"user_id: {self.domain.principal_annotation}",
            "label": table.label.capitalize(),
            "methods": tuple(repository.methods.values()),
            "services": self.domain.layout.services is not None,
            "compares": self.domain.compares,
        }

    def routes(self, routers: tuple[RouterPlan, ...]) -> Iterator[FilePlan]:
        """One file for each router, and the application that includes them."""
        for router in routers:
            yield self.skeleton.python(
                self.domain.layout.routes.format(name=router.module),
                Role.ROUTES,
                naming.sentence(f"Endpoints of {router.tag}"),
                "router",
                router=router,
                user=self.domain.user,
                sync=self.domain.is_sync,
            )
        modules = [router.module for router in routers]
        yield self.skeleton.python(
            "app/main.py",
            Role.ROUTES,
            "The application.",
            "main",
            exports=("create_app",),
            stays_async=True,
            routers=modules,
        )
