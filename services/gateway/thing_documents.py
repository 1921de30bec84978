"""The shapes of what a room tells of one thing, for the OpenAPI document. `withheld` keys are null and people are left out, as the reader's classes say."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_FIELDS: dict[str, Any] = {"case": "zhuhai:c-1", "kind": "case.livelihood", "area": "zhuhai:g-1", "channel": "visit", "state": "accepted"}


class VersionDocument(BaseModel):
    """How a thing was from a moment on."""

    at: str = Field(description="RFC 3339, UTC")
    verb: str = Field(description="What brought it about: registered, opened, moved, ended …")
    data: dict[str, Any] | None = Field(description="Null: from here on it was not")
    extra: dict[str, Any] | None = Field(None, description="What the event told besides: a move's reason, an end's reason")


class ThingDocument(BaseModel):
    """One thing as it stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "family": "case", "key": "zhuhai:c-1", "kind": "case.livelihood", "withdrawn": False, "since": "2024-05-30T01:30:00Z", "opening": False,
                "data": _FIELDS, "live": True,
                "versions": [
                    {"at": "2024-05-30T01:30:00Z", "verb": "opened", "data": {**_FIELDS, "state": "opened"}},
                    {"at": "2024-05-31T01:30:00Z", "verb": "moved", "data": _FIELDS, "extra": {"reason": "示例"}},
                ],
            }
        }
    )  # fmt: skip

    family: str
    key: str
    kind: str | None
    withdrawn: bool = Field(description="Told by mistake and taken back: it counts nowhere")
    live: bool = Field(description="Whether it counts today; of an occurrence, whether it was not taken back")
    since: str = Field(description="When it last began, RFC 3339; of an occurrence, when it happened")
    data: dict[str, Any] = Field(description="Its fields as they are now, or last were")
    opening: bool | None = Field(None, description="Whether it was told as taken over from before; only of what stands")
    versions: list[VersionDocument] | None = Field(None, description="How it came about, oldest first; only of what stands")
    extra: dict[str, Any] | None = None


class ToldDocument(BaseModel):
    """One accepted event, as the log has it."""

    type: str
    time: str = Field(description="When it holds from, RFC 3339")
    recordedtime: str | None = None
    statedtime: str | None = Field(None, description="The time it was told with, where it came too late to hold from then")
    causationid: str | None = Field(None, description="source#id of the event")
    causedby: str | None = Field(None, description="What else brought it about: the clock, a change of something it depends on")
    sequence: str | None = None
    data: dict[str, Any]


class HistoryDocument(BaseModel):
    """Everything told of one thing, oldest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "family": "case", "key": "zhuhai:c-1", "kind": "case.livelihood", "next": 100,
                "history": [
                    {
                        "type": "org.wangge.case.opened.v1", "time": "2024-05-30T01:30:00Z", "recordedtime": "2024-05-30T01:30:02Z",
                        "causationid": "https://district.example/platform#e-18", "sequence": "00000000000000001207", "data": {**_FIELDS, "state": "opened"},
                    }
                ],
            }
        }
    )  # fmt: skip

    family: str
    key: str
    kind: str | None
    history: list[ToldDocument]
    next: int | None = Field(description="`cursor` of the next page; null on the last")
