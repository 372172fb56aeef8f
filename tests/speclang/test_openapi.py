"""OpenAPI contracts are read into the same endpoints as Markdown ones."""

from sdd.ir import Location, Type
from sdd.speclang import read_specs
from sdd.text import SourceText

CONTRACT = """
openapi: 3.1.0
info: {title: Notes, version: 1.0.0}
servers:
  - url: https://api.example.test/v1
security:
  - bearer: []
paths:
  /notes:
    get:
      summary: List notes
      parameters:
        - {name: limit, in: query, schema: {type: integer, default: 20, minimum: 1, maximum: 100}}
        - {$ref: '#/components/parameters/Sort'}
      responses:
        '200':
          description: Notes
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Note'}}
        '401': {description: No token}
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [text]
              properties:
                text: {type: string, minLength: 1, maxLength: 200}
                tags: {type: array, items: {type: string}, default: []}
      responses:
        '201':
          description: Made
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Note'}
        '422':
          description: Invalid
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Error'}
  /notes/{note_id}:
    parameters:
      - {name: note_id, in: path, required: true, schema: {type: string, format: uuid}}
    delete:
      responses:
        '204': {description: Gone}
  /health:
    get:
      security: []
      responses: {'200': {description: Alive}}
components:
  parameters:
    Sort: {name: sort, in: query, schema: {type: string, enum: [text, created_at]}}
  schemas:
    Note:
      type: object
      required: [id, text]
      properties:
        id: {type: string, format: uuid}
        text: {type: string}
        due: {type: [string, 'null'], format: date}
        parent: {anyOf: [{$ref: '#/components/schemas/Note'}, {type: 'null'}]}
    Error:
      type: object
      properties: {detail: {type: string}, code: {type: string}}
"""


def endpoints(text: str = CONTRACT) -> dict[str, object]:
    """Read a contract and return its endpoints by name."""
    reading = read_specs([SourceText(path="specs/001-notes/contracts/openapi.yaml", text=text)])
    return {item.name: item for item in reading.application.endpoints}


def test_operations_become_endpoints() -> None:
    """Servers, security and statuses count as they do in OpenAPI."""
    found = endpoints()

    assert {name: (item.auth, item.success_status) for name, item in found.items()} == {
        "GET /v1/notes": (True, 200),
        "POST /v1/notes": (True, 201),
        "DELETE /v1/notes/{note_id}": (True, 204),
        "GET /v1/health": (False, 200),
    }
    assert found["GET /v1/notes"].statuses == (200, 401)


def test_parameters_are_read() -> None:
    """References are followed, and a path's parameters hold for its operations."""
    found = endpoints()
    limit, sort = found["GET /v1/notes"].parameters
    (note_id,) = found["DELETE /v1/notes/{note_id}"].parameters

    assert (limit.location, limit.type, limit.default.value, limit.constraints.maximum) == (
        Location.QUERY,
        Type.INT,
        20,
        100,
    )
    assert sort.constraints.choices == ("text", "created_at")
    assert (note_id.location, note_id.type) == (Location.PATH, Type.UUID)


def test_schemas_become_shapes() -> None:
    """Types, formats, nullability, lengths and presence come from the JSON schema."""
    found = endpoints()
    request = found["POST /v1/notes"].request
    item = found["GET /v1/notes"].response.item

    assert [(field.name, field.required) for field in request.fields] == [
        ("text", True),
        ("tags", False),
    ]
    assert request.fields[0].shape.constraints.max_length == 200
    assert [field.shape.type for field in item.fields[:3]] == [Type.UUID, Type.STR, Type.DATE]
    assert item.fields[2].shape.nullable is True


def test_a_schema_may_come_back_to_itself() -> None:
    """A schema that contains itself is read once, and any JSON below."""
    parent = endpoints()["GET /v1/notes"].response.item.field("parent")

    assert parent is not None
    assert parent.shape.nullable is True


def test_places_are_lines_of_the_file() -> None:
    """An endpoint points to the line of its operation."""
    lines = CONTRACT.split("\n")

    assert lines[endpoints()["POST /v1/notes"].span.line - 1].strip() == "post:"


def test_json_is_yaml() -> None:
    """A contract in JSON is read by the same code."""
    text = (
        '{"openapi": "3.0.0", "paths": {"/notes": {"get": {"responses": {"200": '
        '{"description": "x"}}}}}}'
    )

    assert list(endpoints(text)) == ["GET /notes"]
