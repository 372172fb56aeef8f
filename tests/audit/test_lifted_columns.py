"""Columns as an application's code declares them, lifted into the model of the specs."""

from fakes import MemoryFiles

from sdd.audit import lift
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
