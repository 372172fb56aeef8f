"""A change of the specs reaches a database with rows in it, by one more migration."""

import subprocess
import sys
from pathlib import Path

import pytest
from components.postgres import Postgres
from generate.running import run_python
from sqlalchemy import create_engine, text

pytestmark = [pytest.mark.component, pytest.mark.slow]

_SPEC = """\
# Notes

## Database

### notes

| Column | Type | Constraints |
|--------|------|-------------|
| id | integer | primary key |
| user_id | varchar(64) | not null, indexed |
| title | varchar(120) | not null |
{more}
## API

Every endpoint needs a signed-in user.

### POST /api/notes

Request body:

| Field | Type | Required |
|-------|------|----------|
| title | string | yes |

Responses: 201, 401, 422

### GET /api/notes/{{id}}

Responses: 200, 401, 404
"""
_MORE = "| pinned | boolean | not null, default false |\n| remark | varchar(80) | nullable |\n"


def _implement(project: Path, more: str) -> list[str]:
    """Implement the specs, and return the migrations that stand in the backend then."""
    spec = project / "specs" / "features" / "notes.md"
    spec.parent.mkdir(parents=True, exist_ok=True)
    spec.write_text(_SPEC.format(more=more), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sdd", "implement", "notes", "--no-input"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted(path.name for path in (project / "backend/alembic/versions").glob("*.py"))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_column_that_the_specs_add_is_migrated_up_and_down_on_rows(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    """The first migration stays as it was, the second adds the columns, and rows live on."""
    project = tmp_path / "project"
    first = _implement(project, "")
    before = (project / "backend/alembic/versions" / first[0]).read_bytes()
    url = f"sqlite:///{tmp_path}/rows.db"
    if database == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.database()
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))

    def alembic(*words: str) -> None:
        done = run_python("-m", "alembic", *words, folder=project / "backend", DATABASE_URL=url)
        assert done.returncode == 0, done.stderr

    def rows(query: str) -> list[tuple[object, ...]]:
        with engine.begin() as connection:
            found = connection.execute(text(query))
            return [tuple(row) for row in found] if found.returns_rows else []

    alembic("upgrade", "head")
    rows("INSERT INTO notes (user_id, title) VALUES ('ann', 'Kept')")
    second = _implement(project, _MORE)
    assert (len(first), len(second)) == (1, 2)
    assert (project / "backend/alembic/versions" / first[0]).read_bytes() == before
    alembic("upgrade", "head")
    alembic("check")
    assert rows("SELECT user_id, title, pinned, remark FROM notes") in (
        [("ann", "Kept", False, None)],
        [("ann", "Kept", 0, None)],
    )
    alembic("downgrade", "-1")
    assert rows("SELECT * FROM notes") == [(1, "ann", "Kept")]
    alembic("upgrade", "head")
    assert rows("SELECT title, pinned FROM notes") in ([("Kept", False)], [("Kept", 0)])
    engine.dispose()
