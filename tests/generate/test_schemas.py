import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

_GOLDEN = Path(__file__).parents[1] / "golden"
_TEXTS = st.text(st.sampled_from("a \n\t\0é"), max_size=5) | st.text(max_size=102)
_QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def schemas(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Import schemas of the golden backend with accounts, and forget it after."""
    monkeypatch.syspath_prepend(str(_GOLDEN / "accounts-and-projects"))
    yield lambda name: import_module(f"app.schemas.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == "app"]:
        del sys.modules[name]


def _takes(model: type[BaseModel], data: dict[str, object]) -> bool:
    try:
        model.model_validate(data)
    except ValidationError:
        return False
    return True


def _says(model: type[BaseModel], data: dict[str, object]) -> bool:
    return jsonschema.Draft202012Validator(model.model_json_schema()).is_valid(data)


@_QUICK
@given(name=_TEXTS)
def test_a_stripped_text_is_taken_exactly_when_the_document_allows_it(
    schemas: Callable[[str], ModuleType], name: str
) -> None:
    """Blanks around it do not count towards its length; NUL is refused."""
    for model in (schemas("project").ProjectCreate, schemas("project").ProjectUpdate):
        taken = _takes(model, {"name": name})

        assert taken == _says(model, {"name": name})
        assert taken == (len(name.strip()) >= 2 and len(name) <= 80 and "\0" not in name)


@_QUICK
@given(name=_TEXTS | st.none())
def test_a_text_is_taken_exactly_when_the_document_allows_it(
    schemas: Callable[[str], ModuleType], name: str | None
) -> None:
    """PostgreSQL keeps no NUL, and the document says so."""
    model = schemas("auth").RegisterRequest
    data = {"email": "ann@users.example", "password": "a long password", "name": name}

    taken = _takes(model, data)

    assert taken == _says(model, data)
    assert taken == (name is None or (len(name) <= 100 and "\0" not in name))
