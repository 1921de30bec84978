"""The screens, built at set-up: from the sources in the checkout, with the packages the lock names. Without them the gateway serves its plain page."""

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.jars import cache_folder
from deploy.local.node import Node, NoNodeError, find_node
from deploy.local.npm import NpmError, alone, fetch_packages, run
from deploy.local.state import CHECKOUT

WEB = CHECKOUT / "services" / "gateway" / "web"
_SOURCES = ("package.json", "package-lock.json", "index.html", "vite.config.ts", "src")
_GENERATED = "schema.d.ts"  # types only: nothing of it is in the build
_STAMP = "sources.sha256"

Say = Callable[[str, str], None]


def build_screens(say: Say, environment: Mapping[str, str] = os.environ, web: Path = WEB) -> bool:
    """Builds the screens unless that was done from these very sources; tells whether they are up to date now.

    Never raises for what a machine may lack (Node, a package index, a writable checkout): it says one sentence, and the plain page stands in.
    WANGGE_SCREENS=off leaves the step out.
    """
    if environment.get("WANGGE_SCREENS") == "off":
        return False
    wanted = fingerprint(web)
    if _built(web) == wanted:
        return True
    try:
        cache = cache_folder(environment).parent
        with alone(cache):
            if _built(web) != wanted:
                say("screens", "building them from their sources; the first time takes a minute or two")
                _build(find_node(cache, environment), cache, web, wanted)
                say("screens", "built")
    except (NoNodeError, NpmError, OSError) as error:
        older = (web / "dist" / "index.html").exists()
        say("screens", f"not built: {error}; {'the ones built before stay' if older else 'the plain page stands in, everything else works'}")
        return False
    return True


def fingerprint(web: Path) -> str:
    """A digest of everything a build is made from, names and contents."""
    digest = hashlib.sha256()
    for source in _SOURCES:
        path = web / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.name != _GENERATED:
                content = file.read_bytes()
                digest.update(f"{file.relative_to(web)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _built(web: Path) -> str | None:
    try:
        return (web / "dist" / _STAMP).read_text(encoding="utf-8")
    except OSError:
        return None


def _build(node: Node, cache: Path, web: Path, stamp: str) -> None:
    fetch_packages(node, web, cache)
    fresh, dist = web / "dist.new", web / "dist"
    shutil.rmtree(fresh, ignore_errors=True)
    vite = web / "node_modules" / "vite" / "bin" / "vite.js"
    run((str(node.node), str(vite), "build", "--outDir", str(fresh), "--logLevel", "warn"), web, node, cache, "the build failed")
    (fresh / _STAMP).write_text(stamp, encoding="utf-8")
    shutil.rmtree(dist, ignore_errors=True)
    fresh.rename(dist)
