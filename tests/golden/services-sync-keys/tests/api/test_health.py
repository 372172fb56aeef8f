"""The endpoints of health.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from fastapi.testclient import TestClient


def test_health_answers_without_a_token(client: TestClient) -> None:
    """Anybody may ask."""

    response = client.request("GET", "/health")

    assert response.status_code == 200
