"""The endpoints of categories.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from fastapi.testclient import TestClient

from tests.factories import make_category
from tests.support import ALICE, Store, as_json, bearer


def test_list_categories_shows_every_row(client: TestClient, store: Store) -> None:
    """Everybody sees every row."""
    category = store(make_category())

    response = client.get("/api/categories", headers=bearer(ALICE))

    assert response.status_code == 200
    shown = response.json()
    assert [row["id"] for row in shown] == [
        as_json(category.id),
    ]
