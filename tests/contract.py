"""The official API document, as validators."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator, FormatChecker

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "shared" / "contract" / "ideogram-2026-06.json"
FIXTURES: Final = DOCUMENT.with_name("fixtures.json")
needs_fixtures = pytest.mark.skipif(not FIXTURES.exists(), reason="the answers do not lie beside the checkout")
needs_document = pytest.mark.skipif(not DOCUMENT.exists(), reason="the API document does not lie beside the checkout")


def schemas() -> dict[str, Any]:
    """The document's schemas by name, as they stand."""
    return json.loads(DOCUMENT.read_text())["components"]["schemas"]


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


def fixtures_with_images() -> list[dict[str, Any]]:
    """The answers that clients were given, of all routes, in which there are images."""
    answers = json.loads(FIXTURES.read_text()) if FIXTURES.exists() else []
    return [answer for answer in answers if "data" in answer["body"] and "image_request" not in answer["body"]]


DOCUMENT_OF_NOVEMBER: Final = DOCUMENT.with_name("ideogram-2026-11.json")
needs_november = pytest.mark.skipif(
    not DOCUMENT_OF_NOVEMBER.exists(), reason="the API document does not lie beside the checkout"
)


@cache
def november() -> dict[str, Any]:
    """The document of all generations of the API, as it stands."""
    document: dict[str, Any] = json.loads(DOCUMENT_OF_NOVEMBER.read_text())
    return document


def request_schema(path: str, *, resolved: bool = False) -> dict[str, Any]:
    """The schema of what is posted to a route; `resolved`: with its fields' own schemas in place of their names."""
    content = november()["paths"][path]["post"]["requestBody"]["content"]
    schema = _named(content["application/json"]["schema"])
    if resolved:
        return schema | {"properties": {name: _named(field) for name, field in schema["properties"].items()}}
    return schema


def november_validator(name: str) -> Draft202012Validator:
    """A validator for one schema of it."""
    components = {"schemas": as_json_schema(november()["components"]["schemas"])}
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def _named(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, or the one that it names."""
    name = schema.get("$ref") or (schema["allOf"][0]["$ref"] if "allOf" in schema else None)
    if name is None:
        return schema
    found: dict[str, Any] = november()["components"]["schemas"][name.rpartition("/")[2]]
    return found
