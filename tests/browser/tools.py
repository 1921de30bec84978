"""What the tests in a browser need and where it comes from: a Chromium (the machine's, else a packaged one), Chinese letters, the rules of accessibility."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from deploy.local.jars import cache_folder
from deploy.local.node import Node, find_node
from deploy.local.npm import alone, environment_of, fetch_packages

HERE = Path(__file__).parent
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_PACKAGED = "packaged"
_LETTERS = HERE / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"

# The packaged Chromium was made for a cloud function; told that it runs in one, it brings the few libraries a bare machine lacks.
_AS_IN_ITS_CLOUD = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x", "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}


class Tools(NamedTuple):
    """A browser, the environment it is started in, a Node for its driver, and axe-core's text."""

    node: Path
    chromium: Path
    environment: Mapping[str, str]
    axe: str


def find_tools(environment: Mapping[str, str] = os.environ) -> Tools:
    """The tools, fetched into the checkout and its cache the first time. Raises what keeps them from being had.

    WANGGE_CHROMIUM names another browser, or says `packaged` where the machine's is not wanted.
    """
    cache = cache_folder(environment).parent
    with alone(cache):
        node = find_node(cache, environment)
        fetch_packages(node, HERE, cache)
        own = environment.get("WANGGE_CHROMIUM") or next((found for name in _NAMES if (found := shutil.which(name))), _PACKAGED)
        folder = _unpacked(node, cache) if own == _PACKAGED else None
        letters = _letters(cache, folder)
    libraries = {"LD_LIBRARY_PATH": str(folder / "al2023" / "lib")} if folder else {}
    axe = (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    return Tools(node.node, folder / "chromium" if folder else Path(own), {**environment, **libraries, "FONTCONFIG_FILE": str(letters)}, axe)


def _unpacked(node: Node, cache: Path) -> Path:
    """The folder of the packaged Chromium, unpacked once for each version."""
    version = (HERE / "node_modules" / "@sparticuz" / "chromium" / "package.json").read_text(encoding="utf-8").split('"version": "')[1].split('"')[0]
    folder = cache / f"chromium-{version}"
    if not folder.exists():
        fresh = cache / "chromium.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        command = [str(node.node), str(HERE / "unpack.mjs")]
        settings = {**environment_of(node, cache), **_AS_IN_ITS_CLOUD, "TMPDIR": str(fresh)}
        subprocess.run(command, env=settings, cwd=HERE, check=True, capture_output=True, timeout=120)
        fresh.rename(folder)
    return folder


def _letters(cache: Path, folder: Path | None) -> Path:
    """Font settings: Chinese letters in their weights under the name the screens ask for, what came with the browser, what the machine has."""
    folders = "".join(f"<dir>{one}</dir>" for one in (_LETTERS, *([folder / "fonts" / "fonts"] if folder else [])))
    alias = '<alias binding="same"><family>Noto Sans CJK SC</family><prefer><family>Noto Sans SC</family></prefer></alias>'
    kept, more = f"<cachedir>{cache / 'fontconfig'}</cachedir>", '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
    text = f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>{folders}{alias}{kept}{more}</fontconfig>\n'
    settings = cache / "fonts.conf"
    if not settings.exists() or settings.read_text(encoding="utf-8") != text:
        settings.write_text(text, encoding="utf-8")
    return settings
