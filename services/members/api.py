"""The members room's own routes: people, into the vault; and what areas and organisations are called."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.kernel.errors import Problem
from services.kernel.http.problems import ProblemError
from services.kernel.postgres.database import UNAVAILABLE, Database
from services.kernel.postgres.queries import load
from services.kernel.writing.token import require_token
from services.members.schemas import PersonFields
from services.members.telemetry import MembersTelemetry
from services.members.vault import Vault

_SQL = load("services.members", "sql/names.sql")

Register = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", title="The people register")]
Reference = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$", title="The person's reference in that register")]


def people_router(vault: Vault, telemetry: MembersTelemetry, token: str) -> APIRouter:
    """The route into the vault. There is none out of it."""
    router = APIRouter(tags=["people"], dependencies=[Depends(require_token(token))])

    @router.put(
        "/people/{register}/{reference}",
        summary="Keep a person's name, phone and the like, sealed; replaces what was kept",
        status_code=204,
        responses={400: {"description": "Not an object of strings"}, 401: {"description": "Not the gateway"}},
    )
    async def put_person(register: Register, reference: Reference, fields: PersonFields) -> Response:
        try:
            await vault.put(register, reference, fields.root)
        except UNAVAILABLE as error:  # answered here: what nobody catches is logged with its path, which names the person's reference
            raise ProblemError(Problem("unavailable", "Not available now", 503, "the vault cannot be reached: try again"), {"retry-after": "1"}) from error
        telemetry.people.inc()
        return Response(status_code=204)

    return router


def names_router(database: Database, token: str) -> APIRouter:
    """What areas and organisations are called; facts carry no names."""
    router = APIRouter(tags=["names"], dependencies=[Depends(require_token(token))])

    @router.get("/names", summary="The names of all areas and organisations, by family/key")
    async def read_names() -> dict[str, str]:
        return {row["subject"]: row["name"] for row in await database.pool.fetch(_SQL.read_names)}

    return router
