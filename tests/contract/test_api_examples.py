"""Every example in the gateway's OpenAPI document is what the schema beside it says: whoever copies one is understood."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.unit.gateway.screens.test_contract import document

Json = dict[str, Any]


class Example(NamedTuple):
    """An example, where it stands, and the schema it must fit."""

    where: str
    schema: Json
    value: Any


def examples(node: Any, where: str = "#") -> Iterator[Example]:
    """All of them: beside a schema (a parameter's, a body's, an answer's) and within one."""
    if isinstance(node, list):
        for number, one in enumerate(node):
            yield from examples(one, f"{where}/{number}")
    if not isinstance(node, dict):
        return
    schema = node.get("schema", node if "type" in node or "properties" in node or "$ref" in node else None)
    if schema is not None and "example" in node:
        yield Example(f"{where}/example", schema, node["example"])
    if schema is not None and isinstance(node.get("examples"), dict):
        yield from (Example(f"{where}/examples/{name}", schema, one["value"]) for name, one in node["examples"].items())
    if schema is not None and isinstance(node.get("examples"), list):
        yield from (Example(f"{where}/examples/{number}", schema, one) for number, one in enumerate(node["examples"]))
    for name, one in node.items():
        if name not in {"example", "examples"}:
            yield from examples(one, f"{where}/{name}")


DOCUMENT = document()
EXAMPLES = list(examples(DOCUMENT))
_BASE = "urn:openapi"
_REGISTRY: Registry[Any] = Registry().with_resource(_BASE, Resource(DOCUMENT, DRAFT202012))


def faults(schema: Json, value: Any) -> list[str]:
    """What is wrong with a value. An object with a property no schema names is wrong too: it would be a misspelt one."""
    strict = _closed(schema)
    validator = Draft202012Validator(strict, registry=_REGISTRY.with_resource(_BASE, Resource(_closed(DOCUMENT), DRAFT202012)), format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def _closed(node: Any) -> Any:
    """The same, with references that find the document and no property beside those that are named."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: _closed(one) for name, one in node.items() if name not in {"example", "examples"}}
    if isinstance(node.get("$ref"), str):
        found["$ref"] = f"{_BASE}{node['$ref']}" if node["$ref"].startswith("#/components") else node["$ref"]
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.where for example in EXAMPLES])
def test_an_example_is_what_its_schema_says(example: Example) -> None:
    assert faults(example.schema, example.value) == []


def test_events_answers_and_problems_have_examples() -> None:
    named = " ".join(example.where for example in EXAMPLES)

    for part in ("/v1/events/post/requestBody", "FigureDocument", "ItemsDocument", "AnswerDocument", "ProblemDocument", "GeometryDocument", "/v1/people/"):
        assert part in named


@pytest.mark.parametrize(
    ("name", "change"),
    [("value", {"value": "a quarter"}), ("den", {"denominator": 4}), ("by", {"by": [{"key": "zhuhai:s-1", "value": 1}]}), ("as_of", {"as_of": None})],
)
def test_an_example_that_is_not_is_found(name: str, change: Json) -> None:
    figure = next(example for example in EXAMPLES if example.where.endswith("FigureDocument/example"))

    assert faults(figure.schema, {**figure.value, **change}), name
