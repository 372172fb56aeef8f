"""Migrations follow the tables: appended, up and down on rows, never rewritten."""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from generate.running import run_python
from generate.samples import tasks_and_comments
from ir.builders import column, entity, key

from sdd.generate import Options, render
from sdd.ir import Application, Column, Type

_FOLDER = "alembic/versions/"


def _history(application: Application, before: Mapping[str, str]) -> dict[str, str]:
    """Return the migrations after a run that found those of earlier runs."""
    options = Options(history=before, only=lambda path: str(path).startswith(_FOLDER))
    return {str(item.path): item.content.decode() for item in render(application, options)}


def _changed(application: Application) -> Application:
    """Another choice and length, a column more, a column less, a table more and a null allowed."""

    def columns(table: str, item: Column) -> list[Column]:
        if (table, item.name) == ("tasks", "priority"):
            wide = replace(item.constraints, choices=(*item.constraints.choices, "urgent"))
            return [replace(item, constraints=wide)]
        if (table, item.name) == ("tasks", "title"):
            return [item, column("pinned", Type.BOOL, nullable=False, default=False)]
        if (table, item.name) == ("tasks", "description"):
            return []
        return [replace(item, nullable=True)] if item.name == "content" else [item]

    entities = tuple(
        replace(
            item,
            columns=tuple(new for old in item.columns for new in columns(item.table or "", old)),
        )
        for item in application.entities
    )
    label = entity("Label", "labels", key(), column("user_id", Type.STR, nullable=False))
    return replace(application, entities=(*entities, label), endpoints=application.endpoints[6:7])


def test_a_change_of_the_tables_appends_one_migration() -> None:
    """What was there stays byte for byte; the new one follows it."""
    first = _history(tasks_and_comments(), {})

    second = _history(_changed(tasks_and_comments()), first)

    assert {path: second[path] for path in first} == first
    added = sorted(set(second) - set(first))
    assert [Path(path).suffix for path in added] == [".json", ".py"]
    (revision,) = re.findall(r'^revision = (".*")$', "\n".join(first.values()), re.MULTILINE)
    assert f"down_revision = {revision}" in second[added[1]]


def test_the_same_tables_append_nothing() -> None:
    """A second run finds its own migrations and is content."""
    first = _history(tasks_and_comments(), {})

    assert _history(tasks_and_comments(), first) == first


def test_a_migration_of_somebody_else_is_followed() -> None:
    """What was written by hand is kept, and the next migration stands on it."""
    first = _history(tasks_and_comments(), {})
    (revision,) = re.findall(r'^revision = (".*")$', "\n".join(first.values()), re.MULTILINE)
    own = f'revision = "by_hand"\ndown_revision = {revision}\n'
    known = first | {f"{_FOLDER}2026_by_hand.py": own}

    after = _history(_changed(tasks_and_comments()), known)

    (added,) = (path for path in after if path not in known and path.endswith(".py"))
    assert 'down_revision = "by_hand"' in after[added]


def test_foreign_migrations_alone_are_left_alone() -> None:
    """Where nobody says what the tables are, nothing is made up."""
    own = {f"{_FOLDER}0001_by_hand.py": 'revision = "by_hand"\ndown_revision = None\n'}

    assert _history(tasks_and_comments(), own) == own


def test_rows_survive_up_and_down(tmp_path: Path) -> None:
    """A changed table keeps its rows, and the rows that refer to them; so does the way back."""
    first = _history(tasks_and_comments(), {})
    changed = _changed(tasks_and_comments())
    for item in render(changed, Options(history=first)):
        target = tmp_path / item.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(item.content)
    database = tmp_path / "data.db"

    def alembic(*words: str) -> None:
        url = f"sqlite:///{database}"
        done = run_python("-m", "alembic", *words, folder=tmp_path, DATABASE_URL=url)
        assert done.returncode == 0, done.stderr

    def rows(query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(database)) as connection, connection:
            return connection.execute(query).fetchall()

    alembic("upgrade", "+1")
    rows(
        "INSERT INTO tasks (id, user_id, title, priority, tags, completed, created_at, updated_at)"
        " VALUES (7, 'ann', 'A task', 'high', '[]', 0, '2026-01-01', '2026-01-01')"
    )
    rows(
        "INSERT INTO comments (task_id, content, created_at, updated_at)"
        " VALUES (7, 'A remark', '2026-01-01', '2026-01-01')"
    )
    alembic("upgrade", "head")
    assert rows("SELECT id, title, priority, pinned FROM tasks") == [(7, "A task", "high", 0)]
    assert rows("SELECT content FROM comments") == [("A remark",)]
    rows("UPDATE tasks SET priority = 'urgent'")
    with pytest.raises(sqlite3.IntegrityError):
        rows("UPDATE tasks SET priority = 'odd'")
    rows("UPDATE tasks SET priority = 'low'")
    alembic("check")
    alembic("downgrade", "-1")
    with pytest.raises(sqlite3.IntegrityError):
        rows("UPDATE tasks SET priority = 'urgent'")
    assert rows("SELECT id, title, description FROM tasks") == [(7, "A task", None)]
    assert rows("SELECT content FROM comments") == [("A remark",)]
