"""What all requests and answers share.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

# PostgreSQL keeps no NUL in a text, and searches no JSON that has one.
StoredStr = Annotated[str, Field(pattern=r"^[^\x00]*$")]


def _stripped(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """Take the blanks off; the bounds hold for what was sent and for what is left of it."""
    return check(check(value).strip())


StrippedStr = Annotated[
    StoredStr,
    WrapValidator(_stripped),
    Field(json_schema_extra={"pattern": r"^[^\x00]*[^\s\x00][^\x00]*$"}),
]


def _written_out(value: Any) -> Any:
    """Refuse a number, and a text of digits: they would be taken for seconds since 1970."""
    if isinstance(value, int | float) or (
        isinstance(value, str) and "-" not in value[1:]
    ):
        raise ValueError("Input should be written like 2026-01-31")
    return value


IsoDate = Annotated[date, BeforeValidator(_written_out)]
IsoDatetime = Annotated[datetime, BeforeValidator(_written_out)]


class RequestModel(BaseModel):
    """A request body: fields that it does not name are ignored."""

    model_config = ConfigDict(allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _take_whole_numbers(cls, data: Any) -> Any:
        """JSON has one kind of number: 3.0 is as whole as 3."""
        if not isinstance(data, dict):
            return data
        return {
            key: (
                int(value) if isinstance(value, float) and value.is_integer() else value
            )
            for key, value in data.items()
        }


class ResponseModel(BaseModel):
    """An answer, read from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)
