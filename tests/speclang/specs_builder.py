"""Short ways to read specs in tests: `read(api="…", schema="…")`."""

from textwrap import dedent

from sdd.ir import Application, Column, Endpoint, Entity
from sdd.speclang import Reading, read_specs
from sdd.text import SourceText

PATHS = {
    "api": "specs/api/rest-endpoints.md",
    "schema": "specs/database/schema.md",
    "feature": "specs/features/notes.md",
    "tokens": "specs/features/authentication.md",
    "guide": "backend/CLAUDE.md",
    "constitution": ".specify/memory/constitution.md",
    "spec": "specs/001-notes/spec.md",
}


def source(path: str, text: str) -> SourceText:
    """Return a document whose text may be indented like the test around it."""
    return SourceText(path=path, text=dedent(text).lstrip("\n"))


def read(**texts: str) -> Reading:
    """Read documents by what they are: api, schema, feature, tokens, guide, constitution, spec."""
    return read_specs([source(PATHS[name], text) for name, text in texts.items()])


def application(**texts: str) -> Application:
    """Read documents and return the application alone."""
    return read(**texts).application


def routes(app: Application) -> list[str]:
    """Return `METHOD /path` of every endpoint, in the order of the specs."""
    return [endpoint.name for endpoint in app.endpoints]


def only(app: Application) -> Endpoint:
    """Return the one endpoint of an application."""
    (endpoint,) = app.endpoints
    return endpoint


def entity(app: Application, name: str) -> Entity:
    """Return an entity that must be there."""
    found = app.entity(name)
    assert found is not None, [item.name for item in app.entities]
    return found


def column(app: Application, name: str) -> Column:
    """Return a column by `Entity.name`; it must be there."""
    owner, _, field = name.partition(".")
    found = entity(app, owner).column(field)
    assert found is not None, [item.name for item in entity(app, owner).columns]
    return found


def rules(reading: Reading) -> list[str]:
    """Return the ids of what the reader had to say, in order of place."""
    return [diagnostic.rule for diagnostic in reading.diagnostics]
