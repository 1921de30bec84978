"""Every example in the gateway's OpenAPI document is what the schema beside it says: whoever copies one is understood."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.support.openapi import Json, faults
from tests.unit.gateway.screens.test_contract import document


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


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.where for example in EXAMPLES])
def test_an_example_is_what_its_schema_says(example: Example) -> None:
    assert faults(DOCUMENT, example.schema, example.value) == []


def test_events_answers_and_problems_have_examples() -> None:
    named = " ".join(example.where for example in EXAMPLES)

    for part in ("/v1/events/post/requestBody", "FigureDocument", "ItemsDocument", "AnswerDocument", "ProblemDocument", "GeometryDocument", "/v1/people/"):
        assert part in named


def untold(document: Json) -> Iterator[str]:
    """Parameters, bodies and answers that nobody shows an example of. A file of bytes has none."""
    for path, operations in document["paths"].items():
        for verb, one in operations.items():
            where = f"{verb.upper()} {path}"
            for parameter in one.get("parameters", ()):
                if not _shows(parameter["schema"], document):
                    yield f"{where}, parameter {parameter['name']}"
            contents = {"body": one.get("requestBody", {}), **{code: told for code, told in one["responses"].items() if code.startswith("2")}}
            for name, told in contents.items():
                kinds = told.get("content", {})
                if "requestBody" in one and name == "body" and not kinds:
                    yield f"{where}, body"
                for kind, content in kinds.items():
                    if not _shows(content, document) and not _shows(content.get("schema", {}), document):
                        yield f"{where}, {name}, {kind}"


def _shows(node: Json, document: Json) -> bool:
    """Whether it says what may stand there: by an example, all that may, what stands there by default, or as bytes."""
    if "$ref" in node:
        return _shows(document["components"]["schemas"][node["$ref"].rpartition("/")[2]], document)
    return bool({"example", "examples", "enum", "default"} & node.keys()) or node.get("format") == "binary" or any(_shows(one, document) for one in node.get("anyOf", ()))


def test_every_question_and_every_answer_has_an_example() -> None:
    assert list(untold(DOCUMENT)) == []


def test_a_question_without_an_example_is_found() -> None:
    answer = {"200": {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}}
    bare: Json = {"paths": {"/x": {"get": {"parameters": [{"name": "y", "schema": {"type": "string"}}], "responses": answer}}}, "components": {"schemas": {}}}

    assert list(untold(bare)) == ["GET /x, parameter y", "GET /x, 200, application/json"]


@pytest.mark.parametrize(
    ("name", "change"),
    [("value", {"value": "a quarter"}), ("den", {"denominator": 4}), ("by", {"by": [{"key": "zhuhai:s-1", "value": 1}]}), ("as_of", {"as_of": None})],
)
def test_an_example_that_is_not_is_found(name: str, change: Json) -> None:
    figure = next(example for example in EXAMPLES if example.where.endswith("FigureDocument/example"))

    assert faults(DOCUMENT, figure.schema, {**figure.value, **change}), name
