"""Applications that the generator is tried on, as a spec reader would hand them over."""

from dataclasses import replace

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

from sdd.generate import Options
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


def notes_below_user_paths() -> Application:
    """Notes of users that are known elsewhere by a number, below `/api/{user_id}`, in envelopes.

    Most is left open, as terse specs do; foreign rows answer 403 and invalid bodies 400.
    """
    note = body(
        field("id", Type.INT),
        field("title", Type.STR),
        field("body", Type.STR),
        field("isPinned", Type.BOOL),
        field("status", Type.STR),
        field("createdAt", Type.DATETIME),
    )
    one = body(field("success", Type.BOOL), field("data", Type.OBJECT, fields=note.fields))
    statuses = ("draft", "published")
    return Application(
        title="Notes",
        base_path="/api",
        entities=(
            entity(
                "Note",
                "notes",
                key(),
                column("user_id", Type.INT, nullable=False),
                column("title", Type.STR, nullable=False, max_length=120),
                column("body", Type.TEXT, nullable=True),
                column("is_pinned", Type.BOOL, nullable=False, default=False),
                column("status", Type.ENUM, nullable=False, choices=statuses, default="draft"),
                column("created_at", Type.DATETIME),
                owner_column="user_id",
            ),
        ),
        endpoints=(
            endpoint(
                "GET /api/{user_id}/notes",
                query("status", Type.STR, choices=statuses),
                query("pinned", Type.BOOL),
                query("q", Type.STR),
                query("skip", Type.INT),
                query("limit", Type.INT, default=50),
                query("sort_by", Type.STR, choices=("title", "created_at")),
                response=body(
                    field("success", Type.BOOL),
                    field(
                        "data",
                        Type.OBJECT,
                        fields=(
                            field("notes", Type.LIST, item=note),
                            field("count", Type.INT),
                        ),
                    ),
                ),
                statuses=(200, 401, 403),
            ),
            endpoint(
                "POST /api/{user_id}/notes",
                request=body(
                    field("title", Type.STR, required=True),
                    field("body", Type.STR, required=False),
                    field("isPinned", Type.BOOL, required=False),
                ),
                response=one,
                statuses=(201, 400, 401, 403),
            ),
            endpoint("GET /api/{user_id}/notes/{id}", response=one, statuses=(200, 401, 403, 404)),
            endpoint(
                "PUT /api/{user_id}/notes/{id}",
                request=body(
                    field("title", Type.STR, required=False),
                    field("body", Type.STR, required=False),
                    field("status", Type.STR, required=False),
                ),
                response=one,
                statuses=(200, 400, 401, 403, 404),
            ),
            endpoint(
                "DELETE /api/{user_id}/notes/{id}",
                response=body(field("success", Type.BOOL), field("message", Type.STR)),
                statuses=(200, 401, 403, 404),
            ),
            endpoint(
                "PATCH /api/{user_id}/notes/{id}/pin",
                request=body(field("isPinned", Type.BOOL, required=True)),
                response=one,
                statuses=(200, 401, 403, 404),
            ),
            endpoint("PATCH /api/{user_id}/notes/{id}/publish", response=one),
        ),
        errors=ErrorPolicy(
            validation_status=400,
            foreign_status=403,
            path_user_status=403,
            fields=("error",),
        ),
    )


def accounts_and_projects() -> Application:
    """Users who register here, their projects, and tasks two levels below them."""
    user = body(
        field("id", Type.UUID),
        field("email", Type.STR),
        field("name", Type.STR),
        field("created_at", Type.DATETIME),
    )
    return Application(
        title="Projects",
        entities=(
            entity(
                "User",
                "users",
                key(type_=Type.UUID),
                column("email", Type.STR, nullable=False, unique=True, max_length=255),
                column("hashed_password", Type.STR, nullable=False, max_length=255),
                column("name", Type.STR, nullable=True, max_length=100),
                moment("created_at"),
            ),
            entity(
                "Category",
                "categories",
                key(),
                column("name", Type.STR, nullable=False, unique=True, max_length=40),
            ),
            entity(
                "Project",
                "projects",
                key(type_=Type.UUID),
                column(
                    "owner_id",
                    Type.UUID,
                    nullable=False,
                    references="users.id",
                    on_delete="cascade",
                ),
                column("name", Type.STR, nullable=False, min_length=2, max_length=80),
                column("metadata", Type.JSON, nullable=True),
                column("budget", Type.DECIMAL, nullable=True),
                owner_column="owner_id",
            ),
            entity(
                "Task",
                "tasks",
                key(type_=Type.UUID),
                column("project_id", Type.UUID, nullable=False, references="projects.id"),
                column("category_id", Type.INT, nullable=True, references="categories.id"),
                column("title", Type.STR, nullable=False, max_length=100),
                column("done", Type.BOOL, nullable=False, default=False),
                column("done_at", Type.DATETIME, nullable=True),
                column("due", Type.DATETIME, nullable=True),
                column("estimate", Type.FLOAT, nullable=True, minimum=0),
            ),
            entity(
                "Step",
                "steps",
                key(),
                column("task_id", Type.UUID, nullable=False, references="tasks.id"),
                column("text", Type.STR, nullable=False),
                column("position", Type.INT, nullable=False, default=0),
            ),
        ),
        endpoints=(
            endpoint(
                "POST /api/auth/register",
                request=body(
                    field("email", Type.STR, required=True),
                    field("password", Type.STR, required=True, min_length=8),
                    field("name", Type.STR, required=False),
                ),
                response=body(
                    field("user", Type.OBJECT, fields=user.fields),
                    field("access_token", Type.STR),
                    field("token_type", Type.STR, example="bearer"),
                ),
            ),
            endpoint("POST /api/auth/login"),
            endpoint("POST /api/auth/refresh"),
            endpoint("POST /api/auth/logout"),
            endpoint("GET /api/auth/me", response=user),
            endpoint("GET /api/categories"),
            endpoint("GET /api/projects", response=many()),
            endpoint("POST /api/projects"),
            endpoint("GET /api/projects/{project_id}"),
            endpoint("PATCH /api/projects/{project_id}"),
            endpoint("DELETE /api/projects/{project_id}"),
            endpoint(
                "GET /api/projects/{project_id}/tasks",
                query("page"),
                query("per_page"),
                query("done", Type.BOOL),
                query("due_before"),
                query("sort", Type.STR, choices=("-due", "title")),
                response=body(
                    field("items", Type.LIST),
                    field(
                        "pagination",
                        Type.OBJECT,
                        fields=(
                            field("page", Type.INT),
                            field("perPage", Type.INT),
                            field("total", Type.INT),
                            field("totalPages", Type.INT),
                            field("hasNext", Type.BOOL),
                        ),
                    ),
                ),
            ),
            endpoint("POST /api/projects/{project_id}/tasks"),
            endpoint("GET /api/projects/{project_id}/tasks/{task_id}"),
            endpoint("PUT /api/projects/{project_id}/tasks/{task_id}"),
            endpoint("POST /api/projects/{project_id}/tasks/{task_id}/toggle"),
            endpoint("GET /api/projects/{project_id}/tasks/{task_id}/steps"),
            endpoint("POST /api/projects/{project_id}/tasks/{task_id}/steps"),
            endpoint("DELETE /api/projects/{project_id}/tasks/{task_id}/steps/{step_id}"),
            endpoint("GET /health"),
        ),
    )


def notices_by_role() -> Application:
    """Notices that everybody who is signed in reads, and editors and administrators write."""
    fields = (field("id", Type.INT), field("title", Type.STR), field("created_at", Type.DATETIME))
    told = body(*fields, field("message", Type.STR))
    sent = body(field("title", Type.STR, required=True, max_length=100))
    one = path("notice_id", Type.INT)
    writers = ("editor", "admin")
    return Application(
        title="Notices",
        entities=(
            entity(
                "Notice",
                "notices",
                key(),
                column("title", Type.STR, nullable=False, max_length=100),
                moment("created_at"),
            ),
        ),
        endpoints=(
            endpoint("GET /api/notices", response=many(body(*fields))),
            endpoint("POST /api/notices", roles=writers, request=sent, response=told),
            endpoint(
                "PUT /api/notices/{notice_id}", one, roles=writers, request=sent, response=told
            ),
            endpoint("DELETE /api/notices/{notice_id}", one, roles=("admin",)),
        ),
    )


def with_keys(application: Application) -> Application:
    """The same, with tokens that somebody else signs with a private key."""
    return replace(application, auth=replace(application.auth, mode=AuthMode.JWKS))


SAMPLES = {
    "tasks-and-comments": tasks_and_comments,
    "notes-below-user-paths": notes_below_user_paths,
    "accounts-and-projects": accounts_and_projects,
}
SPECS = ("specs/api/rest-endpoints.md", "specs/database/schema.md")
# Golden trees: what is rendered, and how. Each layout, style and mode stands in one of them.
TREES = {
    **{name: (sample, Options(specs=SPECS)) for name, sample in SAMPLES.items()},
    "notices-by-role": (notices_by_role, Options(specs=SPECS)),
    "services-sync-keys": (
        lambda: with_keys(tasks_and_comments()),
        Options(layout="services", style="sync", specs=SPECS),
    ),
}
