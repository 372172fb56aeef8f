"""Columns as an application's code declares them, lifted into the model of the specs."""

from fakes import MemoryFiles

from sdd.audit import lift
from sdd.ir import Type
from sdd.program import load


def test_arguments_that_are_handed_on_count() -> None:
    """`sa_column_kwargs` says of the column what its own arguments would."""
    source = (
        "from fastapi import FastAPI\n"
        "from sqlmodel import Field, SQLModel\n\n"
        "app = FastAPI()\n\n\n"
        "class User(SQLModel, table=True):\n"
        "    id: int = Field(default=None, primary_key=True)\n"
        '    email: str = Field(sa_column_kwargs={"unique": True, "nullable": False})\n'
        '    name: str | None = Field(default=None, sa_column_kwargs={"comment": "shown"})\n'
    )

    (user,) = lift(load(MemoryFiles({"main.py": source}))).entities
    told = {column.name: (column.unique, column.nullable) for column in user.columns}
    assert told["email"] == (True, False)
    assert told["name"] == (False, True)


def test_a_text_in_a_column_of_json_is_json() -> None:
    """What the table holds counts, not the text that the code writes into it."""
    source = (
        "from fastapi import FastAPI\n"
        "from sqlalchemy import JSON, Column\n"
        "from sqlmodel import Field, SQLModel\n\n"
        "app = FastAPI()\n\n\n"
        "class Note(SQLModel, table=True):\n"
        "    id: int = Field(default=None, primary_key=True)\n"
        "    calls: str | None = Field(default=None, sa_column=Column(JSON))\n"
        "    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON))\n"
    )

    (note,) = lift(load(MemoryFiles({"main.py": source}))).entities
    assert {column.name: column.type for column in note.columns} == {
        "id": Type.INT,
        "calls": Type.JSON,
        "tags": Type.LIST,
    }
