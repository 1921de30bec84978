"""From a replay to its events: the same ones every time, in the order in which they were told."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from deploy.demo.replay import Replay, Step
from deploy.demo.timing import length, moment, span
from deploy.demo.values import Filler, Thing

Event = dict[str, Any]
_PREFIX, _SUFFIX = "org.wangge.", ".v1"


class Told(NamedTuple):
    """An event and when it was told, which is mostly when it happened."""

    at: datetime
    event: Event


def generate(replay: Replay) -> list[Event]:
    """All events of a replay in the order of telling; what is told at the same moment keeps the order of the steps."""
    things: dict[str, list[Thing]] = {}
    told: list[Told] = []
    for step in replay.steps:
        told += _expand(replay, step, things)
    return [one.event for one in sorted(told, key=lambda one: one.at)]


def _expand(replay: Replay, step: Step, things: dict[str, list[Thing]]) -> Iterator[Told]:
    chance = Random(f"{replay.seed}/{step.name}")  # noqa: S311 - a replay must come out the same every time
    made = things.setdefault(step.name, [])
    over = [None] * (step.count or 1) if step.each is None else things[step.each][: step.first]
    filler = Filler(chance, things, len(over) * step.times)
    family = step.type.partition(".")[0]
    number = 0
    for it in over:
        for repetition in range(step.times):
            number += 1
            at = moment(step.at, chance, repetition if step.each else number - 1, it.at if it is not None else None)
            names: dict[str, Any] = {"n": number, "i": repetition + 1, "it": it}
            names |= {name: filler.fill(value, names, number, at, ("let", name)) for name, value in step.let.items()}
            data = filler.fill(step.data, names, number, at)
            made.append(Thing.of(filler.fill(step.key, names, number, at), data, at))
            late = span(step.late) if step.late else span("0m")
            yield Told(at + late, _event(replay, f"{step.name}-{number}", step.type, at, {family: made[-1], **data}))
    yield from _follow(replay, step, made, chance)


def _follow(replay: Replay, step: Step, made: list[Thing], chance: Random) -> Iterator[Told]:
    """What then happens to a step's things, one after the other."""
    family = step.type.partition(".")[0]
    going = [(number, thing, thing.at) for number, thing in enumerate(made, 1)]
    for place, follow in enumerate(step.then, 1):
        if follow.only is not None:
            going = sorted(chance.sample(going, follow.only))
        going = [(number, thing, at + length(follow.after, chance)) for number, thing, at in going]
        for number, thing, at in going:
            yield Told(at, _event(replay, f"{step.name}-{number}.{place}", follow.type, at, {family: thing, **follow.data}))


def _event(replay: Replay, id_: str, type_: str, at: datetime, data: dict[str, Any]) -> Event:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": replay.source,
        "type": f"{_PREFIX}{type_}{_SUFFIX}",
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
