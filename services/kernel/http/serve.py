"""Runs an API until it is told to stop."""

import uvicorn
from starlette.types import ASGIApp

from services.kernel.garbage import collect_seldom
from services.kernel.settings import ProcessSettings

_IDLE_S = 150
"""Longer than most clients and proxies keep a connection that rests (httpx 5 s, nginx 60, Go 90, Caddy 120): they end it, so that no request meets one that
is just being closed."""


def server(app: ASGIApp, settings: ProcessSettings) -> uvicorn.Server:
    """The one way we configure uvicorn: one worker, uvloop, no access log, open streams cut after 3 s."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    return uvicorn.Server(config)


def serve(app: ASGIApp, settings: ProcessSettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    collect_seldom()
    server(app, settings).run()
