"""The request body of POST /v1/events, for the OpenAPI document."""

from typing import Any

from services.gateway.cloudevents import BATCH, STRUCTURED

SOURCE = "https://district.example/platform"

_UNIT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e-17",
    "source": SOURCE,
    "type": "org.wangge.unit.registered.v1",
    "time": "2019-03-04T09:30:00+08:00",
    "datacontenttype": "application/json",
    "data": {"unit": "u-1", "kind": "unit.enterprise", "area": "a-3"},
}
_CASE: dict[str, Any] = {
    **_UNIT,
    "id": "e-18",
    "type": "org.wangge.case.opened.v1",
    "data": {"case": "c-1", "kind": "case.livelihood", "area": "a-3", "channel": "visit"},
}
_EVENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A CloudEvent; what `data` holds is told by `type`, see the event types' schemas",
    "required": ["specversion", "id", "source", "type", "time", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "maxLength": 512, "description": "Unique within the source; sent again it is a duplicate"},
        "source": {"type": "string", "maxLength": 512, "description": "One that is enrolled with the key"},
        "type": {"type": "string", "pattern": r"^org\.wangge\.[a-z]+\.[a-z]+\.v[0-9]+$"},
        "time": {"type": "string", "format": "date-time", "description": "When it happened, with offset"},
        "subject": {"type": "string"},
        "datacontenttype": {"const": "application/json"},
        "data": {"type": "object"},
    },
    "additionalProperties": True,
}

EVENT_REQUEST: dict[str, Any] = {
    "required": True,
    "content": {
        BATCH: {"schema": {"type": "array", "items": _EVENT_SCHEMA}, "examples": {"two": {"summary": "Two events of two rooms", "value": [_UNIT, _CASE]}}},
        STRUCTURED: {"schema": _EVENT_SCHEMA, "examples": {"one": {"summary": "One event", "value": _UNIT}}},
        "application/json": {
            "schema": {"type": "object", "description": "Binary mode: the data alone, the attributes in ce- headers"},
            "examples": {"data": {"summary": "With ce-id, ce-source, ce-type, ce-time, ce-specversion", "value": _UNIT["data"]}},
        },
    },
}
