"""What every record of ours has in common."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.fields import FieldInfo


def writable(text: str) -> str:
    """`text` with `?` for half a character, which no file takes."""
    return text.encode(errors="replace").decode()


Text = Annotated[str, AfterValidator(writable)]


class Record(BaseModel):
    """A value that is made once, never edited, and handed on."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Order(Record):
    """What a person asks for, in a terminal or in the form of the Prefect UI.

    Each field is an option of the command and a parameter of the flow, with the text below it to explain it.
    """

    model_config = ConfigDict(use_attribute_docstrings=True)


def explained(field: FieldInfo) -> str:
    """The text below a field of an order, on one line."""
    return " ".join((field.description or "").split())


class Answer(BaseModel):
    """A value that somebody else made: keys that we do not know are passed over, since others may be added any day."""

    model_config = ConfigDict(frozen=True, extra="ignore")
