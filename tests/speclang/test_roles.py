import pytest

from sdd.ir import Endpoint
from sdd.text import SourceText
from sdd.workflow.specs import read_documents

PLACE = "specs/api/rest-endpoints.md"


def _read(label: str) -> Endpoint:
    text = f"# REST API\n\n### POST /api/notices\n\nPosts one.\n\n{label}\n\n**Response**: `201`\n"
    found = read_documents([SourceText(path=PLACE, text=text)], None, {}).application
    return next(item for item in found.endpoints if item.path == "/api/notices")


@pytest.mark.parametrize(
    ("label", "roles"),
    [
        ("**Authentication**: Required (admin only)", ("admin",)),
        ("**Authentication**: Required, role: `editor`", ("editor",)),
        ("**Authorization**: only administrators or editors", ("admin", "editor")),
        ("**Access**: Admin", ("admin",)),
        ("**Roles**: editor, admin", ("editor", "admin")),
        ("**Scopes**: `notices:write`", ("notices:write",)),
        ("**Auth**: Required; requires the `staff` role", ("staff",)),
    ],
)
def test_a_role_or_scope_is_read(label: str, roles: tuple[str, ...]) -> None:
    """In the forms that people write; whoever needs a role needs a token too."""
    found = _read(label)

    assert found.roles == roles
    assert found.auth is True


@pytest.mark.parametrize(
    "label",
    [
        "**Authentication**: Required",
        "**Authentication**: Bearer token of any authenticated user",
        "**Authorization**: JWT; the owner of the notice only",
        "**Permissions**: owner of the notice",
        "**Access**: User role required",
        "**Authentication**: None (public)",
    ],
)
def test_what_everybody_has_is_no_role(label: str) -> None:
    """Signed-in users, members and owners are not asked for a role in their token."""
    assert _read(label).roles == ()
