"""The whole program as one application."""

from sdd.audit.attributes import schema
from sdd.audit.judge import judge_route
from sdd.audit.lifting.endpoints import lift_endpoint
from sdd.audit.lifting.entities import lift_entities
from sdd.audit.lifting.policies import lift_auth, lift_errors
from sdd.audit.machine import make_engine
from sdd.audit.requests import run_request
from sdd.audit.routes import mounts, run_program
from sdd.audit.settings import AuditSettings
from sdd.audit.values import Lit, Ref
from sdd.audit.web import Router
from sdd.ir import Application, Endpoint
from sdd.program import Program


def lift(program: Program) -> Application:
    """Return what the code declares: entities, endpoints, auth and errors, with their places."""
    engine = make_engine(program)
    run_program(engine)
    whole = schema(engine)
    runs = [run_request(engine, mount) for mount in mounts(engine)]
    endpoints: dict[tuple[str, str], Endpoint] = {}
    for run in runs:
        report = judge_route(engine, run, whole, AuditSettings())
        endpoint = lift_endpoint(engine, run.mount, report)
        endpoints.setdefault((endpoint.method, endpoint.path), endpoint)
    listed = tuple(endpoints.values())
    return Application(
        title=_title(engine.objects.values()),
        entities=lift_entities(engine, whole),
        endpoints=listed,
        auth=lift_auth(engine, runs, listed),
        errors=lift_errors(engine, runs, listed),
    )


def _title(objects: object) -> str | None:
    for item in objects if hasattr(objects, "__iter__") else ():
        if isinstance(item, Router) and item.kind == "app":
            title = item.keywords.get("title")
            if isinstance(title, Lit):
                return str(title.value)
    return None


__all__ = ["Ref", "lift"]
