"""Examples are accepted by schema, struct and reader alike; counter-examples are refused, for the reason they state."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from services.kernel.catalogue import load
from services.kernel.contracts.commands import Enrolled
from services.kernel.contracts.envelope import decode_event
from services.kernel.contracts.reading import Reader
from services.kernel.contracts.registry import TYPES
from services.kernel.contracts.schemas import COUNTEREXAMPLES, EXAMPLES, FOLDER
from services.kernel.errors import RefusedError
from services.kernel.people import Pseudonyms

ROOT = Path(__file__).resolve().parents[2]
GOOD = sorted(EXAMPLES.glob("*/*.json"))
BAD = sorted(COUNTEREXAMPLES.glob("*/*.json"))
HERE = Enrolled(namespace="harbour-east", register="east")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(load(ROOT / "catalogue"), Pseudonyms(b"a key of tests only, 32 bytes ok"), lambda: datetime(2026, 3, 31, tzinfo=UTC))


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _schema(path: Path) -> Any:
    return json.loads((FOLDER / f"{path.parent.name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", GOOD, ids=_name)
def test_an_example_fits_its_schema_and_its_struct(path: Path) -> None:
    event = json.loads(path.read_text(encoding="utf-8"))

    jsonschema.validate(event["data"], _schema(path), format_checker=jsonschema.FormatChecker())
    decoded = msgspec.convert(event["data"], TYPES[event["type"]].data)

    assert event["type"] == path.parent.name
    assert msgspec.to_builtins(decoded).items() <= event["data"].items()


@pytest.mark.parametrize("path", [path for path in GOOD if not TYPES[path.parent.name].published_only], ids=_name)
def test_an_example_is_read_into_a_command(path: Path, reader: Reader) -> None:
    event = decode_event(path.read_bytes())

    enrolled = msgspec.structs.replace(HERE, foreign=":" in json.loads(path.read_bytes())["data"][TYPES[event.type].family])
    command = reader.read(event, enrolled)

    assert command.subject.split("/")[0] == TYPES[event.type].family
    assert json.loads(command.told)["data"] == command.data


@pytest.mark.parametrize("path", BAD, ids=_name)
def test_a_counter_example_is_refused_for_the_reason_it_states(path: Path, reader: Reader) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    event = decode_event(json.dumps(told["event"]).encode())

    with pytest.raises(RefusedError) as refused:
        reader.read(event, HERE)

    assert refused.value.problem.code == told["code"], refused.value.problem
    assert refused.value.problem.errors, "a refusal says where"


@pytest.mark.parametrize("path", BAD, ids=_name)
def test_a_counter_example_says_whether_its_schema_refuses_it(path: Path) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))

    refuses = not jsonschema.Draft202012Validator(_schema(path)).is_valid(told["event"]["data"])

    assert refuses is told["schema_refuses"]


def test_every_type_has_an_example() -> None:
    assert {path.parent.name for path in GOOD} == set(TYPES)
