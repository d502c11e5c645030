"""What every record of ours has in common."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A value that is made once, never edited, and handed on."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Answer(BaseModel):
    """A value that somebody else made: keys that we do not know are passed over, since others may be added any day."""

    model_config = ConfigDict(frozen=True, extra="ignore")
