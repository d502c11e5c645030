"""One request as it leaves: its path and its body, which is JSON, or in parts where files go along."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Upload:
    """One file of a body in parts."""

    field: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """A POST to `path`, relative to the API's address. `fields` are in the route's own words."""

    path: str
    fields: Mapping[str, Any]
    uploads: tuple[Upload, ...] = ()

    def body(self) -> dict[str, Any]:
        """The arguments of httpx that carry it."""
        if not self.uploads:
            return {"json": self.fields}
        texts = [part for name, value in self.fields.items() for part in _parts(name, value)]
        return {"files": [*texts, *((one.field, (one.name, one.content, one.media_type)) for one in self.uploads)]}


def _parts(name: str, value: object) -> list[tuple[str, tuple[None, str] | tuple[None, str, str]]]:
    """A field in parts: a list is a part repeated, an object JSON, and a truth value its word, as the document says."""
    if isinstance(value, dict):
        return [(name, (None, json.dumps(value, ensure_ascii=False), "application/json"))]
    if isinstance(value, list):
        return [part for each in value for part in _parts(name, each)]
    return [(name, (None, json.dumps(value) if isinstance(value, bool) else str(value)))]
