"""The official API document, as validators."""

import json
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
