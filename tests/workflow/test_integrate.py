from pathlib import PurePosixPath

from fakes import MemoryFiles

from sdd.workflow.integrate import Contribution, check_integration, merge

BACKEND = PurePosixPath("backend")
PATH = BACKEND / "app/main.py"


def rules(texts: dict[str, str]) -> list[tuple[str, str]]:
    """Return rule and place of what does not fit together."""
    found = check_integration(MemoryFiles(texts), BACKEND)
    return [(item.rule, str(item.span)) for item in found]


def test_two_orders_on_one_path_are_both_told() -> None:
    """The first in plan order is taken, and both agents hear of it."""
    merged, conflicts = merge(
        {},
        [
            Contribution(order="models", writes={PATH: b"one"}),
            Contribution(order="routes", writes={PATH: b"two"}),
        ],
    )

    assert merged == {PATH: b"one"}
    assert [order for order, _ in conflicts] == ["models", "routes"]
    assert {item.rule for _, item in conflicts} == {"conflicting-write"}


def test_the_same_bytes_twice_are_no_conflict() -> None:
    """Agents that agree need not be told."""
    merged, conflicts = merge(
        {},
        [
            Contribution(order="models", writes={PATH: b"one"}),
            Contribution(order="routes", writes={PATH: b"one"}),
        ],
    )

    assert (merged, conflicts) == ({PATH: b"one"}, ())


def test_an_import_that_leads_nowhere_is_found() -> None:
    """A module or a name that the backend does not have, absolute or relative."""
    found = rules(
        {
            "backend/app/__init__.py": "",
            "backend/app/models.py": "class Task: ...\n",
            "backend/app/main.py": (
                "from app.models import Task, Missing\n"
                "from app.nowhere import x\n"
                "from . import models, gone\n"
                "import app.models\n"
                "import fastapi\n"
            ),
        }
    )

    assert found == [
        ("unresolved-import", "backend/app/main.py:1"),
        ("unresolved-import", "backend/app/main.py:2"),
        ("unresolved-import", "backend/app/main.py:3"),
    ]


def test_a_folder_of_migrations_does_not_hide_its_library() -> None:
    """`alembic/` is no package, so `from alembic import op` is the library's."""
    found = rules(
        {
            "backend/alembic/env.py": "from alembic import context\n",
            "backend/alembic/versions/0001.py": "from alembic import op\n",
        }
    )

    assert found == []


def test_a_file_that_is_no_python_is_found_once() -> None:
    """What imports from a broken file is not blamed for it."""
    found = rules(
        {
            "backend/app/__init__.py": "",
            "backend/app/models.py": "class Task(:\n",
            "backend/app/main.py": "from app.models import Task\n",
        }
    )

    assert found == [("unparsable-file", "backend/app/models.py:1")]


def test_star_imports_and_lazy_modules_may_offer_anything() -> None:
    """What cannot be known is not complained about."""
    found = rules(
        {
            "backend/app/__init__.py": "from app.models import *\n",
            "backend/app/models.py": "def __getattr__(name): ...\n",
            "backend/app/main.py": "from app import Anything\nfrom app.models import Other\n",
        }
    )

    assert found == []


def test_a_name_that_a_module_has_from_itself_leads_nowhere() -> None:
    """Nor does one that two modules have from each other; who uses it is told at once, too."""
    found = rules(
        {
            "backend/app/__init__.py": "",
            "backend/app/errors.py": "from app.errors import Quota\n",
            "backend/app/one.py": "from app.two import shared as lent\n",
            "backend/app/two.py": "from .one import lent as shared\n",
            "backend/app/main.py": "from app.errors import Quota\nfrom app.two import shared\n",
        }
    )

    assert sorted(found) == [
        ("unresolved-import", "backend/app/errors.py:1"),
        ("unresolved-import", "backend/app/main.py:1"),
        ("unresolved-import", "backend/app/main.py:2"),
        ("unresolved-import", "backend/app/one.py:1"),
        ("unresolved-import", "backend/app/two.py:1"),
    ]


def test_a_name_that_is_passed_on_is_offered() -> None:
    """Through any number of modules, under any name, from a library or a file that is broken."""
    found = rules(
        {
            "backend/app/__init__.py": "from .models import Task as Item\n",
            "backend/app/models/__init__.py": "from app.models.task import Task\n",
            "backend/app/models/task.py": "from sqlmodel import Field\nclass Task: ...\n",
            "backend/app/broken.py": "def (:\n",
            "backend/app/passing.py": "from app.broken import anything\n",
            "backend/app/main.py": (
                "from app import Item, models\n"
                "from app.models.task import Field\n"
                "from app.passing import anything\n"
            ),
        }
    )

    assert found == [("unparsable-file", "backend/app/broken.py:1")]
