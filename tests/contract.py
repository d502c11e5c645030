"""The official API document, as validators."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator, FormatChecker

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "shared" / "contract" / "ideogram-2026-11.json"
FIXTURES: Final = DOCUMENT.with_name("fixtures.json")
needs_fixtures = pytest.mark.skipif(not FIXTURES.exists(), reason="the answers do not lie beside the checkout")
needs_document = pytest.mark.skipif(not DOCUMENT.exists(), reason="the API document does not lie beside the checkout")


@cache
def document() -> dict[str, Any]:
    """The document of all generations of the API, as it stands."""
    read: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return read


def schemas() -> dict[str, Any]:
    """The document's schemas by name, as they stand."""
    named: dict[str, Any] = document()["components"]["schemas"]
    return named


@cache
def validator(name: str) -> Draft202012Validator:
    """A validator for one schema of the document."""
    components = {"schemas": as_json_schema(schemas())}
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 in the words of JSON Schema: `nullable` becomes the type null."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: as_json_schema(value) for key, value in node.items() if key not in {"nullable", "example"}}
    return {"anyOf": [schema, {"type": "null"}]} if node.get("nullable") is True else schema


def fixtures() -> list[dict[str, Any]]:
    """The bodies that were really seen, of all routes, with the schema each belongs to."""
    return json.loads(FIXTURES.read_text()) if FIXTURES.exists() else []


def fixtures_with_images() -> list[dict[str, Any]]:
    """The answers that clients were given, of all routes, in which there are images."""
    return [answer for answer in fixtures() if "data" in answer["body"] and "image_request" not in answer["body"]]


def request_schema_name(path: str) -> str:
    """The name of the schema of what is posted to a route."""
    content = document()["paths"][path]["post"]["requestBody"]["content"]
    name: str = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return name


def request_schema(path: str, *, resolved: bool = False) -> dict[str, Any]:
    """The schema of what is posted to a route; `resolved`: with its fields' own schemas in place of their names."""
    schema: dict[str, Any] = schemas()[request_schema_name(path)]
    if resolved:
        return schema | {"properties": {name: named(field) for name, field in schema["properties"].items()}}
    return schema


def named(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, or the one that it names."""
    name = schema.get("$ref") or (schema["allOf"][0]["$ref"] if "allOf" in schema else None)
    if name is None:
        return schema
    found: dict[str, Any] = schemas()[name.rpartition("/")[2]]
    return found
