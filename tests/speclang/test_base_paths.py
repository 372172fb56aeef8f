"""Base paths complete relative paths, and are never put in front twice."""

import pytest
from speclang.specs_builder import application, read, routes, rules

STATEMENTS = {
    "label": "**Base URL**: `http://localhost:8000/api`",
    "plain label": "Base URL: http://localhost:8000/api/",
    "heading": "## Base URL\n\n`/api`",
    "heading with fence": "## Base URL\n\n```\nhttps://example.test/api/\n```",
    "heading with environments": (
        "## Base URL\n\n- Development: `http://localhost:8000/api`\n"
        "- Production: `https://x.test/api`"
    ),
    "table": "| Property | Value |\n|---|---|\n| Base URL | `https://x.test/api` |",
    "sentence": "All endpoints are prefixed with `/api`.",
    "short sentence": "Base path `/api`. Answers are JSON.",
    "sentence about these": "The base path of this API is /api.",
    "path label": "**Base Path**: `/api`",
    "api prefix": "- **API Prefix:** /api",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_a_stated_base_completes_relative_paths(statement: str) -> None:
    """Paths without the base get it, however it is stated."""
    app = application(
        api=f"# API\n\n{statement}\n\n## Endpoints\n\n### GET /notes\n\n### GET /tags\n"
    )

    assert routes(app) == ["GET /api/notes", "GET /api/tags"]


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_a_base_is_never_put_in_front_twice(statement: str) -> None:
    """Where the paths already have the base, they are complete, the health check included."""
    app = application(
        api=f"# API\n\n{statement}\n\n## Endpoints\n\n### GET /api/notes\n\n### GET /health\n"
    )

    assert routes(app) == ["GET /api/notes", "GET /health"]


def test_a_base_that_names_the_resource_is_completed() -> None:
    """`/api/{user_id}/notes` as base takes `/{id}` below it."""
    app = application(
        api="# API\n\n**Base Path**: `/api/{user_id}/notes`\n\n### GET /\n\n### GET /{id}\n"
    )

    assert routes(app) == ["GET /api/{user_id}/notes", "GET /api/{user_id}/notes/{id}"]


def test_a_section_has_a_prefix_of_its_own() -> None:
    """A prefix under one heading is for the endpoints there alone."""
    app = application(
        api="""
        # API

        ## Notes

        **Prefix**: `/api/notes`

        ### GET /recent

        ## Tags

        **Prefix**: `/api/tags`

        ### GET /popular
        """
    )

    assert routes(app) == ["GET /api/notes/recent", "GET /api/tags/popular"]


def test_another_service_is_left_out() -> None:
    """A section with the base of another host is about another backend."""
    reading = read(
        api="""
        # API

        **Base URL**: `http://localhost:8000`

        ## Notes

        ### GET /notes

        ## Mailer

        **Base URL**: `http://mailer:9000`

        ### POST /send
        """
    )

    assert routes(reading.application) == ["GET /notes"]
    assert "other-service" in rules(reading)


def test_a_contract_may_say_that_paths_are_complete() -> None:
    """Then a base URL with a path changes nothing."""
    app = application(
        api=(
            "# API\n\n**Base URL**: `http://x.test/v2`\n\nEvery path below is complete.\n\n"
            "### GET /notes\n"
        )
    )

    assert routes(app) == ["GET /notes"]


def test_where_a_deployment_is_mounted_is_no_part_of_the_paths() -> None:
    """A gateway's stage in front of complete paths is not prefixed."""
    app = application(
        api="# API\n\n**Base URL:** `https://host.example/dev`\n\n### GET /api/notes\n\nAll.\n"
    )

    assert routes(app) == ["GET /api/notes"]
