"""The committed schemas are those of the structs, complete, and frozen."""

import copy
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from services.kernel.contracts.registry import TYPES
from services.kernel.contracts.schemas import EXAMPLES, FOLDER, schema_of, text_of
from tests.contract import publish
from tests.contract.publish import PUBLISHED
from tests.contract.shapes import breaks, shape_of

SCHEMAS: dict[str, Any] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
PUBLISHED_SHAPES: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(TYPES))
def test_the_committed_schema_is_the_one_made_from_the_struct(name: str) -> None:
    committed = (FOLDER / f"{name}.json").read_text(encoding="utf-8")

    assert committed == text_of(TYPES[name]), "run python -m services.kernel.contracts.schemas"


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_a_schema_and_refuses_fields_it_does_not_know(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])

    assert SCHEMAS[name]["additionalProperties"] is False


def test_no_schema_and_no_example_is_without_its_type_and_no_type_without_them() -> None:
    examples = {path.name for path in EXAMPLES.iterdir()}

    assert set(SCHEMAS) == set(TYPES)
    assert examples == set(TYPES)


def gaps(names: list[str]) -> list[str]:
    """Event types whose versions do not run from 1 without a gap."""
    versions: dict[str, list[int]] = defaultdict(list)
    for name in names:
        base, _, version = name.rpartition(".v")
        versions[base].append(int(version))
    return sorted(base for base, found in versions.items() if sorted(found) != list(range(1, len(found) + 1)))


def test_versions_run_from_one_without_gaps() -> None:
    assert gaps(["a.v1", "a.v3"]) == ["a"]
    assert gaps(["b.v2"]) == ["b"]

    assert all(re.fullmatch(r"org\.wangge\.[a-z]+\.[a-z]+\.v[1-9]\d*", name) for name in TYPES)
    assert gaps(list(TYPES)) == []


@pytest.mark.parametrize("name", sorted(PUBLISHED_SHAPES))
def test_a_published_schema_has_only_gained_optional_fields(name: str) -> None:
    assert list(breaks(PUBLISHED_SHAPES[name], shape_of(schema_of(TYPES[name])))) == []


def test_what_is_new_is_published_with_it_and_frozen_from_then_on() -> None:
    assert {name: shape_of(schema_of(one)) for name, one in TYPES.items()} == PUBLISHED_SHAPES, "run python -m tests.contract.publish"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda shapes: shapes["org.wangge.unit.ended.v1"]["properties"].pop("reason"), 0),
        (lambda shapes: shapes.pop("org.wangge.unit.ended.v1"), 0),
        (lambda shapes: shapes["org.wangge.unit.ended.v1"]["properties"].update(colour={"type": "string"}), 1),
        (lambda shapes: shapes["org.wangge.unit.ended.v1"]["properties"]["reason"].update(anyOf=[{"type": "string"}]), 1),
        (lambda shapes: shapes["org.wangge.unit.ended.v1"]["required"].clear(), 1),
        (lambda shapes: shapes.update({"org.wangge.unit.sold.v1": shapes["org.wangge.unit.ended.v1"]}), 1),
    ],
    ids=["an optional field came", "a type came", "a field went", "a type was narrowed", "a field became required", "a type went"],
)
def test_publishing_adds_what_is_new_and_refuses_what_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any, code: int) -> None:
    before = copy.deepcopy(PUBLISHED_SHAPES)
    change(before)
    file = tmp_path / "published.json"
    file.write_text(json.dumps(before), encoding="utf-8")
    monkeypatch.setattr(publish, "PUBLISHED", file)

    assert publish.main() == code
    assert json.loads(file.read_text(encoding="utf-8")) == (before if code else PUBLISHED_SHAPES)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda shape: shape["properties"].pop("area"), "area is gone"),
        (lambda shape: shape["properties"].update(unit={"type": "integer"}), "unit is read otherwise"),
        (lambda shape: shape["required"].append("area"), "area is required now"),
        (lambda shape: shape["required"].remove("unit"), "unit is not required any more: whoever reads it rested on it"),
        (lambda shape: shape.update(additionalProperties=True), "other fields are treated otherwise"),
    ],
)
def test_the_freeze_sees_a_change_that_breaks(change: Any, said: str) -> None:
    before = PUBLISHED_SHAPES["org.wangge.unit.registered.v1"]
    after = copy.deepcopy(before)

    change(after)

    assert said in list(breaks(before, after))


def test_the_freeze_allows_a_new_optional_field() -> None:
    before = PUBLISHED_SHAPES["org.wangge.unit.registered.v1"]
    after = copy.deepcopy(before)

    after["properties"]["colour"] = {"type": "string"}

    assert list(breaks(before, after)) == []
