"""The shapes of the door's answers, for the OpenAPI document."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class ProblemDocument(BaseModel):
    """What is wrong and what to do about it (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:wangge:problem:unknown-reference",
                "title": "A reference to something nobody told us of",
                "status": 409,
                "detail": "organisation/zhuhai:o-1 is not known here: tell of it first",
                "code": "unknown-reference",
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; switch on this")
    errors: list[dict[str, str]] | None = Field(None, description="JSON pointers into the event, each with what is wrong there")
    trace_id: str | None = None


class ResultDocument(BaseModel):
    """What became of one event."""

    id: str | None = Field(description="The event's id; null if it had none to use")
    status: Literal["accepted", "duplicate", "rejected", "unavailable"] = Field(description="accepted means committed; unavailable: send again")
    problem: ProblemDocument | None = None


class AnswerDocument(BaseModel):
    """One result per event, in the order they were sent."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"results": [{"id": "e-17", "status": "accepted"}], "accepted": 1, "duplicate": 0, "rejected": 0, "unavailable": 0}}
    )

    results: list[ResultDocument]
    accepted: int
    duplicate: int
    rejected: int
    unavailable: int


class RefusalDocument(BaseModel):
    """One refused (source, id)."""

    source: str
    id: str
    owner: str = Field(description="The room that refused it")
    code: str
    problem: ProblemDocument
    event: dict[str, Any] = Field(description="The event, personal data masked")
    count: int = Field(description="How often it was refused")
    first_at: datetime
    last_at: datetime
    accepted_later: bool


class RefusalPageDocument(BaseModel):
    """A page of refused events, the last refused first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "source": "https://district.example/platform", "id": "e-17", "owner": "cases", "code": "unknown-reference",
                        "problem": {
                            "type": "urn:wangge:problem:unknown-reference", "title": "A reference to something nobody told us of", "status": 409,
                            "detail": "area/zhuhai:a-3 is not known here: tell of it first", "code": "unknown-reference",
                            "errors": [{"pointer": "/data/area", "detail": "not known"}],
                        },
                        "event": {
                            "specversion": "1.0", "id": "e-17", "source": "https://district.example/platform", "type": "org.wangge.case.opened.v1",
                            "time": "2024-05-31T09:30:00+08:00", "data": {"case": "c-1", "kind": "case.livelihood", "area": "a-3", "channel": "visit"},
                        },
                        "count": 2, "first_at": "2024-05-31T01:30:02Z", "last_at": "2024-05-31T01:31:02Z", "accepted_later": False,
                    }
                ],
                "next": "MjAyNC0wNS0zMQ",
            }
        }
    )  # fmt: skip

    items: list[RefusalDocument]
    next: str | None = Field(description="Cursor of the next page; null on the last")


class WayDocument(BaseModel):
    """A source's traffic over one way."""

    counts: dict[str, int] = Field(description="Events by status")
    last_at: datetime | None


class SourceDocument(BaseModel):
    """One enrolled source and its traffic."""

    source: str
    namespace: str
    people_register: str = Field(alias="register")
    kinds: list[str] = Field(description="Prefixes of the kinds it may write")
    areas: list[str] = Field(description="Roots of the subtrees it may write in; empty: anywhere")
    may_write: bool
    first_at: datetime | None = Field(description="When the first event of it was taken; null: never")
    last_at: datetime | None = Field(description="When an event of it was last taken, over any way")
    counts: dict[str, int] = Field(description="Events by status, over all ways and gateways; some may be a second behind")
    ways: dict[Literal["http", "kafka"], WayDocument] = Field(description="The same by way")
    refused: int = Field(description="Events that stand refused and were not accepted later")


class SourcesDocument(BaseModel):
    """The enrolled sources."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "sources": [
                    {
                        "source": "https://district.example/platform", "namespace": "zhuhai", "register": "zhuhai", "kinds": [], "areas": [],
                        "may_write": True, "first_at": "2024-05-01T00:00:01Z", "last_at": "2024-05-31T01:31:02Z",
                        "counts": {"accepted": 24804, "duplicate": 3, "rejected": 1},
                        "ways": {"http": {"counts": {"accepted": 24804, "duplicate": 3, "rejected": 1}, "last_at": "2024-05-31T01:31:02Z"}},
                        "refused": 1,
                    }
                ]
            }
        }
    )  # fmt: skip

    sources: list[SourceDocument]
