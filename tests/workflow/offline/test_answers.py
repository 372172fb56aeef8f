"""What a human answered changes what the offline model compiles."""

from pathlib import PurePosixPath

from sdd.workflow.offline.compiler import Compiler
from sdd.workflow.offline.order import Order
from sdd.workflow.orders import Form

DOCUMENTS = {
    "specs/api/rest-endpoints.md": "# API\n\nAll endpoints need a token.\n\n### GET /notes\n",
    "specs/database/schema.md": (
        "# Schema\n\n### notes\n\n| Column | Type | Constraints |\n|---|---|---|\n"
        "| id | UUID or INTEGER | PRIMARY KEY |\n| user_id | TEXT | NOT NULL |\n"
        "| text | VARCHAR(200) | NOT NULL |\n"
    ),
}


def models(answers: tuple[tuple[str, str], ...]) -> str:
    """The text of the model that is compiled with these answers."""
    order = Order(
        id="models",
        feature="notes",
        backend=PurePosixPath("backend"),
        form=Form(layout="app", style="async", tokens=None),
        documents=tuple(DOCUMENTS),
        may_write=("backend/app/models/**",),
        answers=answers,
    )
    files = Compiler().compile(order, DOCUMENTS).files
    return next(file.content for path, file in files.items() if path.endswith("note.py"))


def test_an_answer_decides_a_type() -> None:
    """The key becomes what was answered, and without an answer what was proposed."""
    assert "UUID" in models(())
    assert "UUID" not in models((("type-of-note-id", "INTEGER"),))
