"""What all requests and answers share.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

StrippedStr = Annotated[str, StringConstraints(strip_whitespace=True)]


class RequestModel(BaseModel):
    """A request body: fields that it does not name are ignored."""

    model_config = ConfigDict(allow_inf_nan=False)


class ResponseModel(BaseModel):
    """An answer, read from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)
