"""No raw name reaches a reader: fields, events, dimensions, attributes and reasons have a word in both languages, from the page's texts or from the catalogue.

Values and units are the catalogue's own: tests/unit/catalogue/test_values.py."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.kernel.catalogue.load import load
from services.kernel.catalogue.metrics import Metric
from services.kernel.contracts.registry import TYPES

TEXTS = Path("services/gateway/web/src/i18n")
CATALOGUE = load(Path("catalogue"))
CONVERTED = {"minutes": "hours", "fen": "yuan"}
"""Units that screens turn into others for reading."""


@pytest.fixture(params=["zh", "en"])
def texts(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """What the page says, in one of its languages."""
    found: dict[str, dict[str, Any]] = json.loads((TEXTS / f"{request.param}.json").read_text(encoding="utf-8"))
    return found


def attributes() -> set[str]:
    return {name for kind in CATALOGUE.kinds.values() for name in kind.attributes}


def all_metrics() -> list[Metric]:
    return [version for versions in CATALOGUE.definitions.values() for version in versions] + list(CATALOGUE.metrics.values())


def test_every_field_of_every_event_has_a_name(texts: dict[str, dict[str, Any]]) -> None:
    fields = {(one.family, field) for one in TYPES.values() for field in one.data.__struct_encode_fields__}
    named = set(texts["field"])

    assert {field for family, field in fields if field != family} - named == set()


def test_every_event_says_what_happened(texts: dict[str, dict[str, Any]]) -> None:
    silent = {one.name for one in TYPES.values() if f"{one.family}_{one.verb}" not in texts["happened"] and one.verb not in texts["verb"]}

    assert silent == set()


def test_units_that_are_turned_into_others_have_a_word(texts: dict[str, dict[str, Any]]) -> None:
    assert set(CONVERTED.values()) <= set(texts["units"])


def test_every_dimension_a_figure_may_be_split_by_has_a_name(texts: dict[str, dict[str, Any]]) -> None:
    asked = {name for metric in all_metrics() for name in (*metric.axes, *metric.dimensions)}
    own = {name.removeprefix("area.").removeprefix("organisation.") for name in asked}

    assert own - set(texts["axis"]) - attributes() == set()


def test_every_attribute_has_a_name() -> None:
    nameless = {f"{kind.id} {name}" for kind in CATALOGUE.kinds.values() for name, one in kind.attributes.items() if one.names is None}

    assert nameless == set()


def test_every_reason_for_leaving_something_out_has_a_name() -> None:
    reasons = {one.reason for metric in all_metrics() for one in metric.exclude}

    assert {reason for reason in reasons if CATALOGUE.value_names("excluded", reason) is None} == set()
