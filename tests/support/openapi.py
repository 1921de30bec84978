"""An OpenAPI document as a judge of what it describes."""

from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Json = dict[str, Any]
_BASE = "urn:openapi"


def faults(document: Json, schema: Json, value: Any) -> list[str]:
    """What is wrong with a value by a schema of the document. An object with a property no schema names is wrong too: it would be a misspelt one."""
    registry: Registry[Any] = Registry().with_resource(_BASE, Resource(_closed(document), DRAFT202012))
    validator = Draft202012Validator(_closed(schema), registry=registry, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def answer_schema(document: Json, path: str, status: int = 200) -> Json:
    """What GET of a path, as the document writes it, answers in JSON."""
    found: Json = document["paths"][path]["get"]["responses"][str(status)]["content"]["application/json"]["schema"]
    return found


def _closed(node: Any) -> Any:
    """The same, with references that find the document and no property beside those that are named."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: _closed(one) for name, one in node.items() if name not in {"example", "examples"}}
    if isinstance(node.get("$ref"), str):
        found["$ref"] = f"{_BASE}{node['$ref']}" if node["$ref"].startswith("#/components") else node["$ref"]
    if isinstance(node.get("properties"), dict) and node.get("type") == "object" and "additionalProperties" not in node:
        found["additionalProperties"] = False
    return found
