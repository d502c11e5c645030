"""What a dialect has to write: the fields that a request has, taken one by one until none is left."""

from collections.abc import Callable
from typing import Any

from tasks.api.dialects.call import Upload
from tasks.errors import RequestRejected
from tasks.records.request import GenerationRequest


class Fields:
    """The fields of one request that are to be sent, in our words.

    The API passes over what it does not know, and bills the image all the same: what no dialect has taken stops it.
    """

    def __init__(self, request: GenerationRequest) -> None:
        self.left = request.model_dump(mode="json", exclude_none=True)
        self.taken: dict[str, Any] = {}
        self.request = request
        self.uploads: tuple[Upload, ...] = ()

    def take(self, *names: str, as_: str | None = None, word: Callable[[Any], Any] = lambda value: value) -> None:
        """Send each of `names` that is there as it is called, or under another name, in the route's word for it."""
        for name in names:
            if name in self.left:
                self.taken[as_ or name] = word(self.left.pop(name))

    def attach(self, name: str, as_: str) -> None:
        """Send the pictures of `name`, if there are any, in parts called `as_`."""
        if name in self.left:
            self.drop(name)
            self.uploads += tuple(Upload(as_, one) for one in getattr(self.request, name))

    def drop(self, *names: str) -> None:
        """Pass over what is said otherwise, such as by the path."""
        for name in names:
            self.left.pop(name, None)

    def all_taken(self) -> dict[str, Any]:
        """What is sent. Raises RequestRejected where something is left that the route has no field for."""
        if self.left:
            raise RequestRejected(f"Nothing was sent: the route of the model has no field for {', '.join(self.left)}")
        return self.taken


def with_one_kind(palette: dict[str, Any]) -> dict[str, Any]:
    """A palette's name, or its colours: the two exclude each other, so that no empty list goes along."""
    return {key: value for key, value in palette.items() if value}


def lowered(palette: dict[str, Any]) -> dict[str, Any]:
    """The same as the newest routes spell it."""
    return {key: value.lower() if key == "name" else value for key, value in with_one_kind(palette).items()}
