"""The endpoints of comments.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/features/authentication.md
- specs/001-task-crud/spec.md
"""

from typing import Any

from fastapi.testclient import TestClient

from app.models.comment import Comment
from tests.factories import make_comment, make_task
from tests.support import ALICE, BOB, Fetch, Rows, Store, as_json, bearer


def test_list_comments_shows_own_rows_alone(client: TestClient, store: Store) -> None:
    """A user sees their own rows alone."""
    task = store(make_task(ALICE))
    comment = store(make_comment(task.id))
    other_task = store(make_task(ALICE))
    store(make_comment(other_task.id))
    other_task_2 = store(make_task(BOB))
    store(make_comment(other_task_2.id))

    response = client.get(f"/api/tasks/{task.id}/comments", headers=bearer(ALICE))

    assert response.status_code == 200
    shown = response.json()["items"]
    assert [row["id"] for row in shown] == [
        as_json(comment.id),
    ]


def test_list_comments_pages(client: TestClient, store: Store) -> None:
    """A page holds as many rows as asked for."""
    task = store(make_task(ALICE))
    store(make_comment(task.id))
    store(make_comment(task.id))
    store(make_comment(task.id))

    response = client.get(
        f"/api/tasks/{task.id}/comments", headers=bearer(ALICE), params={"limit": 2}
    )
    assert response.status_code == 200
    assert len(response.json()["items"]) == 2
    assert response.json()["total"] == 3
    response = client.get(
        f"/api/tasks/{task.id}/comments",
        headers=bearer(ALICE),
        params={"limit": 2, "page": 2},
    )
    assert response.status_code == 200
    assert len(response.json()["items"]) == 1
    assert response.json()["total"] == 3
    response = client.get(
        f"/api/tasks/{task.id}/comments", headers=bearer(ALICE), params={"page": 9}
    )
    assert response.status_code == 200
    assert len(response.json()["items"]) == 0
    assert response.json()["total"] == 3


def test_list_comments_rejects_bad_parameters(client: TestClient, store: Store) -> None:
    """A parameter out of bounds is refused."""
    task = store(make_task(ALICE))

    for parameters in (
        {"page": 10001},
        {"limit": 101},
    ):
        response = client.get(
            f"/api/tasks/{task.id}/comments", headers=bearer(ALICE), params=parameters
        )
        assert response.status_code == 422, parameters


def test_create_comment_stores_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    task = store(make_task(ALICE))
    body = {"content": "apple"}

    response = client.request(
        "POST", f"/api/tasks/{task.id}/comments", headers=bearer(ALICE), json=body
    )

    assert response.status_code == 201
    shown = response.json()
    assert shown["content"] == body["content"]
    assert len(rows(Comment)) == 1


def test_create_comment_rejects_invalid_bodies(
    client: TestClient, store: Store
) -> None:
    """A field that is missing or invalid is refused."""
    task = store(make_task(ALICE))
    body: dict[str, Any] = {"content": "apple"}

    for name in ("content",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "POST",
            f"/api/tasks/{task.id}/comments",
            headers=bearer(ALICE),
            json=partial,
        )
        assert response.status_code == 422, name
    for wrong in (
        {"content": None},
        {"content": ""},
        {"content": "x" * 1001},
    ):
        response = client.request(
            "POST",
            f"/api/tasks/{task.id}/comments",
            headers=bearer(ALICE),
            json=body | wrong,
        )
        assert response.status_code == 422, wrong


def test_replace_comment_changes_what_was_sent(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """The answer shows what was sent."""
    task = store(make_task(ALICE))
    comment = store(make_comment(task.id))
    body = {"content": "berry"}

    response = client.request(
        "PUT",
        f"/api/tasks/{task.id}/comments/{comment.id}",
        headers=bearer(ALICE),
        json=body,
    )

    assert response.status_code == 200
    shown = response.json()
    assert shown["content"] == body["content"]
    assert len(rows(Comment)) == 1


def test_replace_comment_answers_404_when_absent(
    client: TestClient, store: Store
) -> None:
    """A row that does not exist is not found."""
    task = store(make_task(ALICE))

    response = client.request(
        "PUT",
        f"/api/tasks/{task.id}/comments/2147480000",
        headers=bearer(ALICE),
        json={"content": "apple"},
    )

    assert response.status_code == 404


def test_replace_comment_rejects_invalid_bodies(
    client: TestClient, store: Store
) -> None:
    """A field that is missing or invalid is refused."""
    task = store(make_task(ALICE))
    comment = store(make_comment(task.id))
    body: dict[str, Any] = {"content": "berry"}

    for name in ("content",):
        partial = {key: value for key, value in body.items() if key != name}
        response = client.request(
            "PUT",
            f"/api/tasks/{task.id}/comments/{comment.id}",
            headers=bearer(ALICE),
            json=partial,
        )
        assert response.status_code == 422, name
    for wrong in (
        {"content": None},
        {"content": ""},
        {"content": "x" * 1001},
    ):
        response = client.request(
            "PUT",
            f"/api/tasks/{task.id}/comments/{comment.id}",
            headers=bearer(ALICE),
            json=body | wrong,
        )
        assert response.status_code == 422, wrong


def test_delete_comment_removes_the_row(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """A deleted row is gone."""
    task = store(make_task(ALICE))
    comment = store(make_comment(task.id))

    response = client.request(
        "DELETE", f"/api/tasks/{task.id}/comments/{comment.id}", headers=bearer(ALICE)
    )

    assert response.status_code == 204
    assert fetch(Comment, comment.id) is None


def test_delete_comment_answers_404_when_absent(
    client: TestClient, store: Store
) -> None:
    """A row that does not exist is not found."""
    task = store(make_task(ALICE))

    response = client.request(
        "DELETE", f"/api/tasks/{task.id}/comments/2147480000", headers=bearer(ALICE)
    )

    assert response.status_code == 404
