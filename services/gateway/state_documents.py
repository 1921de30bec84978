"""The shapes of the answers about the state the figures stand on, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class NodeDocument(BaseModel):
    """One area or organisation of the tree."""

    key: str
    kind: str
    name: str | None
    parent: str | None
    area: str | None = Field(None, description="An organisation's own area")
    depth: int
    children: int
    attributes: dict[str, str]


class TreeDocument(BaseModel):
    """A page of a tree, each node before those below it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "as_of": "2024-05-31", "total": 118,
                "items": [
                    {"key": "zhuhai:s-1", "kind": "area.street", "name": "示例街道", "parent": "zhuhai:d", "depth": 0, "children": 6, "attributes": {}},
                    {"key": "zhuhai:g-1", "kind": "area.grid", "name": "示例网格", "parent": "zhuhai:s-1", "depth": 1, "children": 0, "attributes": {}},
                ],
                "next": "zhuhai:g-1",
            }
        }
    )  # fmt: skip

    as_of: str
    total: int
    items: list[NodeDocument]
    next: str | None


class FeatureDocument(BaseModel):
    """One area."""

    type: str
    id: str = Field(description="The area's key")
    geometry: dict[str, Any] | None = Field(description="A Polygon or MultiPolygon; null: no outline was loaded")
    properties: dict[str, Any] = Field(description="key, kind, name, parent; with an outline also synthetic, and origin where that was told")


class GeometryDocument(BaseModel):
    """A GeoJSON FeatureCollection of the areas, each before those in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "FeatureCollection", "as_of": "2024-05-31",
                "features": [
                    {
                        "type": "Feature", "id": "zhuhai:g-1",
                        "geometry": {"type": "Polygon", "coordinates": [[[113.5, 22.3], [113.6, 22.3], [113.6, 22.4], [113.5, 22.3]]]},
                        "properties": {"key": "zhuhai:g-1", "kind": "area.grid", "name": "示例网格", "parent": "zhuhai:s-1", "synthetic": True},
                    }
                ],
            }
        }
    )  # fmt: skip

    type: str
    as_of: str
    features: list[FeatureDocument]
    note: str | None = Field(None, description="Why there are no features")


class RecountedDocument(BaseModel):
    """What the last recount said: everything counted again from the log and held against what is live."""

    at: str = Field(description="When it ended, RFC 3339")
    events: int = Field(description="Facts counted again")
    cells: int = Field(description="Sums compared")
    differences: int = Field(description="Sums that were not the same; 0 is the only good answer")


class StatusDocument(BaseModel):
    """How far the figures have come, and whether they were right when last recounted."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "lag": 0, "lag_s": 0.0, "generation": 1, "n": 42, "merged": 41, "seen_to": {"members.v1": {"3": 1207}}, "told_to": {"members.v1": {"3": 1207}},
                "today": "2024-05-31", "catalogue": "701392df397c3ea4",
                "recounted": {"at": "2024-05-31T01:40:00Z", "events": 24804, "cells": 108169, "differences": 0},
            }
        }
    )  # fmt: skip

    lag: int = Field(description="Facts told and not yet counted")
    lag_s: float
    generation: int
    n: int = Field(description="The last commit; generation.n is the watermark")
    merged: int
    seen_to: dict[str, dict[str, int]] = Field(description="Topic, partition: the last sequence counted")
    told_to: dict[str, dict[str, int]] = Field(description="Topic, partition: the last sequence told")
    today: str
    catalogue: str
    recounted: RecountedDocument | None = Field(description="The last recount; null: there never was one")


class UnplacedDocument(BaseModel):
    """A place named by something that counts, which is not in today's tree."""

    family: str
    key: str
    state: str = Field(description="unknown: nobody told of it; ended: it is no more")
    measure: str
    count: int


class LateDocument(BaseModel):
    """A change told after a newer one of the same thing: it took what the newer one left, from the newer one's time on."""

    family: str
    key: str | None = Field(description="Null where it stands for a person and the key may not be shown")
    kind: str | None
    type: str
    area: str | None
    organisation: str | None
    causation: str | None = Field(description="source#id of the event")
    stated: str = Field(description="When it was said to hold from")
    held_from: str = Field(description="When it holds from")
    recorded: str
    withheld: bool | None = None


class ReferenceDocument(BaseModel):
    """Something that counted rows name and nobody told of."""

    family: str
    key: str | None
    role: str = Field(description="What it is to the rows: of, to, who, host …")
    measure: str
    count: int
    withheld: bool | None = None


class QualityDocument(BaseModel):
    """What needs somebody's care. A section is there if it was asked for; late and unplaced also where none was named."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "as_of": "2024-05-31",
                "late": [
                    {
                        "family": "unit", "key": "zhuhai:u-1", "kind": "unit.enterprise", "type": "org.wangge.unit.changed.v1", "area": "zhuhai:g-1",
                        "organisation": "zhuhai:p-1", "causation": "https://district.example/platform#e-17", "stated": "2024-05-01T00:00:00Z",
                        "held_from": "2024-05-20T00:00:00Z", "recorded": "2024-05-31T01:30:02Z",
                    }
                ],
                "unplaced": [{"family": "area", "key": "zhuhai:g-9", "state": "ended", "measure": "cases.open", "count": 2}],
                "next": {"late": "WyIyMDI0LTA1LTMxIl0"}, "dead_letters": 0, "dead_letter_reasons": {}, "seen_to": {"members.v1": {"3": 1207}}, "lag_s": 0.0,
            }
        }
    )  # fmt: skip

    as_of: str
    late: list[LateDocument] | None = None
    unplaced: list[UnplacedDocument] | None = None
    references: list[ReferenceDocument] | None = None
    next: dict[str, str | None] = Field(description="By section, the cursor of its next page; null on the last")
    dead_letters: int
    dead_letter_reasons: dict[str, int]
    seen_to: dict[str, dict[str, int]]
    lag_s: float
