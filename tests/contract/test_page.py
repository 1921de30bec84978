"""The pages of the catalogue are what the catalogue says now: `./run catalogue page` makes them anew."""

import json
import re
from pathlib import Path

import pytest

from services.kernel.catalogue import load
from services.kernel.catalogue.page import FILES, page
from services.kernel.catalogue.page_words import WORDS, Language

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load(ROOT / "catalogue")


@pytest.mark.parametrize("language", FILES)
def test_the_page_is_up_to_date(language: Language) -> None:
    told = (ROOT / "docs" / FILES[language]).read_text(encoding="utf-8")

    assert told == page(CATALOGUE, ROOT / "catalogue", language), "run ./run catalogue page"


@pytest.mark.parametrize("language", FILES)
def test_each_line_stands_there_once_with_a_kind_of_the_catalogue(language: Language) -> None:
    text = (ROOT / "docs" / FILES[language]).read_text(encoding="utf-8")
    lines = re.findall(r"^### ([RACM]\d+)$", text, re.MULTILINE)

    assert sorted(lines) == sorted(set(lines))
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        assert set(re.findall(r"^\*\*`([a-z_.0-9-]+)`\*\*", part, re.MULTILINE)) & (CATALOGUE.kinds.keys() | CATALOGUE.metrics.keys()), part[:80]


def test_the_examples_on_the_page_are_events_data() -> None:
    text = (ROOT / "docs" / FILES["en"]).read_text(encoding="utf-8")

    told = re.findall(r"^- Tell: `([a-z]+)\.\w+` `(.+)`$", text, re.MULTILINE)

    assert len(told) >= 124
    assert all(family in json.loads(data) for family, data in told)


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()
