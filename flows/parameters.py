"""A flow's parameters are the fields of a record, and shown in the form of the Prefect UI as that describes them."""

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from typing import Annotated, TypeVar

from pydantic import Field, JsonValue
from pydantic.fields import FieldInfo

from tasks.records.record import explained

Function = TypeVar("Function", bound=Callable[..., object])


def takes(fields: Mapping[str, FieldInfo]) -> Callable[[Function], Function]:
    """Let Prefect see `fields` as the parameters of a function that takes them as `**asked`."""
    signature = Signature([parameter_of(name, field) for name, field in fields.items()])

    def seen(function: Function) -> Function:
        function.__signature__ = signature  # type: ignore[attr-defined]
        return function

    return seen


def parameter_of(name: str, field: FieldInfo) -> Parameter:
    """A field as a parameter, by name only.

    Title and description are given as part of the schema, since Prefect takes the parameter's name for any other title.
    """
    texts: dict[str, JsonValue] = {"title": field.title, "description": explained(field)}
    return Parameter(
        name,
        Parameter.KEYWORD_ONLY,
        default=Parameter.empty if field.is_required() else field.default,
        annotation=Annotated[field.annotation, *field.metadata, Field(json_schema_extra=texts)],
    )
