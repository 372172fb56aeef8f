"""Requests and answers of project.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import MISSING, Field

from app.schemas.base import RequestModel, ResponseModel, StrippedStr


class ProjectResponse(ResponseModel):
    """A project in an answer."""

    id: UUID
    owner_id: UUID
    name: str
    metadata_: Any = Field(serialization_alias="metadata")
    budget: Decimal | None


class ProjectCreate(RequestModel):
    """The body of POST /api/projects."""

    name: StrippedStr = Field(
        min_length=2,
        max_length=80,
        json_schema_extra={"pattern": r"^\s*[^\s\x00][^\x00]{0,}[^\s\x00]\s*$"},
    )
    metadata_: Any = Field(default=None, alias="metadata")
    budget: Decimal | None = None


class ProjectUpdate(RequestModel):
    """The body of PATCH /api/projects/{project_id}."""

    name: StrippedStr | MISSING = Field(
        default=MISSING,
        min_length=2,
        max_length=80,
        json_schema_extra={"pattern": r"^\s*[^\s\x00][^\x00]{0,}[^\s\x00]\s*$"},
    )
    metadata_: Any | MISSING = Field(default=MISSING, alias="metadata")
    budget: Decimal | None | MISSING = MISSING
