"""What all requests and answers share.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/001-task-crud/spec.md
"""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)


def _stripped(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """Take the blanks off; the bounds hold for what was sent and for what is left of it."""
    return check(check(value).strip())


StrippedStr = Annotated[
    str, WrapValidator(_stripped), Field(json_schema_extra={"pattern": r"\S"})
]


def _storable(value: str) -> str:
    """Refuse the character that PostgreSQL keeps in no text and no JSON that it searches."""
    if "\0" in value:
        raise ValueError("String should not contain the character NUL")
    return value


ListedStr = Annotated[
    str, AfterValidator(_storable), Field(json_schema_extra={"pattern": r"^[^\x00]*$"})
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
