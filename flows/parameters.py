"""A flow's parameters are the fields of a record, shown in the form of the Prefect UI as that describes them.

What was filled in there is read by the record as well, and not by Prefect, which tells of a fault by a traceback.
"""

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature
from typing import Annotated, Any, Final, TypeVar

from pydantic import Field, JsonValue, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from tasks.callbacks.delivery_report import A_TIME
from tasks.errors import InputInvalid
from tasks.records.fault import Fault
from tasks.records.record import Order, explained

Function = TypeVar("Function", bound=Callable[..., object])
Asked = TypeVar("Asked", bound=Order)
IN_WORDS: Final = {
    "int": "is not accepted; it must be a whole number",
    "decimal": "is not accepted; it must be a number, such as 12.50",
    "datetime": f"is not accepted; {A_TIME}",
    "bool": "is not accepted; it must be true or false",
    "missing": "is missing",
    "extra": "is no parameter of this",
}
"""What a value must be, by the beginning of the type that pydantic gives its errors."""
EMPTY_BOX: Final[dict[str, JsonValue]] = {
    "anyOf": [{"type": "string", "title": "Text"}, {"type": "null", "title": "None"}],
    "default": "",
}
"""What a text that may be none is in a form. For None, its default, that would show no box to write in."""


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
    if is_text_or_none(field):
        texts |= EMPTY_BOX
    own = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Parameter(
        name,
        Parameter.KEYWORD_ONLY,
        default=Parameter.empty if field.is_required() else field.default,
        annotation=Annotated[field.annotation, *field.metadata, Field(json_schema_extra=texts | own)],
    )


def is_text_or_none(field: FieldInfo) -> bool:
    """Whether a field may hold any text, or none, which it does by default."""
    if field.annotation is None or field.default is not None:
        return False
    return {"type": "string"} in TypeAdapter[Any](field.annotation).json_schema().get("anyOf", ())


def asked_of(order: type[Asked], given: Mapping[str, object]) -> Asked:
    """What was filled into a form, or a schedule or a script has given. Raises InputInvalid.

    A box that was left empty is one that was not filled in, unless its field has to have a text.
    """
    fields = order.model_fields
    filled = {
        name: value
        for name, value in given.items()
        if value != "" or (name in fields and fields[name].annotation is str)
    }
    try:
        return order(**filled)
    except ValidationError as error:
        raise InputInvalid([fault_of(order, one) for one in error.errors()]) from None


def fault_of(order: type[Order], error: Mapping[str, Any]) -> Fault:
    """What is wrong with a parameter, by the title that the form shows, and its place in a list."""
    name, *places = error["loc"] or ("",)
    field = order.model_fields.get(name)
    value = error["input"]
    return Fault(
        source=f"{field.title} ({name})" if field is not None else name,
        column=" ".join(f"number {place + 1}" if isinstance(place, int) else str(place) for place in places) or None,
        value=str(value) if isinstance(value, str | int | float) and error["type"] != "missing" else None,
        problem=problem_of(error),
    )


def problem_of(error: Mapping[str, Any]) -> str:
    """What pydantic says of a value, as the end of a sentence."""
    said: str = error["msg"].removeprefix("Value error, ").replace("Input should be", "is not accepted; it must be")
    said = said.replace("greater than or equal to", "at least").replace("less than or equal to", "at most")
    return IN_WORDS.get(error["type"].partition("_")[0], said)
