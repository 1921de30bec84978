"""The topics as an AsyncAPI 3 document, made from the contract: its topics, event types, schemas and examples. `python -m deploy.asyncapi` writes it anew.

It is committed (deploy/asyncapi.yaml). Whoever reads the topics, or writes to `inbound.v1`, can make code and pages of it with any AsyncAPI tool.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from services.kernel.contracts.envelope import LONGEST_NAME
from services.kernel.contracts.registry import TYPES, EventType
from services.kernel.contracts.schemas import EXAMPLES, schema_of
from services.kernel.contracts.topics import BY_NAME, TOPICS, Topic
from services.kernel.errors import Code
from services.kernel.release import RELEASE

DOCUMENT = Path(__file__).with_name("asyncapi.yaml")
INBOUND, REJECTED = BY_NAME["inbound.v1"], BY_NAME["rejected.v1"]
OUTSIDE = "district systems"

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_TIME: Json = {"type": "string", "format": "date-time"}
_BINDING = "0.5.0"
_LOGINS = ("plain", "scramSha256", "scramSha512")
_ROW = (
    "A stretch [day, until) or, with until = day, an occurrence: measure, kind, area, organisation, dimensions, day, until, value, since, roles. "
    "Trailing nulls are left out; a value of null is 1."
)


def document() -> Json:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Wangge (网格)",
            "version": RELEASE,
            "description": "What stands on Wangge's topics. Sources write to inbound.v1 and read rejected.v1; the others carry the facts that figures are "
            "counted from. A record's partition is CRC-32 (zlib) of its key's UTF-8 bytes modulo the number of partitions.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {"broker": _server()},
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {_operation(topic): _does(topic) for topic in TOPICS},
        "components": {
            "messages": {_key(topic, name): _message(topic, name) for topic in TOPICS for name in _names(topic)},
            "schemas": {"cloudevent": _cloudevent(), "fact": _fact(), **{name: _data(one) for name, one in TYPES.items()}},
            "securitySchemes": {name: {"type": name, "description": "Where the broker asks: the user of your system, with its password"} for name in _LOGINS},
        },
    }


def text() -> str:
    """The document as it is committed."""
    head = "# Made by `python -m deploy.asyncapi` from services/kernel/contracts; not to be changed by hand.\n"
    return head + yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=160)


class _Plain(yaml.SafeDumper):
    """Writes what stands in two places twice: not every reader of YAML follows aliases."""

    @override
    def ignore_aliases(self, data: object) -> bool:
        return True


def _server() -> Json:
    description = "Every broker of the cluster; which security it asks for is the operator's choice"
    return {
        "host": "{host}",
        "protocol": "kafka",
        "description": description,
        "variables": {"host": {"default": "kafka:9092", "description": "Host and port of one broker"}},
        "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in _LOGINS],
    }


def _channel(topic: Topic) -> Json:
    kept = {name: int(value) for name, value in topic.configs.items()}
    return {
        "address": topic.name,
        "title": topic.name,
        "description": f"{topic.meaning}. Key: {topic.key}.",
        "servers": [{"$ref": "#/servers/broker"}],
        "messages": {name: {"$ref": f"#/components/messages/{_key(topic, name)}"} for name in _names(topic)},
        "bindings": {"kafka": {"topic": topic.name, "partitions": topic.partitions, "topicConfiguration": kept, "bindingVersion": _BINDING}},
        "x-producer": topic.producer,
        "x-consumers": list(topic.consumers),
    }


def _operation(topic: Topic) -> str:
    return f"take-{topic.name}" if topic.producer == OUTSIDE else f"publish-{topic.name}"


def _does(topic: Topic) -> Json:
    """What the platform does with a topic: it receives what others write, and sends the rest."""
    takes = topic.producer == OUTSIDE
    summary = "Takes what sources tell" if takes else f"Publishes {topic.meaning}"
    return {"action": "receive" if takes else "send", "channel": {"$ref": f"#/channels/{topic.name}"}, "summary": summary}


def _names(topic: Topic) -> Iterator[str]:
    """The messages of a topic: the event types that stand on it, or the one shape of what was refused."""
    if topic == REJECTED:
        yield "refused"
        return
    for name, one in TYPES.items():
        if (topic == INBOUND and not one.published_only) or topic.name == f"{one.owner}.v1":
            yield name


def _key(topic: Topic, name: str) -> str:
    kind = {INBOUND: "told", REJECTED: "rejected"}.get(topic, "fact")
    return f"{kind}.{name}"


def _message(topic: Topic, name: str) -> Json:
    if topic == REJECTED:
        return _refused()
    return _told(TYPES[name]) if topic == INBOUND else _published(TYPES[name])


def _told(one: EventType) -> Json:
    headers = {"content-type": {"const": "application/cloudevents+json"}, "wangge-key": {**_TEXT, "description": "The API key of the source"}}
    data = {"$ref": f"#/components/schemas/{one.name}"}
    return {
        "name": one.name,
        "title": f"{one.family} {one.verb}, told",
        "summary": str(_data(one)["description"]),
        "description": "Structured, as here; or binary: data alone, the attributes in headers ce_id, ce_source, ce_type, ce_specversion, ce_time.",
        "headers": {"type": "object", "properties": headers},
        "payload": _event({"$ref": "#/components/schemas/cloudevent"}, one, data),
        "bindings": _keyed(INBOUND),
        "examples": [{"name": path.stem, "payload": json.loads(path.read_text(encoding="utf-8"))} for path in sorted((EXAMPLES / one.name).glob("*.json"))],
    }


def _published(one: EventType) -> Json:
    topic = BY_NAME[f"{one.owner}.v1"]
    headers = {"ce_id": _TEXT, "ce_type": {"const": one.name}, "ce_sequence": _sequence(), "content-type": _TEXT}
    data = {"type": "object", "properties": {one.family: _TEXT}}
    return {
        "name": one.name,
        "title": f"{one.family} {one.verb}, as a fact",
        "summary": f"{_data(one)['description'].partition('. ')[0].rstrip('.')}. The data as they now are, people as pseudonyms, with what is to be counted.",
        "headers": {"type": "object", "required": list(headers), "properties": headers},
        "payload": _event({"$ref": "#/components/schemas/fact"}, one, data),
        "bindings": _keyed(topic),
    }


def _refused() -> Json:
    codes = [code.value for code in Code]
    attributes = {"rejectedreason": {"enum": codes}, "rejecteddetail": {**_TEXT, "description": "What is wrong, in a sentence, without the value"}}
    named = dict.fromkeys(("ce_id", "ce_source", "ce_type"), _TEXT)
    return {
        "name": "refused",
        "title": "an event that was refused",
        "summary": "What was told, masked, with the reason; of what could not be read no data is kept.",
        "headers": {"type": "object", "required": [*named, "ce_rejectedreason"], "properties": {**named, "ce_rejectedreason": {"enum": codes}}},
        "payload": {
            "type": "object",
            "required": ["specversion", "id", "source", "type", *attributes],
            "properties": {"specversion": {"const": "1.0"}, "id": _TEXT, "source": _TEXT, "type": _TEXT, **attributes},
        },
        "bindings": _keyed(REJECTED),
    }


def _event(shape: Json, one: EventType, data: Json) -> Json:
    return {"allOf": [shape, {"type": "object", "properties": {"type": {"const": one.name}, "data": data}}]}


def _keyed(topic: Topic) -> Json:
    return {"kafka": {"key": {**_TEXT, "description": topic.key}, "bindingVersion": _BINDING}}


def _data(one: EventType) -> Json:
    """The committed schema of a type's data; it uses nothing that AsyncAPI's own schemas (draft 7) would read otherwise."""
    return {name: value for name, value in schema_of(one).items() if name not in {"$schema", "$id"}}


def _sequence() -> Json:
    return {**_TEXT, "pattern": r"^\d{20}$", "description": "Without gaps within the topic's partition"}


def _cloudevent() -> Json:
    name = {**_TEXT, "minLength": 1, "maxLength": LONGEST_NAME}
    return {
        "type": "object",
        "description": "A CloudEvent 1.0 as a source tells it; other attributes are kept and passed on.",
        "required": ["specversion", "id", "source", "type", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {**name, "description": "Unique within the source; sent again it is a duplicate"},
            "source": {**name, "description": "The source as it is enrolled"},
            "type": _TEXT,
            "time": {**_TIME, "description": "When it happened, with its offset"},
            "subject": _TEXT,
            "datacontenttype": {"const": "application/json"},
            "data": {"type": "object"},
        },
    }


def _fact() -> Json:
    rows = {"type": "array", "items": {"type": "array", "minItems": 6, "maxItems": 10, "description": _ROW}}
    attributes: Json = {
        "sequence": _sequence(),
        "sourceepoch": {"type": "integer", "description": "Which telling of the log this is"},
        "catalogueversion": _TEXT,
        "recordedtime": _TIME,
    }
    sometimes: Json = {
        "causationid": {**_TEXT, "description": "source#id of the told event"},
        "causedby": {**_TEXT, "description": "dependant or clock, where it follows from another fact or from the time"},
        "statedtime": {**_TIME, "description": "When a change told late was said to hold"},
    }
    head = dict.fromkeys(("id", "source", "type", "subject"), _TEXT)
    data = {"type": "object", "properties": {"was": rows, "now": rows}, "required": ["was", "now"]}
    return {
        "type": "object",
        "description": "A fact: a CloudEvent that is countable alone. -1 for each row of was, +1 for each row of now.",
        "required": ["specversion", *head, "time", "data", *attributes],
        "properties": {"specversion": {"const": "1.0"}, **head, "time": _TIME, **attributes, **sometimes, "data": data},
    }


def main() -> None:
    """Writes the document."""
    DOCUMENT.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
