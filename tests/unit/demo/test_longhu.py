"""The replay of one place, added up by hand: its events give what was printed when they are simply counted. Orders of the care service are cut."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from deploy.demo.generate import Event, generate
from deploy.demo.printed import load_article
from deploy.demo.replay import load_replay
from services.kernel.catalogue.load import load
from tests.unit.demo.longhu_ledger import Ledger

CATALOGUE = Path(__file__).parents[3] / "catalogue"
FIRST, SECOND = date(2020, 6, 30), date(2022, 6, 30)
FIGURES = {figure.id: figure for figure in load_article(CATALOGUE, "longhu", cut=True).figures}
OF_THE_FIRST_ARTICLE = {f"F{number}" for number in range(1, 31)}
BIRTHDAY = "activity.party_life.political_birthday"


def months(ledger: Ledger) -> float:
    issued = [(data["day"].year, data["day"].month) for data in ledger.of("entry", "entry.list.org_life")]
    wanted = [(2018 + (6 + step) // 12, (6 + step) % 12 + 1) for step in range(24)]
    return sum(issued.count(month) == 1 for month in wanted) / len(wanted)


def branches(ledger: Ledger, done: Callable[[str], bool]) -> float:
    keys = [key for key, data in ledger.live["organisation"].items() if data["kind"] == "organisation.party.branch" and data["field"] == "organ"]
    return sum(done(key) for key in keys) / len(keys)


def with_handbook(ledger: Ledger) -> float:
    delivered = ledger.count("link", "link.delivered", "to")
    return branches(ledger, lambda key: f"organisation/{key}" in delivered)


def with_one_group(ledger: Ledger) -> float:
    groups = ledger.count("entry", "entry.channel", "organisation", platform="group_chat")
    return branches(ledger, lambda key: groups[key] == 1)


def birthday_branches(ledger: Ledger) -> int:
    covered = {str(data.get("organisation", data.get("hosts", [""])[0])).removeprefix("organisation/") for data in ledger.of("activity", BIRTHDAY)}
    assert branches(ledger, covered.__contains__) == 1
    return sum(ledger.live["organisation"][key]["field"] == "organ" for key in covered)


def items(ledger: Ledger, good: Callable[[dict[str, int]], bool]) -> float:
    found = [data["attributes"] for data in ledger.of("entry", "entry.service_item")]
    return sum(good(one) for one in found) / len(found)


def centres(ledger: Ledger) -> list[int]:
    return [data["attributes"]["floor_area"] for data in ledger.of("entry", "entry.centre", organisation="p-park")]


def saved(ledger: Ledger) -> int:
    return len({data["of"] for data in ledger.reached("case.sos", "life_saved")})


def pairs(ledger: Ledger) -> int:
    partners = {key: number for key, number in ledger.count("link", "link.pairs", "from").items() if key.startswith("organisation/p-v")}
    assert set(partners.values()) == {1}
    return len(partners)


def one_shoulder(ledger: Ledger) -> float:
    secretaries = ledger.count("link", "link.post.secretary", "from")
    heads = ledger.count("link", "link.post.village_head", "from")
    assert len(secretaries) == 121
    return sum(one in heads for one in secretaries) / len(secretaries)


def insured(ledger: Ledger) -> float:
    cadres = ledger.count("link", "link.post.two_committees", "from")
    schemes = [ledger.count("entry", "entry.benefit", "of", scheme=scheme) for scheme in ("pension", "housing_fund")]
    return sum(all(one in scheme for scheme in schemes) for one in cadres) / len(cadres)


def grid_groups(ledger: Ledger) -> int:
    live = {f"organisation/{key}" for key in ledger.live["organisation"]}
    covered = {data["to"] for data in ledger.of("link", "link.covers.grid") if data["from"] in live}
    assert covered == {f"area/{key}" for key, data in ledger.live["area"].items() if data["kind"] == "area.grid"}
    return len(covered)


def villages(ledger: Ledger) -> list[str]:
    return [key for key, data in ledger.live["area"].items() if data["kind"] in {"area.village", "area.community"}]


def per_village(ledger: Ledger, kind: str) -> float:
    paid = {data["of"]: data["value"] for data in ledger.of("amount", kind, period="2021")}
    assert set(paid) == {f"area/{key}" for key in villages(ledger)}
    assert len(set(paid.values())) == 1
    return float(sum(paid.values())) / len(paid) / 100


def revised(ledger: Ledger) -> float:
    done = {data["area"] for data in ledger.of("entry", "entry.charter", revised=True)}
    return sum(key in done for key in villages(ledger)) / len(villages(ledger))


def helped(ledger: Ledger) -> float:
    kinds = [ledger.count("link", kind, "to") for kind in ("link.stations.village", "link.contacts", "link.pairs")]
    return sum(all(f"area/{key}" in kind for kind in kinds) for key in villages(ledger)) / len(villages(ledger))


def research(ledger: Ledger, year: int) -> float:
    return ledger.fen("amount.statistic.research", str(year)) / ledger.fen("amount.statistic.research", str(year - 1)) - 1


COUNTED: dict[str, Callable[[Ledger], float]] = {
    "F1": months,
    "F2": with_handbook,
    "F3": with_one_group,
    "F4": birthday_branches,
    "F7": lambda all_: len(centres(all_)),
    "F8": lambda all_: sum(centres(all_)),
    "F9": lambda all_: sum((data["day"].year, data["day"].month) == (2019, 11) for data in all_.since("entry", "entry.centre.district")),
    "F11": lambda _: 1,  # three whole years, which the first article's day does not see: tested below
    "F12": lambda all_: research(all_, 2019),
    "F13": lambda all_: len(all_.of("unit", "unit.enterprise", high_tech="cultivated")),
    "F14": lambda all_: sum(len(all_.since("unit", kind, date(2018, 7, 1))) for kind in ("unit.enterprise", "unit.business", "unit.cooperative")),
    "F15": lambda all_: len(all_.of("entry", "entry.post.vanguard")),
    "F16": lambda all_: len(all_.of("entry", "entry.document.clause", of="entry/twenty-measures")),
    "F18": lambda all_: len(all_.count("entry", "entry.service_item", "organisation", one_window=True)),
    "F19": lambda all_: len(all_.of("entry", "entry.service_item", one_window=True)),
    "F20": lambda all_: items(all_, lambda one: bool(one["online"])),
    "F21": lambda all_: items(all_, lambda one: one["max_visits"] <= 1),
    "F22": lambda all_: sum(data["area"] != "jinping" for data in all_.of("entry", "entry.elder")),
    "F23": lambda all_: len(all_.of("entry", "entry.elder", area="jinping")),
    "F25": lambda all_: len(all_.of("entry", "entry.household.poor", status="exited")) / len(all_.of("entry", "entry.household.poor")),
    "F27": lambda all_: sum(data["attributes"]["pieces"] for data in all_.reached("case.works", "resolved", facility="parking")),
    "F28": lambda all_: len(all_.reached("case.works", "resolved", facility="market")),
    "F32": lambda all_: len({data["attributes"]["round"] for data in all_.of("activity", BIRTHDAY)}),
    "F33": lambda all_: all_.heads(BIRTHDAY),
    "F34": lambda all_: len(all_.count("entry", "entry.honour.star", "of")),
    "F35": lambda all_: len(all_.count("entry", "entry.honour.post_vanguard", "of")),
    "F36": lambda all_: len(all_.of("entry", "entry.honour.innovation")),
    "F38": lambda all_: sum(data["area"] != "jinping" for data in all_.of("entry", "entry.elder")),
    "F39": lambda all_: len(all_.of("entry", "entry.elder", area="jinping")),
    "F41": lambda all_: len({data["attributes"]["service_class"] for data in all_.of("entry", "entry.care_item")}),
    "F42": lambda all_: len(all_.of("entry", "entry.care_item")),
    "F43": saved,
    "F44": lambda all_: sum(data["area"] != "jinping" for data in all_.reached("case.elder_service", "resolved")),
    "F45": lambda all_: 475 + len(all_.of("activity", "activity.lecture.reading_club")),
    "F46": lambda all_: (date.fromisoformat(all_.live["activity"]["leaders-study"]["ends"][:10]) - date(2021, 11, 23)).days + 1,
    "F48": lambda all_: len(all_.of("entry", "entry.facility.base")),
    "F49": lambda all_: len(all_.of("entry", "entry.facility.base", designated="city")),
    "F50": lambda all_: len(all_.of("entry", "entry.route")),
    "F51": lambda all_: len(all_.of("entry", "entry.work", form="story", of="entry/drama")),
    "F53": pairs,
    "F54": lambda all_: len(all_.of("entry", "entry.centre.district")),
    "F55": lambda all_: len(all_.of("entry", "entry.centre.street")),
    "F56": lambda all_: len(all_.count("entry", "entry.centre.community", "area")),
    "F57": lambda all_: len(all_.of("entry", "entry.centre.new_field")),
    "F58": one_shoulder,
    "F59": lambda all_: len(all_.of("entry", "entry.reserve")) / len(all_.of("entry", "entry.seat")),
    "F60": lambda all_: len(all_.count("entry", "entry.reserve", "of")),
    "F61": lambda all_: len(all_.count("entry", "entry.hire", "of")),
    "F62": lambda all_: len(all_.since("link", "link.stations.secondment", rank="section")),
    "F63": lambda all_: len(all_.since("link", "link.stations.secondment", rank="below")),
    "F64": lambda all_: per_village(all_, "amount.money.allocation.office"),
    "F65": lambda all_: per_village(all_, "amount.money.allocation.relief"),
    "F66": lambda all_: all_.fen("amount.rate", "2021", scheme="stipend") / 100,
    "F67": insured,
    "F68": grid_groups,
    "F69": lambda all_: len(all_.of("entry", "entry.list_item.duty")),
    "F70": revised,
    "F71": lambda all_: all_.fen("amount.money.allocation.collective") / 100,
    "F72": lambda all_: len(all_.count("amount", "amount.money.allocation.collective", "of")),
    "F73": helped,
}


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return generate(load_replay(CATALOGUE, "longhu", cut=True))


@pytest.fixture(scope="module")
def ledgers(events: list[Event]) -> dict[date, Ledger]:
    return {day: Ledger(events, day) for day in (FIRST, SECOND)}


@pytest.mark.parametrize("figure_id", COUNTED)
def test_the_events_add_up_to_what_was_printed_on_the_articles_day(ledgers: dict[date, Ledger], figure_id: str) -> None:
    counted = COUNTED[figure_id](ledgers[FIRST if figure_id in OF_THE_FIRST_ARTICLE else SECOND])

    assert FIGURES[figure_id].printed.holds(Decimal(str(counted))), counted


def test_every_figure_that_is_no_constant_is_added_up_by_hand() -> None:
    assert {name for name, figure in FIGURES.items() if figure.match != "constant"} == set(COUNTED)
    assert set(FIGURES) == {f"F{number}" for number in range(1, 74)}


def test_twenty_million_yuan_went_into_the_fund_in_each_year(ledgers: dict[date, Ledger]) -> None:
    assert all(ledgers[SECOND].fen("amount.money.allocation.innovation", year) >= 2_000_000_000 for year in ("2019", "2020", "2021"))


def test_research_grew_by_over_a_quarter_in_each_year_told(ledgers: dict[date, Ledger]) -> None:
    assert all(research(ledgers[FIRST], year) > 0.25 for year in (2018, 2019))


def test_person_times_stay_below_the_round_number_they_come_near(ledgers: dict[date, Ledger]) -> None:
    assert ledgers[SECOND].heads(BIRTHDAY) < 40_000


def test_every_printed_figure_is_asked_of_a_metric_and_kinds_that_exist() -> None:
    catalogue = load(CATALOGUE)

    for figure in FIGURES.values():
        asked = figure.query.get("kind", [])
        assert (catalogue.metrics[figure.metric].form_name == "constant") == (figure.match == "constant")
        assert all(catalogue.kind(kind).id for kind in ([asked] if isinstance(asked, str) else asked))
        last = FIRST if figure.id in OF_THE_FIRST_ARTICLE - {"F11"} else SECOND
        assert figure.query.get("to", last) <= last
