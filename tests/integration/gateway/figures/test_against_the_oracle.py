"""Every figure equals what the slow way finds: from cells and fresh rows at every merge point, from rows alone, and carried on from commit to commit."""

from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.gateway.figures import crowds, cubes
from services.gateway.figures.answer import Json
from services.gateway.figures.frame import Asking
from services.gateway.figures.question import Question
from services.kernel.catalogue.metrics import Condition
from tests.integration.gateway.figures.conftest import Everything, Stage
from tests.integration.gateway.figures.oracle import SPECS, Answer, Ask, Oracle
from tests.integration.gateway.figures.world import AREAS, ORGANISATIONS, TODAY, World

KINDS = {"units": ["unit.enterprise"], "cases.open": ["case.livelihood"], "activities": ["activity.lesson"], "areas": ["area.grid", "area.street"]}
WHERE = {
    "members": [("standing", "applicant"), ("standing", "full")],
    "units": [("ownership", "state")],
    "cases.open": [("state", "new")],
    "cases.reached": [("state", "new")],
    "cases.resolved": [("timely", "late")],
}
COVERAGES = ("units.coverage", "grids.coverage", "centres.coverage")
BYS = ("", "area", "area:grid", "area:street", "org", "org:party", "kind", "organisation.kind")
LEVELS = {"area:grid": "area:area.grid", "area:street": "area:area.street", "org:party": "org:organisation.party"}
# A seed cannot be shrunk to anything simpler, so no time goes into trying.
EXAMPLES = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SEEDS = st.integers(0, 2**32)


def some_ask(chance: Random, oracle: Oracle, metric: str, nature: str) -> Ask:
    """A question that makes sense: asked nodes are live in the tree of the answer."""
    last = World(chance).day(last=TODAY)
    first = chance.choice([date.min, World(chance).day(last=last)])
    as_of = chance.choice([None, World(chance).day(last=TODAY)]) if nature != "flow" else None
    state = {"stock": as_of or last, "cohort": as_of or TODAY, "flow": TODAY}[nature]
    tree = chance.choice([None, World(chance).day(last=TODAY)])
    shown = tree or (as_of or (last if nature == "stock" else TODAY))
    area = chance.choice([None, None, *AREAS])
    org = chance.choice([None, None, None, *ORGANISATIONS])
    if area is not None and (oracle.current("area", area, shown) != area or not oracle.node("area", area, shown)[1]):
        area = None
    if org is not None and (oracle.current("organisation", org, shown) != org or not oracle.node("organisation", org, shown)[1]):
        org = None
    kinds = (chance.choice(KINDS[metric]),) if metric in KINDS and chance.random() < 0.4 else ()
    where = tuple(chance.sample(WHERE[metric], chance.randint(1, len(WHERE[metric])))) if metric in WHERE and chance.random() < 0.4 else ()
    return Ask(area, org, kinds, where, None, first, last, state, shown, chance.choice(BYS))


def question_of(metric: str, ask: Ask, nature: str) -> Question:
    where: dict[str, set[str]] = {}
    for name, value in ask.where:
        where.setdefault(name, set()).add(value)
    conditions = tuple(Condition(dimension=name, values=tuple(sorted(values))) for name, values in sorted(where.items()))
    first = None if ask.first == date.min else ask.first
    asking = Asking(first, ask.last, None if nature == "flow" else ask.state, ask.tree)
    return Question(metric, asking, ask.area, ask.org, ask.kinds, ask.of, conditions, ask.by)


def in_oracle_words(ask: Ask) -> Ask:
    return ask._replace(by=LEVELS.get(ask.by, ask.by))


def check(answer: Json, expected: Answer, ask: Ask, part: str = "value") -> None:
    assert answer[part] == expected.value
    if ask.by:
        told = {row["key"]: row[part] for row in answer["by"] if row[part] not in {0, None}}
        assert told == {key: number for key, number in expected.groups.items() if number != 0}
    if part != "num":
        assert answer["unplaced"] == expected.unplaced


async def ask_all_ways(stage: Stage, question: Question) -> Json:
    """The answer, the same from cells and from rows."""
    async with stage.figures.snapshots.take() as snapshot:
        answer = await stage.figures.answer_in(snapshot, question, Everything())
    async with stage.figures.snapshots.take(rows_only=True) as snapshot:
        assert await stage.figures.answer_in(snapshot, question, Everything()) == answer
    return answer


async def check_all(stage: Stage, oracle: Oracle, chance: Random) -> None:
    for metric, spec in SPECS.items():
        ask = some_ask(chance, oracle, metric, spec.nature)
        if metric == "areas" and (ask.org or ask.by.startswith("org")):
            ask = ask._replace(org=None, by="area")
        if ask.of is None and metric.startswith("volunteer") and chance.random() < 0.3:
            ask = ask._replace(of="entry/z:e1")
        check(await ask_all_ways(stage, question_of(metric, ask, spec.nature)), oracle.sum(metric, in_oracle_words(ask)), ask)
    for metric in COVERAGES:
        ask = some_ask(chance, oracle, metric, "stock")._replace(by=chance.choice(["", "area", "area:street"]))
        num, den = oracle.coverage(metric, in_oracle_words(ask))
        if metric in {"grids.coverage", "centres.coverage"}:
            ask = ask._replace(org=None)
            num, den = oracle.coverage(metric, in_oracle_words(ask))
        answer = await ask_all_ways(stage, question_of(metric, ask, "stock"))
        check(answer, num, ask, "num")
        check(answer, den, ask, "den")
    ask = some_ask(chance, oracle, "cases.open", "cohort")._replace(where=())
    num, den = oracle.resolution(in_oracle_words(ask))
    answer = await ask_all_ways(stage, question_of("cases.resolution_rate", ask, "cohort"))
    check(answer, num, ask, "num")
    check(answer, den, ask, "den")
    for metric in ("cases.time_to_resolve", "cases.time_to_reach"):
        ask = some_ask(chance, oracle, metric, "flow")._replace(by="")
        expected = oracle.durations(metric, ask)
        answer = await ask_all_ways(stage, question_of(metric, ask, "flow"))
        assert {name: answer[name] for name in expected} == expected


@pytest.mark.timeout(600)
@EXAMPLES
@given(SEEDS)
async def test_every_figure_is_what_the_slow_way_finds_at_every_merge_point(stage: Stage, seed: int) -> None:
    chance = Random(seed)
    await stage.clear()
    commits = World(chance).commits()
    await stage.tell(*commits)
    oracle = Oracle(signed for commit in commits for signed in commit)

    for merged in range(len(commits) + 1):
        await stage.merge(merged)
        stage.reset()
        await check_all(stage, oracle, chance)


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_made_beside_the_questions_part_by_part_says_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = Random(seed)
    for module in (cubes, crowds):
        monkeypatch.setattr(module, "_FEW", -1)
        monkeypatch.setattr(module, "_PART", 2)
    commits = World(chance).commits()
    await stage.tell(*commits[:3])
    await stage.merge(2)
    stage.reset()
    for seen in (3, len(commits)):
        await stage.tell(*commits[3:seen])
        oracle = Oracle(signed for commit in commits[:seen] for signed in commit)
        for _ in range(2):  # the second time all of it is there
            await check_all(stage, oracle, Random(seed))
            await stage.figures.shelf.ready()
    assert stage.figures.shelf.bytes > 0


@pytest.mark.timeout(600)
@EXAMPLES
@given(SEEDS)
async def test_what_is_remembered_is_carried_on_with_each_commit(stage: Stage, seed: int) -> None:
    chance = Random(seed)
    await stage.clear()
    commits = World(chance).commits()
    questions = chance.randint(0, 10**9)

    for number, commit in enumerate(commits, 1):
        await stage.tell(commit)
        if chance.random() < 0.5:
            await stage.merge(chance.randint(0, number) if number == 1 else number)
        oracle = Oracle(signed for told in commits[:number] for signed in told)

        # The same questions each time, so that the answers go on from what was remembered.
        await check_all(stage, oracle, Random(questions))
