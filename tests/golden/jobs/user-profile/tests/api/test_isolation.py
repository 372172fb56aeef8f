"""Every operation with another user's token.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/user-profile.md
- specs/features/authentication.md
- specs/features/task-crud.md
- specs/001-task-crud/spec.md
"""

from fastapi.testclient import TestClient

from app.models.comment import Comment
from app.models.profile import Profile
from app.models.task import Task
from tests.factories import make_comment, make_profile, make_task
from tests.support import ALICE, BOB, Fetch, Rows, Store, bearer


def test_get_profile_spares_the_row_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """GET /api/profile knows the row of the token's user alone."""
    profile = store(make_profile(BOB))
    before = fetch(Profile, profile.user_id)

    response = client.request("GET", "/api/profile", headers=bearer(ALICE))

    assert response.status_code == 404
    assert fetch(Profile, profile.user_id) == before


def test_replace_profile_spares_the_row_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PUT /api/profile knows the row of the token's user alone."""
    profile = store(make_profile(BOB))
    before = fetch(Profile, profile.user_id)

    response = client.request(
        "PUT",
        "/api/profile",
        headers=bearer(ALICE),
        json={"display_name": "berry", "language": "en", "time_zone": "berry"},
    )

    assert response.status_code == 200
    assert fetch(Profile, profile.user_id) == before


def test_update_profile_spares_the_row_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PATCH /api/profile knows the row of the token's user alone."""
    profile = store(make_profile(BOB))
    before = fetch(Profile, profile.user_id)

    response = client.request(
        "PATCH",
        "/api/profile",
        headers=bearer(ALICE),
        json={"display_name": "berry", "language": "en", "time_zone": "berry"},
    )

    assert response.status_code == 404
    assert fetch(Profile, profile.user_id) == before


def test_delete_profile_spares_the_row_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """DELETE /api/profile knows the row of the token's user alone."""
    profile = store(make_profile(BOB))
    before = fetch(Profile, profile.user_id)

    response = client.request("DELETE", "/api/profile", headers=bearer(ALICE))

    assert response.status_code == 404
    assert fetch(Profile, profile.user_id) == before


def test_get_task_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """GET /api/tasks/{task_id} answers 404 for another user's row, and changes nothing."""
    task = store(make_task(ALICE))
    before = fetch(Task, task.id)

    response = client.request("GET", f"/api/tasks/{task.id}", headers=bearer(BOB))

    assert response.status_code == 404
    assert fetch(Task, task.id) == before


def test_replace_task_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PUT /api/tasks/{task_id} answers 404 for another user's row, and changes nothing."""
    task = store(make_task(ALICE))
    before = fetch(Task, task.id)

    response = client.request(
        "PUT",
        f"/api/tasks/{task.id}",
        headers=bearer(BOB),
        json={
            "title": "berry",
            "description": "berry",
            "priority": "medium",
            "due_date": "2030-01-02",
            "tags": ["berry"],
            "completed": True,
        },
    )

    assert response.status_code == 404
    assert fetch(Task, task.id) == before


def test_update_task_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PATCH /api/tasks/{task_id} answers 404 for another user's row, and changes nothing."""
    task = store(make_task(ALICE))
    before = fetch(Task, task.id)

    response = client.request(
        "PATCH",
        f"/api/tasks/{task.id}",
        headers=bearer(BOB),
        json={
            "title": "berry",
            "description": "berry",
            "priority": "medium",
            "due_date": "2030-01-02",
            "tags": ["berry"],
            "completed": True,
        },
    )

    assert response.status_code == 404
    assert fetch(Task, task.id) == before


def test_delete_task_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """DELETE /api/tasks/{task_id} answers 404 for another user's row, and changes nothing."""
    task = store(make_task(ALICE))
    before = fetch(Task, task.id)

    response = client.request("DELETE", f"/api/tasks/{task.id}", headers=bearer(BOB))

    assert response.status_code == 404
    assert fetch(Task, task.id) == before


def test_complete_task_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PATCH /api/tasks/{task_id}/complete answers 404 for another user's row, and changes nothing."""
    task = store(make_task(ALICE))
    before = fetch(Task, task.id)

    response = client.request(
        "PATCH", f"/api/tasks/{task.id}/complete", headers=bearer(BOB)
    )

    assert response.status_code == 404
    assert fetch(Task, task.id) == before


def test_list_comments_of_another_user(client: TestClient, store: Store) -> None:
    """GET /api/tasks/{task_id}/comments answers 404 for another user's row, and changes nothing."""
    task = store(make_task(ALICE))

    response = client.request(
        "GET", f"/api/tasks/{task.id}/comments", headers=bearer(BOB)
    )

    assert response.status_code == 404


def test_create_comment_of_another_user(
    client: TestClient, store: Store, rows: Rows
) -> None:
    """POST /api/tasks/{task_id}/comments answers 404 for another user's row, and changes nothing."""
    task = store(make_task(ALICE))

    response = client.request(
        "POST",
        f"/api/tasks/{task.id}/comments",
        headers=bearer(BOB),
        json={"content": "berry"},
    )

    assert response.status_code == 404
    assert rows(Comment) == []


def test_replace_comment_through_another_parent(
    client: TestClient, store: Store
) -> None:
    """A row is reached through its own parent alone."""
    task = store(make_task(ALICE))
    comment = store(make_comment(task.id))
    other_task = store(make_task(ALICE))

    response = client.request(
        "PUT",
        f"/api/tasks/{other_task.id}/comments/{comment.id}",
        headers=bearer(ALICE),
        json={"content": "berry"},
    )

    assert response.status_code == 404


def test_replace_comment_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """PUT /api/tasks/{task_id}/comments/{comment_id} answers 404 for another user's row, and changes nothing."""
    task = store(make_task(ALICE))
    comment = store(make_comment(task.id))
    before = fetch(Comment, comment.id)

    response = client.request(
        "PUT",
        f"/api/tasks/{task.id}/comments/{comment.id}",
        headers=bearer(BOB),
        json={"content": "berry"},
    )

    assert response.status_code == 404
    assert fetch(Comment, comment.id) == before


def test_delete_comment_through_another_parent(
    client: TestClient, store: Store
) -> None:
    """A row is reached through its own parent alone."""
    task = store(make_task(ALICE))
    comment = store(make_comment(task.id))
    other_task = store(make_task(ALICE))

    response = client.request(
        "DELETE",
        f"/api/tasks/{other_task.id}/comments/{comment.id}",
        headers=bearer(ALICE),
    )

    assert response.status_code == 404


def test_delete_comment_of_another_user(
    client: TestClient, store: Store, fetch: Fetch
) -> None:
    """DELETE /api/tasks/{task_id}/comments/{comment_id} answers 404 for another user's row, and changes nothing."""
    task = store(make_task(ALICE))
    comment = store(make_comment(task.id))
    before = fetch(Comment, comment.id)

    response = client.request(
        "DELETE", f"/api/tasks/{task.id}/comments/{comment.id}", headers=bearer(BOB)
    )

    assert response.status_code == 404
    assert fetch(Comment, comment.id) == before
