"""What every record of ours has in common."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def writable(text: str) -> str:
    """`text` with `?` for half a character, which no file takes."""
    return text.encode(errors="replace").decode()


Text = Annotated[str, AfterValidator(writable)]


class Record(BaseModel):
    """A value that is made once, never edited, and handed on."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Answer(BaseModel):
    """A value that somebody else made: keys that we do not know are passed over, since others may be added any day."""

    model_config = ConfigDict(frozen=True, extra="ignore")
