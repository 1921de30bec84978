"""Catalogues written by a test."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from services.kernel.catalogue import Catalogue, CatalogueError, Flaw, load

STATES = "    states: [{id: a, names: {zh: 甲, en: A}, marks: [initial], to: [b]}, {id: b, names: {zh: 乙, en: B}, marks: [final]}]\n"


@pytest.fixture
def write(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes common/0.yaml … and places/<place>/0.yaml …; gives the folder."""

    def written(common: str | list[str] = "", **places: str) -> Path:
        folder = tmp_path_factory.mktemp("catalogue")
        (folder / "common").mkdir()
        numbers = count()
        for text in [common] if isinstance(common, str) else common:
            (folder / "common" / f"{next(numbers)}.yaml").write_text(text, encoding="utf-8")
        for place, text in places.items():
            (folder / "places" / place).mkdir(parents=True)
            (folder / "places" / place / "0.yaml").write_text(text, encoding="utf-8")
        return folder

    return written


@pytest.fixture
def build(write: Callable[..., Path]) -> Callable[..., Catalogue]:
    return lambda **texts: load(write(**texts))


@pytest.fixture
def flaws(write: Callable[..., Path]) -> Callable[..., list[Flaw]]:
    def found(**texts: str) -> list[Flaw]:
        with pytest.raises(CatalogueError) as refused:
            load(write(**texts))
        assert str(refused.value).count("\n") == len(refused.value.flaws) - 1
        return list(refused.value.flaws)

    return found
