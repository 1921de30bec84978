"""GET /v1/kinds: what things are called, so that a screen can name kinds, states and attributes in the reader's language."""

from collections.abc import Callable, Mapping
from hashlib import sha256

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.figures.documents import TextDocument
from services.gateway.read_api import problems
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.kinds import Attribute, Kind, Names

_ENCODE = msgspec.json.Encoder().encode


class StateDocument(BaseModel):
    """One state of a case's workflow."""

    id: str
    names: TextDocument
    marks: list[str] = Field(description="initial, resolved, final, merged")


class AttributeDocument(BaseModel):
    """One attribute or bounded field of a kind."""

    names: TextDocument | None
    type: str
    dimension: bool = Field(description="Whether figures can be asked by it")
    values: list[str]


class KindDocument(BaseModel):
    """One kind of the catalogue."""

    id: str
    family: str
    names: TextDocument
    access: str = Field(description="public, internal or restricted")
    marks: list[str]
    states: list[StateDocument]
    attributes: dict[str, AttributeDocument]


class KindsDocument(BaseModel):
    """All kinds, by id."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "catalogue": "701392df397c3ea4",
                "kinds": [
                    {
                        "id": "case.livelihood", "family": "case", "names": {"zh": "民生事项", "en": "Livelihood matter"}, "access": "public", "marks": [],
                        "states": [{"id": "opened", "names": {"zh": "新立", "en": "Opened"}, "marks": ["initial"]}],
                        "attributes": {"channel": {"names": {"zh": "渠道", "en": "Channel"}, "type": "code", "dimension": True, "values": ["visit"]}},
                    }
                ],
                "values": {"channel.visit": {"zh": "走访", "en": "Visit"}},
            }
        }
    )  # fmt: skip

    catalogue: str = Field(description="Version of the catalogue")
    kinds: list[KindDocument]
    values: dict[str, TextDocument] = Field(description="What values are called, by VALUE or ATTRIBUTE.VALUE, which goes before")


def kinds_router(catalogue: Catalogue, reader_of: Callable[[Request], object]) -> APIRouter:
    """GET /v1/kinds. `reader_of` refuses who may not read."""
    router = APIRouter(prefix="/v1", tags=["figures"])
    kinds = [_kind(kind) for kind in catalogue.kinds.values()]
    told = _ENCODE({"catalogue": catalogue.version, "kinds": kinds, "values": {value: _names(names) for value, names in catalogue.values.items()}})
    tag = f'"{sha256(told).hexdigest()[:16]}"'  # not the version, in which names of values do not matter

    @router.get("/kinds", summary="All kinds, with names in both languages", response_model=KindsDocument, responses=problems(401))
    async def list_kinds(request: Request) -> Response:
        reader_of(request)
        headers = {"cache-control": "no-cache", "etag": tag}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(told, media_type="application/json", headers=headers)

    return router


def _kind(kind: Kind) -> dict[str, object]:
    return {
        "id": kind.id,
        "family": kind.family,
        "names": _names(kind.names),
        "access": kind.access,
        "marks": sorted(kind.marks),
        "states": [{"id": state.id, "names": _names(state.names), "marks": list(state.marks)} for state in kind.states],
        "attributes": _attributes({**kind.fields, **kind.attributes}),
    }


def _attributes(attributes: Mapping[str, Attribute]) -> dict[str, object]:
    return {
        name: {"names": _names(one.names) if one.names else None, "type": one.type, "dimension": one.dimension, "values": list(one.values)}
        for name, one in attributes.items()
    }


def _names(names: Names) -> dict[str, str]:
    return {"zh": names.zh, "en": names.en}
