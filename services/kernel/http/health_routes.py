"""/healthz (the process lives), /readyz (its dependencies answer) and /metrics, the same in every process."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request

from services.kernel.health import Health


def health_router(health: Health, registry: CollectorRegistry) -> APIRouter:
    """The three routes over a process's checks and registry."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="The process lives")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="The process can serve: every dependency answers", responses={503: {"description": "Not yet, or not any more"}})
    async def readyz() -> JSONResponse:
        ok, findings = await health.report()
        return JSONResponse({"ready": ok, "checks": [finding._asdict() for finding in findings]}, 200 if ok else 503)

    @router.get("/metrics", summary="Prometheus metrics of this process", response_class=Response)
    def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), media_type=content_type)

    return router
