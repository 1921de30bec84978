"""The screens: what `web/` was built into, served under a strict policy; nothing where it was not built, and then the plain page stands in."""

import gzip
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from services.gateway.page import page_router

DIST = Path(__file__).parent / "web" / "dist"
"""Where the build puts the screens; never part of the repository."""

VIEWS = ("/", "/wall", "/wall/{rest:path}", "/desk", "/desk/{rest:path}", "/m", "/m/{rest:path}", "/ops")
"""Addresses of views: each is answered with the one page, which reads the address itself."""

_POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "connect-src 'self'", "img-src 'self' data: blob:",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'self'",
    )
)  # fmt: skip
_SAFE = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
_PAGE = {**_SAFE, "content-security-policy": _POLICY, "cache-control": "no-cache"}
_ASSET = {**_SAFE, "cache-control": "public, max-age=31536000, immutable"}
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".woff2": "font/woff2",
}
_PACKED = {".js", ".css", ".svg", ".json"}


class Asset(NamedTuple):
    """A file of the build: as it is and, where that is smaller, packed with gzip."""

    plain: bytes
    packed: bytes | None
    media_type: str


def read_assets(dist: Path) -> dict[str, Asset]:
    """The files below `assets/`, by name. Their names carry a hash of their content. Types the screens do not use are left out."""
    found = {}
    for path in sorted((dist / "assets").glob("*")):
        if media_type := _TYPES.get(path.suffix):
            plain = path.read_bytes()
            found[path.name] = Asset(plain, gzip.compress(plain, 9, mtime=0) if path.suffix in _PACKED else None, media_type)
    return found


def screens_router(dist: Path = DIST) -> APIRouter:
    """The routes of the screens and, at `/plain`, of the page that needs no build; `/` is the plain page's where nothing was built."""
    plain = page_router()
    page = dist / "index.html"
    if not page.exists():
        return plain
    router = APIRouter(include_in_schema=False)
    content, assets = page.read_bytes(), read_assets(dist)

    async def get_view() -> Response:
        return Response(content, media_type="text/html; charset=utf-8", headers=_PAGE)

    @router.get("/assets/{name}")
    async def get_asset(name: str, request: Request) -> Response:
        return _response(assets.get(name), packed="gzip" in request.headers.get("accept-encoding", ""))

    for number, view in enumerate(VIEWS):
        router.add_api_route(view, get_view, name=f"view {number}")
    for route in plain.routes:
        if getattr(route, "path", "") == "/":
            router.add_api_route("/plain", route.endpoint)  # type: ignore[attr-defined]  # only routes with an endpoint have this path
    router.include_router(plain)
    return router


def _response(asset: Asset | None, *, packed: bool) -> Response:
    if asset is None:
        # A page of an older build may still ask for its own files: they are gone, and nobody must remember that.
        return Response("no such file in this build", 404, {"cache-control": "no-store"}, "text/plain")
    if packed and asset.packed is not None:
        return Response(asset.packed, media_type=asset.media_type, headers={**_ASSET, "content-encoding": "gzip", "vary": "accept-encoding"})
    return Response(asset.plain, media_type=asset.media_type, headers=_ASSET)
