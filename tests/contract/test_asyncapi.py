"""The AsyncAPI document is the contract's, whole, and a document by AsyncAPI's own schema; what it says of messages holds for real ones."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from deploy.asyncapi import DOCUMENT, text
from services.gateway.intake.settings import IntakeSettings
from services.kernel.contracts.facts import Row
from services.kernel.contracts.registry import TYPES
from services.kernel.contracts.schemas import COUNTEREXAMPLES, EXAMPLES
from services.kernel.contracts.topics import BY_NAME
from services.kernel.eventlog.append import COLUMNS, Fact, Log

OFFICIAL = json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text(encoding="utf-8"))
TOLD = sorted(name for name, one in TYPES.items() if not one.published_only)


@pytest.fixture(scope="module")
def committed() -> Any:
    return yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))


def faults(schema: Any, instance: Any) -> list[str]:
    return [error.message[:300] for error in jsonschema.Draft7Validator(schema).iter_errors(instance)]


def payload(whole: Any, message: str) -> Any:
    """A message's payload schema, with the document's other schemas in reach of its references."""
    return {"components": whole["components"], **whole["components"]["messages"][message]["payload"]}


def test_the_committed_document_is_the_one_made_from_the_contract() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == text(), "run python -m deploy.asyncapi"


def test_it_is_a_document_by_asyncapis_own_schema(committed: Any) -> None:
    assert faults(OFFICIAL, committed) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole.update(asyncapi="2.6.0"),
        lambda whole: whole["channels"]["cases.v1"].update(topic="cases.v1"),
        lambda whole: whole["operations"]["take-inbound.v1"].update(action="subscribe"),
        lambda whole: whole["channels"]["cases.v1"]["bindings"]["kafka"].update(partitions="twelve"),
        lambda whole: whole["components"]["schemas"]["cloudevent"].update(required="id"),
    ],
    ids=["version", "a field of a channel", "an action", "a binding", "a payload's schema"],
)
def test_the_schema_would_see_a_flaw(committed: Any, spoil: Callable[[Any], None]) -> None:
    spoiled = copy.deepcopy(committed)

    spoil(spoiled)

    assert faults(OFFICIAL, spoiled)


def test_every_reference_leads_somewhere(committed: Any) -> None:
    def leads(reference: str) -> bool:
        place = committed
        for step in reference.removeprefix("#/").split("/"):
            if step not in place:
                return False
            place = place[step]
        return True

    assert not leads("#/components/schemas/nothing")
    assert [reference for reference in references(committed) if not leads(reference)] == []


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def test_the_topics_are_the_contracts_and_so_is_what_stands_on_them(committed: Any) -> None:
    channels = committed["channels"]
    partitions = {name: channel["bindings"]["kafka"]["partitions"] for name, channel in channels.items()}
    configs = {name: {key: str(value) for key, value in channel["bindings"]["kafka"]["topicConfiguration"].items()} for name, channel in channels.items()}

    assert {channel["address"] for channel in channels.values()} == channels.keys() == BY_NAME.keys()
    assert partitions == {name: topic.partitions for name, topic in BY_NAME.items()}
    assert configs == {name: topic.configs for name, topic in BY_NAME.items()}
    assert IntakeSettings.model_fields["inbound_topic"].default in channels
    facts = {name: {f"{one.owner}.v1"} for name, one in TYPES.items()}
    found = {name: {topic for topic, channel in channels.items() if name in channel["messages"] and topic != "inbound.v1"} for name in TYPES}
    assert found == facts
    assert sorted(channels["inbound.v1"]["messages"]) == TOLD
    assert {operation["channel"]["$ref"].rpartition("/")[2]: operation["action"] for operation in committed["operations"].values()} == {
        name: "receive" if name == "inbound.v1" else "send" for name in BY_NAME
    }


@pytest.mark.parametrize("name", TOLD)
def test_an_example_is_a_message_and_a_counter_example_is_none(committed: Any, name: str) -> None:
    message = committed["components"]["messages"][f"told.{name}"]
    told = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((COUNTEREXAMPLES / name).glob("*.json"))]

    assert len(message["examples"]) == len(list((EXAMPLES / name).glob("*.json"))) > 0
    assert [faults(payload(committed, f"told.{name}"), one["payload"]) for one in message["examples"]] == [[]] * len(message["examples"])
    for one in told:
        assert bool(faults(payload(committed, f"told.{name}"), one["event"])) is one["schema_refuses"]


def test_a_fact_as_the_log_writes_it_is_a_message_and_one_without_its_number_is_none(committed: Any) -> None:
    row = Row("cases.opened", "case.livelihood", None, None, "{}", date(2026, 3, 2), date(2026, 3, 2))
    fact = Fact("org.wangge.case.opened.v1", "case/z:c-1", "case/z:c-1", "2026-03-02T01:00:00Z", {"case": "z:c-1"}, [], [row], "urn:s#1", None, None, {}, None)
    written = json.loads(Log("cases", "ab12").written(fact, 3, 42, 2, datetime(2026, 3, 2, tzinfo=UTC)).record[COLUMNS.index("body")])
    schema = payload(committed, "fact.org.wangge.case.opened.v1")

    assert faults(schema, written) == []
    assert faults(schema, {**written, "sequence": "42"})
    assert faults(schema, {**written, "type": "org.wangge.case.moved.v1"})
