"""The plain page at `/`: live figures of a district without anything built or fetched from elsewhere."""

from importlib.resources import files

from fastapi import APIRouter, Response

_TYPES = {"page.html": "text/html; charset=utf-8", "page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}
_HEADERS = {
    "content-security-policy": "; ".join(
        ("default-src 'none'", "style-src 'self'", "script-src 'self'", "connect-src 'self'", "img-src data:", "base-uri 'none'", "frame-ancestors 'self'")
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def page_router() -> APIRouter:
    """`/` and its two files."""
    router = APIRouter(include_in_schema=False)
    folder = files("services.gateway").joinpath("page_assets")
    kept = {name: folder.joinpath(name).read_bytes() for name in _TYPES}

    def response(name: str) -> Response:
        return Response(kept[name], media_type=_TYPES[name], headers=_HEADERS)

    @router.get("/")
    async def get_page() -> Response:
        return response("page.html")

    @router.get("/page.css")
    async def get_style() -> Response:
        return response("page.css")

    @router.get("/page.js")
    async def get_script() -> Response:
        return response("page.js")

    return router
