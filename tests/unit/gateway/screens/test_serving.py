"""The screens as the gateway serves them: strict policy, kept assets, and the plain page where nothing was built."""

import gzip
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.gateway.web_pages import screens_router

PAGE = '<!doctype html><script type="module" src="/assets/index-abc.js"></script>'


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    assets = tmp_path / "dist" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text(PAGE, encoding="utf-8")
    (assets / "index-abc.js").write_text("console.log('网格')" * 50, encoding="utf-8")
    (assets / "digits-abc.woff2").write_bytes(b"wOF2\0\1")
    (assets / "notes.txt").write_text("not for the browser", encoding="utf-8")
    return tmp_path / "dist"


def client(dist: Path) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(screens_router(dist))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway", headers={"accept-encoding": "identity"})


async def test_every_view_is_an_address_of_its_own(dist: Path) -> None:
    addresses = ["/", "/wall", "/wall/zhuhai", "/desk", "/desk/metric/cases.opened/items?area=zhuhai:zone", "/m", "/m/zhuhai:g001", "/ops"]
    async with client(dist) as http:
        answers = [await http.get(address) for address in addresses]

    assert [answer.text for answer in answers] == [PAGE] * len(addresses)


async def test_the_policy_allows_nothing_from_outside_and_no_code_made_of_text(dist: Path) -> None:
    async with client(dist) as http:
        policy = dict(part.split(" ", 1) for part in (await http.get("/wall/zhuhai")).headers["content-security-policy"].split("; "))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["font-src"] == policy["connect-src"] == "'self'"
    assert not any(word in value for value in policy.values() for word in ("unsafe", "http", "*"))


async def test_the_page_is_asked_for_again_and_its_assets_never(dist: Path) -> None:
    async with client(dist) as http:
        page, asset = await http.get("/"), await http.get("/assets/index-abc.js")

    assert page.headers["cache-control"] == "no-cache"
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"] == "text/javascript; charset=utf-8"


async def test_assets_are_packed_for_those_who_can_unpack(dist: Path) -> None:
    async with client(dist) as http:
        plain = await http.get("/assets/index-abc.js")
        async with http.stream("GET", "/assets/index-abc.js", headers={"accept-encoding": "br, gzip"}) as answer:
            packed = b"".join([chunk async for chunk in answer.aiter_raw()])
        font = await http.get("/assets/digits-abc.woff2", headers={"accept-encoding": "gzip"})

    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content)
    assert "content-encoding" not in font.headers, "a font is packed already"


@pytest.mark.parametrize("name", ["gone-123.js", "notes.txt", "..%2findex.html", "%2e%2e/%2e%2e/web_pages.py"])
async def test_nothing_but_the_assets_of_this_build_is_served(dist: Path, name: str) -> None:
    async with client(dist) as http:
        assert (await http.get(f"/assets/{name}")).status_code == 404


async def test_where_nothing_was_built_the_plain_page_stands_in(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        page, wall = await http.get("/"), await http.get("/wall/zhuhai")

    assert "/page.js" in page.text
    assert wall.status_code == 404


async def test_the_plain_page_stays_beside_the_screens(dist: Path) -> None:
    async with client(dist) as http:
        assert "/page.js" in (await http.get("/plain")).text
        assert (await http.get("/page.js")).status_code == 200
