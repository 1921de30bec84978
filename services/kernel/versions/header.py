"""Every answer of an API says by which catalogue it was shaped."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-wangge-catalogue"


class CatalogueHeader:
    """Adds the version to each answer, refusals among them."""

    def __init__(self, app: ASGIApp, version: str) -> None:
        self._app = app
        self._header = (HEADER.encode(), version.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI call."""

        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), self._header]
            await send(message)

        await self._app(scope, receive, send_with_version if scope["type"] == "http" else send)
