"""One request as it leaves: its path and its body, which is JSON, or in parts where files go along."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tasks.records.reference import Reference

Contents = Mapping[str, bytes]
"""The bytes of pictures by their SHA-256."""


@dataclass(frozen=True)
class Upload:
    """One picture of a body in parts. Its content is found when the request leaves."""

    field: str
    reference: Reference


@dataclass(frozen=True)
class Call:
    """A POST to `path`, relative to the API's address. `fields` are in the route's own words."""

    path: str
    fields: Mapping[str, Any]
    uploads: tuple[Upload, ...] = ()

    def body(self, contents: Contents = MappingProxyType({})) -> dict[str, Any]:
        """The arguments of httpx that carry it, with the bytes of each picture by its digest."""
        if not self.uploads:
            return {"json": self.fields}
        texts = [part for name, value in self.fields.items() for part in _parts(name, value)]
        return {"files": [*texts, *((one.field, _file(one.reference, contents)) for one in self.uploads)]}


def _file(reference: Reference, contents: Contents) -> tuple[str, bytes, str]:
    return reference.name, contents[reference.sha256], reference.media_type


def _parts(name: str, value: object) -> list[tuple[str, tuple[None, str] | tuple[None, str, str]]]:
    """A field in parts: a list is a part repeated, an object JSON, and a truth value its word, as the document says."""
    if isinstance(value, dict):
        return [(name, (None, json.dumps(value, ensure_ascii=False), "application/json"))]
    if isinstance(value, list):
        return [part for each in value for part in _parts(name, each)]
    return [(name, (None, json.dumps(value) if isinstance(value, bool) else str(value)))]
