"""/healthz (the process lives), /readyz (its dependencies answer) and /metrics, the same in every process.

Starlette's routes: a process without an API of its own need not load FastAPI, which takes a third of a second.
"""

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.kernel.health import Health


def health_routes(health: Health, registry: CollectorRegistry) -> list[Route]:
    """The three routes over a process's checks and registry."""

    async def healthz(_: Request) -> Response:
        """The process lives."""
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        """The process can serve: every dependency answers. 503: not yet, or not any more."""
        ok, findings = await health.report()
        return JSONResponse({"ready": ok, "checks": [finding._asdict() for finding in findings]}, 200 if ok else 503)

    def metrics(request: Request) -> Response:
        """Prometheus metrics of this process."""
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), media_type=content_type)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
