from pathlib import Path, PurePosixPath

import pytest

from sdd.ir import Type
from sdd.wiring.verification import VerifyRequest, prepare_verification
from sdd.workflow.manifest import Manifest

ENDPOINTS = """# API

### GET /api/notes

Authentication: required. Lists the notes of the user.

**Response**: `200 OK`
"""
TABLES = """# Database

## Notes

- `id`: Primary key (UUID/integer)
- `user_id`: string, required
- `text`: string, required
"""


@pytest.mark.parametrize(
    ("answers", "type_"),
    [({}, Type.UUID), ({"type-of-note-id": "integer"}, Type.INT)],
    ids=["proposed", "answered"],
)
def test_a_backend_is_held_against_what_was_decided_when_it_was_built(
    answers: dict[str, str], type_: Type, tmp_path: Path
) -> None:
    """A question that the specs leave open was answered by then, if only by our proposal."""
    specs, backend = tmp_path / "specs", tmp_path / "backend"
    for path, text in ((specs / "api.md", ENDPOINTS), (specs / "schema.md", TABLES)):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    backend.mkdir()
    kept = Manifest(backend=PurePosixPath("backend")).with_answers(answers)
    (backend / "main.py").write_text("")
    (tmp_path / kept.path).write_bytes(kept.dump())

    with prepare_verification(VerifyRequest(project=tmp_path)) as prepared:
        application = prepared.context.application

    assert application is not None
    (key,) = (column for column in application.entities[0].columns if column.name == "id")
    assert key.type is type_
