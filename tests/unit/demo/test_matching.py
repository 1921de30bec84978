"""Whether a live number keeps to what was printed."""

from decimal import Decimal
from typing import Any

import pytest

from deploy.demo.matching import Match, Printed


@pytest.mark.parametrize(
    ("match", "published", "bounds", "holding", "failing"),
    [
        ("equal", "439", {}, ["439", "439.0"], ["438", "440", "439.5"]),
        ("constant", "5", {}, ["5"], ["4"]),
        ("at_least", "100", {}, ["100", "101"], ["99"]),
        ("at_most", "100", {}, ["100", "99"], ["101"]),
        ("above", "100", {}, ["101", "100.01"], ["100", "99"]),
        ("below", "100", {}, ["99"], ["100"]),
        ("about", "100", {}, ["95", "105", "100"], ["94", "106"]),
        ("rounded", "0.13", {"precision": "0.01"}, ["0.125", "0.1349", "0.13"], ["0.1249", "0.135"]),
        ("rounded", "91120000", {"precision": "10000"}, ["91123400", "91115000"], ["91125000", "91114999"]),
        ("between", "200", {"low": "200", "high": "400"}, ["200", "278.2", "400"], ["199.99", "400.01"]),
        ("between", "0", {"low": "0", "high": "1"}, ["0", "1"], ["-1", "2"]),
    ],
)
def test_a_number_holds_as_it_was_printed(match: Match, published: str, bounds: dict[str, Any], holding: list[str], failing: list[str]) -> None:
    printed = Printed(match, Decimal(published), **{name: Decimal(value) for name, value in bounds.items()})

    assert all(printed.holds(Decimal(live)) for live in holding)
    assert not any(printed.holds(Decimal(live)) for live in failing)
    assert not printed.holds(None)


@pytest.mark.parametrize("match", ["rounded", "between"])
def test_a_reading_without_its_bounds_is_refused(match: Match) -> None:
    with pytest.raises(ValueError, match=match):
        Printed(match, Decimal(1))
