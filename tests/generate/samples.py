"""Applications that the generator is tried on, as a spec reader would hand them over."""

from sdd.ir import (
    Application,
    AuthMode,
    AuthPolicy,
    Default,
    ErrorCode,
    ErrorPolicy,
    Factory,
    Shape,
    Type,
)
from ir.builders import (
    body,
    column,
    endpoint,
    entity,
    field,
    key,
    many,
    moment,
    path,
    query,
)

_PRIORITIES = ("low", "medium", "high")


def tasks_and_comments() -> Application:
    """Tasks of a user with pages, filters, a toggle and statistics, and comments below them."""
    text = Shape(type=Type.STR)
    row = body(
        field("id", Type.INT),
        field("user_id", Type.STR),
        field("title", Type.STR),
        field("description", Type.STR),
        field("priority", Type.STR),
        field("due_date", Type.DATE),
        field("tags", Type.LIST, item=text),
        field("completed", Type.BOOL),
        field("created_at", Type.DATETIME),
        field("updated_at", Type.DATETIME),
    )
    remark = body(
        field("id", Type.INT),
        field("task_id", Type.INT),
        field("content", Type.STR),
        field("created_at", Type.DATETIME),
        field("updated_at", Type.DATETIME),
    )
    task_id = path("task_id", Type.INT, minimum=1, maximum=2147483647)
    comment_id = path("comment_id", Type.INT, minimum=1, maximum=2147483647)
    page = query("page", Type.INT, default=1, minimum=1, maximum=10000, description="Page number")
    limit = query(
        "limit", Type.INT, default=20, minimum=1, maximum=100, description="Rows on a page"
    )
    tags = Shape(type=Type.STR)
    return Application(
        title="Tasks and comments",
        base_path="/api",
        entities=(
            entity(
                "User",
                "users",
                column("id", Type.STR, primary_key=True, nullable=False, max_length=64),
                column("email", Type.STR, nullable=False, unique=True, max_length=255),
                managed_by="Better Auth",
            ),
            entity(
                "Task",
                "tasks",
                key(),
                column(
                    "user_id",
                    Type.STR,
                    nullable=False,
                    max_length=64,
                    indexed=True,
                    references="users.id",
                ),
                column("title", Type.STR, nullable=False, max_length=200),
                column("description", Type.STR, nullable=True, max_length=2000),
                column(
                    "priority", Type.ENUM, nullable=False, choices=_PRIORITIES, default="medium"
                ),
                column("due_date", Type.DATE, nullable=True),
                column(
                    "tags",
                    Type.LIST,
                    item=Type.STR,
                    nullable=False,
                    default=Default(factory=Factory.EMPTY_LIST),
                    max_length=10,
                ),
                column("completed", Type.BOOL, nullable=False, default=False),
                moment("created_at"),
                moment("updated_at"),
                owner_column="user_id",
            ),
            entity(
                "Comment",
                "comments",
                key(),
                column(
                    "task_id",
                    Type.INT,
                    nullable=False,
                    references="tasks.id",
                    on_delete="cascade",
                    indexed=True,
                ),
                column("content", Type.STR, nullable=False, max_length=1000),
                moment("created_at"),
                moment("updated_at"),
            ),
        ),
        endpoints=(
            endpoint(
                "GET /api/tasks",
                page,
                limit,
                query(
                    "status",
                    Type.STR,
                    default="all",
                    choices=("all", "pending", "completed"),
                    description="Filter by completion",
                ),
                query("priority", Type.STR, choices=_PRIORITIES),
                query("tag", Type.STR, min_length=1, max_length=30),
                query("due_before", Type.DATE),
                query("search", Type.STR, min_length=1, max_length=100),
                query(
                    "sort",
                    Type.STR,
                    default="created_at",
                    choices=("created_at", "updated_at", "due_date", "priority", "title"),
                ),
                query("order", Type.STR, default="desc", choices=("asc", "desc")),
                success_status=200,
                response=body(
                    field("items", Type.LIST, item=row),
                    field("total", Type.INT),
                    field("page", Type.INT),
                    field("limit", Type.INT),
                ),
                summary="List tasks",
            ),
            endpoint(
                "POST /api/tasks",
                success_status=201,
                request=body(
                    field("title", Type.STR, required=True, min_length=1, max_length=200),
                    field(
                        "description",
                        Type.STR,
                        required=False,
                        nullable=True,
                        default=Default(),
                        max_length=2000,
                    ),
                    field(
                        "priority",
                        Type.STR,
                        required=False,
                        choices=_PRIORITIES,
                        default="medium",
                    ),
                    field("due_date", Type.DATE, required=False, nullable=True, default=Default()),
                    field(
                        "tags",
                        Type.LIST,
                        item=tags,
                        required=False,
                        max_length=10,
                        default=Default(factory=Factory.EMPTY_LIST),
                    ),
                ),
                response=row,
                summary="Create a task",
            ),
            endpoint(
                "GET /api/tasks/statistics",
                success_status=200,
                response=body(
                    field("total", Type.INT),
                    field("completed", Type.INT),
                    field("pending", Type.INT),
                    field("overdue", Type.INT),
                    field(
                        "by_priority",
                        Type.OBJECT,
                        fields=tuple(field(name, Type.INT) for name in _PRIORITIES),
                    ),
                ),
                summary="Count tasks",
            ),
            endpoint(
                "GET /api/tasks/{task_id}",
                task_id,
                success_status=200,
                response=row,
                summary="Read a task",
            ),
            endpoint(
                "PUT /api/tasks/{task_id}",
                task_id,
                success_status=200,
                request=body(
                    field("title", Type.STR, required=True, min_length=1, max_length=200),
                    field("description", Type.STR, required=True, nullable=True, max_length=2000),
                    field("priority", Type.STR, required=True, choices=_PRIORITIES),
                    field("due_date", Type.DATE, required=True, nullable=True),
                    field("tags", Type.LIST, item=tags, required=True, max_length=10),
                    field("completed", Type.BOOL, required=True),
                ),
                response=row,
                summary="Replace a task",
            ),
            endpoint(
                "PATCH /api/tasks/{task_id}",
                task_id,
                success_status=200,
                request=body(
                    field("title", Type.STR, required=False, min_length=1, max_length=200),
                    field("description", Type.STR, required=False, nullable=True, max_length=2000),
                    field("priority", Type.STR, required=False, choices=_PRIORITIES),
                    field("due_date", Type.DATE, required=False, nullable=True),
                    field("tags", Type.LIST, item=tags, required=False, max_length=10),
                    field("completed", Type.BOOL, required=False),
                ),
                response=row,
                summary="Change parts of a task",
            ),
            endpoint("DELETE /api/tasks/{task_id}", task_id, success_status=204),
            endpoint(
                "PATCH /api/tasks/{task_id}/complete",
                task_id,
                success_status=200,
                response=row,
                summary="Toggle completion",
            ),
            endpoint(
                "GET /api/tasks/{task_id}/comments",
                task_id,
                page,
                limit,
                success_status=200,
                response=body(
                    field("items", Type.LIST, item=remark),
                    field("total", Type.INT),
                    field("page", Type.INT),
                    field("limit", Type.INT),
                ),
                summary="List comments",
            ),
            endpoint(
                "POST /api/tasks/{task_id}/comments",
                task_id,
                success_status=201,
                request=body(
                    field("content", Type.STR, required=True, min_length=1, max_length=1000)
                ),
                response=remark,
                summary="Add a comment",
            ),
            endpoint(
                "PUT /api/tasks/{task_id}/comments/{comment_id}",
                task_id,
                comment_id,
                success_status=200,
                request=body(
                    field("content", Type.STR, required=True, min_length=1, max_length=1000)
                ),
                response=remark,
                summary="Replace a comment",
            ),
            endpoint(
                "DELETE /api/tasks/{task_id}/comments/{comment_id}",
                task_id,
                comment_id,
                success_status=204,
                summary="Delete a comment",
            ),
            endpoint(
                "GET /health",
                auth=False,
                success_status=200,
                response=body(field("status", Type.STR, example="ok")),
                summary="Health",
            ),
        ),
        auth=AuthPolicy(
            mode=AuthMode.HS256,
            required=True,
            subject="sub",
            secret_variable="BETTER_AUTH_SECRET",
        ),
        errors=ErrorPolicy(
            validation_status=422,
            foreign_status=404,
            fields=("detail", "error_code"),
            codes=(
                ErrorCode(status=401, code="unauthorized"),
                ErrorCode(status=404, code="not_found"),
                ErrorCode(status=405, code="method_not_allowed"),
                ErrorCode(status=422, code="validation_error"),
                ErrorCode(status=500, code="internal_error"),
            ),
        ),
    )
