"""How Longhu's replay tells: by the contract, in an order that can be followed, with what happens to real registers, and whole or cut."""

import json
from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from deploy.demo.generate import Event, generate
from deploy.demo.printed import load_article
from deploy.demo.replay import load_replay
from services.kernel.catalogue.load import load
from services.kernel.clock import system_clock
from services.kernel.contracts.commands import Enrolled
from services.kernel.contracts.envelope import decode_event
from services.kernel.contracts.reading import Reader
from services.kernel.people import Pseudonyms
from tests.unit.demo.longhu_ledger import day_of, family_of, verb_of

CATALOGUE = Path(__file__).parents[3] / "catalogue"


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return generate(load_replay(CATALOGUE, "longhu", cut=True))


def test_events_of_every_step_keep_to_the_contract_and_the_catalogue(events: list[Event]) -> None:
    """The first twenty of each: those of a step are made from one template."""
    reader = Reader(load(CATALOGUE), Pseudonyms(b"k" * 32), system_clock)
    enrolled = Enrolled("longhu", "longhu")
    steps: Counter[str] = Counter()
    for event in events:
        step = str(event["id"]).rpartition("-")[0] + str(event["id"]).partition(".")[1] + event["type"] + str(event["data"].get("to", ""))
        steps[step] += 1
        if steps[step] <= 20:
            assert reader.read(decode_event(json.dumps(event).encode()), enrolled).source == event["source"]

    assert len(steps) >= len(load_replay(CATALOGUE, "longhu").steps)


def test_no_two_events_have_one_id(events: list[Event]) -> None:
    assert len({event["id"] for event in events}) == len(events)


def test_cases_move_only_as_their_workflow_allows(events: list[Event]) -> None:
    catalogue = load(CATALOGUE)
    states: dict[str, tuple[str, str]] = {}
    for event in events:
        data = event["data"]
        if event["type"].endswith("case.opened.v1"):
            states[data["case"]] = (data["kind"], "opened")
        elif event["type"].endswith("case.moved.v1"):
            kind, state = states[data["case"]]
            found = catalogue.kind(kind).state(state)
            assert found is not None
            assert data["to"] in found.to, event
            states[data["case"]] = (kind, data["to"])


def test_nothing_is_told_of_a_thing_before_it_is_made(events: list[Event]) -> None:
    known: set[str] = set()
    for event in events:
        family, data = family_of(event), event["data"]
        for name, value in data.items():
            if name in {"area", "parent", "organisation", "activity", "into"} and name != family:
                assert f"{family if name in {'parent', 'into'} else name}/{value}" in known, event
            if name in {"from", "to", "of", "by", "who"} and isinstance(value, str) and "/" in value and not value.startswith("person/"):
                assert value in known, event
        known.add(f"{family}/{data[family]}")


def test_nothing_happens_after_the_second_articles_day(events: list[Event]) -> None:
    assert max(day_of(event) for event in events) <= date(2022, 6, 30)


def test_the_years_have_corrections_late_news_moves_and_things_told_twice(events: list[Event]) -> None:
    told = Counter(f"{family_of(event)}.{verb_of(event)}" for event in events)
    verbs = Counter(verb_of(event) for event in events)
    times = [datetime.fromisoformat(event["time"]) for event in events]

    assert verbs["withdrawn"] >= 10
    assert verbs["corrected"] >= 3
    assert {"area.moved", "organisation.moved", "area.merged", "activity.cancelled", "activity.changed", "member.transferred"} <= told.keys()
    assert any(later < earlier for earlier, later in pairwise(times))


def test_elders_of_the_neighbouring_district_stand_outside_this_one(events: list[Event]) -> None:
    roots = [event["data"]["area"] for event in events if event["type"].endswith("area.defined.v1") and "parent" not in event["data"]]

    assert sorted(roots) == ["jinping", "longhu"]


def test_a_second_telling_is_exactly_the_same(events: list[Event]) -> None:
    assert generate(load_replay(CATALOGUE, "longhu", cut=True)) == events


def test_the_whole_replay_has_the_orders_that_the_cut_one_leaves_out() -> None:
    whole, cut = ({step.name: step.count for step in load_replay(CATALOGUE, "longhu", cut=cut).steps} for cut in (False, True))

    assert {name: (whole[name], cut[name]) for name in whole if whole[name] != cut[name]} == {"orders": (300_360, 360)}


def test_a_cut_figure_says_that_it_is_one() -> None:
    changed = [figure for figure in load_article(CATALOGUE, "longhu", cut=True).figures if "cut replay" in figure.phrase]

    assert [(figure.id, figure.published) for figure in changed] == [("F44", 700)]
    assert load_article(CATALOGUE, "longhu").figures[43].published == 300_000
