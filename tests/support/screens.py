"""The screens as tests need them: built from the sources as they are now. Tests of screens that are not there are no tests, so this never skips."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.local.jars import cache_folder
from deploy.local.node import Node, find_node
from deploy.local.npm import alone, fetch_packages
from deploy.local.web import WEB, build_screens


class FrontEnd(NamedTuple):
    """A Node, where npm keeps what it fetched, and the folder of the sources with everything installed that their lock names."""

    node: Node
    cache: Path
    folder: Path


@pytest.fixture(scope="session")
def front_end() -> FrontEnd:
    """Fetches the packages, once for all that share the checkout."""
    cache = cache_folder(os.environ).parent
    with alone(cache):
        node = find_node(cache)
        fetch_packages(node, WEB, cache, development=True)
    return FrontEnd(node, cache, WEB)


@pytest.fixture(scope="session")
def screens(front_end: FrontEnd) -> Path:
    """The folder of the screens, built now unless these very sources were built already; fails with the reason where that cannot be."""
    said: list[str] = []
    environment = {name: value for name, value in os.environ.items() if name != "WANGGE_SCREENS"}
    if not build_screens(lambda _, text: said.append(text), environment):
        pytest.fail(f"the screens are {said[-1]}", pytrace=False)
    return front_end.folder / "dist"
