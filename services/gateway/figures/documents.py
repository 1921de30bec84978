"""The shapes of the answers, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Number = int | float | None
_EXAMPLE: dict[str, Any] = {
    "metric": "units.coverage",
    "definition": {"id": "units.coverage", "version": 1, "text": {"zh": "组织覆盖率", "en": "Units that a live covering link leads to, of all live units"}},
    "unit": "ratio",
    "value": 0.25,
    "num": 1,
    "den": 4,
    "excluded": [],
    "unplaced": 0,
    "as_of": "2024-05-31",
    "tree": "2024-05-31",
    "seen_to": {"members.v1": {"3": 1207}},
    "lag_s": 0.0,
    "by": [{"key": "zhuhai:s-1", "name": "示例街道", "kind": "area.street", "value": 0.25, "num": 1, "den": 4}],
}  # fmt: skip


class TextDocument(BaseModel):
    """A text in two languages."""

    zh: str
    en: str


class DefinitionDocument(BaseModel):
    """What exactly was counted."""

    id: str
    version: int
    text: TextDocument


class NumbersDocument(BaseModel):
    """A figure's numbers: value; of a rate num and den; of a duration count, mean, p50 and p90."""

    value: Number = Field(description="Null where there is nothing to divide by, or nothing to take the mean of")
    num: Number = None
    den: Number = None
    count: int | None = None
    mean: Number = None
    p50: int | None = None
    p90: int | None = None
    suppressed: bool | None = Field(None, description="True where numbers are kept back without the class: they are small, or would tell one that is")


class ChangeDocument(NumbersDocument):
    """The numbers of the interval compared with, and the change since; also of rows in which only then something counted."""

    change: Number


class RowDocument(NumbersDocument):
    """One row of a breakdown."""

    key: str | None = Field(description="Null: unplaced, or without that dimension")
    name: str | None
    kind: str | None = None
    compare: ChangeDocument | None = None


class PointDocument(NumbersDocument):
    """One point of a series; the first and the last are cut off at the edges of the period."""

    model_config = ConfigDict(populate_by_name=True)

    first: str = Field(alias="from")
    last: str = Field(alias="to")


class CompareDocument(ChangeDocument):
    """The interval compared with."""

    model_config = ConfigDict(populate_by_name=True)

    with_: str = Field(alias="with")
    first: str = Field(alias="from")
    last: str = Field(alias="to")
    as_of: str


class ExcludedDocument(BaseModel):
    """How many were left out, and why."""

    reason: str
    count: int | None = Field(description="Null where it is too small to be shown without the class")


class VersionDocument(NumbersDocument):
    """The figure by one version of its definition."""

    version: int
    valid_from: str


class FigureDocument(NumbersDocument):
    """A figure that explains itself."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    metric: str
    definition: DefinitionDocument
    unit: str
    excluded: list[ExcludedDocument]
    unplaced: Number = Field(description="How much of it (of a rate: of its denominator) stands at no live place of the tree; null where that is kept back")
    as_of: str = Field(description="The day of the world it is about")
    tree: str = Field(description="The day whose trees it is shown in")
    seen_to: dict[str, dict[str, int]] = Field(description="Topic, partition: the last sequence counted")
    lag_s: float = Field(description="0 when every accepted event is counted, else seconds since the last commit")
    pending: int | None = Field(None, description="Of a fulfilment: what is not finished yet, in neither num nor den")
    by: list[RowDocument] | None = None
    series: list[PointDocument] | None = None
    compare: CompareDocument | None = None
    versions: list[VersionDocument] | None = Field(None, description="Where the definition changes in the period: by each version that holds in it")
    overlaps: bool | None = Field(None, description="True where something may count in several rows of the breakdown")


class ItemDocument(BaseModel):
    """One thing, occurrence or record that a figure counts."""

    family: str
    key: str | None = Field(description="Null where it stands for a person and the reader lacks the class")
    kind: str
    area: str | None = Field(description="Where it counts: its own area or its organisation's, merges followed")
    organisation: str | None
    at: str = Field(description="The first day it stands, or the day it happened")
    until: str | None = Field(None, description="The first day it stands no more")
    adds: int = Field(description="What it adds to the figure")
    dimensions: dict[str, str] | None = None
    roles: dict[str, str | None] | None = Field(None, description="By role, family/key; null where that stands for a person and may not be shown")
    withheld: bool | None = Field(None, description="True where the key is left out for that reason")
    passed: bool | None = Field(None, description="Of a fulfilment: whether it passed every test, from at to until")


class ItemsDocument(BaseModel):
    """A page of what a figure counts; at the same watermark `sum` equals the figure, of a stock or flow `total` does too."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "family": "unit", "key": "zhuhai:u-1", "kind": "unit.school", "area": "zhuhai:g-1", "organisation": "zhuhai:p-1", "at": "2024-01-01",
                        "adds": 1,
                    }
                ],
                "total": 214, "sum": 214, "next": "gAAAAABmWcT", "as_of": "2024-05-31", "watermark": "1.42", "seen_to": {"members.v1": {"3": 1207}},
                "lag_s": 0.0,
            }
        }
    )  # fmt: skip

    items: list[ItemDocument]
    total: int
    sum: int
    next: str | None = Field(description="Cursor of the next page; null on the last")
    as_of: str
    watermark: str = Field(description="generation.n")
    seen_to: dict[str, dict[str, int]]
    lag_s: float
    stale: bool | None = Field(None, description="True where what is asked has moved since the first page: begin anew")


class MetricDocument(BaseModel):
    """One metric one can ask for."""

    id: str
    version: int
    versions: list[int]
    valid_from: str
    form: str
    nature: str
    unit: str
    text: TextDocument
    axes: list[str]
    dimensions: list[str]
    families: list[str]
    access: str


class MetricsDocument(BaseModel):
    """All metrics, by id."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "catalogue": "701392df397c3ea4",
                "metrics": [
                    {
                        "id": "units.coverage", "version": 1, "versions": [1], "valid_from": "1949-10-01", "form": "ratio", "nature": "stock", "unit": "ratio",
                        "text": {"zh": "组织覆盖率", "en": "Units that a live covering link leads to, of all live units"}, "axes": ["area", "org", "kind"],
                        "dimensions": ["scale"], "families": ["unit"], "access": "public",
                    }
                ],
            }
        }
    )  # fmt: skip

    catalogue: str = Field(description="Version of the catalogue")
    metrics: list[MetricDocument]
